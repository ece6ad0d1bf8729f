#include "cch/experiments/chances.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "cch/core/random.hpp"
#include "cch/criterion/levels.hpp"
#include "experiments/chance_draw.hpp"
#include "experiments/chance_parts.hpp"
#include "experiments/training_backend.hpp"

namespace cch {
namespace {

using namespace detail;

/// 1 thread or many, the seed of a pilot is the same.
Execution pilot_execution(const Execution& exec) {
  return exec.with_seed(derive_seed(exec.seed, "network pilot"));
}

GainMetric metric_of(const RankInput& input, const ChanceOptions& options) {
  const bool classes = is_discrete(input.labels);
  const GainMetric usual = classes ? GainMetric::cross_entropy : GainMetric::mse;
  const GainMetric metric = options.metric.value_or(usual);
  if (classes != (metric == GainMetric::mse)) return metric;
  refuse_usage("wrong-metric",
               fmt::format("a gain cannot be measured in {} here", to_string(metric)),
               classes ? "the labels are classes" : "the labels are real values",
               fmt::format("Take {}", classes ? "cross-entropy or accuracy" : "mse"));
}

/// Everything that is asked of one set of teachers.
class Chances {
 public:
  Chances(const ChanceQuestion& question, const ChanceOptions& options, const ExtraRows& further,
          const Execution& exec, std::vector<Warning>& warnings)
      : question_(question),
        input_(question.input),
        options_(options),
        further_(further_rows(input_, further)),
        exec_(exec),
        warnings_(warnings),
        metric_(metric_of(input_, options)) {
    scenarios_ = question.controls           ? std::vector{question.scenario}
                 : options.scenarios.empty() ? possible_scenarios(input_, further)
                                             : options.scenarios;
    students_ = options.students;
    if (students_.empty()) usual_students();
  }

  std::vector<std::vector<TeacherChance>> run() {
    judge_linear();
    std::vector<std::vector<TeacherChance>> out(input_.teachers.size());
    for (const NetworkSpec& student : students_) {
      for (auto& of_scenario : evidence_) {
        for (Known& known : of_scenario) known.evidence.student = kind_of(student);
      }
      add_networks(student);
      add_chances(student, out);
    }
    return out;
  }

 private:
  /// Of one teacher in one scenario.
  struct Known {
    ChanceEvidence evidence;
    std::optional<double> lambda;
    std::optional<double> temperature;
    std::size_t networks = 0;
    std::size_t network_rows = 0;
  };

  void usual_students() {
    students_ = {parse_network_model("linear")};
    if (!options_.networks) return;
    const std::string why = why_no_networks();
    if (why.empty()) {
      students_.push_back(parse_network_model("mlp"));
    } else if (!question_.controls) {
      warnings_.push_back({"no-networks",
                           "chances are those of linear students alone, because networks cannot be "
                           "trained here: " +
                               why});
    }
  }

  [[nodiscard]] const ExtraRows* extra(Scenario scenario) const {
    switch (scenario) {
      case Scenario::same_rows:
        break;
      case Scenario::unlabelled_pairs:
        return &further_.unlabelled;
      case Scenario::more_labels:
        return &further_.labelled;
    }
    return nullptr;
  }

  [[nodiscard]] std::vector<PilotEvidence> pilots_in(Scenario scenario) {
    if (scenario == question_.scenario) return question_.pilots;
    RankInput one = input_;
    one.extra = extra(scenario) != nullptr ? *extra(scenario) : ExtraRows{};
    RankOptions rank;
    rank.scenario = scenario;
    rank.lambda = options_.lambda;
    JudgedPilots judged = judge_pilots(one, rank, exec_);
    warnings_.insert(warnings_.end(), judged.warnings.begin(), judged.warnings.end());
    return std::move(judged.teachers);
  }

  void judge_linear() {
    for (const Scenario scenario : scenarios_) {
      const auto pilots = pilots_in(scenario);
      auto& to = evidence_.emplace_back(input_.teachers.size());
      for (std::size_t t = 0; t < to.size(); ++t) {
        ChanceEvidence& evidence = to[t].evidence;
        evidence.scenario = scenario;
        evidence.labelled = size(input_.labels);
        const ExtraRows* rows = extra(scenario);
        evidence.further = rows == nullptr ? 0 : rows->teachers.front().size();
        const auto* classes = std::get_if<ClassLabels>(&input_.labels);
        evidence.classes = classes == nullptr ? 0 : classes->classes();
        evidence.groups = input_.groups.count();
        if (t < pilots.size()) put_linear(pilots[t], evidence);
        if (question_.predictions.student) {
          put_probes(*question_.predictions.student, question_.predictions.teachers[t], evidence);
        }
        if (t < pilots.size() && pilots[t].pilot) {
          const PilotTeacher& pilot = *pilots[t].pilot;
          to[t].lambda = pilot.weight / (1.0 - pilot.weight);
          if (classes != nullptr) to[t].temperature = pilot.temperature;
        }
      }
    }
  }

  [[nodiscard]] NetworkSpec teacher_of(const NetworkSpec& student) const {
    if (options_.teacher) return *options_.teacher;
    if (student.layers != Layers::cnn) return student;
    // Teachers that are no images have no convolutions.
    const bool images = std::all_of(options_.shapes.begin(), options_.shapes.end(),
                                    [](const ImageShape& shape) { return shape.channels > 0; });
    return images ? student : parse_network_model("mlp");
  }

  void add_networks(const NetworkSpec& student) {
    for (auto& of_scenario : evidence_) {
      for (Known& known : of_scenario) forget_networks(known);
    }
    if (!options_.networks || question_.controls) return;
    if (!draw_) draw_ = rank_draw(input_, further_, options_, exec_.seed);
    NetworkPilotOptions options;
    options.student = student;
    options.teacher = teacher_of(student);
    options.training = pilot_training_of(student.layers);
    if (options_.lambda) options.lambdas = {*options_.lambda};
    options.scenarios = scenarios_;
    try {
      take(network_pilot(draw_->draw, draw_->rows, options, pilot_execution(exec_)));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;
      const Fault& fault = error.faults().front();
      warnings_.push_back({"network-pilot-left-out",
                           fmt::format("pilot of networks ({}): {}{}{}", model_name(student),
                                       fault.problem, fault.why.empty() ? "" : ", ", fault.why)});
    }
  }

  static void forget_networks(Known& known) {
    known.evidence.network_nats.reset();
    known.evidence.network_informed.reset();
    known.evidence.network_accuracy.reset();
    known.evidence.network_difference.reset();
    known.evidence.network_accuracy_difference.reset();
    known.networks = 0;
    known.network_rows = 0;
  }

  void take(const NetworkPilot& pilot) {
    for (std::size_t s = 0; s < scenarios_.size(); ++s) {
      for (std::size_t t = 0; t < input_.teachers.size(); ++t) {
        Known& known = evidence_[s][t];
        put_networks(pilot, s, t, known.evidence);
        known.networks = pilot.networks;
        known.network_rows = draw_->rows.labelled.size();
        if (!pilot.gains[s][t].failure.empty()) continue;
        known.lambda = pilot.gains[s][t].lambda;
        if (known.evidence.classes > 0) known.temperature = pilot.gains[s][t].temperature;
      }
    }
    note_rows();
  }

  void note_rows() {
    const std::size_t all = size(input_.labels);
    const std::size_t used = draw_->rows.labelled.size();
    if (used == all) return;
    const std::string message = fmt::format(
        "pilots of networks used {} of {} labelled rows, to be done in time", used, all);
    const bool known = std::any_of(warnings_.begin(), warnings_.end(),
                                   [&](const Warning& w) { return w.message == message; });
    if (!known) warnings_.push_back({"chance-rows", message});
  }

  void add_chances(const NetworkSpec& student, std::vector<std::vector<TeacherChance>>& out) const {
    const double worthwhile = options_.worthwhile.value_or(usual_worthwhile(metric_));
    for (std::size_t s = 0; s < scenarios_.size(); ++s) {
      for (std::size_t t = 0; t < out.size(); ++t) {
        const Known& known = evidence_[s][t];
        const auto chance = chance_of_gain(known.evidence, metric_, worthwhile);
        if (!chance) continue;
        out[t].push_back({scenarios_[s], model_name(student), metric_, worthwhile, *chance,
                          known.evidence, known.networks, known.network_rows, known.lambda,
                          known.temperature});
      }
    }
  }

  const ChanceQuestion& question_;
  const RankInput& input_;
  const ChanceOptions& options_;
  FurtherRows further_;
  const Execution& exec_;
  std::vector<Warning>& warnings_;
  GainMetric metric_;
  std::vector<Scenario> scenarios_;
  std::vector<NetworkSpec> students_;
  std::vector<std::vector<Known>> evidence_;  // by scenario, teacher
  std::optional<RankDraw> draw_;
};

std::vector<std::size_t> widths_of(std::string_view text) {
  std::vector<std::size_t> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::size_t width = 0;
    const char* end = text.data() + comma;
    const auto read = std::from_chars(text.data(), end, width);
    if (read.ec != std::errc{} || read.ptr != end) return {};
    out.push_back(width);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

}  // namespace

NetworkSpec parse_network_model(std::string_view text) {
  const std::size_t colon = text.find(':');
  NetworkSpec out{parse_layers(text.substr(0, colon)), {}, 0.0};
  if (out.layers == Layers::mlp) out.widths = {64};
  if (out.layers == Layers::cnn) out.widths = {8, 16};
  if (colon != std::string_view::npos) out.widths = widths_of(text.substr(colon + 1));
  check(out);
  return out;
}

std::string model_name(const NetworkSpec& network) {
  std::string out(to_string(network.layers));
  for (std::size_t i = 0; i < network.widths.size(); ++i) {
    out += fmt::format("{}{}", i == 0 ? ':' : ',', network.widths[i]);
  }
  return out;
}

std::string why_no_networks() {
  try {
    (void)training_backend();
    return {};
  } catch (const Error& error) {
    return error.faults().front().why;
  }
}

Optimisation pilot_training_of(Layers layers) {
  Optimisation out = pilot_training();
  if (layers == Layers::mlp) return out;
  out.batch = 64;
  out.epochs = layers == Layers::linear ? 600 : 60;
  if (layers == Layers::cnn) out.learning_rate = 0.003;
  return out;
}

std::vector<Scenario> possible_scenarios(const RankInput& input, const ExtraRows& further) {
  std::vector<Scenario> out{Scenario::same_rows};
  if (input.extra.student) out.push_back(Scenario::unlabelled_pairs);
  const bool stored = std::any_of(input.teachers.begin(), input.teachers.end(),
                                  [](const Modality& teacher) { return teacher.stored; });
  // One that was trained before learns no more.
  if ((input.extra.labels || further.labels) && !stored) out.push_back(Scenario::more_labels);
  return out;
}

void check_chances(const RankInput& input, const ExtraRows& further, const ChanceOptions& options) {
  (void)metric_of(input, options);
  const auto possible = possible_scenarios(input, further);
  for (const Scenario scenario : options.scenarios) {
    if (std::find(possible.begin(), possible.end(), scenario) != possible.end()) continue;
    refuse_usage("no-extra-rows", std::string(to_string(scenario)) + " has no further rows",
                 "they are what it is about", "Give such rows, or leave the scenario out");
  }
  if (!options.networks) return;
  const bool images = !options.shapes.empty() && options.shapes.front().channels > 0;
  for (const NetworkSpec& student : options.students) {
    if (student.layers == Layers::cnn && !images) {
      refuse_usage("no-image-shape", "a convolutional student needs images",
                   "the student's rows are not known to be channels × height × width",
                   "Give an array N x C x H x W, or take --student-model mlp");
    }
    if (student.layers != Layers::linear) (void)training_backend();
  }
}

ChanceSource chance_source(const ChanceOptions& options, const ExtraRows& further,
                           const Execution& exec) {
  return [=](const ChanceQuestion& question, std::vector<Warning>& warnings) {
    return Chances(question, options, further, exec, warnings).run();
  };
}

}  // namespace cch
