#pragma once

// Random joint Gaussian models, and distillation done row by row with QR: slow, and independent of
// gaussian/.

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/joint_gaussian.hpp"

namespace cch::test {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline Eigen::MatrixXd random_matrix(Eigen::Index rows, Eigen::Index cols, Random& random) {
  Eigen::MatrixXd m(rows, cols);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < cols; ++j) m(i, j) = random.normal();
  }
  return m;
}

inline Matrix to_matrix(const Eigen::MatrixXd& m) {
  Matrix out(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  for (std::size_t i = 0; i < out.rows(); ++i) {
    for (std::size_t j = 0; j < out.cols(); ++j) out(i, j) = m(i, j);
  }
  return out;
}

inline Eigen::MatrixXd to_dense(const Matrix& m) {
  Eigen::MatrixXd out(m.rows(), m.cols());
  for (std::size_t i = 0; i < m.rows(); ++i) {
    for (std::size_t j = 0; j < m.cols(); ++j) out(i, j) = m(i, j);
  }
  return out;
}

/// Sizes of x1, x2 and y.
struct Dims {
  std::size_t d1 = 1;
  std::size_t p = 1;
  std::size_t q = 1;
  [[nodiscard]] std::size_t all() const { return d1 + p + q; }
};

inline std::vector<GaussianBlock> blocks_of(const Dims& d) {
  return {{"x1", d.d1}, {"x2", d.p}, {"y", d.q}};
}

/// AAᵀ/D + I/2 with normal A: dependent and far from singular.
inline Eigen::MatrixXd random_covariance(std::size_t dim, Random& random) {
  const auto d = static_cast<Eigen::Index>(dim);
  const Eigen::MatrixXd a = random_matrix(d, d, random);
  return a * a.transpose() / static_cast<double>(d) + 0.5 * Eigen::MatrixXd::Identity(d, d);
}

inline JointGaussian random_joint(const Dims& d, Random& random) {
  return JointGaussian::from(to_matrix(random_covariance(d.all(), random)), blocks_of(d));
}

/// Mean, standard error.
struct Mean {
  double value = 0.0;
  double standard_error = 0.0;
};

inline Mean mean_of(const std::vector<double>& values) {
  const Eigen::Map<const Eigen::ArrayXd> v(values.data(), static_cast<Eigen::Index>(values.size()));
  const auto n = static_cast<double>(values.size());
  return {v.mean(), std::sqrt((v - v.mean()).square().sum() / (n * (n - 1.0)))};
}

/// What one training set gives at one λ.
struct NaiveStudent {
  double excess_risk = 0.0;
  double along = 0.0;   // E⟨ŝ, s⟩ over x2
  double length = 0.0;  // E|ŝ|² over x2
};

/// Draws data, fits teacher and student with QR on the rows themselves.
class NaiveDistillation {
 public:
  NaiveDistillation(const JointGaussian& joint, const Dims& dims, const StudentFit& fit)
      : dims_(dims),
        fit_(fit),
        sigma_(to_dense(joint.covariance())),
        lower_(sigma_.llt().matrixL()) {
    const auto s22 = sigma_.block(dims.d1, dims.d1, dims.p, dims.p);
    w_ = s22.llt().solve(sigma_.block(dims.d1, dims.d1 + dims.p, dims.p, dims.q));
  }

  /// Rows x1, x2, y.
  [[nodiscard]] Eigen::MatrixXd rows(std::size_t n, Random& random) const {
    return random_matrix(static_cast<Eigen::Index>(n), sigma_.rows(), random) * lower_.transpose();
  }

  /// The teacher's weights with its intercept in the last row, from rows of its own.
  [[nodiscard]] Eigen::MatrixXd fresh_teacher(std::size_t n, Random& random) const {
    const Eigen::MatrixXd data = rows(n, random);
    return fitted(data.leftCols(dims_.d1), data.rightCols(dims_.q));
  }

  /// One student at weight u, for a teacher as fresh_teacher returns it.
  [[nodiscard]] NaiveStudent student(const Eigen::MatrixXd& data, const Eigen::MatrixXd& teacher,
                                     double u) const {
    const Eigen::MatrixXd t = (data.leftCols(dims_.d1) * teacher.topRows(dims_.d1)).rowwise() +
                              teacher.bottomRows(1).row(0);
    const Eigen::MatrixXd target = (1.0 - u) * data.rightCols(dims_.q) + u * t;
    const Eigen::MatrixXd made = fitted(data.middleCols(dims_.d1, dims_.p), target);
    const auto s22 = sigma_.block(dims_.d1, dims_.d1, dims_.p, dims_.p);
    const Eigen::MatrixXd w = made.topRows(dims_.p);
    const double offset = made.bottomRows(1).squaredNorm();
    return {((w - w_).transpose() * s22 * (w - w_)).trace() + offset,
            (w.transpose() * s22 * w_).trace(), (w.transpose() * s22 * w).trace() + offset};
  }

  /// Risk without distillation less that at weight u, for a teacher that labels each fold after a
  /// fit on the others (folds = 1: all rows after a fit on all rows).
  [[nodiscard]] double cross_fitted_gain(std::size_t folds, double u, Random& random) const {
    const Eigen::MatrixXd data = rows(fit_.n, random);
    const Eigen::MatrixXd x1 = data.leftCols(dims_.d1);
    const Eigen::MatrixXd y = data.rightCols(dims_.q);
    Eigen::MatrixXd t(data.rows(), y.cols());
    for (std::size_t k = 0; k < folds; ++k) {
      std::vector<Eigen::Index> in;
      std::vector<Eigen::Index> out;
      for (std::size_t i = 0; i < fit_.n; ++i) {
        const bool held = i >= k * fit_.n / folds && i < (k + 1) * fit_.n / folds;
        (held ? out : in).push_back(static_cast<Eigen::Index>(i));
      }
      const auto& training = folds == 1 ? out : in;
      const Eigen::MatrixXd w = fitted(x1(training, Eigen::all), y(training, Eigen::all));
      t(out, Eigen::all) =
          (x1(out, Eigen::all) * w.topRows(dims_.d1)).rowwise() + w.bottomRows(1).row(0);
    }
    return excess_of(data, y) - excess_of(data, (1.0 - u) * y + u * t);
  }

 private:
  [[nodiscard]] double excess_of(const Eigen::MatrixXd& data, const Eigen::MatrixXd& target) const {
    const Eigen::MatrixXd made = fitted(data.middleCols(dims_.d1, dims_.p), target);
    const Eigen::MatrixXd error = made.topRows(dims_.p) - w_;
    return (error.transpose() * sigma_.block(dims_.d1, dims_.d1, dims_.p, dims_.p) * error)
               .trace() +
           made.bottomRows(1).squaredNorm();
  }

  /// Weights, and in the last row the intercept (0 without).
  [[nodiscard]] Eigen::MatrixXd fitted(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) const {
    Eigen::MatrixXd with = x;
    if (fit_.intercept) {
      with.conservativeResize(Eigen::NoChange, x.cols() + 1);
      with.col(x.cols()).setOnes();
    }
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(x.cols() + 1, y.cols());
    w.topRows(with.cols()) = with.householderQr().solve(y);
    return w;
  }

  Dims dims_;
  StudentFit fit_;
  Eigen::MatrixXd sigma_;
  Eigen::MatrixXd lower_;
  Eigen::MatrixXd w_;
};

}  // namespace cch::test
