#pragma once

#include <cstddef>
#include <string_view>

namespace cch::detail {

/// A matrix as products read it: entry (i, j) is values[i · down + j · right].
template <class T>
struct Strided {
  const T* values;
  std::size_t down;
  std::size_t right;
};

/// One product C(m × n, column-major, leading dimension ld) += A(m × depth) B(depth × n). With
/// `lower` entries above the diagonal may be left as they are.
template <class T>
struct DenseProduct {
  Strided<T> a;
  Strided<T> b;
  std::size_t m;
  std::size_t n;
  std::size_t depth;
  T* c;
  std::size_t ld;
  bool lower;
  T* scratch;  ///< for the copies of blocks
};

/// Rows and columns of the blocks that are copied together; every sum over the depth is made in
/// pieces of kDenseDepth, one after the other and without fused multiply-adds, so that every
/// instruction set gives the same bits.
inline constexpr std::size_t kDenseRows = 192;
inline constexpr std::size_t kDenseColumns = 512;
inline constexpr std::size_t kDenseDepth = 256;

struct DenseKernels {
  std::string_view name;
  void (*of_doubles)(const DenseProduct<double>& product);
  void (*of_floats)(const DenseProduct<float>& product);
};

}  // namespace cch::detail
