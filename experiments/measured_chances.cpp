// The linear pilots of every scenario, and the race of pilots of networks.
#include "experiments/measured_chances.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/criterion/decide.hpp"
#include "cch/criterion/levels.hpp"
#include "cch/experiments/own_network.hpp"
#include "experiments/chance_draw.hpp"
#include "experiments/chance_parts.hpp"
#include "experiments/pilot_work.hpp"

namespace cch::detail {
namespace {

/// Up to this chance of being worth it, or of not being, pilots of networks are spared.
constexpr double kDoubt = 0.02;

/// 1 thread or many, the seed of a pilot is the same.
Execution pilot_execution(const Execution& exec) {
  return exec.with_seed(derive_seed(exec.seed, "network pilot"));
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

  MeasuredChances run() {
    judge_linear();
    for (const NetworkSpec& student : students_) add_kind(student);
    if (options_.networks && !question_.controls) race();
    MeasuredChances out{{}, spending_};
    out.teachers.resize(input_.teachers.size());
    for (const Kind& kind : kinds_) {
      for (std::size_t t = 0; t < out.teachers.size(); ++t) {
        for (TeacherChance& one : chances_of(kind, t)) out.teachers[t].push_back(std::move(one));
      }
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
    std::size_t repeats = 0;
    std::size_t network_rows = 0;
  };

  /// A kind of student.
  struct Kind {
    NetworkSpec student;
    std::vector<std::vector<Known>> known;  // by scenario, teacher
    NetworkPilotOptions pilot_options;
    std::optional<NetworkPilotRun> pilot;
    std::vector<char> told;  // teachers that were said to be settled
  };

  void usual_students() {
    students_ = {parse_network_model("linear")};
    if (options_.networks) students_.push_back(parse_network_model("mlp"));
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
      auto& to = linear_.emplace_back(input_.teachers.size());
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

  void add_kind(const NetworkSpec& student) {
    Kind& kind = kinds_.emplace_back(Kind{student, linear_, {}, {}, {}});
    for (auto& of_scenario : kind.known) {
      for (Known& known : of_scenario) known.evidence.student = kind_of(student);
    }
    kind.told.assign(input_.teachers.size(), 0);
    kind.pilot_options.student = student;
    kind.pilot_options.teacher =
        options_.teacher ? *options_.teacher : usual_teacher(student, options_.shapes);
    kind.pilot_options.training = pilot_training_of(student.layers);
    if (options_.lambda) kind.pilot_options.lambdas = {*options_.lambda};
    kind.pilot_options.scenarios = scenarios_;
  }

  /// Repeats of the pilots of networks, one kind of student after the other in each round.
  void race() {
    draw_ = rank_draw(input_, further_, options_, exec_.seed);
    spending_ = ChanceSpending{options_.budget, 0.0, 0, {}, {}};
    for (Kind& kind : kinds_) {
      kind.pilot.emplace(draw_->draw, draw_->rows, kind.pilot_options);
      tell(kind);
    }
    for (std::size_t r = 0; r < options_.most_repeats; ++r) {
      for (Kind& kind : kinds_) repeat(kind, r == 0);
    }
    sum_up();
  }

  void repeat(Kind& kind, bool first) {
    const OwnNetwork* own = kind.student.own.get();
    if (!kind.pilot || (own != nullptr && kind.pilot->result().repeats >= own->repeats())) return;
    std::vector<std::size_t> teachers = first ? unclear_teachers(kind) : open_teachers(kind);
    if (!options_.budget || own != nullptr) {
      teachers.resize(input_.teachers.size());
      std::iota(teachers.begin(), teachers.end(), std::size_t{0});
    }
    if (own == nullptr) keep_affordable(kind, teachers);
    if (teachers.empty()) return;
    try {
      kind.pilot->repeat(teachers, pilot_execution(exec_));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;
      const Fault& fault = error.faults().front();
      warnings_.push_back({"network-pilot-left-out",
                           fmt::format("pilot of networks ({}): {}{}{}", model_name(kind.student),
                                       fault.problem, fault.why.empty() ? "" : ", ", fault.why)});
      kind.pilot.reset();
      return;
    }
    spending_->spent += seconds_of(kind, teachers);
    take(kind);
    tell(kind);
  }

  [[nodiscard]] double seconds_of(const Kind& kind,
                                  const std::vector<std::size_t>& teachers) const {
    return estimated_seconds(draw_->draw, draw_->rows, kind.pilot_options, teachers);
  }

  /// Teachers of which little is expected wait until what is left of the budget is enough.
  void keep_affordable(const Kind& kind, std::vector<std::size_t>& teachers) {
    if (!options_.budget) return;
    const double left = *options_.budget - spending_->spent;
    const auto promise = [&](std::size_t t) {
      const auto chances = chances_of(kind, t);
      return chances.empty() ? 0.0 : deciding_chance(chances)->chance.expected_gain;
    };
    while (!teachers.empty() && seconds_of(kind, teachers) > left) {
      cut_ = true;
      teachers.erase(
          std::min_element(teachers.begin(), teachers.end(),
                           [&](std::size_t a, std::size_t b) { return promise(a) < promise(b); }));
    }
  }

  [[nodiscard]] Verdict verdict_of(const Kind& kind, std::size_t t) const {
    return decide_by_chance(chances_of(kind, t), question_.limits).verdict;
  }
  /// All but those of which a linear pilot leaves next to no doubt: pilots of networks are worth
  /// more than it, so a firm verdict alone does not spare them.
  [[nodiscard]] std::vector<std::size_t> unclear_teachers(const Kind& kind) const {
    std::vector<std::size_t> out;
    for (std::size_t t = 0; t < input_.teachers.size(); ++t) {
      const auto chances = chances_of(kind, t);
      const TeacherChance* of = deciding_chance(chances);
      const double doubt =
          of == nullptr ? 1.0 : std::min(1.0 - of->chance.p_worthwhile, of->chance.p_worthwhile);
      if (doubt > kDoubt) out.push_back(t);
    }
    return out;
  }
  [[nodiscard]] std::vector<std::size_t> open_teachers(const Kind& kind) const {
    std::vector<std::size_t> out;
    for (std::size_t t = 0; t < input_.teachers.size(); ++t) {
      if (verdict_of(kind, t) == Verdict::inconclusive) out.push_back(t);
    }
    return out;
  }

  /// One line for each teacher whose chance has become firm.
  void tell(Kind& kind) const {
    if (!options_.tell) return;
    for (std::size_t t = 0; t < input_.teachers.size(); ++t) {
      const Verdict verdict = verdict_of(kind, t);
      if (verdict == Verdict::inconclusive || kind.told[t] != 0) continue;
      kind.told[t] = 1;
      const auto chances = chances_of(kind, t);
      const TeacherChance& of = *deciding_chance(chances);
      options_.tell(fmt::format(
          "{} ({}): {}; with {} {} expected, chance of a gain {:.0f} %, after {}",
          input_.teachers[t].name, of.student_model,
          verdict == Verdict::distil ? "distil" : "do not distil", scenario_in_words(of.scenario),
          gain_in_words(of.chance.expected_gain, of.metric), 100.0 * of.chance.p_gain,
          of.networks == 0 ? "the linear pilot" : fmt::format("{} networks", of.networks)));
    }
  }

  void sum_up() {
    std::vector<char> open(input_.teachers.size(), 0);
    for (const Kind& kind : kinds_) {
      if (kind.pilot) spending_->networks += kind.pilot->result().networks;
      for (const std::size_t t : open_teachers(kind)) open[t] = 1;
    }
    for (std::size_t t = 0; t < open.size(); ++t) {
      if (open[t] != 0) spending_->open.push_back(input_.teachers[t].name);
    }
    spending_->ended = !options_.budget          ? "everything"
                       : cut_                    ? "budget"
                       : spending_->open.empty() ? "settled"
                                                 : "repeats";
    if (!cut_) return;
    warnings_.push_back(
        {"budget-spent",
         fmt::format("the budget of {:.0f} s for pilots of networks was too small for all repeats "
                     "of teachers that are still open: {:.0f} s of them were done, {} of {} "
                     "teachers are open",
                     *options_.budget, spending_->spent, spending_->open.size(), open.size())});
  }

  void take(Kind& kind) {
    const NetworkPilot pilot = kind.pilot->result();
    for (std::size_t s = 0; s < scenarios_.size(); ++s) {
      for (std::size_t t = 0; t < input_.teachers.size(); ++t) {
        if (pilot.bases[t].repeats == 0) continue;
        Known& known = kind.known[s][t];
        put_networks(pilot, s, t, known.evidence);
        known.networks = pilot.bases[t].networks;
        known.repeats = pilot.bases[t].repeats;
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

  [[nodiscard]] std::vector<TeacherChance> chances_of(const Kind& kind, std::size_t t) const {
    const double worthwhile = options_.worthwhile.value_or(usual_worthwhile(metric_));
    std::vector<TeacherChance> out;
    for (std::size_t s = 0; s < scenarios_.size(); ++s) {
      const Known& known = kind.known[s][t];
      const auto chance = chance_of_gain(known.evidence, metric_, worthwhile);
      if (!chance) continue;
      out.push_back({scenarios_[s], model_name(kind.student), metric_, worthwhile, *chance,
                     known.evidence, known.networks, known.repeats, known.network_rows,
                     known.lambda, known.temperature});
    }
    return out;
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
  std::vector<std::vector<Known>> linear_;  // by scenario, teacher
  std::vector<Kind> kinds_;
  std::optional<RankDraw> draw_;
  std::optional<ChanceSpending> spending_;
  bool cut_ = false;  // whether the budget ended it
};

}  // namespace

MeasuredChances measured_chances(const ChanceQuestion& question, const ChanceOptions& options,
                                 const ExtraRows& further, const Execution& exec,
                                 std::vector<Warning>& warnings) {
  return Chances(question, options, further, exec, warnings).run();
}

}  // namespace cch::detail
