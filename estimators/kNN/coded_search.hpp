#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/parallel.hpp"
#include "estimators/kNN/coded_rows.hpp"
#include "estimators/kNN/neighbours.hpp"
#include "estimators/kNN/search_problem.hpp"
#include "estimators/kNN/sorted_column.hpp"

namespace cch::detail {

/// Searches by boxes and codes of the joint space and of each marginal. The answers are those of
/// TreeSearch, bit for bit.
class CodedTreeSearch {
 public:
  explicit CodedTreeSearch(const SearchProblem& problem,
                           const CodedKernels& kernels = coded_kernels());

  /// Whether codes decide nearly all comparisons of a few queries.
  [[nodiscard]] bool decides(std::size_t k) const;

  template <class Body>
  void each_query(std::span<const std::size_t> queries, std::size_t k, const Execution& exec,
                  const Body& body) const {
    constexpr std::size_t kChunk = 256;  // queries a task: long enough to hide the hand-out
    const std::size_t chunks = (queries.size() + kChunk - 1) / kChunk;
    const std::vector<std::size_t> ordered = in_space_order(queries);
    parallel_for_with(
        chunks, exec, [&] { return Answers(*this, k); },
        [&](Answers& answers, std::size_t chunk) {
          const std::size_t end = std::min(ordered.size(), (chunk + 1) * kChunk);
          for (std::size_t q = chunk * kChunk; q < end; ++q) {
            answers.find(ordered[q]);
            body(ordered[q], answers);
          }
        });
  }

 private:
  struct Marginal {
    std::optional<SortedColumn> sorted;  // of a single column
    std::optional<CodedRows> rows;
    std::vector<std::uint32_t> place;  // there, of the row at each place of the joint space
  };

  class Answers {
   public:
    Answers(const CodedTreeSearch& search, std::size_t k);
    void find(std::size_t row);
    [[nodiscard]] std::span<const Neighbour> nearest() const { return found_; }
    [[nodiscard]] std::size_t count_less(std::size_t marginal, double r) {
      return count(marginal, r, true);
    }
    [[nodiscard]] std::size_t count_within(std::size_t marginal, double r) {
      return count(marginal, r, false);
    }
    /// Distances that codes could not decide so far.
    [[nodiscard]] std::size_t exact() const { return exact_; }

   private:
    std::size_t count(std::size_t marginal, double r, bool strict);

    const CodedTreeSearch& search_;
    std::size_t k_;
    std::size_t row_ = 0;
    std::size_t place_ = 0;
    std::size_t exact_ = 0;
    std::vector<Neighbour> room_;
    std::span<const Neighbour> found_;
    std::vector<Code> spread_;
  };

  [[nodiscard]] std::vector<std::size_t> in_space_order(std::span<const std::size_t> queries) const;

  const SearchProblem& problem_;
  const CodedKernels& kernels_;
  CodedRows joint_;
  std::vector<std::uint32_t> group_at_;  // of each place; empty if every row is a group of its own
  std::vector<Marginal> marginals_;
};

/// Searches by comparing the codes of each query with those of every row, a block of queries at a
/// time. The answers are those of BruteSearch, bit for bit; counts may be asked for radii up to the
/// k-th distance. Memory O(N) a thread.
class CodedBruteSearch {
 public:
  explicit CodedBruteSearch(const SearchProblem& problem,
                            const CodedKernels& kernels = coded_kernels());

  /// Whether codes decide nearly all comparisons of a few queries.
  [[nodiscard]] bool decides(std::size_t k) const;

  template <class Body>
  void each_query(std::span<const std::size_t> queries, std::size_t k, const Execution& exec,
                  const Body& body) const {
    const std::size_t chunks = (queries.size() + kBlock - 1) / kBlock;
    parallel_for_with(
        chunks, exec, [&] { return Workspace(*this, k); },
        [&](Workspace& workspace, std::size_t chunk) {
          const std::size_t begin = chunk * kBlock;
          const std::size_t count = std::min(kBlock, queries.size() - begin);
          workspace.fill(queries.subspan(begin, count));
          for (std::size_t q = 0; q < count; ++q) {
            workspace.choose(q);
            body(queries[begin + q], workspace);
          }
        });
  }

 private:
  static constexpr std::size_t kSets = 2;  // of kAbreast queries that share a panel in the cache
  static constexpr std::size_t kBlock = kSets * kAbreast;

  class Workspace {
   public:
    Workspace(const CodedBruteSearch& search, std::size_t k);
    void fill(std::span<const std::size_t> queries);
    void choose(std::size_t slot) { slot_ = slot; }
    [[nodiscard]] const std::vector<Neighbour>& nearest() const { return lists_[slot_].found(); }
    [[nodiscard]] std::size_t count_less(std::size_t marginal, double r) {
      return count(marginal, r, true);
    }
    [[nodiscard]] std::size_t count_within(std::size_t marginal, double r) {
      return count(marginal, r, false);
    }
    [[nodiscard]] std::size_t exact() const { return exact_; }

   private:
    // The k least distances in codes so far, and the rows that may be among the k nearest.
    struct Nearby {
      struct Row {
        std::uint32_t row;
        Code code;
      };
      std::vector<Code> least;
      std::vector<Row> rows;
    };

    void begin_set(std::size_t set);
    void take_candidates(std::size_t set);
    void choose_nearest(std::size_t slot);
    std::size_t count(std::size_t marginal, double r, bool strict);
    [[nodiscard]] NearTiles& near(std::size_t marginal, std::size_t slot) {
      return near_[(slot / kAbreast * kMostMarginals + marginal) * kAbreast + slot % kAbreast];
    }

    const CodedBruteSearch& search_;
    std::size_t k_;
    std::size_t slot_ = 0;
    std::size_t exact_ = 0;
    std::vector<std::size_t> queries_;
    std::vector<Nearby> nearby_;
    std::vector<NearestList> lists_;
    std::vector<CodedSweep> sweeps_;
    std::vector<Code> query_codes_;
    std::vector<Code> near_codes_;
    std::vector<std::uint32_t> near_tiles_;
    std::vector<NearTiles> near_;
    std::vector<std::uint32_t> candidates_;
    std::vector<Code> candidate_codes_;
    std::vector<std::uint32_t> undecided_;
  };

  [[nodiscard]] double joint_distance(std::size_t a, std::size_t b) const;

  const SearchProblem& problem_;
  const CodedKernels& kernels_;
  CodedRows rows_;
};

}  // namespace cch::detail
