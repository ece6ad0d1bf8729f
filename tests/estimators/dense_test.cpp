// Dense products against sums written out, and instruction sets against each other.

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/math.hpp"
#include "support/test.hpp"

namespace cch::detail {
extern const DenseKernels dense_base;
#if defined(__x86_64__)
extern const DenseKernels dense_avx2;
#endif
}  // namespace cch::detail

namespace {

using namespace cch;
using namespace cch::detail;

template <class T>
DenseMatrix<T> drawn(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  Random random(seed);
  DenseMatrix<T> out(rows, cols);
  for (Eigen::Index i = 0; i < out.size(); ++i) out.data()[i] = static_cast<T>(random.normal());
  return out;
}

// Rows, columns and depth on both sides of every size of a panel, a block and a register.
const std::vector<std::array<Eigen::Index, 3>> kShapes{
    {1, 1, 1}, {3, 2, 5}, {7, 9, 300}, {24, 8, 256}, {49, 17, 257}, {193, 3, 20}, {5, 520, 40}};

// Σ |a_ik b_kj| times the roundings of a sum of that depth.
template <class T>
double tolerance(const DenseMatrix<T>& a, const DenseMatrix<T>& b, Eigen::Index i, Eigen::Index j) {
  double sum = 0.0;
  for (Eigen::Index k = 0; k < a.cols(); ++k)
    sum += std::abs(static_cast<double>(a(i, k) * b(k, j)));
  return sum * static_cast<double>(std::numeric_limits<T>::epsilon()) *
         static_cast<double>(a.cols() + 1);
}

template <class T>
void check_products() {
  for (const auto& [m, n, depth] : kShapes) {
    const DenseMatrix<T> a = drawn<T>(m, depth, 1);
    const DenseMatrix<T> b = drawn<T>(depth, n, 2);
    const DenseMatrix<T> turned = a.transpose();
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = b;
    const DenseMatrix<T> c = product(a, b);
    CHECK(product(turned.transpose(), by_rows) == c);
    CHECK(product(a.topRows(m), b.leftCols(n)) == c);
    for (Eigen::Index j = 0; j < n; ++j) {
      for (Eigen::Index i = 0; i < m; ++i) {
        double sum = 0.0;
        for (Eigen::Index k = 0; k < depth; ++k) {
          sum += static_cast<double>(a(i, k)) * static_cast<double>(b(k, j));
        }
        CHECK(std::abs(static_cast<double>(c(i, j)) - sum) <= tolerance<T>(a, b, i, j));
      }
    }
    CHECK(gram(b) == product(b.transpose(), b));
  }
}

TEST_CASE("dense products are the sums that they stand for, however matrices are stored") {
  check_products<double>();
  check_products<float>();
}

TEST_CASE("a dense product without a depth is 0, and one without rows is empty") {
  CHECK(product(Eigen::MatrixXd(3, 0), Eigen::MatrixXd(0, 2)) == Eigen::MatrixXd::Zero(3, 2));
  CHECK(product(Eigen::MatrixXd(0, 4), Eigen::MatrixXd(4, 2)).rows() == 0);
  CHECK(gram(Eigen::MatrixXd(5, 0)).size() == 0);
}

TEST_CASE("a dense product of an infinite entry keeps to its row and column") {
  Eigen::MatrixXd a = Eigen::MatrixXd::Ones(5, 3);
  a(1, 2) = std::numeric_limits<double>::infinity();
  const Eigen::MatrixXd c = product(a, Eigen::MatrixXd(Eigen::MatrixXd::Ones(3, 2)));
  for (Eigen::Index i = 0; i < 5; ++i) CHECK(std::isinf(c(i, 0)) == (i == 1));
}

#if defined(__x86_64__)
template <class T>
std::vector<T> by_set(void (*kernel)(const DenseProduct<T>&), Eigen::Index m, Eigen::Index n,
                      Eigen::Index depth, bool lower) {
  const DenseMatrix<T> a = drawn<T>(m, depth, 1);
  const DenseMatrix<T> b = lower ? DenseMatrix<T>(a.transpose()) : drawn<T>(depth, n, 2);
  DenseMatrix<T> c = DenseMatrix<T>::Zero(m, lower ? m : n);
  std::vector<T> scratch(static_cast<std::size_t>((m + n + 16) * depth));
  kernel({strided(a), strided(b), static_cast<std::size_t>(m), static_cast<std::size_t>(c.cols()),
          static_cast<std::size_t>(depth), c.data(), static_cast<std::size_t>(m), lower,
          scratch.data()});
  if (lower) c.template triangularView<Eigen::StrictlyUpper>().setZero();
  return {c.data(), c.data() + c.size()};
}

TEST_CASE("dense products: every instruction set gives the same bits") {
  if (!__builtin_cpu_supports("avx2")) return;
  for (const auto& [m, n, depth] : kShapes) {
    for (const bool lower : {false, true}) {
      const Eigen::Index columns = lower ? m : n;
      CHECK(by_set(dense_avx2.of_doubles, m, columns, depth, lower) ==
            by_set(dense_base.of_doubles, m, columns, depth, lower));
      CHECK(by_set(dense_avx2.of_floats, m, columns, depth, lower) ==
            by_set(dense_base.of_floats, m, columns, depth, lower));
    }
  }
}
#endif

}  // namespace
