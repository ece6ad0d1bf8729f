#pragma once

#include <string>
#include <vector>

#include "estimators/classifiers/training.hpp"

namespace cch::detail {

/// One linear discriminant: how the class means are shrunk, and by how much the within-class
/// correlations are.
struct DiscriminantChoice {
  enum class Means { plain, directions, columns, within_axes };
  Means means = Means::plain;
  double shrinkage = -1.0;  ///< λ of R* = (1−λ)R + λI; negative: the Ledoit–Wolf intensity
  [[nodiscard]] std::string name() const;
};

/// The whole family, in a fixed order.
const std::vector<DiscriminantChoice>& discriminant_choices();

/// Gaussian classes with one covariance: evidence e_c(x) = xᵀW⁻¹m_c − ½ m_cᵀW⁻¹m_c.
/// W = S R* S is the pooled within-class covariance, its correlations R shrunk towards I. The class
/// means m_c are as they are (plain), or shrunk in one of three ways (mean_shrinkage.hpp): the
/// singular values of the matrix of whitened means (directions), column by column (columns), or
/// along the principal axes of R (within_axes); all three leave out directions in which classes do
/// not differ. Rules come in the order of `choices`. Cost O(n q + q³ + choices · q² K).
std::vector<LinearRule> fit_discriminants(const TrainingSet& train,
                                          const std::vector<DiscriminantChoice>& choices);

}  // namespace cch::detail
