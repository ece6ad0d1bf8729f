#pragma once

#include <ATen/autocast_mode.h>

#include "estimators/neural/torch/torch.hpp"

namespace cch::training {

/// bfloat16 for the products of a scope on CUDA; losses stay in single precision. LibTorch renamed
/// the switches in 2.4.
class Autocast {
 public:
  explicit Autocast(bool on) : on_(on) {
    if (on_) turn(true);
  }
  ~Autocast() {
    if (!on_) return;
    at::autocast::clear_cache();
    turn(false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  static void turn(bool on) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCUDA, on);
#else
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on);
#endif
  }
  bool on_;
};

}  // namespace cch::training
