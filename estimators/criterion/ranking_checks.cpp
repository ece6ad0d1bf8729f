#include "estimators/criterion/ranking_checks.hpp"

#include <cmath>
#include <set>

#include "cch/criterion/levels.hpp"
#include "cch/estimators/catalog.hpp"

namespace cch::detail {
namespace {

void check_stored_teachers(const RankInput& input, std::vector<Fault>& faults) {
  const auto* classes = std::get_if<ClassLabels>(&input.labels);
  for (const Modality& teacher : input.teachers) {
    if (!teacher.stored) continue;
    if (classes != nullptr && teacher.features.dim() + 1 == classes->classes()) continue;
    faults.push_back(
        {"stored-teacher",
         "the stored outputs of '" + teacher.name + "' are not those for the classes of the labels",
         {},
         "they are one log-ratio fewer than there are classes",
         "Give what log_ratios returns for these labels"});
  }
}

}  // namespace

std::string saw_rows_reason(const std::string& teacher) {
  return "'" + teacher +
         "' was trained with labels of these rows, which its outputs pass on to the student that "
         "is "
         "scored with them.";
}

void check_input(const RankInput& input) {
  std::vector<Fault> faults;
  const std::size_t n = input.student.features.size();
  auto check_rows = [&](const std::string& what, std::size_t rows) {
    if (rows == n) return;
    faults.push_back({"unequal-rows",
                      what + " has " + std::to_string(rows) + " rows, the student '" +
                          input.student.name + "' has " + std::to_string(n),
                      {},
                      "row i must be the same sample everywhere",
                      "Align the files by id, or export them from the same rows"});
  };
  std::set<std::string> names{input.student.name};
  for (const Modality& teacher : input.teachers) {
    check_rows("teacher '" + teacher.name + "'", teacher.features.size());
    if (names.insert(teacher.name).second) continue;
    faults.push_back({"duplicate-name",
                      "two modalities are called '" + teacher.name + "'",
                      {},
                      "the ranking could not tell them apart",
                      "Give each its own name, on the command line with --teacher NAME=PATH"});
  }
  check_rows("labels", size(input.labels));
  if (input.groups.rows() != n) check_rows("groups", input.groups.rows());
  if (const auto* classes = std::get_if<ClassLabels>(&input.labels);
      classes != nullptr && classes->entropy_nats() == 0.0) {
    faults.push_back({"one-class",
                      "all labels are of one class",
                      {},
                      "there is nothing to know about such labels",
                      "Give the rows of at least two classes"});
  }
  check_stored_teachers(input, faults);
  if (!faults.empty()) throw Error(ErrorKind::data, std::move(faults));
  if (input.teachers.empty()) {
    refuse_usage("no-teacher", "there is no teacher to rank", {}, "Give at least one --teacher");
  }
}

void check_options(const RankInput& input, const RankOptions& options) {
  if (options.estimators.empty()) {
    refuse_usage("no-estimator", "there is no estimator to rank by", {},
                 "Give at least one name, for example auto");
  }
  for (const std::string& name : options.estimators) {
    if (name != "auto") (void)default_options(name);
  }
  if (options.lambda && !(*options.lambda > 0.0 && std::isfinite(*options.lambda))) {
    refuse_usage("bad-lambda", "lambda must be a positive number", {},
                 "Use for example 1, or auto");
  }
  if (options.decide_by == DecideBy::chance && !options.chances) {
    refuse_usage("no-chances", "nothing measures the chances that are to decide", {},
                 "Set RankOptions::chances, for example to chance_source of experiments");
  }
  if (options.permutations > 0 && (1.0 / (static_cast<double>(options.permutations) + 1.0)) >=
                                      0.05 / static_cast<double>(input.teachers.size())) {
    refuse_usage("too-few-permutations",
                 std::to_string(options.permutations) +
                     " permutations can never reject at 5 % for " +
                     std::to_string(input.teachers.size()) + " teachers",
                 "the smallest p value is 1/(n + 1)",
                 "Use at least " + std::to_string(20 * input.teachers.size()) + ", better 999");
  }
}

}  // namespace cch::detail

namespace cch {

std::vector<std::string> why_unreliable(const RankInput& input) {
  std::vector<std::string> reasons = input.doubts;
  // Estimates then differ by rounding alone, with as little spread.
  if (all_rows_equal(input.student.features)) {
    reasons.emplace_back("The student's features are constant: there is nothing to compare.");
  }
  const std::size_t groups = input.groups.count();
  if (input.groups.grouped() && groups < kFewestGroups) {
    reasons.push_back("Only " + std::to_string(groups) +
                      " groups: intervals need at least 20, so this ranking is exploratory.");
  }
  if (!input.groups.grouped() && groups < kFewestRows) {
    reasons.push_back("Only " + std::to_string(groups) +
                      " rows: intervals need at least 100, so this ranking is exploratory.");
  }
  return reasons;
}

}  // namespace cch
