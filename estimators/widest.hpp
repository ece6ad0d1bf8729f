#pragma once

#if defined(__x86_64__)

namespace cch::detail {

/// The member of a family of kernels for the widest instruction set that this processor runs.
template <class Kernels>
const Kernels& widest(const Kernels& base, const Kernels& avx2, const Kernels& avx512) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw")) {
    return avx512;
  }
  return __builtin_cpu_supports("avx2") ? avx2 : base;
}

}  // namespace cch::detail

#endif
