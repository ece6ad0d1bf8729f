#pragma once

#include <span>
#include <vector>

#include "cch/core/matrix.hpp"
#include "estimators/neural/torch/torch.hpp"

namespace cch::training {

using neural::Tensor;
using torch::TensorOptions;

inline std::int64_t as_int(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

/// A copy of some doubles on the device of `options`, in its precision.
Tensor to_tensor(std::span<const double> values, at::IntArrayRef shape,
                 const TensorOptions& options);
Tensor to_tensor(const Matrix& m, const TensorOptions& options);
/// Indices on the device.
Tensor to_indices(const std::vector<std::int64_t>& values, const TensorOptions& options);

/// All values in their order.
std::vector<double> to_doubles(const Tensor& t);
/// Writes a part of rows × columns into m from row `first` on.
void write_rows(const Tensor& part, std::size_t first, Matrix& m);

}  // namespace cch::training
