#include "estimators/cca/screening.hpp"

#include <algorithm>
#include <cmath>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/classifiers/tall_products.hpp"
#include "estimators/wilks.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;

constexpr std::size_t kMostRounds = 3;
/// Components that columns are held against with their distances from 0, and the rows that each of
/// them wants.
constexpr std::size_t kMostTargets = 16;
constexpr std::size_t kRowsPerTarget = 20;
/// Components that columns are held against by themselves: of a side whose columns are all alike
/// the leading 16 need not hold much.
constexpr std::size_t kMostPlain = 64;
constexpr std::size_t kRowsPerPlain = 8;
constexpr std::size_t kColumnsAtOnce = 64;
/// Evenly spread columns of a side that say whether a screen of all would drop any.
constexpr std::size_t kColumnsToAsk = 128;
constexpr double kNoEvidence = 1.0;
/// Below this a column passes whatever its distances say.
constexpr double kBeyondDoubt = 1e-6;

std::size_t count_for(std::size_t rows, std::size_t rows_each, std::size_t most) {
  return std::clamp<std::size_t>(rows / rows_each, 1, most);
}

/// Orthonormal columns that each column of the other side is held against.
struct Targets {
  MatrixXf shapes;  ///< of leading components and their distances from 0
  MatrixXf plain;   ///< of more components; none where these are no more
};

// Distances, not squares: no row of heavy tails outweighs the others.
Targets targets_of(const MatrixXd& scores, const std::vector<std::size_t>& rows) {
  const auto n = static_cast<Index>(rows.size());
  const auto leading = [&](std::size_t rows_each, std::size_t most) {
    const auto q =
        std::min(static_cast<Index>(count_for(rows.size(), rows_each, most)), scores.cols());
    MatrixXd out(n, q);
    for (Index j = 0; j < q; ++j) {
      for (Index i = 0; i < n; ++i) {
        out(i, j) = scores(static_cast<Index>(rows[static_cast<std::size_t>(i)]), j);
      }
    }
    return out;
  };
  const MatrixXd few = leading(kRowsPerTarget, kMostTargets);
  if (few.cols() == 0) return {MatrixXf(n, 0), MatrixXf(n, 0)};
  MatrixXd both(n, 2 * few.cols());
  both << few, few.cwiseAbs();
  MatrixXd many = leading(kRowsPerPlain, kMostPlain);
  if (many.cols() == few.cols()) many.resize(n, 0);
  return {whitened(std::move(both)).cast<float>(),
          many.cols() == 0 ? MatrixXf(n, 0) : MatrixXf(whitened(std::move(many)).cast<float>())};
}

// The columns first, first + step, … of x in these rows, `count` of them, each less its mean.
MatrixXf centred_columns(MatrixView x, const std::vector<std::size_t>& rows, std::size_t first,
                         std::size_t count, std::size_t step) {
  MatrixXd block(static_cast<Index>(rows.size()), static_cast<Index>(count));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double* from = x.row(rows[i]).data() + first;
    for (std::size_t j = 0; j < count; ++j) {
      block(static_cast<Index>(i), static_cast<Index>(j)) = from[j * step];
    }
  }
  return (block.rowwise() - block.colwise().mean()).cast<float>();
}

// A constant column becomes 0.
void to_unit_length(MatrixXf& block) {
  for (Index j = 0; j < block.cols(); ++j) {
    block.col(j).array() -= block.col(j).mean();
    const float length = block.col(j).norm();
    block.col(j) *= length > 0.0F ? 1.0F / length : 0.0F;
  }
}

// For every step-th column of x the chance that the targets explain so much of it, or of its
// distance from its mean.
std::vector<double> chances_of(MatrixView x, const std::vector<std::size_t>& rows,
                               const Targets& targets, std::size_t step, const Execution& exec) {
  const std::size_t columns = (x.cols() + step - 1) / step;
  std::vector<double> p(columns, kNoEvidence);
  if (targets.shapes.cols() == 0) return p;
  const auto n = static_cast<double>(rows.size());
  const std::size_t blocks = (columns + kColumnsAtOnce - 1) / kColumnsAtOnce;
  parallel_for(blocks, exec, [&](std::size_t b) {
    const std::size_t first = b * kColumnsAtOnce;
    const std::size_t count = std::min(kColumnsAtOnce, columns - first);
    MatrixXf block = centred_columns(x, rows, first * step, count, step);
    // The best of three; false where none is left to ask.
    const auto holds = [&](const MatrixXf& against) {
      const MatrixXf loadings = transposed_times(block, against, exec.serial());
      bool open = false;
      for (std::size_t j = 0; j < count; ++j) {
        const auto r2 = static_cast<double>(loadings.row(static_cast<Index>(j)).squaredNorm());
        const double chance = chance_of_explained(r2, static_cast<double>(against.cols()), n);
        p[first + j] = std::min(p[first + j], 3.0 * chance);
        open = open || p[first + j] >= kBeyondDoubt;
      }
      return open;
    };
    to_unit_length(block);
    if (!holds(targets.shapes)) return;
    if (targets.plain.cols() > 0 && !holds(targets.plain)) return;
    block = block.cwiseAbs().eval();
    to_unit_length(block);
    holds(targets.shapes);
  });
  return p;
}

}  // namespace

ColumnScreen::ColumnScreen(const Samples& x, const Samples& y, const Scores& scores,
                           std::uint64_t seed)
    : sides_{x, y}, scores_(&scores), seed_(seed) {}

bool ColumnScreen::worth_fitting(const KeptColumns& kept) const {
  return !kept[0].empty() && !kept[1].empty() &&
         (drops_enough(kept[0].size(), sides_[0].dim()) ||
          drops_enough(kept[1].size(), sides_[1].dim()));
}

bool ColumnScreen::differ(const KeptColumns& first, const KeptColumns& second) const {
  return fewer_by_enough(first[0].size(), second[0].size()) ||
         fewer_by_enough(first[1].size(), second[1].size());
}

ColumnScreen::Chances ColumnScreen::chances(const std::vector<std::size_t>& rows,
                                            const Execution& exec) const {
  Chances out;
  for (std::size_t side = 0; side < 2; ++side) {
    out[side] =
        chances_of(sides_[side].view(), rows, targets_of((*scores_)[1 - side], rows), 1, exec);
  }
  return out;
}

bool ColumnScreen::nearly_all_pass(const std::vector<std::size_t>& rows,
                                   const Execution& exec) const {
  for (std::size_t side = 0; side < 2; ++side) {
    const std::size_t step = std::max<std::size_t>(1, sides_[side].dim() / kColumnsToAsk);
    const std::vector<double> p =
        chances_of(sides_[side].view(), rows, targets_of((*scores_)[1 - side], rows), step, exec);
    if (fewer_by_enough(passing_columns(p, Columns::strict).size(), p.size())) return false;
  }
  return true;
}

KeptColumns ColumnScreen::passing(const std::vector<std::size_t>& rows, Columns level,
                                  Chances least, const Execution& exec) const {
  KeptColumns kept;
  for (std::size_t round = 1;; ++round) {
    KeptColumns next;
    for (std::size_t side = 0; side < 2; ++side) {
      std::vector<double> p = least[side];
      for (double& one : p) one *= static_cast<double>(round);
      next[side] = passing_columns(p, level);
    }
    const bool settled = next == kept;
    kept = std::move(next);
    if (settled || round == kMostRounds) break;
    bool sharper = false;
    for (std::size_t side = 0; side < 2; ++side) {
      if (!drops_enough(kept[side].size(), sides_[side].dim())) continue;
      const Targets targets = targets_of(components(side, kept[side], kMostPlain, exec), rows);
      std::vector<double>& other = least[1 - side];
      const std::vector<double> p = chances_of(sides_[1 - side].view(), rows, targets, 1, exec);
      for (std::size_t j = 0; j < p.size(); ++j) other[j] = std::min(other[j], p[j]);
      sharper = true;
    }
    if (!sharper) break;
  }
  if (kept[0].empty() || kept[1].empty()) return {};
  return kept;
}

KeptColumns ColumnScreen::passing(const std::vector<std::size_t>& rows, Columns level,
                                  const Execution& exec) const {
  return passing(rows, level, chances(rows, exec), exec);
}

MatrixXd ColumnScreen::components(std::size_t side, const std::vector<std::size_t>& kept,
                                  std::size_t most, const Execution& exec) const {
  const Samples& all = sides_[side];
  if (!drops_enough(kept.size(), all.dim())) return (*scores_)[side];
  Matrix values(all.size(), kept.size());
  for (std::size_t i = 0; i < values.rows(); ++i) {
    for (std::size_t j = 0; j < kept.size(); ++j) values(i, j) = all(i, kept[j]);
  }
  return principal_components(values.view(), most, derive_seed(seed_, "cca-pca", side), exec);
}

Scores ColumnScreen::scores_of(const KeptColumns& kept, std::size_t most,
                               const Execution& exec) const {
  return {components(0, kept[0], most, exec), components(1, kept[1], most, exec)};
}

}  // namespace cch::detail
