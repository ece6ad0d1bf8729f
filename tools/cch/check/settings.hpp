#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/feasibility.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// What `cch check` was asked for.
struct CheckSettings {
  RankSettings rank;        ///< the inputs of `cch rank`, and what both commands share
  std::string split;        ///< PATH[:KEY] of what says which rows features were fitted on
  std::string split_train;  ///< its value for those rows; empty: "train", or what most rows have
  std::optional<double> margin;
  double power = 0.8;
  double wrong = 0.05;
  bool curved = true;
  bool sizes = true;
  bool consistency = true;
  bool laws = false;  ///< every law, not only what takes little time
  bool cost = true;
  std::size_t draws = 0;
  bool estimators_given = false;

  std::optional<FeasibilityVerdict> fail_on;

  // Planning, without features.
  std::optional<std::size_t> n;
  std::vector<std::size_t> dims_teacher;
  std::optional<std::size_t> dim_student;
  std::optional<std::size_t> classes;
  std::optional<double> icc;

  /// Whether there are no features to read.
  [[nodiscard]] bool planning() const {
    return n || !dims_teacher.empty() || dim_student || classes || icc;
  }
};

/// The options of `cch check`.
options::Table check_table(CheckSettings& settings);
/// The keys of its study files, those of `cch rank`.
options::Table check_study_table(CheckSettings& settings);
/// What was `refused`, every wrong value and every combination without a meaning, in one usage
/// Error.
void check_check_settings(const CheckSettings& settings, const FaultCollector& refused = {});
/// A number of a plan; a usage Error with this code if the text is none.
std::size_t plan_count(const std::string& option, const std::string& text, const std::string& code);
/// The plan that checked settings stand for; groups is then a number.
PlanNumbers plan_numbers(const CheckSettings& settings);
FeasibilityOptions feasibility_options(const CheckSettings& settings);

}  // namespace cch
