#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "cch/core/matrix.hpp"

namespace cch {

/// N × D observations of one variable, row = sample. Every value is finite: that is checked once,
/// here, because a single NaN silently breaks every neighbour search. Copies share the values.
class Samples {
 public:
  Samples() = default;

  /// Takes N ≥ 1 rows and D ≥ 1 columns of finite values; otherwise throws a data Error that names
  /// the first bad row and column (counted from 0) and how many there are. Cost O(N·D).
  static Samples from(Matrix values, std::string name = "values");

  /// The same of values that stay where they are: `owner` keeps them, and nobody changes them, as
  /// long as a copy of the result lives. Rows lie without gaps (stride = D).
  static Samples borrowed(MatrixView values, std::shared_ptr<const void> owner,
                          std::string name = "values");

  [[nodiscard]] std::size_t size() const { return view_.rows(); }
  [[nodiscard]] std::size_t dim() const { return view_.cols(); }
  [[nodiscard]] MatrixView view() const { return view_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  double operator()(std::size_t i, std::size_t j) const { return view_(i, j); }

  /// The chosen rows, in the order given.
  [[nodiscard]] Samples select(std::span<const std::size_t> rows) const;

 private:
  static Samples of(Matrix values, std::string name);

  std::shared_ptr<const void> owner_;
  MatrixView view_;
  std::string name_ = "values";
};

/// The columns of a, then those of b. Equal numbers of rows are the caller's affair. Cost O(N·D).
Samples side_by_side(const Samples& a, const Samples& b);

/// True if there are at least two rows and no two differ. Cost O(N·D) at most.
bool all_rows_equal(const Samples& x);

}  // namespace cch
