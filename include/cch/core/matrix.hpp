#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace cch {

/// Read-only view of a row-major matrix of doubles; owns nothing. Row i begins at data + i·stride.
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(const double* data, std::size_t rows, std::size_t cols)
      : MatrixView(data, rows, cols, cols) {}
  MatrixView(const double* data, std::size_t rows, std::size_t cols, std::size_t stride)
      : data_(data), rows_(rows), cols_(cols), stride_(stride) {}

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] const double* data() const { return data_; }
  [[nodiscard]] std::span<const double> row(std::size_t i) const {
    assert(i < rows_);
    return {data_ + i * stride_, cols_};
  }
  double operator()(std::size_t i, std::size_t j) const {
    assert(i < rows_ && j < cols_);
    return data_[i * stride_ + j];
  }

 private:
  const double* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::size_t stride_ = 0;
};

/// Dense row-major matrix of doubles.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t cols, double fill = 0.0)
      : rows_(rows), cols_(cols), values_(rows * cols, fill) {}
  Matrix(std::size_t rows, std::size_t cols, std::vector<double> values)
      : rows_(rows), cols_(cols), values_(std::move(values)) {
    assert(values_.size() == rows_ * cols_);
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }
  [[nodiscard]] double* data() { return values_.data(); }
  [[nodiscard]] const double* data() const { return values_.data(); }
  double& operator()(std::size_t i, std::size_t j) { return values_[i * cols_ + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values_[i * cols_ + j]; }
  [[nodiscard]] std::span<double> row(std::size_t i) { return {data() + i * cols_, cols_}; }
  [[nodiscard]] std::span<const double> row(std::size_t i) const {
    return {data() + i * cols_, cols_};
  }
  [[nodiscard]] MatrixView view() const { return {data(), rows_, cols_}; }

 private:
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::vector<double> values_;
};

/// Copy of the chosen rows, in the order given.
Matrix select_rows(MatrixView m, std::span<const std::size_t> rows);

}  // namespace cch
