#include "estimators/linalg/dense.hpp"

#include <algorithm>
#include <memory>

#include "estimators/widest.hpp"

namespace cch::detail {

extern const DenseKernels dense_base;
#if defined(__x86_64__)
extern const DenseKernels dense_avx2;
extern const DenseKernels dense_avx512;
#endif

namespace {

const DenseKernels& dense_kernels() {
#if defined(__x86_64__)
  static const DenseKernels& best = widest(dense_base, dense_avx2, dense_avx512);
  return best;
#else
  return dense_base;
#endif
}

// Columns of B and rows of A, filled up to whole registers of any set.
std::size_t scratch_of(std::size_t m, std::size_t n, std::size_t depth) {
  constexpr std::size_t kMostLanes = 16;
  return (std::min(n, kDenseColumns) + std::min(m, kDenseRows) + kMostLanes) *
         std::min(depth, kDenseDepth);
}

template <class T>
void with_scratch(DenseProduct<T>& product, void (*kernel)(const DenseProduct<T>&)) {
  if (product.m == 0 || product.n == 0 || product.depth == 0) return;
  const std::unique_ptr<T[]> scratch(new T[scratch_of(product.m, product.n, product.depth)]);
  product.scratch = scratch.get();
  kernel(product);
}

}  // namespace

void add_product(DenseProduct<double> product) {
  with_scratch(product, dense_kernels().of_doubles);
}

void add_product(DenseProduct<float> product) {
  with_scratch(product, dense_kernels().of_floats);
}

}  // namespace cch::detail
