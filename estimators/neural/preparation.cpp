#include "estimators/neural/preparation.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/classifiers/checks.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/neural/starts.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kFewestRows = 64;
constexpr std::size_t kValidationShare = 5;  // one row in five of those not held out
constexpr double kLeastSpread = 1e-3;        // of the root mean square of all components

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
