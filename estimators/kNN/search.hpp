#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/parallel.hpp"
#include "estimators/kNN/coded_search.hpp"
#include "estimators/kNN/distances.hpp"
#include "estimators/kNN/max_norm_tree.hpp"
#include "estimators/kNN/neighbours.hpp"
#include "estimators/kNN/search_cost.hpp"
#include "estimators/kNN/search_problem.hpp"
#include "estimators/kNN/sorted_column.hpp"

namespace cch::detail {

/// Searches by kd-tree and sorted columns. `each_query` calls body(i, answers) for every query row
/// i in parallel; `answers` offers
///   nearest()                  the k nearest rows outside i's group, nearest first;
///   count_less(marginal, r)    rows outside i's group with marginal distance < r;
///   count_within(marginal, r)  the same with ≤ r.
class TreeSearch {
 public:
  explicit TreeSearch(const SearchProblem& problem);

  template <class Body>
  void each_query(std::span<const std::size_t> queries, std::size_t k, const Execution& exec,
                  const Body& body) const {
    constexpr std::size_t kChunk = 256;  // queries a task: long enough to hide the hand-out
    const std::size_t chunks = (queries.size() + kChunk - 1) / kChunk;
    const std::vector<std::size_t> ordered = in_leaf_order(queries);
    parallel_for(chunks, exec, [&](std::size_t chunk) {
      Answers answers{*this, 0, NearestList(k)};
      const std::size_t end = std::min(ordered.size(), (chunk + 1) * kChunk);
      for (std::size_t q = chunk * kChunk; q < end; ++q) {
        answers.find(ordered[q], k);
        body(ordered[q], answers);
      }
    });
  }

 private:
  struct Marginal {
    Matrix columns;
    std::variant<SortedColumn, MaxNormTree> counter;
  };

  struct Answers {
    const TreeSearch& search;
    std::size_t query;
    NearestList list;

    void find(std::size_t row, std::size_t k);
    [[nodiscard]] const std::vector<Neighbour>& nearest() const { return list.found(); }
    [[nodiscard]] std::size_t count_less(std::size_t marginal, double r) const;
    [[nodiscard]] std::size_t count_within(std::size_t marginal, double r) const;
  };

  [[nodiscard]] std::vector<std::size_t> in_leaf_order(std::span<const std::size_t> queries) const;
  static Marginal make_marginal(const SearchProblem& problem, std::size_t number);

  const SearchProblem& problem_;
  Matrix joint_;
  MaxNormTree tree_;
  std::vector<Marginal> marginals_;
};

/// Searches by comparing each query with every row, a block of queries at a time, in the widest
/// vector registers of the machine. Same answers, bit for bit, as TreeSearch; memory O(N) a thread.
class BruteSearch {
 public:
  explicit BruteSearch(const SearchProblem& problem);

  template <class Body>
  void each_query(std::span<const std::size_t> queries, std::size_t k, const Execution& exec,
                  const Body& body) const {
    const std::size_t chunks = (queries.size() + kQueries - 1) / kQueries;
    parallel_for_with(
        chunks, exec, [&] { return Workspace(*this); },
        [&](Workspace& workspace, std::size_t chunk) {
          const std::size_t begin = chunk * kQueries;
          const std::size_t count = std::min(kQueries, queries.size() - begin);
          workspace.fill(queries.subspan(begin, count));
          for (std::size_t q = 0; q < count; ++q) {
            workspace.find(q, queries[begin + q], k);
            body(queries[begin + q], workspace);
          }
        });
  }

 private:
  struct Block {
    std::size_t dims = 0;
    std::vector<double> tiles;  // kTile rows a tile, column after column inside
  };

  // The distances of kQueries rows from all rows, block by block, and the answers for one of them.
  class Workspace {
   public:
    explicit Workspace(const BruteSearch& search);
    void fill(std::span<const std::size_t> queries);
    void find(std::size_t slot, std::size_t row, std::size_t k);
    [[nodiscard]] const std::vector<Neighbour>& nearest() const { return list_.found(); }
    [[nodiscard]] std::size_t count_less(std::size_t marginal, double r);
    [[nodiscard]] std::size_t count_within(std::size_t marginal, double r);

   private:
    double* distances(std::size_t block, std::size_t slot) {
      return values_.data() + (block * kQueries + slot) * search_.padded_;
    }
    const double* marginal(std::size_t number);
    template <class Inside>
    std::size_t own_group(const double* row, const Inside& inside) const;

    const BruteSearch& search_;
    const DistanceKernels& kernels_;
    std::vector<double> values_;
    std::vector<double> joint_;
    std::vector<double> merged_;
    std::size_t slot_ = 0;
    std::size_t row_ = 0;
    std::optional<std::size_t> merged_marginal_;
    NearestList list_;
  };

  const SearchProblem& problem_;
  std::size_t padded_;  // N rounded up to whole tiles
  std::vector<Block> blocks_;
};

/// By expected cost: with codes where they are possible, and without.
SearchPath planned_path(const SearchProblem& problem);
SearchPath path_without_codes(const SearchProblem& problem);

/// Builds the search of the path and calls body(i, answers) for every query; says which path was
/// taken. Codes are given up where a few queries find that they decide too little: values far
/// outside the others, or many equal ones.
template <class Body>
SearchPath for_each_query(const SearchProblem& problem, SearchPath path,
                          std::span<const std::size_t> queries, std::size_t k,
                          const Execution& exec, const Body& body) {
  const bool forced = path != SearchPath::automatic;
  if (!forced) path = planned_path(problem);
  if (path == SearchPath::coded_tree) {
    const CodedTreeSearch search(problem);
    if (forced || search.decides(k)) {
      search.each_query(queries, k, exec, body);
      return path;
    }
  } else if (path == SearchPath::coded_brute) {
    const CodedBruteSearch search(problem);
    if (forced || search.decides(k)) {
      search.each_query(queries, k, exec, body);
      return path;
    }
  }
  if (!forced) path = path_without_codes(problem);
  if (path == SearchPath::tree) {
    TreeSearch(problem).each_query(queries, k, exec, body);
  } else {
    BruteSearch(problem).each_query(queries, k, exec, body);
  }
  return path;
}

}  // namespace cch::detail
