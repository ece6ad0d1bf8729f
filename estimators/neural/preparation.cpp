#include "estimators/neural/preparation.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/classifiers/checks.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/orthonormal.hpp"
#include "estimators/neural/pair_sums.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kFewestRows = 64;
constexpr std::size_t kValidationShare = 5;  // one row in five of those not held out
constexpr std::size_t kMostCompared = 1024;  // validation rows that choose a start       //
                                             // components that the canonical pairs may use
constexpr double kMostRho = 0.999;
constexpr Index kLeastTurned = 8;      // coordinates of a density
constexpr double kLeastSpread = 1e-3;  // of the root mean square of all components

void check_options(std::string_view method, const TrainingOptions& o) {
  const bool whole = o.folds >= 2 && o.restarts >= 1 && o.max_dim >= 1 && o.hidden >= 1 &&
                     o.batch >= 2 && o.epochs >= 1 && o.patience >= 1;
  if (whole && o.learning_rate > 0.0 && o.weight_decay >= 0.0) return;
  refuse_usage("option-out-of-range", std::string(method) + " cannot be trained like this",
               "it needs at least 2 folds, a batch of 2, one of everything else and a learning "
               "rate above 0",
               "Use the defaults");
}

void check_rows(std::string_view method, const Groups& groups, std::size_t folds) {
  if (groups.rows() >= kFewestRows && groups.count() >= 2 * folds) return;
  refuse_data("too-few-rows",
              std::string(method) + " has " + std::to_string(groups.rows()) + " rows in " +
                  std::to_string(groups.count()) + " groups",
              {}, "networks are trained, stopped and read on different groups",
              "Give at least " + std::to_string(kFewestRows) + " rows in " +
                  std::to_string(2 * folds) + " groups, or use ksg1, cca-ksg or label-bound");
}

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

// Standard deviation that each whitened score stands for, |Xᵀ s / N| over columns of x with
// variance 1, as a share of their root mean square. Networks see the components with their own
// spread: whitened, the many small ones would drown what the large ones share.
VectorXd spread_of(MatrixView x, const MatrixXd& scores) {
  const auto n = static_cast<double>(x.rows());
  const Index d = static_cast<Index>(x.cols());
  VectorXd mean = VectorXd::Zero(d);
  VectorXd square = VectorXd::Zero(d);
  MatrixXd loading = MatrixXd::Zero(d, scores.cols());
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  constexpr Index kRows = 512;
  for (Index begin = 0; begin < scores.rows(); begin += kRows) {
    const Index count = std::min(kRows, scores.rows() - begin);
    const Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>> block(
        x.data() + begin * static_cast<Index>(x.stride()), count, d,
        Eigen::OuterStride<>(static_cast<Index>(x.stride())));
    mean += block.colwise().sum().transpose() / n;
    square += block.colwise().squaredNorm().transpose() / n;
    loading.noalias() += block.transpose() * scores.middleRows(begin, count) / n;
  }
  const VectorXd variance = (square - mean.cwiseAbs2()).cwiseMax(1e-300);
  const VectorXd square_spread =
      (variance.cwiseInverse().asDiagonal() * loading.cwiseAbs2()).colwise().sum();
  const Eigen::ArrayXd spread =
      (square_spread / square_spread.mean()).array().sqrt().max(kLeastSpread);
  return (spread / std::sqrt(spread.square().mean())).matrix();
}

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

// Linear discriminants of the fitted rows, T_c(x) = w_cᵀx + b_c, flattened by the factor that suits
// the validation rows best.
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

// Rows dealt to `parts` parts of whole groups, classes balanced.
std::vector<std::vector<std::int64_t>> deal(const std::vector<std::int64_t>& rows,
                                            const std::vector<int>& codes, std::size_t classes,
                                            const Groups& groups, std::size_t parts,
                                            std::uint64_t seed) {
  const auto fold = stratified_folds(codes, classes, groups, parts, seed);
  std::vector<std::vector<std::int64_t>> out(parts);
  for (std::size_t i = 0; i < rows.size(); ++i) out[fold[i]].push_back(rows[i]);
  return out;
}

class Splitter {
 public:
  Splitter(const NeuralData& data, const Groups& groups, const TrainingOptions& options,
           std::uint64_t seed)
      : groups_(groups), options_(options), seed_(seed) {
    codes_.assign(groups.rows(), 0);
    classes_ = std::max<std::size_t>(1, data.classes);
    for (std::size_t i = 0; i < data.labels.size(); ++i)
      codes_[i] = static_cast<int>(data.labels[i]);
    std::vector<std::int64_t> rows(groups.rows());
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    tests_ = deal(rows, codes_, classes_, groups, options.folds, derive_seed(seed, "neural-folds"));
  }

  [[nodiscard]] NeuralFold fold(std::size_t f) const {
    NeuralFold out;
    out.test = tests_[f];
    std::vector<std::size_t> rest;
    for (std::size_t g = 0; g < tests_.size(); ++g) {
      if (g == f) continue;
      rest.insert(rest.end(), tests_[g].begin(), tests_[g].end());
    }
    std::sort(rest.begin(), rest.end());
    std::vector<int> codes;
    for (const std::size_t row : rest) codes.push_back(codes_[row]);
    const Groups own = groups_.select(rest);
    const auto parts =
        deal({rest.begin(), rest.end()}, codes, classes_, own,
             std::min(kValidationShare, own.count()), derive_seed(seed_, "neural-validation", f));
    out.validation = parts[0];
    // A part of them is compared pairwise: in random order, any part is like the whole.
    Random random(derive_seed(seed_, "neural-validation-order", f));
    random.shuffle(std::span(out.validation));
    for (std::size_t p = 1; p < parts.size(); ++p) {
      out.fit.insert(out.fit.end(), parts[p].begin(), parts[p].end());
    }
    std::sort(out.fit.begin(), out.fit.end());
    return out;
  }

 private:
  const Groups& groups_;
  const TrainingOptions& options_;
  std::uint64_t seed_;
  std::vector<int> codes_;
  std::size_t classes_ = 1;
  std::vector<std::vector<std::int64_t>> tests_;
};

}  // namespace

Preparation prepare(std::string_view method, const Samples& x, const Variable& y,
                    const Groups& groups, const TrainingOptions& options, StartKind start,
                    const Execution& exec) {
  check_paired_rows(x, size(y), groups);
  check_options(method, options);
  check_rows(method, groups, options.folds);
  Preparation out;
  NeuralData& data = out.data;
  const auto* classes = std::get_if<ClassLabels>(&y);
  const auto* vectors = std::get_if<Samples>(&y);
  if (classes != nullptr) {
    check_classes(*classes, groups, out.warnings);
    const std::vector<int> codes = present_codes(*classes, data.classes);
    data.labels.assign(codes.begin(), codes.end());
  }
  if (groups.grouped()) data.groups.assign(groups.codes().begin(), groups.codes().end());

  MatrixXd scores[2];
  VectorXd spread[2];
  parallel_for(vectors != nullptr ? 2 : 1, exec, [&](std::size_t side) {
    const MatrixView view = side == 0 ? x.view() : vectors->view();
    scores[side] =
        principal_components(view, options.max_dim, derive_seed(exec.seed, "neural-pca", side));
    if (scores[side].cols() == 0) return;
    spread[side] = spread_of(view, scores[side]);
    (side == 0 ? data.x : data.y) = to_floats(scores[side] * spread[side].asDiagonal());
  });
  out.constant = scores[0].cols() == 0 || (vectors != nullptr && scores[1].cols() == 0);
  if (out.constant) return out;

  const Splitter splitter(data, groups, options, exec.seed);
  out.folds.resize(options.folds * options.restarts);
  parallel_for(options.folds, exec, [&](std::size_t f) {
    NeuralFold fold = splitter.fold(f);
    if (vectors != nullptr) {
      start_from_pairs(scores, spread, start, groups, fold);
    } else {
      start_from_discriminants(scores[0], spread[0], data, fold);
    }
    for (std::size_t s = 0; s < options.restarts; ++s) {
      fold.seed = derive_seed(exec.seed, "network", f * 1000 + s);
      out.folds[f * options.restarts + s] = fold;
    }
  });
  return out;
}

}  // namespace cch::detail
