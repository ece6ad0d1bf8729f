#include "estimators/kNN/distances.hpp"

namespace cch::detail {

extern const DistanceKernels kernels_base;
#if defined(__x86_64__)
extern const DistanceKernels kernels_avx2;
extern const DistanceKernels kernels_avx512;
#endif

const DistanceKernels& distance_kernels() {
#if defined(__x86_64__)
  static const DistanceKernels& best = []() -> const DistanceKernels& {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
      return kernels_avx512;
    }
    if (__builtin_cpu_supports("avx2")) return kernels_avx2;
    return kernels_base;
  }();
  return best;
#else
  return kernels_base;
#endif
}

}  // namespace cch::detail
