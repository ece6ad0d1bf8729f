#include "estimators/kNN/search.hpp"

#include <limits>

namespace cch::detail {
namespace {

// Class digits are the first that a tree parts.
std::size_t hard_columns(const SearchProblem& problem) {
  return problem.joint_dim() - problem.class_digits;
}

}  // namespace

SearchPath path_without_codes(const SearchProblem& problem) {
  return cheaper_path(problem.rows(), hard_columns(problem));
}

SearchPath planned_path(const SearchProblem& problem) {
  bool possible =
      problem.blocks.size() <= kMostBlocks && problem.marginals.size() <= kMostMarginals;
  for (const MatrixView& block : problem.blocks) possible = possible && CodedRows::possible(block);
  if (!possible) return path_without_codes(problem);
  return cheaper_coded_path(problem.rows(), hard_columns(problem), coded_kernels().name);
}

TreeSearch::TreeSearch(const SearchProblem& problem)
    : problem_(problem), joint_(all_blocks(problem)), tree_(joint_) {
  for (std::size_t m = 0; m < problem.marginals.size(); ++m) {
    marginals_.push_back(make_marginal(problem, m));
  }
}

TreeSearch::Marginal TreeSearch::make_marginal(const SearchProblem& problem, std::size_t number) {
  Matrix columns = joined(problem, problem.marginals[number]);
  if (columns.cols() == 1) {
    SortedColumn counter(std::span<const double>(columns.data(), columns.rows()));
    return {std::move(columns), std::move(counter)};
  }
  MaxNormTree counter(columns);
  return {std::move(columns), std::move(counter)};
}

// Queries that follow each other then share their leaves, which keeps these in the cache.
std::vector<std::size_t> TreeSearch::in_leaf_order(std::span<const std::size_t> queries) const {
  std::vector<char> wanted(problem_.rows(), 0);
  for (const std::size_t q : queries) wanted[q] = 1;
  std::vector<std::size_t> ordered;
  ordered.reserve(queries.size());
  for (const std::size_t row : tree_.order()) {
    if (wanted[row]) ordered.push_back(row);
  }
  return ordered;
}

void TreeSearch::Answers::find(std::size_t row, std::size_t k) {
  query = row;
  list.reset(k);
  search.tree_.nearest(search.joint_.row(row), search.problem_.groups->of(row),
                       *search.problem_.groups, list);
}

std::size_t TreeSearch::Answers::count_less(std::size_t marginal, double r) const {
  const Marginal& m = search.marginals_[marginal];
  const auto* sorted = std::get_if<SortedColumn>(&m.counter);
  const std::size_t all =
      sorted ? sorted->count_less(query, r)
             : std::get<MaxNormTree>(m.counter).count_less(m.columns.row(query), r);
  return all - own_group(search.problem_, marginal, query, r, true);
}

std::size_t TreeSearch::Answers::count_within(std::size_t marginal, double r) const {
  const Marginal& m = search.marginals_[marginal];
  const auto* sorted = std::get_if<SortedColumn>(&m.counter);
  const std::size_t all =
      sorted ? sorted->count_within(query, r)
             : std::get<MaxNormTree>(m.counter).count_within(m.columns.row(query), r);
  return all - own_group(search.problem_, marginal, query, r, false);
}

BruteSearch::BruteSearch(const SearchProblem& problem)
    : problem_(problem), padded_((problem.rows() + kTile - 1) / kTile * kTile) {
  for (const MatrixView& block : problem.blocks) {
    Block stored{block.cols(), std::vector<double>(padded_ * block.cols(), 0.0)};
    for (std::size_t i = 0; i < block.rows(); ++i) {
      double* tile = stored.tiles.data() + i / kTile * kTile * stored.dims + i % kTile;
      for (std::size_t d = 0; d < stored.dims; ++d) tile[d * kTile] = block(i, d);
    }
    blocks_.push_back(std::move(stored));
  }
}

BruteSearch::Workspace::Workspace(const BruteSearch& search)
    : search_(search),
      kernels_(distance_kernels()),
      values_(search.blocks_.size() * kQueries * search.padded_),
      joint_(search.padded_),
      merged_(search.padded_) {}

void BruteSearch::Workspace::fill(std::span<const std::size_t> queries) {
  std::vector<double> rows;
  for (std::size_t b = 0; b < search_.blocks_.size(); ++b) {
    const Block& block = search_.blocks_[b];
    rows.assign(kQueries * block.dims, 0.0);
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const auto row = search_.problem_.blocks[b].row(queries[q]);
      std::copy(row.begin(), row.end(), rows.begin() + static_cast<std::ptrdiff_t>(q * block.dims));
    }
    double* out[kQueries];
    for (std::size_t q = 0; q < kQueries; ++q) out[q] = distances(b, q);
    kernels_.distances(block.tiles.data(), search_.padded_ / kTile, block.dims, rows.data(), out);
  }
}

void BruteSearch::Workspace::find(std::size_t slot, std::size_t row, std::size_t k) {
  slot_ = slot;
  row_ = row;
  merged_marginal_.reset();
  const std::size_t n = search_.problem_.rows();
  std::copy_n(distances(0, slot), n, joint_.data());
  for (std::size_t b = 1; b < search_.blocks_.size(); ++b) {
    kernels_.max_into(joint_.data(), distances(b, slot), n);
  }
  const Groups& groups = *search_.problem_.groups;
  for (const std::size_t member : groups.members(groups.of(row))) {
    joint_[member] = std::numeric_limits<double>::infinity();
  }
  list_.reset(k);
  // Rows come in ascending order, so an equal distance later on never replaces one in the list.
  for (std::size_t j = 0; (j = kernels_.find_less(joint_.data(), j, n, list_.worst())) < n; ++j) {
    list_.offer(joint_[j], j);
  }
}

const double* BruteSearch::Workspace::marginal(std::size_t number) {
  const auto& blocks = search_.problem_.marginals[number];
  if (blocks.size() == 1) return distances(blocks.front(), slot_);
  if (merged_marginal_ != number) {
    const std::size_t n = search_.problem_.rows();
    std::copy_n(distances(blocks.front(), slot_), n, merged_.data());
    for (std::size_t b = 1; b < blocks.size(); ++b) {
      kernels_.max_into(merged_.data(), distances(blocks[b], slot_), n);
    }
    merged_marginal_ = number;
  }
  return merged_.data();
}

template <class Inside>
std::size_t BruteSearch::Workspace::own_group(const double* row, const Inside& inside) const {
  const Groups& groups = *search_.problem_.groups;
  std::size_t count = 0;
  for (const std::size_t member : groups.members(groups.of(row_)))
    count += inside(row[member]) ? 1 : 0;
  return count;
}

std::size_t BruteSearch::Workspace::count_less(std::size_t number, double r) {
  const double* row = marginal(number);
  return kernels_.count_less(row, search_.problem_.rows(), r) -
         own_group(row, [r](double d) { return d < r; });
}

std::size_t BruteSearch::Workspace::count_within(std::size_t number, double r) {
  const double* row = marginal(number);
  return kernels_.count_within(row, search_.problem_.rows(), r) -
         own_group(row, [r](double d) { return d <= r; });
}

}  // namespace cch::detail
