#pragma once

#include <cstddef>
#include <string_view>

namespace cch::detail {

/// Rows a tile: one or more whole vector registers of floats on every machine.
inline constexpr std::size_t kRowTile = 16;

/// Products of a tall matrix X (n × q) with a narrow one (k columns), which is all that a logistic
/// fit does; Eigen is built for the baseline instruction set and takes several times as long. Tall
/// matrices are stored in tiles of kRowTile rows, inside a tile column after column, the last tile
/// filled up with zeros; narrow ones are column-major. Every instruction set adds in the same
/// order, in lanes of 16 rows and without fused multiply-adds, so it gives the same bits.
struct ProductKernels {
  std::string_view name;

  /// out = X W for `tiles` tiles: X has q columns, W is q × k with leading dimension ld_w, out has
  /// k columns.
  void (*tall_times_narrow)(const float* x, std::size_t tiles, std::size_t q, const float* w,
                            std::size_t ld_w, std::size_t k, float* out);
  /// g(q × k, leading dimension ld_g) += Xᵀ R for q columns of X and k of R; the tiles of X hold
  /// x_columns columns, those of R r_columns.
  void (*add_transposed)(const float* x, std::size_t x_columns, std::size_t q, const float* r,
                         std::size_t r_columns, std::size_t k, std::size_t tiles, float* g,
                         std::size_t ld_g);
};

/// The widest set that this processor runs.
const ProductKernels& product_kernels();

}  // namespace cch::detail
