#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/matrix.hpp"

namespace cch {

/// A run of neighbouring coordinates with a name.
struct GaussianBlock {
  std::string name;
  std::size_t dim = 1;
};

/// Some blocks of a JointGaussian, stacked in the order given.
using BlockNames = std::vector<std::string>;

/// max |Σ_ij − Σ_ji| / √(Σ_ii Σ_jj) of a square matrix with a positive diagonal.
double largest_asymmetry(const Matrix& covariance);

/// A joint normal distribution N(0, Σ) of named blocks of any sizes, Σ positive definite. Means
/// change no information, so they are 0. Everything is exact up to rounding and in nats. Names that
/// do not exist, a name given twice and blocks on both sides of an information are usage Errors.
/// Copies share Σ and its Cholesky factor.
class JointGaussian {
 public:
  /// Takes the D × D covariance Σ; the blocks cover its D coordinates in order. Usage Errors:
  /// "bad-blocks" (an empty or repeated name, a block of 0 columns), "block-sizes" (they
  /// do not add up to D). Data Errors: "not-square", "non-finite-value", "asymmetric-covariance"
  /// (|Σ_ij − Σ_ji| above 16·2⁻²³ √(Σ_ii Σ_jj); below, rounding of float32, both are averaged),
  /// "indefinite-covariance" and "singular-covariance": the smallest eigenvalue λ of the
  /// correlations Σ_ij/√(Σ_ii Σ_jj) is below −ε, or below ε. The last two name the smallest group
  /// of blocks found to be at fault, and λ. ε is 1e-10, or 2 √D times the error of an entry if that
  /// is more: the larger of `entry_error` (of the correlations) and of largest_asymmetry().
  /// Cost O(D³).
  static JointGaussian from(const Matrix& covariance, std::vector<GaussianBlock> blocks,
                            const std::string& name = "the covariance", double entry_error = 0.0);

  [[nodiscard]] const std::vector<GaussianBlock>& blocks() const&;
  [[nodiscard]] std::vector<GaussianBlock> blocks() && { return blocks(); }  ///< outlives it
  /// D, all columns.
  [[nodiscard]] std::size_t dim() const;
  /// Columns of some blocks.
  [[nodiscard]] std::size_t dim(const BlockNames& of) const;
  [[nodiscard]] const Matrix& covariance() const&;
  [[nodiscard]] Matrix covariance() && { return covariance(); }  ///< outlives it
  /// Cov(a, b), dim(a) × dim(b).
  [[nodiscard]] Matrix covariance(const BlockNames& a, const BlockNames& b) const;

  /// The distribution of some blocks alone.
  [[nodiscard]] JointGaussian marginal(const BlockNames& of) const;
  /// The distribution of some blocks given others, whose value does not enter:
  /// Σ_A|C = Σ_AA − Σ_AC Σ_CC⁻¹ Σ_CA. Cost O(D³).
  [[nodiscard]] JointGaussian conditional(const BlockNames& of, const BlockNames& given) const;
  /// W of E[a | b] = Wᵀb, that is Σ_bb⁻¹ Σ_ba, dim(b) × dim(a).
  [[nodiscard]] Matrix regression(const BlockNames& a, const BlockNames& b) const;

  /// Differential entropy h(A) = ½ ln det(2πe Σ_AA); negative for narrow distributions.
  [[nodiscard]] double entropy(const BlockNames& of) const;
  /// h(A | C) = h(A,C) − h(C).
  [[nodiscard]] double entropy(const BlockNames& of, const BlockNames& given) const;
  /// I(A;B) = ½ [ln det Σ_AA + ln det Σ_BB − ln det Σ_(AB)(AB)].
  [[nodiscard]] double information(const BlockNames& a, const BlockNames& b) const;
  /// I(A;B | C) = h(A,C) + h(B,C) − h(A,B,C) − h(C).
  [[nodiscard]] double information(const BlockNames& a, const BlockNames& b,
                                   const BlockNames& given) const;

  /// n independent rows, n × D, from a stream of the seed. Cost O(n D²).
  [[nodiscard]] Matrix sample(std::size_t n, std::uint64_t seed) const;

 private:
  struct Parts;
  explicit JointGaussian(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace cch
