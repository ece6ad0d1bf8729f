#include "tools/cch/check/run.hpp"

#include <algorithm>

#include "cch/core/random.hpp"
#include "cch/data/source.hpp"
#include "cch/data/split.hpp"

namespace cch {
namespace {

// What a plan does not know: corners of what real sets show.
constexpr double kShares[] = {0.1, 0.8};
constexpr double kNats[] = {0.05, 0.6};  // of a real-valued label
constexpr std::size_t kPairs[] = {2, 12};

constexpr std::size_t kColumnsForCopula = 100;
constexpr std::size_t kColumnsForNeighbours = 10;

// Which rows of the split were held out; how it was read in `reason`.
std::vector<bool> held_out_rows(const CheckSettings& s, std::size_t rows, std::string& reason) {
  const LoadedSplit split =
      load_split(parse_source(s.split), s.split_train, {.held = s.rank.common.held});
  if (split.parts.size() != rows) {
    refuse_data("unequal-rows",
                "the split has " + std::to_string(split.parts.size()) +
                    " rows, the features have " + std::to_string(rows),
                s.split, "row i must be the same sample everywhere",
                "Give a split of the same rows, without --ids, --unlabelled and --labelled");
  }
  reason = split.reason;
  std::vector<bool> out(rows);
  for (std::size_t i = 0; i < rows; ++i) out[i] = split.parts[i] != SplitPart::train;
  return out;
}

void look_for_leaks(const CheckSettings& s, const RankInput& input, const Execution& exec,
                    CheckResult& out) {
  if (s.split.empty()) {
    out.warnings.push_back({"no-split",
                            "without --split it is not known which rows features were fitted on, "
                            "so leaks are null"});
    return;
  }
  const std::size_t rows = input.student.features.size();
  const auto held_out = held_out_rows(s, rows, out.split_reason);
  out.leaks = leak_checks(input, held_out, s.rank.groups_named(), exec);
}

// Without --estimator, auto and what it could be compared with where that costs little.
FeasibilityOptions options_for(const CheckSettings& s, const QuestionShape& shape) {
  FeasibilityOptions options = feasibility_options(s);
  if (s.estimators_given) return options;
  std::size_t widest = 0;
  for (const TeacherShape& teacher : shape.teachers) widest = std::max(widest, teacher.dim);
  widest += shape.dim_student;
  if (widest <= kColumnsForCopula) options.estimators.emplace_back("gaussian-copula");
  if (widest > 2 && widest <= kColumnsForNeighbours) options.estimators.emplace_back("ksg1");
  return options;
}

}  // namespace

CheckResult run_check(const CheckSettings& s, const RankInputs& inputs, const Execution& exec) {
  CheckResult out;
  const RankInput& input = inputs.input;
  RankOptions rank = rank_options(s.rank);
  rank.decide_by = DecideBy::combined;  // chances are no part of a check
  look_for_leaks(s, input, exec, out);  // wrong splits first: everything else takes longer
  exec.progress("shape", 0, 1);
  out.shape = question_shape(input, rank, exec);
  const FeasibilityOptions options = options_for(s, out.shape);
  exec.progress("shape", 1, 1);
  out.power = forecast_power(out.shape, options, exec);
  if (s.consistency || s.laws) {
    out.consistency = consistency_battery(input, rank, {.all = s.laws}, exec);
  }
  out.feasibility = judge_feasibility(out.power, input.groups, options, out.consistency, out.leaks);
  if (s.cost) forecast_ranking(out.power, exec, out.cost);
  forecast_training(out.shape, out.cost);
  return out;
}

CheckResult run_plan(const CheckSettings& s, const Execution& exec) {
  CheckResult out;
  const PlanNumbers plan = plan_numbers(s);
  out.shape = planned_shape(plan, exec.seed);
  FeasibilityOptions options = options_for(s, out.shape);
  out.power = forecast_power(out.shape, options, exec);
  out.feasibility = judge_feasibility(out.power, out.shape.groups, options, {}, {});
  out.scenarios.push_back({plan.share_of_entropy, plan.pairs, out.feasibility.minimal_margin});
  options.curved = false;
  options.sizes = false;
  options.below = false;
  options.estimators.resize(1);
  for (const double share : plan.classes == 0 ? kNats : kShares) {
    for (const std::size_t pairs : kPairs) {
      PlanNumbers corner = plan;
      corner.share_of_entropy = share;
      corner.pairs = pairs;
      const QuestionShape shape = planned_shape(corner, exec.seed);
      const PowerForecast power = forecast_power(shape, options, exec);
      out.scenarios.push_back(
          {share, pairs, judge_feasibility(power, shape.groups, options, {}, {}).minimal_margin});
    }
  }
  forecast_training(out.shape, out.cost);
  if (s.cost) forecast_ranking(out.power, exec, out.cost);
  return out;
}

}  // namespace cch
