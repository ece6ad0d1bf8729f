#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/error.hpp"

namespace cch {

/// A two-sided interval, lo ≤ hi.
struct Interval {
  double lo = 0.0;
  double hi = 0.0;
};

/// How a number was obtained: named facts in the order in which they were recorded.
class Diagnostics {
 public:
  void set(std::string name, double value) { numbers_.emplace_back(std::move(name), value); }
  void note(std::string name, std::string value) {
    notes_.emplace_back(std::move(name), std::move(value));
  }
  /// The number recorded under this name, if any.
  [[nodiscard]] std::optional<double> number(const std::string& name) const {
    for (const auto& [key, value] : numbers_) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const {
    for (const auto& [key, value] : notes_) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::vector<std::pair<std::string, double>>& numbers() const {
    return numbers_;
  }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& notes() const {
    return notes_;
  }

 private:
  std::vector<std::pair<std::string, double>> numbers_;
  std::vector<std::pair<std::string, std::string>> notes_;
};

/// An estimate of a mutual information in nats. It is never clamped: near independence a good
/// estimator is negative about half of the time.
struct Estimate {
  double nats = 0.0;
  std::optional<double> standard_error;  ///< nats
  std::optional<Interval> interval95;  ///< nats; about the estimator's own mean, bias not included
  std::size_t n = 0;                   ///< rows that entered
  std::size_t dim_x = 0;
  std::size_t dim_y = 0;
  std::string method;  ///< catalog name of the estimator
  /// For estimators that are a mean of per-row terms: those terms, one a row of the input (nats).
  /// Empty where only some rows were asked.
  std::vector<double> row_terms;
  Diagnostics diagnostics;
  std::vector<Warning> warnings;
};

}  // namespace cch
