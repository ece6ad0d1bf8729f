#pragma once

// The one place that includes LibTorch and that knows of differences between its versions (1.13 to
// 2.11). Only files of this folder include it.
#include <torch/cuda.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <string>

namespace cch::neural {

using torch::Tensor;

inline std::string torch_version() {
  return std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR) + "." +
         std::to_string(TORCH_VERSION_PATCH);
}

/// LibTorch sums in another order with another number of threads: one, set in every worker, since
/// the setting belongs to the calling thread.
inline void use_one_thread() {
  torch::set_num_threads(1);
}

inline torch::TensorOptions floats(const torch::Device& device) {
  return torch::TensorOptions().dtype(torch::kFloat32).device(device);
}

}  // namespace cch::neural
