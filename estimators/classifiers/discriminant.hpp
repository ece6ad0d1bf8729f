#pragma once

#include <string>
#include <vector>

#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/training.hpp"

namespace cch::detail {

/// One linear discriminant: how the class means are shrunk, and by how much the within-class
/// correlations are.
struct DiscriminantChoice {
  enum class Means { plain, directions, columns, within_axes, centroids, shrunken_centroids };
  Means means = Means::plain;
  double shrinkage = -1.0;  ///< λ of R* = (1−λ)R + λI; negative: the Ledoit–Wolf intensity
  [[nodiscard]] std::string name() const;
};

/// The whole family, in a fixed order; the centroids only where columns were reduced to components.
std::vector<DiscriminantChoice> discriminant_choices(bool reduced);

/// Gaussian classes with one covariance: evidence e_c(x) = xᵀW⁻¹m_c − ½ m_cᵀW⁻¹m_c.
/// W = S R* S is the pooled within-class covariance, its correlations R shrunk towards I. The class
/// means m_c are as they are (plain), or shrunk in one of three ways (mean_shrinkage.hpp): the
/// singular values of the matrix of whitened means (directions), column by column (columns), or
/// along the principal axes of R (within_axes); all three leave out directions in which classes do
/// not differ. The centroid rules take W as diagonal and work in all columns, where few of many
/// columns may carry the classes (nearest shrunken centroids, Tibshirani et al. 2002). Rules come
/// in the order of `choices`. Cost O(n q + q³ + choices · q² K).
std::vector<Rule> fit_discriminants(const TrainingSet& train,
                                    const std::vector<DiscriminantChoice>& choices);

}  // namespace cch::detail
