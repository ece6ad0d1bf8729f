#include "estimators/linalg/cholesky.hpp"

#include <Eigen/Cholesky>
#include <utility>

namespace cch::detail {

template <class Dense>
BasicCholesky<Dense>::BasicCholesky(Dense a) : packed_(std::move(a)) {
  const Eigen::LLT<Eigen::Ref<Dense>> in_place(packed_);
  positive_definite_ = in_place.info() == Eigen::Success;
}

template <class Dense>
BasicCholesky<Dense>::BasicCholesky(Dense a, double& reciprocal_condition) : packed_(std::move(a)) {
  const Eigen::LLT<Eigen::Ref<Dense>> in_place(packed_);
  positive_definite_ = in_place.info() == Eigen::Success;
  reciprocal_condition = positive_definite_ ? static_cast<double>(in_place.rcond()) : 0.0;
}

template <class Dense>
Dense BasicCholesky<Dense>::lower() const {
  return packed_.template triangularView<Eigen::Lower>();
}

template <class Dense>
Dense BasicCholesky<Dense>::upper() const {
  return packed_.adjoint().template triangularView<Eigen::Upper>();
}

template <class Dense>
void BasicCholesky<Dense>::solve_into(const Input& b, Output out) const {
  out = b;
  packed_.template triangularView<Eigen::Lower>().solveInPlace(out);
  packed_.adjoint().template triangularView<Eigen::Upper>().solveInPlace(out);
}

template <class Dense>
Dense BasicCholesky<Dense>::solve(const Input& b) const {
  Dense out(b.rows(), b.cols());
  solve_into(b, out);
  return out;
}

template <class Dense>
Dense BasicCholesky<Dense>::solve_lower(const Input& b) const {
  Dense out = b;
  solve_lower_in_place(out);
  return out;
}

template <class Dense>
void BasicCholesky<Dense>::solve_lower_in_place(Dense& b) const {
  packed_.template triangularView<Eigen::Lower>().solveInPlace(b);
}

template <class Dense>
void BasicCholesky<Dense>::solve_upper_in_place(Dense& b) const {
  packed_.adjoint().template triangularView<Eigen::Upper>().solveInPlace(b);
}

template <class Dense>
Dense BasicCholesky<Dense>::upper_times(const Dense& b) const {
  return packed_.adjoint().template triangularView<Eigen::Upper>() * b;
}

template class BasicCholesky<Eigen::MatrixXd>;
template class BasicCholesky<Eigen::MatrixXf>;

Eigen::MatrixXd solve_rows(const Eigen::MatrixXd& l, const Eigen::MatrixXd& rows) {
  return l.triangularView<Eigen::Lower>().solve(rows.transpose()).transpose();
}

void solve_transposed_lower_in_place(const Eigen::MatrixXd& l, Eigen::MatrixXd& b) {
  l.triangularView<Eigen::Lower>().transpose().solveInPlace(b);
}

Eigen::VectorXd pivots(const Eigen::MatrixXd& a) {
  return a.ldlt().vectorD();
}

Eigen::VectorXd solve_semidefinite(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
  return a.ldlt().solve(b);
}

Eigen::MatrixXd solve_semidefinite(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.ldlt().solve(b);
}

}  // namespace cch::detail
