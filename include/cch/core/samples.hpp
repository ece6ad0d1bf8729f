#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/matrix.hpp"

namespace cch {

/// N × D observations of one variable, row = sample. Every value is finite: that is checked once,
/// here, because a single NaN silently breaks every neighbour search. Copies share the values.
class Samples {
 public:
  Samples() : values_(std::make_shared<const Matrix>()) {}

  /// Takes N ≥ 1 rows and D ≥ 1 columns of finite values; otherwise throws a data Error that names
  /// the first bad row and column (counted from 0) and how many there are. Cost O(N·D).
  static Samples from(Matrix values, std::string name = "values") {
    if (values.rows() == 0 || values.cols() == 0) {
      refuse_data(
          "empty-array", name + " has no values",
          std::to_string(values.rows()) + " rows, " + std::to_string(values.cols()) + " columns",
          "there is nothing to estimate from", "Give at least one row and one column");
    }
    refuse_non_finite(values, name);
    Samples samples;
    samples.values_ = std::make_shared<const Matrix>(std::move(values));
    samples.name_ = std::move(name);
    return samples;
  }

  [[nodiscard]] std::size_t size() const { return values_->rows(); }
  [[nodiscard]] std::size_t dim() const { return values_->cols(); }
  [[nodiscard]] MatrixView view() const { return values_->view(); }
  [[nodiscard]] const std::string& name() const { return name_; }
  double operator()(std::size_t i, std::size_t j) const { return (*values_)(i, j); }

  /// The chosen rows, in the order given.
  [[nodiscard]] Samples select(std::span<const std::size_t> rows) const {
    Samples out;
    out.values_ = std::make_shared<const Matrix>(select_rows(view(), rows));
    out.name_ = name_;
    return out;
  }

 private:
  static void refuse_non_finite(const Matrix& values, const std::string& name) {
    std::size_t count = 0;
    std::optional<std::pair<std::size_t, std::size_t>> first;
    for (std::size_t i = 0; i < values.rows(); ++i) {
      for (std::size_t j = 0; j < values.cols(); ++j) {
        if (std::isfinite(values(i, j))) continue;
        if (!first) first = {i, j};
        ++count;
      }
    }
    if (!first) return;
    refuse_data("non-finite-value", name + " contains NaN or infinite values",
                "first at row " + std::to_string(first->first) + ", column " +
                    std::to_string(first->second) + " (from 0); " + std::to_string(count) + " of " +
                    std::to_string(values.rows() * values.cols()) + " values",
                "neighbour searches and covariances would be wrong without any sign",
                "Impute or drop these rows in all files before ranking");
  }

  std::shared_ptr<const Matrix> values_;
  std::string name_ = "values";
};

}  // namespace cch
