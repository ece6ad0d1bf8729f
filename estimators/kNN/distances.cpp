#include "estimators/kNN/distances.hpp"

#include "estimators/widest.hpp"

namespace cch::detail {

extern const DistanceKernels kernels_base;
#if defined(__x86_64__)
extern const DistanceKernels kernels_avx2;
extern const DistanceKernels kernels_avx512;
#endif

const DistanceKernels& distance_kernels() {
#if defined(__x86_64__)
  static const DistanceKernels& best = widest(kernels_base, kernels_avx2, kernels_avx512);
  return best;
#else
  return kernels_base;
#endif
}

}  // namespace cch::detail
