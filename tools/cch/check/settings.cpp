#include "tools/cch/check/settings.hpp"

#include <cmath>

namespace cch {
namespace {

// Rows of a group are alike in most data; .3 is what spoken opinions show by speaker.
constexpr double kAssumedIcc = 0.3;
constexpr std::size_t kPlannedPairs = 4;

// Groups of a plan: a number, where inputs have a file of them.
std::size_t plan_groups(const std::string& text, std::size_t rows, FaultCollector& faults) {
  std::size_t groups = rows;  // suits every other number, so that it is the only fault
  faults.attempt([&] { groups = plan_count("--groups", text, "plan-groups"); });
  return groups;
}

PlanNumbers read_plan(const CheckSettings& s, FaultCollector& faults) {
  PlanNumbers plan;
  plan.rows = s.n.value_or(0);
  if (s.rank.groups_named()) plan.groups = plan_groups(s.rank.groups, plan.rows, faults);
  plan.dim_student = s.dim_student.value_or(0);
  plan.dims_teacher = s.dims_teacher;
  plan.classes = s.classes.value_or(2);
  if (s.icc) {
    plan.icc = *s.icc;
  } else if (plan.groups && *plan.groups < plan.rows) {
    plan.icc = kAssumedIcc;
  }
  plan.pairs = kPlannedPairs;
  if (plan.classes == 0) plan.share_of_entropy = 0.2;
  return plan;
}

void check_plan_settings(const CheckSettings& s, FaultCollector& faults) {
  const bool some_features = !s.rank.student.empty() || !s.rank.teachers.empty() ||
                             !s.rank.labels.empty() || !s.rank.study.empty() || s.rank.labelled ||
                             !s.rank.teacher_kinds.empty() || !s.rank.teacher_saw_rows.empty();
  if (some_features) {
    faults.add(ErrorKind::usage, {"plan-with-features",
                                  "a plan (--n, --dim-student, …) and features are given together",
                                  {},
                                  "features say their own rows and dimensions",
                                  "Give either the inputs of cch rank or the numbers of a plan"});
    return;
  }
  if (!s.split.empty()) {
    faults.add(ErrorKind::usage, {"option-without-meaning",
                                  "--split has no use without features",
                                  {},
                                  "leaks show in features alone",
                                  "Leave it out"});
  }
  const PlanNumbers plan = read_plan(s, faults);
  faults.attempt([&] { check_plan(plan); });
}

}  // namespace

void check_check_settings(const CheckSettings& s, const FaultCollector& refused) {
  FaultCollector faults;
  if (s.planning()) {
    faults = refused;
    check_plan_settings(s, faults);
  } else {
    faults.attempt([&] { check_rank_settings(s.rank, refused); });
  }
  auto share = [&](double value, const std::string& option, const std::string& example) {
    if (value > 0.0 && value < 1.0) return;
    faults.add(ErrorKind::usage, {"bad-power",
                                  option + " is not between 0 and 1",
                                  {},
                                  "it is a share of verdicts",
                                  "Give for example " + option + ' ' + example});
  };
  share(s.power, "--power", "0.8");
  share(s.wrong, "--wrong", "0.05");
  if (s.margin && !(*s.margin > 0.0 && std::isfinite(*s.margin))) {
    faults.add(ErrorKind::usage, {"bad-margin",
                                  "--margin is not a number above 0",
                                  {},
                                  "zero is what a margin is distinguished from",
                                  "Give for example --margin 0.1"});
  }
  faults.throw_if_any();
}

PlanNumbers plan_numbers(const CheckSettings& settings) {
  FaultCollector faults;
  PlanNumbers plan = read_plan(settings, faults);
  faults.throw_if_any();
  return plan;
}

FeasibilityOptions feasibility_options(const CheckSettings& s) {
  auto out = measured_with<FeasibilityOptions>(s.rank);
  out.power = s.power;
  out.wrong = s.wrong;
  out.margin = s.margin;
  out.curved = s.curved;
  out.sizes = s.sizes;
  out.draws = s.draws;
  return out;
}

}  // namespace cch
