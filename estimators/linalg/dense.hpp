#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "estimators/linalg/dense_product.hpp"

namespace cch::detail {

/// C += A B by the widest instruction set that runs; `scratch` is found here.
void add_product(DenseProduct<double> product);
void add_product(DenseProduct<float> product);

template <class Derived>
Strided<typename Derived::Scalar> strided(const Eigen::MatrixBase<Derived>& a) {
  static_assert((Derived::Flags & Eigen::DirectAccessBit) != 0, "evaluate the expression first");
  const auto inner = static_cast<std::size_t>(a.derived().innerStride());
  const auto outer = static_cast<std::size_t>(a.derived().outerStride());
  if (Derived::IsRowMajor) return {a.derived().data(), outer, inner};
  return {a.derived().data(), inner, outer};
}

template <class T>
using DenseMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// A B of matrices, blocks, maps or their transposes. Eigen is built for the baseline instruction
/// set and takes several times as long.
template <class A, class B>
DenseMatrix<typename A::Scalar> product(const Eigen::MatrixBase<A>& a,
                                        const Eigen::MatrixBase<B>& b) {
  using T = typename A::Scalar;
  eigen_assert(a.cols() == b.rows());
  DenseMatrix<T> c = DenseMatrix<T>::Zero(a.rows(), b.cols());
  add_product(DenseProduct<T>{strided(a), strided(b), static_cast<std::size_t>(a.rows()),
                              static_cast<std::size_t>(b.cols()),
                              static_cast<std::size_t>(a.cols()), c.data(),
                              static_cast<std::size_t>(c.rows()), false, nullptr});
  return c;
}

/// C += Aᵀ A on and below the diagonal; what is above may change.
template <class A>
void add_gram(const Eigen::MatrixBase<A>& a, DenseMatrix<typename A::Scalar>& c) {
  using T = typename A::Scalar;
  const auto columns = static_cast<std::size_t>(a.cols());
  const Strided<T> values = strided(a);
  add_product(DenseProduct<T>{{values.values, values.right, values.down},
                              values,
                              columns,
                              columns,
                              static_cast<std::size_t>(a.rows()),
                              c.data(),
                              columns,
                              true,
                              nullptr});
}

/// Aᵀ A, symmetric to the bit.
template <class A>
DenseMatrix<typename A::Scalar> gram(const Eigen::MatrixBase<A>& a) {
  DenseMatrix<typename A::Scalar> c = DenseMatrix<typename A::Scalar>::Zero(a.cols(), a.cols());
  add_gram(a, c);
  c.template triangularView<Eigen::StrictlyUpper>() = c.transpose();
  return c;
}

}  // namespace cch::detail
