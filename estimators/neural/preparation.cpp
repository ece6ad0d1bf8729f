#include "estimators/neural/preparation.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/classifiers/folds.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kFewestRows = 64;
constexpr std::size_t kValidationShare = 5;  // one row in five of those not held out
constexpr std::size_t kMostStart = 64;       // components that the canonical pairs may use
constexpr double kMostRho = 0.999;

void check_sizes(const Samples& x, const Variable& y, const Groups& groups) {
  if (x.size() == size(y) && x.size() == groups.rows()) return;
  refuse_data("unequal-rows", "the inputs have different numbers of rows",
              x.name() + ": " + std::to_string(x.size()) + ", other side: " +
                  std::to_string(size(y)) + ", groups: " + std::to_string(groups.rows()),
              "rows are paired by position", "Align the files on their ids first");
}

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

void check_classes(const ClassLabels& y, const Groups& groups) {
  const auto counts = y.counts();
  std::string lone;
  std::size_t present = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    ++present;
    std::size_t first = groups.count();
    bool several = false;
    for (std::size_t i = 0; i < y.size() && !several; ++i) {
      if (static_cast<std::size_t>(y[i]) != c) continue;
      several = first != groups.count() && groups.of(i) != first;
      first = groups.of(i);
    }
    if (!several) lone += (lone.empty() ? "'" : ", '") + y.names()[c] + "'";
  }
  if (present < 2) {
    refuse_data("one-class", "the labels have fewer than two classes",
                std::to_string(present) + " classes",
                "their entropy is 0, so nothing can be known about them", "Give other labels");
  }
  if (!lone.empty()) {
    refuse_data("lone-class", "a class has rows in one group only", lone,
                "it cannot be learned and held out at once", "Merge or drop these classes");
  }
}

// Codes of the classes that have rows, numbered from 0 in their order.
std::vector<std::int64_t> present_codes(const ClassLabels& y, std::size_t& classes) {
  const auto counts = y.counts();
  std::vector<std::int64_t> number(counts.size(), -1);
  classes = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) number[c] = static_cast<std::int64_t>(classes++);
  }
  std::vector<std::int64_t> codes;
  for (const int code : y.codes()) codes.push_back(number[static_cast<std::size_t>(code)]);
  return codes;
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

// Variance of x along each whitened score, summed over columns of x with variance 1: |Xᵀ s / N|².
std::vector<float> explained(MatrixView x, const MatrixXd& scores) {
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
  VectorXd weight = (variance.cwiseInverse().asDiagonal() * loading.cwiseAbs2()).colwise().sum();
  weight /= std::max(weight.mean(), 1e-300);
  std::vector<float> out;
  for (const double w : weight) out.push_back(static_cast<float>(w));
  return out;
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

// The first `rows` rows of a map, zeros below.
FloatMatrix padded(const MatrixXd& m, Index rows) {
  MatrixXd all = MatrixXd::Zero(rows, m.cols());
  all.topRows(m.rows()) = m;
  return to_floats(all);
}

double correlation(const VectorXd& a, const VectorXd& b) {
  const VectorXd ca = a.array() - a.mean();
  const VectorXd cb = b.array() - b.mean();
  const double scale = std::sqrt(ca.squaredNorm() * cb.squaredNorm());
  return scale > 0.0 ? ca.dot(cb) / scale : 0.0;
}

// As many columns as the fitted rows can give directions for: one for 20 rows.
Index affordable(const MatrixXd& scores, std::size_t fitted) {
  const std::size_t most = std::clamp<std::size_t>(fitted / 20, 1, kMostStart);
  return std::min(scores.cols(), static_cast<Index>(most));
}

// An orthogonal map whose leading columns point along those of b.
MatrixXd completed(const MatrixXd& b, Index size) {
  MatrixXd all(size, b.cols());
  all.setZero();
  all.topRows(b.rows()) = b;
  const Eigen::HouseholderQR<MatrixXd> qr(all);
  MatrixXd q = qr.householderQ() * MatrixXd::Identity(size, size);
  for (Index j = 0; j < b.cols(); ++j) {
    if (q.col(j).dot(all.col(j)) < 0.0) q.col(j) = -q.col(j);
  }
  return q;
}

// Canonical pairs of the fitted rows; their correlations from the validation rows, where chance
// does not add to them.
void start_from_pairs(const MatrixXd& sx, const MatrixXd& sy, StartKind kind, std::size_t latents,
                      NeuralFold& fold) {
  const Index qx = affordable(sx, fold.fit.size());
  const Index qy = affordable(sy, fold.fit.size());
  const CanonicalPairs pairs =
      fit_canonical_pairs(rows_of(sx, fold.fit, qx), rows_of(sy, fold.fit, qy));
  const auto found = static_cast<std::size_t>(pairs.rho.size());
  const auto r =
      static_cast<Index>(std::min(found, kind == StartKind::codes ? latents : pairs.significant()));
  const MatrixXd a = pairs.a.leftCols(r);
  MatrixXd b = pairs.b.leftCols(r);
  fold.a = padded(a, sx.cols());
  if (kind == StartKind::turn) b = completed(b, sy.cols());
  fold.b = padded(b, sy.cols());
  const MatrixXd u = rows_of(sx, fold.validation, qx) * a;
  const MatrixXd v = rows_of(sy, fold.validation, b.rows()) * b.leftCols(r);
  for (Index i = 0; i < r; ++i) {
    fold.rho.push_back(
        static_cast<float>(std::clamp(correlation(u.col(i), v.col(i)), 0.0, kMostRho)));
  }
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
void start_from_discriminants(const MatrixXd& sx, const NeuralData& data, NeuralFold& fold) {
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
  const MatrixXd w = within.ldlt().solve(means.transpose());  // q × K
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
  fold.a = padded(best * w, sx.cols());
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
                    std::size_t latents, const Execution& exec) {
  check_sizes(x, y, groups);
  check_options(method, options);
  check_rows(method, groups, options.folds);
  Preparation out;
  NeuralData& data = out.data;
  const auto* classes = std::get_if<ClassLabels>(&y);
  const auto* vectors = std::get_if<Samples>(&y);
  if (classes != nullptr) {
    check_classes(*classes, groups);
    data.labels = present_codes(*classes, data.classes);
  }
  if (groups.grouped()) data.groups.assign(groups.codes().begin(), groups.codes().end());

  MatrixXd scores[2];
  parallel_for(vectors != nullptr ? 2 : 1, exec, [&](std::size_t side) {
    const MatrixView view = side == 0 ? x.view() : vectors->view();
    scores[side] =
        principal_components(view, options.max_dim, derive_seed(exec.seed, "neural-pca", side));
    if (scores[side].cols() == 0) return;
    (side == 0 ? data.weight_x : data.weight_y) = explained(view, scores[side]);
    (side == 0 ? data.x : data.y) = to_floats(scores[side]);
  });
  out.constant = scores[0].cols() == 0 || (vectors != nullptr && scores[1].cols() == 0);
  if (out.constant) return out;

  const Splitter splitter(data, groups, options, exec.seed);
  out.folds.resize(options.folds * options.restarts);
  parallel_for(options.folds, exec, [&](std::size_t f) {
    NeuralFold fold = splitter.fold(f);
    if (vectors != nullptr) {
      start_from_pairs(scores[0], scores[1], start, latents, fold);
    } else {
      start_from_discriminants(scores[0], data, fold);
    }
    for (std::size_t s = 0; s < options.restarts; ++s) {
      fold.seed = derive_seed(exec.seed, "network", f * 1000 + s);
      out.folds[f * options.restarts + s] = fold;
    }
  });
  return out;
}

}  // namespace cch::detail
