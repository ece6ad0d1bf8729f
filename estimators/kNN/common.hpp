#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "estimators/kNN/search.hpp"

namespace cch::detail {

/// ψ(1), …, ψ(largest), looked up because every query needs several.
class DigammaTable {
 public:
  explicit DigammaTable(std::size_t largest);
  /// ψ(n), 1 ≤ n ≤ largest.
  double operator()(std::size_t n) const { return values_[n]; }

 private:
  std::vector<double> values_;
};

/// Refuses what no neighbour estimator can use: unequal N, groups of another N, k = 0, or fewer
/// than k rows outside some row's group.
void check_neighbour_input(const SearchProblem& problem, std::size_t k);
/// The part of check_neighbour_input that does not depend on k.
void check_rows(const SearchProblem& problem);

struct QueryChoice {
  std::vector<std::size_t> rows;  ///< ascending
  bool all = true;
};

/// Which rows ask for their neighbours: all if `exact`, at most `limit` (if > 0), or, when brute
/// force is asked for or there are more than four columns, and all pairs are more than 2·10¹¹ pairs
/// of coordinates, as many random rows as fit into that budget (at least 4096). A mean over random
/// queries is unbiased for the mean over all.
QueryChoice choose_queries(const SearchProblem& problem, SearchPath path, std::size_t limit,
                           bool exact, const Execution& exec);

/// The estimate that is the mean of `terms`, one a query, summed in order of row number. `search`
/// says how neighbours were found where the path does not.
Estimate mean_estimate(std::string_view method, const SearchProblem& problem, SearchPath taken,
                       std::span<const double> terms, const QueryChoice& queries, std::size_t k,
                       std::string_view search = {});

/// What the estimators share: asks the rows chosen by `options` (k, queries, exact) for their k
/// nearest and averages term(i, answers, psi), the summand of the estimator's formula for row i.
/// Checks nothing.
template <class Options, class Term>
Estimate mean_over_queries(std::string_view method, const SearchProblem& problem, SearchPath path,
                           const Options& options, std::size_t k, const Execution& exec,
                           const Term& term) {
  const QueryChoice queries = choose_queries(problem, path, options.queries, options.exact, exec);
  const DigammaTable psi(problem.rows() + 1);
  std::vector<double> by_row(problem.rows());
  const SearchPath taken =
      for_each_query(problem, path, queries.rows, k, exec,
                     [&](std::size_t i, auto& answers) { by_row[i] = term(i, answers, psi); });
  std::vector<double> terms(queries.rows.size());
  for (std::size_t q = 0; q < terms.size(); ++q) terms[q] = by_row[queries.rows[q]];
  return mean_estimate(method, problem, taken, terms, queries, options.k);
}

}  // namespace cch::detail
