#include "tools/cch/check_settings.hpp"

#include <charconv>
#include <cmath>

#include "cch/criterion/feasibility_checks.hpp"
#include "tools/cch/fault_collector.hpp"

namespace cch {
namespace {

// Rows of a group are alike in most data; .3 is what spoken opinions show by speaker.
constexpr double kAssumedIcc = 0.3;
constexpr std::size_t kPlannedPairs = 4;

// `instead` of what cannot be read suits every other number, so that it is the only fault.
std::size_t whole(const std::string& option, const std::string& text, const std::string& code,
                  std::size_t instead, FaultCollector& faults) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec == std::errc{} && result.ptr == end) return value;
  faults.add(ErrorKind::usage, {code,
                                option + " '" + text + "' is not a whole number",
                                {},
                                "a plan is made of numbers",
                                "Give for example " + option + " 100"});
  return instead;
}

double real(const std::string& option, const std::string& text, FaultCollector& faults) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec == std::errc{} && result.ptr == end) return value;
  faults.add(
      ErrorKind::usage,
      {"plan-icc", option + " '" + text + "' is not a number", {}, {}, "Give for example 0.3"});
  return 0.0;
}

PlanNumbers read_plan(const CheckSettings& s, FaultCollector& faults) {
  PlanNumbers plan;
  plan.rows = whole("--n", s.n.empty() ? "0" : s.n, "plan-rows", 1'000'000, faults);
  if (s.rank.groups_named()) {
    plan.groups = whole("--groups", s.rank.groups, "plan-groups", plan.rows, faults);
  }
  plan.dim_student = whole("--dim-student", s.dim_student.empty() ? "0" : s.dim_student,
                           "plan-dimension", 1, faults);
  plan.dims_teacher.clear();
  for (const std::string& dim : s.dims_teacher) {
    plan.dims_teacher.push_back(whole("--dim-teacher", dim, "plan-dimension", 1, faults));
  }
  plan.classes = whole("--classes", s.classes.empty() ? "2" : s.classes, "plan-classes", 2, faults);
  if (!s.icc.empty()) {
    plan.icc = real("--icc", s.icc, faults);
  } else if (plan.groups && *plan.groups < plan.rows) {
    plan.icc = kAssumedIcc;
  }
  plan.pairs = kPlannedPairs;
  if (plan.classes == 0) plan.share_of_entropy = 0.2;
  return plan;
}

void check_plan_settings(const CheckSettings& s, FaultCollector& faults) {
  const bool some_features = !s.rank.student.empty() || !s.rank.teachers.empty() ||
                             !s.rank.labels.empty() || !s.rank.study.empty() || s.rank.labelled;
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

void check_check_settings(const CheckSettings& s) {
  FaultCollector faults;
  if (s.planning()) {
    check_plan_settings(s, faults);
  } else {
    RankSettings inputs = s.rank;
    inputs.fail_on.clear();  // its own verdicts
    faults.attempt([&] { check_rank_settings(inputs); });
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
                                  "zero is what a margin is told from",
                                  "Give for example --margin 0.1"});
  }
  faults.attempt([&] {
    if (!s.rank.fail_on.empty()) parse_feasibility_verdict(s.rank.fail_on);
  });
  faults.throw_if_any();
}

PlanNumbers plan_numbers(const CheckSettings& settings) {
  FaultCollector faults;
  PlanNumbers plan = read_plan(settings, faults);
  faults.throw_if_any();
  return plan;
}

FeasibilityOptions feasibility_options(const CheckSettings& s) {
  FeasibilityOptions out;
  if (!s.rank.estimators.empty()) out.estimators = s.rank.estimators;
  out.scale = parse_scale(s.rank.scale);
  out.k = s.rank.k;
  out.exact = s.rank.exact;
  out.power = s.power;
  out.wrong = s.wrong;
  out.margin = s.margin;
  out.curved = s.curved;
  out.sizes = s.sizes;
  out.draws = s.draws;
  return out;
}

}  // namespace cch
