#include "estimators/linalg/orthonormal.hpp"

#include <Eigen/QR>

namespace cch::detail {
namespace {

template <class Dense>
Dense leading_columns_of_q(const Dense& a, Eigen::Index columns) {
  const Eigen::HouseholderQR<Dense> qr(a);
  return qr.householderQ() * Dense::Identity(a.rows(), columns);
}

}  // namespace

Eigen::MatrixXd householder_q(const Eigen::MatrixXd& a, Eigen::Index columns) {
  return leading_columns_of_q(a, columns);
}

Eigen::MatrixXf householder_q(const Eigen::MatrixXf& a, Eigen::Index columns) {
  return leading_columns_of_q(a, columns);
}

}  // namespace cch::detail
