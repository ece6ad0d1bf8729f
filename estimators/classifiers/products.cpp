#include "estimators/classifiers/products.hpp"

#include "estimators/widest.hpp"

namespace cch::detail {

extern const ProductKernels products_base;
#if defined(__x86_64__)
extern const ProductKernels products_avx2;
extern const ProductKernels products_avx512;
#endif

const ProductKernels& product_kernels() {
#if defined(__x86_64__)
  static const ProductKernels& best = widest(products_base, products_avx2, products_avx512);
  return best;
#else
  return products_base;
#endif
}

}  // namespace cch::detail
