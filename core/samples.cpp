#include "cch/core/samples.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/non_finite.hpp"

namespace cch {
namespace {

void refuse_non_finite(MatrixView values, const std::string& name) {
  NonFinite bad(values.cols());
  for (std::size_t i = 0; i < values.rows(); ++i) {
    for (std::size_t j = 0; j < values.cols(); ++j) {
      if (!std::isfinite(values(i, j))) bad.take(i, j);
    }
  }
  if (bad.count() > 0) throw Error(ErrorKind::data, bad.fault(name, values.rows()));
}

void refuse_unusable(MatrixView values, const std::string& name) {
  if (values.rows() == 0 || values.cols() == 0) {
    refuse_data(
        "empty-array", name + " has no values",
        std::to_string(values.rows()) + " rows, " + std::to_string(values.cols()) + " columns",
        "there is nothing to estimate from", "Give at least one row and one column");
  }
  refuse_non_finite(values, name);
}

}  // namespace

Samples Samples::from(Matrix values, std::string name) {
  refuse_unusable(values.view(), name);
  return of(std::move(values), std::move(name));
}

Samples Samples::borrowed(MatrixView values, std::shared_ptr<const void> owner, std::string name) {
  assert(values.stride() == values.cols());
  refuse_unusable(values, name);
  Samples out;
  out.owner_ = std::move(owner);
  out.view_ = values;
  out.name_ = std::move(name);
  return out;
}

Samples Samples::of(Matrix values, std::string name) {
  auto owner = std::make_shared<const Matrix>(std::move(values));
  Samples out;
  out.view_ = owner->view();
  out.owner_ = std::move(owner);
  out.name_ = std::move(name);
  return out;
}

Samples Samples::select(std::span<const std::size_t> rows) const {
  return of(select_rows(view(), rows), name_);
}

bool all_rows_equal(const Samples& x) {
  for (std::size_t i = 1; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) {
      if (x(i, j) != x(0, j)) return false;
    }
  }
  return x.size() > 1;
}

Matrix select_rows(MatrixView m, std::span<const std::size_t> rows) {
  Matrix out(rows.size(), m.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < m.cols(); ++j) out(i, j) = m(rows[i], j);
  }
  return out;
}

Samples side_by_side(const Samples& a, const Samples& b) {
  Matrix out(a.size(), a.dim() + b.dim());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto row = out.row(i);
    std::copy_n(a.view().row(i).begin(), a.dim(), row.begin());
    std::copy_n(b.view().row(i).begin(), b.dim(),
                row.begin() + static_cast<std::ptrdiff_t>(a.dim()));
  }
  return Samples::from(std::move(out));
}

}  // namespace cch
