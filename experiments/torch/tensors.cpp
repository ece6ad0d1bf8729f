#include "experiments/torch/tensors.hpp"

#include <algorithm>

namespace cch::training {

Tensor to_tensor(std::span<const double> values, at::IntArrayRef shape,
                 const TensorOptions& options) {
  return torch::from_blob(const_cast<double*>(values.data()), shape, torch::kFloat64)
      .to(options, /*non_blocking=*/false, /*copy=*/true);
}

Tensor to_tensor(const Matrix& m, const TensorOptions& options) {
  return to_tensor({m.data(), m.rows() * m.cols()}, {as_int(m.rows()), as_int(m.cols())}, options);
}

Tensor to_indices(const std::vector<std::int64_t>& values, const TensorOptions& options) {
  return torch::tensor(torch::ArrayRef<std::int64_t>(values), torch::kInt64).to(options.device());
}

std::vector<double> to_doubles(const Tensor& t) {
  const Tensor here = t.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  const auto* begin = here.data_ptr<double>();
  return {begin, begin + here.numel()};
}

void write_rows(const Tensor& part, std::size_t first, Matrix& m) {
  const Tensor here = part.to(torch::kCPU, torch::kFloat64).contiguous();
  std::copy_n(here.data_ptr<double>(), here.numel(), m.row(first).data());
}

}  // namespace cch::training
