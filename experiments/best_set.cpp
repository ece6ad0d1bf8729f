#include "cch/experiments/best_set.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "cch/core/random.hpp"
#include "cch/criterion/levels.hpp"
#include "cch/criterion/teacher_set.hpp"
#include "estimators/criterion/fitted_chance.hpp"
#include "estimators/row_terms.hpp"
#include "experiments/chance_draw.hpp"
#include "experiments/chance_parts.hpp"

namespace cch {
namespace {

using namespace detail;
using Members = std::vector<std::size_t>;

constexpr std::size_t kWithNetworks = 2;  // candidates of a step
constexpr double kShownToLose = 1.645;    // standard errors below 0

bool is_single(const Modality& teacher) {
  return !teacher.stored && teacher.members.empty();
}

/// A metric, and the gain in it that is worth the trouble.
struct Worth {
  GainMetric metric = GainMetric::cross_entropy;
  double worthwhile = 0.0;
};

/// P(true difference > 0, worthwhile) under a normal prior around 0.
SetGain with_chance(double value, double standard_error, const Worth& by) {
  const double prior = std::pow(prior_spread(by.metric), 2);
  const double noise = std::pow(standard_error, 2);
  const double share = prior / (prior + noise);
  const double spread = std::sqrt(share * noise);
  const auto above = [&](double limit) {
    if (!(spread > 0.0)) return value > limit ? 1.0 : value < limit ? 0.0 : 0.5;
    return 0.5 * std::erfc((limit - share * value) / (spread * std::sqrt(2.0)));
  };
  return {value, standard_error, above(0.0), above(by.worthwhile)};
}

/// Sets of teachers with their pilots, all on the same rows.
struct MeasuredSets {
  RankInput input;  ///< the sets as teachers
  JudgedPilots linear;
  std::vector<ChanceEvidence> evidence;
  std::optional<NetworkPilot> networks;
  std::vector<std::size_t> place;  ///< of a set in `networks`

  [[nodiscard]] std::optional<SetGain> linear_difference(std::size_t a, std::size_t b,
                                                         const Worth& by) const {
    const GainMetric metric = by.metric;
    const auto& first = linear.teachers[a].pilot;
    const auto& second = linear.teachers[b].pilot;
    if (!first || !second || metric == GainMetric::f1 || metric == GainMetric::auc) return {};
    const bool share = metric == GainMetric::accuracy;
    std::vector<double> terms = share ? first->row_terms_accuracy : first->row_terms;
    const auto& others = share ? second->row_terms_accuracy : second->row_terms;
    for (std::size_t i = 0; i < terms.size(); ++i) terms[i] -= others[i];
    const PilotGain& gain = share ? *first->gain_accuracy : first->gain;
    const PilotGain& other = share ? *second->gain_accuracy : second->gain;
    const double training = std::hypot(gain.standard_error_training, other.standard_error_training);
    const double rows = variance_of_mean(terms, input.groups.select(linear.rows));
    return with_chance(mean_of(terms), std::sqrt(rows + training * training), by);
  }

  [[nodiscard]] bool has_networks(std::size_t t) const {
    return networks && place[t] < networks->teachers.size();
  }

  [[nodiscard]] std::optional<SetGain> difference(std::size_t a, std::size_t b,
                                                  const Worth& by) const {
    if (!has_networks(a) || !has_networks(b)) return linear_difference(a, b, by);
    const auto gain = network_gain_difference(*networks, 0, place[a], place[b], by.metric);
    if (!gain) return std::nullopt;
    return with_chance(gain->value, gain->standard_error, by);
  }
};

class SetSearch {
 public:
  SetSearch(const RankInput& input, const ExtraRows& further, const ChanceOptions& options,
            const RankResult& ranked, double risk, const Execution& exec)
      : input_(input),
        further_(further),
        options_(options),
        ranked_(ranked),
        risk_(risk),
        exec_(exec) {
    quiet_ = exec;
    quiet_.sink = nullptr;
  }

  BestSet run() {
    start();
    for (const Modality& teacher : input_.teachers) singles_ += is_single(teacher) ? 1 : 0;
    if (out_.stopped.empty() && singles_ < 2) {
      refuse_usage("best-set-alone", "a best set needs at least two teachers with features",
                   "there is nothing to put together", "Give more teachers, or leave it out");
    }
    while (out_.stopped.empty() && set_.size() < singles_) {
      enlarge();
      exec_.progress("best set", out_.steps.size(), singles_ - 1);
    }
    if (out_.stopped.empty()) out_.stopped = "All teachers are in the set.";
    exec_.progress("best set", 1, 1);
    out_.best = set_name(input_, set_);
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::optional<std::size_t> place_of(const std::string& name) const {
    for (std::size_t t = 0; t < input_.teachers.size(); ++t) {
      if (input_.teachers[t].name == name && is_single(input_.teachers[t])) return t;
    }
    return std::nullopt;
  }

  /// With the teacher of the largest expected gain, in the scenario that it is in.
  void start() {
    const TeacherChance* best = nullptr;
    const auto& teachers = ranked_.estimators.front().teachers;
    for (std::size_t i = 0; i < teachers.size(); ++i) {
      const auto place = place_of(teachers[i].name);
      const TeacherChance* of = deciding_chance(ranked_.evidence[i].chances);
      if (!place || of == nullptr) continue;
      if (best != nullptr && of->chance.expected_gain <= best->chance.expected_gain) continue;
      best = of;
      set_ = {*place};
    }
    if (best == nullptr) {
      out_.stopped = "No single teacher has a chance to start with.";
      return;
    }
    out_.scenario = best->scenario;
    out_.metric = best->metric;
    out_.student_model = best->student_model;
    student_ = model_named(best->student_model, options_.students);
    single_ = set_.front();
    out_.single.name = input_.teachers[single_].name;
    out_.single.expected_gain = best->chance.expected_gain;
    out_.single.networks = best->networks > 0;
    worthwhile_ = best->worthwhile;
  }

  /// The input whose teachers are these sets, in the scenario of the search.
  [[nodiscard]] MeasuredSets sets_of(const std::vector<Members>& sets) const {
    const FurtherRows beside = further_rows(input_, further_);
    RankInput all = input_;
    all.extra = out_.scenario == Scenario::unlabelled_pairs ? beside.unlabelled
                : out_.scenario == Scenario::more_labels    ? beside.labelled
                                                            : ExtraRows{};
    MeasuredSets out{all, {}, {}, {}, {}};
    out.input.teachers.clear();
    out.input.extra.teachers.clear();
    ExtraRows none;
    for (const Members& members : sets) {
      if (members.size() > 1) add_teacher_set(members, all, none);
      const std::size_t at = members.size() > 1 ? all.teachers.size() - 1 : members.front();
      out.input.teachers.push_back(all.teachers[at]);
      if (!all.extra.teachers.empty()) out.input.extra.teachers.push_back(all.extra.teachers[at]);
    }
    return out;
  }

  void measure_linear(MeasuredSets& sets) {
    RankOptions rank;
    rank.scenario = out_.scenario;
    rank.lambda = options_.lambda;
    sets.linear = judge_pilots(sets.input, rank, quiet_);
    const JudgedPredictions said = judge_predictions(sets.input, rank, quiet_);
    note(sets.linear.warnings);
    const auto* classes = std::get_if<ClassLabels>(&input_.labels);
    for (std::size_t t = 0; t < sets.input.teachers.size(); ++t) {
      ChanceEvidence& evidence = sets.evidence.emplace_back();
      evidence.student = kind_of(student_);
      evidence.scenario = out_.scenario;
      evidence.labelled = size(input_.labels);
      evidence.further =
          sets.input.extra.teachers.empty() ? 0 : sets.input.extra.teachers.front().size();
      evidence.classes = classes == nullptr ? 0 : classes->classes();
      evidence.groups = input_.groups.count();
      put_linear(sets.linear.teachers[t], evidence);
      if (said.student) put_probes(*said.student, said.teachers[t], evidence);
    }
  }

  /// Of the sets at these places.
  void measure_networks(MeasuredSets& sets, const Members& which) {
    RankInput some = sets.input;
    some.teachers.clear();
    some.extra.teachers.clear();
    sets.place.assign(sets.input.teachers.size(), which.size());
    for (std::size_t i = 0; i < which.size(); ++i) {
      sets.place[which[i]] = i;
      some.teachers.push_back(sets.input.teachers[which[i]]);
      if (!sets.input.extra.teachers.empty()) {
        some.extra.teachers.push_back(sets.input.extra.teachers[which[i]]);
      }
    }
    ChanceOptions chances = options_;
    if (!options_.shapes.empty()) {
      chances.shapes.assign(which.size() + 1, {});
      chances.shapes.front() = options_.shapes.front();
    }
    const RankDraw draw = rank_draw(some, further_rows(some, {}), chances, exec_.seed);
    NetworkPilotOptions options;
    options.student = student_;
    options.teacher = options_.teacher.value_or(student_);
    // Columns of several teachers are no image.
    const bool dense =
        options.teacher.layers == Layers::linear || options.teacher.layers == Layers::mlp;
    if (!dense) options.teacher = parse_network_model("mlp");
    options.training = pilot_training_of(student_.layers);
    if (options_.lambda) options.lambdas = {*options_.lambda};
    options.scenarios = {out_.scenario};
    try {
      sets.networks = network_pilot(draw.draw, draw.rows, options,
                                    quiet_.with_seed(derive_seed(exec_.seed, "network pilot")));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;
      note({{"network-pilot-left-out", "best set: " + error.faults().front().problem}});
      return;
    }
    out_.networks += sets.networks->networks;
    out_.rows = draw.rows.labelled.size();
    for (const std::size_t t : which)
      put_networks(*sets.networks, 0, sets.place[t], sets.evidence[t]);
  }

  void note(const std::vector<Warning>& warnings) {
    for (const Warning& warning : warnings) {
      const bool known = std::any_of(out_.warnings.begin(), out_.warnings.end(),
                                     [&](const auto& w) { return w.message == warning.message; });
      if (!known) out_.warnings.push_back(warning);
    }
  }

  [[nodiscard]] std::optional<double> expected(const ChanceEvidence& evidence) const {
    const auto chance = chance_of_gain(evidence, out_.metric, worthwhile_);
    if (!chance) return std::nullopt;
    return chance->expected_gain;
  }
  /// For the order where the metric has no linear pilot.
  [[nodiscard]] double rough(const ChanceEvidence& evidence) const {
    if (const auto gain = expected(evidence)) return *gain;
    const auto chance = chance_of_gain(evidence, GainMetric::cross_entropy, 0.0);
    return chance ? chance->expected_gain : -INFINITY;
  }

  /// One step: sets 0 … are the set before, the best single one if it is another, the candidates.
  void enlarge() {
    std::vector<Members> sets{set_};
    if (set_.size() > 1) sets.push_back({single_});
    const std::size_t first = sets.size();
    for (std::size_t t = 0; t < input_.teachers.size(); ++t) {
      if (!is_single(input_.teachers[t])) continue;
      if (std::find(set_.begin(), set_.end(), t) != set_.end()) continue;
      sets.push_back(set_);
      sets.back().push_back(t);
    }
    MeasuredSets measured = sets_of(sets);
    measure_linear(measured);
    Members order(sets.size() - first);
    std::iota(order.begin(), order.end(), first);
    sort_by_gain(measured, order);
    if (options_.networks) add_networks(measured, order, first);
    take(measured, order, sets);
  }

  /// Those with networks first, then by the gain over the set before, paired; where there is none,
  /// by the expected gain, which takes evidence beyond the corpus for its most extreme.
  void sort_by_gain(const MeasuredSets& sets, Members& order) const {
    const auto key = [&](std::size_t t) {
      const auto over = sets.difference(t, 0, {out_.metric, worthwhile_});
      return std::tuple(sets.has_networks(t), over.has_value(),
                        over ? over->value : rough(sets.evidence[t]));
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  }

  void add_networks(MeasuredSets& sets, Members& order, std::size_t first) {
    Members which(first);
    std::iota(which.begin(), which.end(), std::size_t{0});
    for (const std::size_t t : order) {
      if (which.size() == first + kWithNetworks) break;
      const auto nats = sets.linear_difference(
          t, 0, {is_discrete(input_.labels) ? GainMetric::cross_entropy : GainMetric::mse, 0.0});
      const bool loses = nats && nats->value + kShownToLose * nats->standard_error < 0.0;
      if (!loses) which.push_back(t);
    }
    if (which.size() == first) return;
    measure_networks(sets, which);
    sort_by_gain(sets, order);
  }

  void take(const MeasuredSets& measured, const Members& order, const std::vector<Members>& sets) {
    SetStep& step = out_.steps.emplace_back();
    const std::size_t single = set_.size() > 1 ? 1 : 0;
    for (const std::size_t t : order) {
      TriedSet& tried = step.tried.emplace_back();
      tried.name = measured.input.teachers[t].name;
      tried.expected_gain = expected(measured.evidence[t]);
      tried.over_before = measured.difference(t, 0, {out_.metric, worthwhile_});
      tried.over_single = measured.difference(t, single, {out_.metric, worthwhile_});
      tried.networks = measured.has_networks(t);
    }
    const auto& over = step.tried.front().over_before;
    step.needed = 1.0 - 2.0 * risk_ / static_cast<double>(order.size());
    step.taken = over && over->p_better >= step.needed && over->p_worthwhile >= 0.5;
    if (step.taken) {
      set_ = sets[order.front()];
      return;
    }
    out_.stopped = over ? "The largest gain of the larger sets is not shown to be more than "
                          "that of the set before."
                        : "Larger sets could not be measured.";
  }

  const RankInput& input_;
  const ExtraRows& further_;
  const ChanceOptions& options_;
  const RankResult& ranked_;
  double risk_;
  const Execution& exec_;
  Execution quiet_;
  std::size_t singles_ = 0;
  std::size_t single_ = 0;
  Members set_;
  NetworkSpec student_;
  double worthwhile_ = 0.0;
  BestSet out_;
};

}  // namespace

BestSet best_set(const RankInput& input, const ExtraRows& further, const ChanceOptions& options,
                 const RankResult& ranked, double risk, const Execution& exec) {
  return SetSearch(input, further, options, ranked, risk, exec).run();
}

}  // namespace cch
