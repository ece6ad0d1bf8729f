#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/feasibility.hpp"
#include "tools/cch/rank_settings.hpp"

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
  bool cost = true;
  std::size_t draws = 0;
  bool estimators_given = false;

  // Planning, without features. Texts, so that every number that is none is named.
  std::string n;
  std::vector<std::string> dims_teacher;
  std::string dim_student;
  std::string classes;
  std::string icc;

  /// Whether there are no features to read.
  [[nodiscard]] bool planning() const {
    return !n.empty() || !dims_teacher.empty() || !dim_student.empty() || !classes.empty() ||
           !icc.empty();
  }
};

/// Every wrong value and every combination without a meaning, in one usage Error.
void check_check_settings(const CheckSettings& settings);
/// The plan that checked settings stand for; groups is then a number.
PlanNumbers plan_numbers(const CheckSettings& settings);
FeasibilityOptions feasibility_options(const CheckSettings& settings);

}  // namespace cch
