#pragma once

#include <Eigen/Core>

namespace cch::detail {

/// A = L Lᵀ of a symmetric positive definite A, of which the lower triangle is read. Compiled once
/// for MatrixXd and once for MatrixXf. O(D³/3) to factor, O(D²) a right-hand side.
template <class Dense>
class BasicCholesky {
 public:
  /// A matrix, or a block of its rows or columns, without a copy.
  using Input = Eigen::Ref<const Dense, 0, Eigen::OuterStride<>>;
  using Output = Eigen::Ref<Dense, 0, Eigen::OuterStride<>>;

  BasicCholesky() = default;
  explicit BasicCholesky(Dense a);
  /// Also an estimate of 1/(‖A‖₁ ‖A⁻¹‖₁), 0 where A is not positive definite.
  BasicCholesky(Dense a, double& reciprocal_condition);

  /// Whether every pivot was positive; nothing else below has a meaning otherwise.
  [[nodiscard]] bool positive_definite() const { return positive_definite_; }
  /// L in its lower triangle; what is above is not defined.
  [[nodiscard]] const Dense& packed() const { return packed_; }
  [[nodiscard]] Dense lower() const;  ///< L
  [[nodiscard]] Dense upper() const;  ///< Lᵀ

  [[nodiscard]] Dense solve(const Input& b) const;  ///< A⁻¹ b
  void solve_into(const Input& b, Output out) const;
  [[nodiscard]] Dense solve_lower(const Input& b) const;  ///< L⁻¹ b
  void solve_lower_in_place(Dense& b) const;              ///< L⁻¹ b
  void solve_upper_in_place(Dense& b) const;              ///< L⁻ᵀ b
  [[nodiscard]] Dense upper_times(const Dense& b) const;  ///< Lᵀ b

 private:
  Dense packed_;
  bool positive_definite_ = false;
};

using Cholesky = BasicCholesky<Eigen::MatrixXd>;
using CholeskyF = BasicCholesky<Eigen::MatrixXf>;
extern template class BasicCholesky<Eigen::MatrixXd>;
extern template class BasicCholesky<Eigen::MatrixXf>;

/// rows L⁻ᵀ for the lower triangle of `l`: every row r becomes (L⁻¹ rᵀ)ᵀ. n × D.
Eigen::MatrixXd solve_rows(const Eigen::MatrixXd& l, const Eigen::MatrixXd& rows);
/// L⁻ᵀ b in place for the lower triangle of `l`.
void solve_transposed_lower_in_place(const Eigen::MatrixXd& l, Eigen::MatrixXd& b);

/// A = P L D Lᵀ Pᵀ with pivots by size (Eigen::LDLT), for a symmetric A that may be singular.
Eigen::VectorXd pivots(const Eigen::MatrixXd& a);  ///< D
/// A⁻¹ b; directions whose pivots vanish are left out.
Eigen::VectorXd solve_semidefinite(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);
Eigen::MatrixXd solve_semidefinite(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

}  // namespace cch::detail
