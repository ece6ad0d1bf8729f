#pragma once

#include <cstddef>
#include <string_view>

namespace cch::detail {

/// Rows a tile: one or more whole vector registers of floats on every machine.
inline constexpr std::size_t kRowTile = 16;

/// One tile of held-out rows, as the calibration of several members needs it; k columns a matrix.
struct CalibrationTile {
  const float* const* evidence;  ///< a tile of k columns a member
  std::size_t members;
  std::size_t k;
  const float* tau;        ///< a weight a member
  const float* log_prior;  ///< k
  float* q;                ///< out, k columns: softmax of log_prior + Σ_m tau_m evidence_m
  float* largest;          ///< out, as softmax_tile
  float* total;            ///< out, as softmax_tile
  float* mean;             ///< out, a column a member: Σ_c q_c evidence_mc
  float* covariance;  ///< out, a column a pair (a, b >= a): Σ_c q_c (e_ac - mean_a)(e_bc - mean_b)
  float* scratch;     ///< 2 members k columns
};

/// Products of a tall matrix X (n × q) with a narrow one (k columns) and softmax, which is all that
/// a logistic fit does; Eigen is built for the baseline instruction set and takes several times as
/// long. Tall matrices are stored in tiles of kRowTile rows, inside a tile column after column, the
/// last tile filled up with zeros; narrow ones are column-major. Every instruction set adds in the
/// same order, in lanes of 16 rows and without fused multiply-adds, so it gives the same bits.
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
  /// One tile of k columns of logits becomes softmax; of each of its kRowTile rows the largest
  /// logit and Σ_c exp(z_c − largest) are written.
  void (*softmax_tile)(float* logits, std::size_t k, float* largest, float* total);
  /// One tile of logits z becomes w softmax(z) − t for targets t of the same layout, w = Σ_c t_c;
  /// of each row w, Σ_c t_c (z_c − largest) and Σ_c exp(z_c − largest) are written.
  void (*soft_residuals_tile)(const float* target, float* logits, std::size_t k, float* weight,
                              float* aligned, float* total);
  void (*calibration_tile)(const CalibrationTile& tile);
  /// x ← exp x for x <= 0, relative error below 2e-7; below -87 as exp(-87).
  void (*exponentials)(float* x, std::size_t count);
};

/// The widest set that this processor runs.
const ProductKernels& product_kernels();

}  // namespace cch::detail
