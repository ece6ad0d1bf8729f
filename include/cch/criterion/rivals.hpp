#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"
#include "cch/core/samples.hpp"

// Criteria of other authors for which teacher (or pretrained model) to take, to be compared with
// the complementarity hypothesis, and the measure by which criteria are compared. Row i of every
// argument is the same sample; unequal rows are a data Error "unequal-rows".

namespace cch {

/// Maximised evidence of a Bayesian linear regression of one target.
struct LogMeTarget {
  double evidence = 0.0;  ///< ln p(y|F, α, β)/N at the α, β below, nats a row
  double alpha = 0.0;     ///< precision of the weights
  double beta = 0.0;      ///< precision of the noise
};
struct LogMe {
  double value = 0.0;                ///< mean over the targets
  std::vector<LogMeTarget> targets;  ///< one a class that has rows, or a real-valued column
};

/// LogME (You, Liu, Wang & Long, ICML 2021): y = F w + e, w ~ N(0, I/α), e ~ N(0, I/β), one target
/// a class (one against the rest, 0/1) or a real-valued column. With σ the squared singular values
/// of F (N × D), x = Uᵀy, t = α/β:
///
///   γ = Σ σ/(σ + t),  m² = Σ σx²/(t + σ)²,  r² = Σ x²/(1 + σ/t)² + (|y|² − |x|²),
///   α = γ/m²,  β = (N − γ)/r²,
///
/// from α = β = 1 until t moves by less than a thousandth, at most 11 times; the evidence is
/// N/2 ln β + ½ Σ ln(t/(t + σ)) − N/2 ln 2π − β/2 r² − α/2 m², divided by N. Features and targets
/// enter as they come (no intercept), so put columns on one scale before. A target that the
/// features reproduce exactly, or features that are all 0, are a data Error "no-evidence". Cost
/// O(N D min(N, D) + K N min(N, D)); memory O(N D).
LogMe log_me(const Samples& features, const Variable& labels);

/// LEEP (Nguyen, Hassner, Seeger & Archambeau, ICML 2020): mean_i ln Σ_z p(y_i|z) θ(x_i)_z, nats,
/// at most 0; p(y|z) from the empirical joint (1/N) Σ_i θ(x_i)_z 1{y_i = y}. θ is N × Z, rows add
/// up to 1: here the teacher's held-out class probabilities. Cost O(N Z).
double leep(MatrixView theta, const ClassLabels& labels);

/// NCE (Tran, Nguyen & Hassner, ICCV 2019): −H(Y|Z), nats, at most 0, with Z the class that θ holds
/// likeliest (the first of equals). Plug-in, hence high for few rows. Cost O(N Z).
double negative_conditional_entropy(MatrixView theta, const ClassLabels& labels);

/// H-score (Bao et al., ICIP 2019) with shrunken covariance (after Ibrahim, Ponomareva & Mazumder
/// 2022, without their factor 1 − λ, which makes every score of uncorrelated columns 0): tr(R_λ⁻¹
/// B) of standardised columns, R_λ = (1 − λ) R + λ I with λ by Ledoit & Wolf, B = covariance of the
/// class means E[f|y]. λ = 0 gives the sum of the squared canonical correlations of features and
/// one-hot labels, 0 to min(D, K − 1). Unit-free. Constant columns are a data Error. Cost
/// O(N D² + D³).
double h_score(const Samples& features, const ClassLabels& labels);

/// Linear centred kernel alignment (Kornblith et al. 2019) from the unbiased HSIC of Song et al.
/// (2012), K = XXᵀ, L = YYᵀ with their diagonals set to 0:
///
///   HSIC = [tr(KL) + 1ᵀK1 1ᵀL1/((n−1)(n−2)) − 2/(n−2) 1ᵀKL1] / (n (n−3)),
///   CKA = HSIC(K,L)/√(HSIC(K,K) HSIC(L,L))
///
/// About 0 for independent features of any dimension, at most about 1. No n × n matrix is formed.
/// Nothing where a side has no variance or fewer than 4 rows. Cost O(n D_x D_y + n D_x² + n D_y²).
std::optional<double> debiased_linear_cka(const Samples& x, const Samples& y);

/// How clearly cross-modal training finds what predicts the labels among what two modalities share.
struct SeparationRatios {
  std::optional<double> alignment;  ///< Δ_CA, above 1: contrastive or canonical alignment does
  std::optional<double>
      prediction;  ///< Δ_CP, above 1: predicting the student from the teacher does
};

/// The separation ratios of Kamai, Van Assel, Regev, Perets & Balestriero ("When to Align, When to
/// Predict", 2026, arXiv 2606.11190), from the data. With C = Cov(T,S), W_T = Cov(T)^(−1/2):
///
///   Δ = min over signal of σ / max over nuisance of σ,
///   σ the singular values of W_T C W_S (alignment) or of W_T C (prediction).
///
/// A component is signal or nuisance by what its scores (both sides', or the teacher's) explain of
/// the labels: Σ R² of held-out ridge regression, five folds of whole groups, cut at the elbow of
/// the falling curve (of its logarithm for alignment), where two straight lines leave the least
/// squares. 0 where nothing explains anything; empty for a single component or no nuisance. Put
/// columns on one scale before. Cost O(N D² + D³ + N D K), D = D_T + D_S.
SeparationRatios separation_ratios(const Samples& teacher, const Samples& student,
                                   const Variable& labels, const Groups& groups,
                                   std::uint64_t seed);

/// Kendall's τ_b of two sequences of equal length: (concordant − discordant) pairs over the
/// geometric mean of the pairs not tied in each. Nothing if one is constant. Cost O(n²).
std::optional<double> kendall_tau(std::span<const double> a, std::span<const double> b);

/// C2KD's selection score (Huo et al., CVPR 2024): the mean over rows of Kendall's τ_b between the
/// teacher's and the student's scores of the K classes (logits or probabilities: only their order
/// in a row counts). Rows with a constant side are left out; nothing if all are, or K < 2. Cost
/// O(N K²).
std::optional<double> mean_kendall_tau(MatrixView teacher, MatrixView student);

/// Area under the ROC curve: the probability that a positive case scores higher than a negative
/// one, ties counting half (Mann & Whitney). Nothing without cases of both kinds. Cost O(n log n).
std::optional<double> auroc(std::span<const double> scores, const std::vector<bool>& positive);

}  // namespace cch
