#include "estimators/kNN/common.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "cch/core/random.hpp"
#include "estimators/linalg/quantiles.hpp"

namespace cch::detail {

DigammaTable::DigammaTable(std::size_t largest) : values_(largest + 1, 0.0) {
  for (std::size_t n = 1; n <= largest; ++n) values_[n] = digamma(static_cast<double>(n));
}

void check_rows(const SearchProblem& problem) {
  for (const MatrixView& block : problem.blocks) {
    if (block.rows() == problem.rows()) continue;
    refuse_data("unequal-rows",
                "the two sides have " + std::to_string(problem.rows()) + " and " +
                    std::to_string(block.rows()) + " rows",
                {}, "row i of one side must belong to row i of the other",
                "Align the files by id, or export them from the same rows");
  }
  if (problem.groups->rows() != problem.rows()) {
    refuse_data("unequal-rows",
                std::to_string(problem.groups->rows()) + " group entries for " +
                    std::to_string(problem.rows()) + " rows",
                {}, "every row needs its group", "Give one group a row");
  }
}

void check_neighbour_input(const SearchProblem& problem, std::size_t k) {
  check_rows(problem);
  if (k == 0) refuse_usage("k-too-small", "k is 0", "an estimate needs a neighbour", "Give k ≥ 1");
  const Groups& groups = *problem.groups;
  std::size_t largest = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    largest = std::max(largest, groups.members(g).size());
  }
  if (problem.rows() - largest < k) {
    refuse_usage("k-too-large",
                 "k = " + std::to_string(k) + " neighbours asked for, but some row has only " +
                     std::to_string(problem.rows() - largest) + " rows outside its own group",
                 "rows of the own group are never neighbours", "Give a smaller k or more rows");
  }
}

namespace {
// Whose rows are a sample of queries where all would cost too much. By columns alone and not by the
// path that is taken, so that a number does not change with the machine or the speed of a search.
bool wide(const SearchProblem& problem) {
  return problem.joint_dim() - problem.class_digits > 4;
}
bool is_brute(SearchPath path) {
  return path == SearchPath::brute || path == SearchPath::coded_brute;
}
}  // namespace

QueryChoice choose_queries(const SearchProblem& problem, SearchPath path, std::size_t limit,
                           bool exact, const Execution& exec) {
  constexpr double kBudget = 2e11;  // about ten seconds on two cores
  constexpr std::size_t kFewest = 4096;
  const std::size_t n = problem.rows();
  std::size_t count = n;
  if (exact) {
    count = n;
  } else if (limit > 0) {
    count = std::min(n, limit);
  } else if (path == SearchPath::automatic ? wide(problem) : is_brute(path)) {
    const double cost = static_cast<double>(n) * static_cast<double>(problem.joint_dim());
    const double affordable = std::max(kBudget / cost, static_cast<double>(kFewest));
    if (affordable < static_cast<double>(n)) count = static_cast<std::size_t>(affordable);
  }
  QueryChoice choice;
  if (count == n) {
    choice.rows.resize(n);
    std::iota(choice.rows.begin(), choice.rows.end(), std::size_t{0});
    return choice;
  }
  Random random(derive_seed(exec.seed, "queries"));
  choice.rows = random.permutation(n);
  choice.rows.resize(count);
  std::sort(choice.rows.begin(), choice.rows.end());
  choice.all = false;
  return choice;
}

Estimate mean_estimate(std::string_view method, const SearchProblem& problem, SearchPath taken,
                       std::span<const double> terms, const QueryChoice& queries, std::size_t k,
                       std::string_view search) {
  const auto m = static_cast<double>(terms.size());
  double sum = 0.0;
  for (const double term : terms) sum += term;
  Estimate estimate;
  estimate.nats = sum / m;
  estimate.n = problem.rows();
  estimate.dim_x = problem.blocks[0].cols();
  estimate.dim_y = problem.blocks[1].cols();
  estimate.method = method;
  if (queries.all) estimate.row_terms.assign(terms.begin(), terms.end());
  const bool tree = taken == SearchPath::tree || taken == SearchPath::coded_tree;
  estimate.diagnostics.set("k", static_cast<double>(k));
  if (search.empty()) search = tree ? "kd-tree" : "brute force";
  estimate.diagnostics.note("search", std::string(search));
  if (!tree) estimate.diagnostics.note("instruction_set", std::string(distance_kernels().name));
  estimate.diagnostics.set("queries", m);
  if (!queries.all) {
    double squares = 0.0;
    for (const double term : terms) squares += (term - estimate.nats) * (term - estimate.nats);
    const double standard_error = std::sqrt(squares / (m - 1.0) / m);
    estimate.diagnostics.set("query_standard_error", standard_error);
    estimate.warnings.push_back(
        {"subsampled-queries", std::to_string(terms.size()) + " of " +
                                   std::to_string(problem.rows()) +
                                   " rows were taken as queries (all rows are searched); --exact "
                                   "uses every row"});
  }
  return estimate;
}

}  // namespace cch::detail
