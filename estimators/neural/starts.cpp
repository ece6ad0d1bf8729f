#include "estimators/neural/starts.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/orthonormal.hpp"
#include "estimators/neural/pair_sums.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kMostCompared = 1024;  // validation rows that choose a start
constexpr double kMostRho = 0.999;
constexpr Index kLeastTurned = 8;  // coordinates of a density

MatrixXd rows_of(const MatrixXd& m, const std::vector<std::int64_t>& rows, Index cols) {
  MatrixXd out(static_cast<Index>(rows.size()), cols);
  for (Index j = 0; j < cols; ++j) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out(static_cast<Index>(i), j) = m(static_cast<Index>(rows[i]), j);
    }
  }
  return out;
}

// A map of the leading whitened scores as a map of all features.
FloatMatrix for_features(const MatrixXd& m, const VectorXd& spread) {
  MatrixXd all = MatrixXd::Zero(spread.size(), m.cols());
  if (m.cols() > 0) {
    all.topRows(m.rows()) = spread.head(m.rows()).cwiseInverse().asDiagonal() * m;
  }
  return to_floats(all);
}

double correlation(const VectorXd& a, const VectorXd& b) {
  const VectorXd ca = a.array() - a.mean();
  const VectorXd cb = b.array() - b.mean();
  const double scale = std::sqrt(ca.squaredNorm() * cb.squaredNorm());
  return scale > 0.0 ? ca.dot(cb) / scale : 0.0;
}

// An orthogonal map whose leading columns point along those of b.
MatrixXd completed(const MatrixXd& b, Index size) {
  if (b.cols() == 0) return MatrixXd::Identity(size, size);
  MatrixXd all = MatrixXd::Zero(size, b.cols());
  all.topRows(b.rows()) = b;
  MatrixXd q = householder_q(all, size);
  for (Index j = 0; j < b.cols(); ++j) {
    if (q.col(j).dot(all.col(j)) < 0.0) q.col(j) = -q.col(j);
  }
  return q;
}

// A start: canonical pairs of some leading components, with their correlations on the validation
// rows, where chance does not add to them.
struct PairStart {
  MatrixXd a;
  MatrixXd b;
  std::vector<float> rho;
};

constexpr double kFarthest = 4.0;  // standard deviations of a variate, as in the networks

// What T_0 of this start says about validation rows by infonce.
double value_of(const PairStart& start, const MatrixXd& u, const MatrixXd& v,
                const std::vector<std::int64_t>& rows, const Groups& groups) {
  const std::size_t n = std::min(rows.size(), kMostCompared);
  const auto pairs = static_cast<Index>(start.rho.size());
  const MatrixXd cu = u.topRows(static_cast<Index>(n)).cwiseMax(-kFarthest).cwiseMin(kFarthest);
  const MatrixXd cv = v.topRows(static_cast<Index>(n)).cwiseMax(-kFarthest).cwiseMin(kFarthest);
  VectorXd product(pairs);
  VectorXd square(pairs);
  for (Index i = 0; i < pairs; ++i) {
    const double rho = start.rho[static_cast<std::size_t>(i)];
    product(i) = rho / (1.0 - rho * rho);
    square(i) = -rho * rho / (2.0 * (1.0 - rho * rho));
  }
  const MatrixXd left = cu * product.asDiagonal();
  const VectorXd own_x = cu.cwiseAbs2() * square;
  const VectorXd own_y = cv.cwiseAbs2() * square;
  PairSums sums(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto r = static_cast<Index>(i);
    const VectorXd t = cv * left.row(r).transpose() + own_y;
    for (std::size_t j = 0; j < n; ++j) {
      const double score = t(static_cast<Index>(j)) + own_x(r);
      if (i == j) {
        sums.set_positive(i, score);
      } else if (groups.of(static_cast<std::size_t>(rows[i])) !=
                 groups.of(static_cast<std::size_t>(rows[j]))) {
        sums.add(i, j, score);
      }
    }
  }
  return read_pairs(Objective::infonce, sums).value;
}

// Few components miss what lies in the others, many fit chance: the validation rows choose.
PairStart best_start(const MatrixXd (&scores)[2], const NeuralFold& fold, const Groups& groups) {
  PairStart best;
  double highest = 0.0;  // of no pair at all
  const Index widest = std::max(scores[0].cols(), scores[1].cols());
  for (Index q = 2; q <= 64; q *= 2) {
    if (q > 2 && (q / 2 >= widest || static_cast<std::size_t>(10 * q) > fold.fit.size())) break;
    const Index qx = std::min(q, scores[0].cols());
    const Index qy = std::min(q, scores[1].cols());
    const CanonicalPairs pairs =
        fit_canonical_pairs(rows_of(scores[0], fold.fit, qx), rows_of(scores[1], fold.fit, qy));
    const auto r = static_cast<Index>(
        std::min(static_cast<std::size_t>(pairs.rho.size()), pairs.significant()));
    if (r == 0) continue;
    PairStart start{pairs.a.leftCols(r), pairs.b.leftCols(r), {}};
    const MatrixXd u = rows_of(scores[0], fold.validation, qx) * start.a;
    const MatrixXd v = rows_of(scores[1], fold.validation, qy) * start.b;
    for (Index i = 0; i < r; ++i) {
      start.rho.push_back(
          static_cast<float>(std::clamp(correlation(u.col(i), v.col(i)), 0.0, kMostRho)));
    }
    const double value = value_of(start, u, v, fold.validation, groups);
    if (value <= highest) continue;
    highest = value;
    best = std::move(start);
  }
  return best;
}

double cross_entropy(const MatrixXd& scores, const std::vector<std::int64_t>& rows,
                     const std::vector<std::int64_t>& labels) {
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = scores.row(static_cast<Index>(i));
    const double top = row.maxCoeff();
    sum += top + std::log((row.array() - top).exp().sum()) -
           row(static_cast<Index>(labels[static_cast<std::size_t>(rows[i])]));
  }
  return sum / static_cast<double>(rows.size());
}

}  // namespace

FloatMatrix to_floats(const MatrixXd& m) {
  FloatMatrix out{static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()), {}};
  out.values.resize(out.rows * out.cols);
  for (Index j = 0; j < m.cols(); ++j) {
    for (Index i = 0; i < m.rows(); ++i) {
      out.values[static_cast<std::size_t>(i * m.cols() + j)] = static_cast<float>(m(i, j));
    }
  }
  return out;
}

void start_from_pairs(const MatrixXd (&scores)[2], const VectorXd (&spread)[2], StartKind kind,
                      const Groups& groups, NeuralFold& fold) {
  PairStart start = best_start(scores, fold, groups);
  if (kind == StartKind::turn) {
    const Index kept = std::max(kLeastTurned, start.b.cols());
    start.b = completed(start.b, scores[1].cols()).leftCols(std::min(kept, scores[1].cols()));
  }
  fold.a = for_features(start.a, spread[0]);
  fold.b = for_features(start.b, spread[1]);
  fold.rho = std::move(start.rho);
}

void start_from_discriminants(const MatrixXd& sx, const VectorXd& spread, const NeuralData& data,
                              NeuralFold& fold) {
  const Index q =
      std::min(sx.cols(), static_cast<Index>(std::max<std::size_t>(1, fold.fit.size() / 10)));
  const auto classes = static_cast<Index>(data.classes);
  MatrixXd x = rows_of(sx, fold.fit, q);
  MatrixXd means = MatrixXd::Zero(classes, q);
  VectorXd counts = VectorXd::Zero(classes);
  const auto label = [&](std::int64_t row) {
    return static_cast<Index>(data.labels[static_cast<std::size_t>(row)]);
  };
  for (std::size_t i = 0; i < fold.fit.size(); ++i) {
    means.row(label(fold.fit[i])) += x.row(static_cast<Index>(i));
    counts(label(fold.fit[i])) += 1.0;
  }
  for (Index c = 0; c < classes; ++c) means.row(c) /= std::max(1.0, counts(c));
  for (std::size_t i = 0; i < fold.fit.size(); ++i) {
    x.row(static_cast<Index>(i)) -= means.row(label(fold.fit[i]));
  }
  MatrixXd within = x.transpose() * x / static_cast<double>(x.rows());
  within.diagonal().array() += 0.01 * within.diagonal().mean() + 1e-9;
  const MatrixXd w = solve_semidefinite(within, MatrixXd(means.transpose()));  // q × K
  const VectorXd b = -0.5 * (means * w).diagonal();
  const VectorXd log_prior =
      ((counts.array() + 0.5) / (counts.sum() + 0.5 * static_cast<double>(classes))).log();
  const MatrixXd scores = (rows_of(sx, fold.validation, q) * w).rowwise() + b.transpose();
  double best = 0.0;
  double lowest = 0.0;
  for (const double factor : {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}) {
    const double ce = cross_entropy((factor * scores).rowwise() + log_prior.transpose(),
                                    fold.validation, data.labels);
    if (factor == 0.0 || ce < lowest) {
      best = factor;
      lowest = ce;
    }
  }
  fold.a = for_features(best * w, spread);
  for (const double value : b) fold.rho.push_back(static_cast<float>(best * value));
}

}  // namespace cch::detail
