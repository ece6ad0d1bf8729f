#pragma once

#include <Eigen/Core>
#include <variant>
#include <vector>

namespace cch::detail {

/// Rows as the rules see them: in the coordinates that were kept, and standardised in all their
/// columns (empty where those are the same).
struct Coordinates {
  Eigen::MatrixXf kept;     ///< n × q
  Eigen::MatrixXf columns;  ///< n × D, or 0 × 0
};

/// A linear rule: e_c(x) = xᵀw_c + b_c.
struct LinearRule {
  Eigen::MatrixXf weights;  ///< q × K, or D × K
  Eigen::RowVectorXf bias;  ///< K
  bool on_columns = false;  ///< x is the row in all its columns
};

/// A quadratic rule on r axes: e_c(x) = −½ ‖R_c (Aᵀx − m_c)‖² + b_c with Σ_c⁻¹ = R_cᵀR_c.
struct QuadraticRule {
  Eigen::MatrixXf axes;               ///< A, q × r
  std::vector<Eigen::MatrixXf> root;  ///< R_c, r × r, one a class
  Eigen::MatrixXf means;              ///< K × r
  Eigen::RowVectorXf bias;            ///< b_c = −½ ln det Σ_c
};

/// The evidence e_c(x) of a rule is ln p(x|c) up to a term common to all classes, so that
/// p(c|x) ∝ π_c exp(τ e_c) with τ = 1 if the rule is calibrated.
using Rule = std::variant<LinearRule, QuadraticRule>;

/// n × K.
inline Eigen::MatrixXf evidence(const LinearRule& rule, const Coordinates& rows) {
  const Eigen::MatrixXf& x = rule.on_columns ? rows.columns : rows.kept;
  return (x * rule.weights).rowwise() + rule.bias;
}

inline Eigen::MatrixXf evidence(const QuadraticRule& rule, const Coordinates& rows) {
  const Eigen::MatrixXf t = rows.kept * rule.axes;
  Eigen::MatrixXf out(t.rows(), rule.means.rows());
  for (Eigen::Index c = 0; c < out.cols(); ++c) {
    const Eigen::MatrixXf white =
        (t.rowwise() - rule.means.row(c)) * rule.root[static_cast<std::size_t>(c)].transpose();
    out.col(c) = -0.5F * white.rowwise().squaredNorm();
  }
  return out.rowwise() + rule.bias;
}

inline Eigen::MatrixXf evidence(const Rule& rule, const Coordinates& rows) {
  return std::visit([&](const auto& r) { return evidence(r, rows); }, rule);
}

/// Evidence of every rule on the same rows, in their order.
std::vector<Eigen::MatrixXf> evidence_of_all(const std::vector<Rule>& rules,
                                             const Coordinates& rows);

}  // namespace cch::detail
