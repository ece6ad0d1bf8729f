#include "estimators/classifiers/products.hpp"

namespace cch::detail {

extern const ProductKernels products_base;
#if defined(__x86_64__)
extern const ProductKernels products_avx2;
extern const ProductKernels products_avx512;
#endif

const ProductKernels& product_kernels() {
#if defined(__x86_64__)
  static const ProductKernels& best = []() -> const ProductKernels& {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
      return products_avx512;
    }
    if (__builtin_cpu_supports("avx2")) return products_avx2;
    return products_base;
  }();
  return best;
#else
  return products_base;
#endif
}

}  // namespace cch::detail
