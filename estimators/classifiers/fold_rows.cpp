#include "estimators/classifiers/fold_rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "cch/core/parallel.hpp"
#include "estimators/classifiers/leading.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/classifiers/tall_products.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXf;
using FoldNumbers = std::vector<std::size_t>;

/// Training rows for each principal component, where there are more columns than training rows:
/// more components overfit, fewer lose classes (measured on omics data with 300 to 750 rows).
constexpr std::size_t kRowsPerDirection = 2;

bool is_among(const FoldNumbers& held, std::size_t f) {
  return std::find(held.begin(), held.end(), f) != held.end();
}

Fold make_fold(const ClassProblem& p, const Projection& projection, std::size_t f,
               const Execution& exec) {
  std::vector<std::size_t> rows;
  std::vector<int> y;
  for (std::size_t i = 0; i < p.fold.size(); ++i) {
    if (p.fold[i] != f) continue;
    rows.push_back(i);
    y.push_back(p.y[i]);
  }
  Fold fold{projection.apply(p.x, rows, exec), std::move(y), {}, {}};
  fold.scatter = scatter_of(fold.rows.kept);
  fold.sums = class_sums_of(fold.columns(), fold.y, p.classes);
  return fold;
}

MatrixXf gathered(const MatrixXf& x, const std::vector<std::size_t>& columns) {
  MatrixXf out(x.rows(), static_cast<Index>(columns.size()));
  for (std::size_t j = 0; j < columns.size(); ++j) {
    out.col(static_cast<Index>(j)) = x.col(static_cast<Index>(columns[j]));
  }
  return out;
}

// rows_of(fold), q columns, of all folds but those held out.
template <class RowsOf>
MatrixXf stacked(const std::vector<Fold>& folds, const FoldNumbers& held, Index q,
                 RowsOf&& rows_of) {
  Index rows = 0;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    if (!is_among(held, f)) rows += static_cast<Index>(folds[f].y.size());
  }
  MatrixXf out(rows, q);
  Index first = 0;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    if (is_among(held, f)) continue;
    const auto count = static_cast<Index>(folds[f].y.size());
    out.middleRows(first, count) = rows_of(folds[f]);
    first += count;
  }
  return out;
}

}  // namespace

std::size_t columns_kept(const ClassProblem& p, std::size_t columns) {
  const std::size_t training_rows = p.y.size() * (p.folds - 2) / p.folds;
  const std::size_t most = p.max_dim == 0 ? columns : std::min(p.max_dim, columns);
  if (columns <= std::min(most, training_rows)) return most;
  return std::min(most, std::max<std::size_t>(2, training_rows / kRowsPerDirection));
}

std::vector<Fold> make_folds(const ClassProblem& p, const Execution& exec) {
  std::vector<std::size_t> all(p.y.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Projection projection(p.x, all, static_cast<Index>(columns_kept(p, p.x.cols())), exec);
  std::vector<Fold> folds(p.folds);
  parallel_for(p.folds, exec,
               [&](std::size_t f) { folds[f] = make_fold(p, projection, f, exec.serial()); });
  return folds;
}

ClassSums sums_without(const std::vector<Fold>& folds, const FoldNumbers& held) {
  ClassSums sums;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    if (!is_among(held, f)) sums += folds[f].sums;
  }
  return sums;
}

ColumnSubset::ColumnSubset(const ClassProblem& p, const std::vector<Fold>& folds,
                           const FoldNumbers& held, Columns level)
    : level_(level), columns_(columns_by_class(sums_without(folds, held), level)) {
  const std::size_t kept = columns_kept(p, columns_.size());
  if (kept == columns_.size()) return;
  Execution serial;
  serial.threads = 1;
  const MatrixXf all =
      stacked(folds, {}, static_cast<Index>(columns_.size()),
              [&](const Fold& fold) { return gathered(fold.columns(), columns_); });
  basis_ = leading_right(all, static_cast<Index>(kept), serial).vectors;
}

MatrixXf ColumnSubset::rows_of(const Fold& fold) const {
  MatrixXf rows = gathered(fold.columns(), columns_);
  if (basis_.size() == 0) return rows;
  Execution serial;
  serial.threads = 1;
  return tall_times(rows, basis_, serial);
}

TrainingSet ColumnSubset::training_set(const std::vector<Fold>& folds,
                                       const FoldNumbers& held) const {
  TrainingSet train;
  ClassSums sums = sums_without(folds, held);
  for (std::size_t f = 0; f < folds.size(); ++f) {
    if (is_among(held, f)) continue;
    train.y.insert(train.y.end(), folds[f].y.begin(), folds[f].y.end());
    if (level_ != Columns::all) continue;
    if (train.scatter.size() == 0) {
      train.scatter = folds[f].scatter;
    } else {
      train.scatter += folds[f].scatter;
    }
  }
  train.counts = sums.counts;
  if (level_ != Columns::all) {
    const Index q = basis_.size() > 0 ? basis_.cols() : static_cast<Index>(columns_.size());
    train.x = stacked(folds, held, q, [&](const Fold& fold) { return rows_of(fold); });
    train.scatter = scatter_of(train.x);
    return train;
  }
  train.x = stacked(folds, held, train.scatter.cols(),
                    [](const Fold& fold) -> const MatrixXf& { return fold.rows.kept; });
  if (folds.front().rows.columns.size() == 0) return train;
  train.column_squares = std::move(sums.squares);
  train.column_means = means_of(std::move(sums.values), train.counts);
  return train;
}

MatrixXf ColumnSubset::evidence(const Rule& rule, const Fold& fold) const {
  if (level_ == Columns::all) return detail::evidence(rule, fold.rows);
  return detail::evidence(rule, Coordinates{rows_of(fold), {}});
}

std::vector<MatrixXf> ColumnSubset::evidence(const std::vector<Rule>& rules,
                                             const Fold& fold) const {
  if (rules.empty()) return {};
  return evidence_of_all(rules,
                         level_ == Columns::all ? fold.rows : Coordinates{rows_of(fold), {}});
}

}  // namespace cch::detail
