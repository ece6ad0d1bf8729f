#include "cch/estimators/ross.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/kNN/class_columns.hpp"
#include "estimators/kNN/class_lines.hpp"
#include "estimators/kNN/common.hpp"
#include "estimators/kNN/forced.hpp"
#include "estimators/repeated_values.hpp"

namespace cch {
namespace detail {
namespace {

// n_gc: rows of row i's class inside row i's group, i included.
std::vector<std::size_t> own_group_in_class(const ClassLabels& y, const Groups& groups) {
  std::vector<std::size_t> counts(y.size(), 0);
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (const std::size_t member : groups.members(groups.of(i))) counts[i] += y[member] == y[i];
  }
  return counts;
}

// Rows whose class is not wholly inside their own group.
std::vector<std::size_t> usable_rows(const ClassLabels& y, const Groups& groups) {
  const auto in_class = y.counts();
  const auto n_gc = own_group_in_class(y, groups);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (in_class[static_cast<std::size_t>(y[i])] > n_gc[i]) rows.push_back(i);
  }
  return rows;
}

// ψ(N') + ψ(k_i) − ψ(N_c') − ψ(m_i), without row i's group in the counts of rows.
struct RossTerms {
  const std::vector<std::size_t>& in_class;
  const std::vector<std::size_t>& n_gc;
  const ClassLabels& y;
  const Groups& groups;
  std::size_t k;

  [[nodiscard]] std::size_t n_c(std::size_t i) const {
    return in_class[static_cast<std::size_t>(y[i])] - n_gc[i];
  }
  [[nodiscard]] std::size_t k_of(std::size_t i) const { return std::min(k, n_c(i)); }
  [[nodiscard]] double term(std::size_t i, std::size_t m_i, const DigammaTable& psi) const {
    return psi(y.size() - groups.size_of(i) + 1) + psi(k_of(i)) - psi(n_c(i) + 1) - psi(m_i);
  }
};

// The same numbers as by a tree, to the bit.
Estimate ross_on_a_line(const Samples& x, const SearchProblem& problem, const RossTerms& ross,
                        const RossOptions& options, const Execution& exec) {
  const QueryChoice queries =
      choose_queries(problem, SearchPath::tree, options.queries, options.exact, exec);
  const DigammaTable psi(x.size() + 1);
  const ClassLines lines(x, ross.y, ross.groups);
  std::vector<double> terms(queries.rows.size());
  constexpr std::size_t kChunk = 256;  // queries a task: long enough to hide the hand-out
  parallel_for((terms.size() + kChunk - 1) / kChunk, exec, [&](std::size_t chunk) {
    for (std::size_t q = chunk * kChunk; q < std::min(terms.size(), (chunk + 1) * kChunk); ++q) {
      const std::size_t i = queries.rows[q];
      const double epsilon = lines.kth_distance(i, ross.k_of(i));
      terms[q] = ross.term(i, lines.count_within(i, epsilon), psi);
    }
  });
  return mean_estimate("ross", problem, SearchPath::tree, terms, queries, options.k,
                       "sorted columns");
}

Estimate ross_usable(const Samples& x, const ClassLabels& y, const Groups& groups,
                     const RossOptions& options, SearchPath path, const Execution& exec) {
  const std::size_t n = x.size();
  const Matrix classes = class_column(y, widest_range(x.view()));
  const SearchProblem problem{{x.view(), classes.view()}, {{0}}, &groups, classes.cols()};
  check_rows(problem);
  const auto in_class = y.counts();
  const auto n_gc = own_group_in_class(y, groups);
  const RossTerms ross{in_class, n_gc, y, groups, options.k};
  if (path == SearchPath::automatic && x.dim() == 1) {
    return ross_on_a_line(x, problem, ross, options, exec);
  }
  return mean_over_queries("ross", problem, path, options, std::min(options.k, n - 1), exec,
                           [&](std::size_t i, auto& answers, const DigammaTable& psi) {
                             // The nearest k_i rows of the joint space are all of the class.
                             const double epsilon = answers.nearest()[ross.k_of(i) - 1].distance;
                             return ross.term(i, answers.count_within(0, epsilon), psi);
                           });
}

void warn_if_tied(const Samples& x, std::vector<Warning>& warnings) {
  if (x.dim() == 0 || repeated_share(x) <= kRepeatedShare) return;
  warnings.push_back(
      {"tied-columns", x.name() + " has a column with equal values in more than 5 % of its rows; "
                                  "ross is for continuous columns and reads ties as too little "
                                  "information: mixed-ksg or label-bound take them"});
}

}  // namespace

Estimate ross(const Samples& x, const ClassLabels& y, const Groups& groups,
              const RossOptions& options, SearchPath path, const Execution& exec) {
  if (x.size() != y.size()) {
    refuse_data("unequal-rows",
                std::to_string(x.size()) + " rows but " + std::to_string(y.size()) + " labels", {},
                "row i must have label i", "Align the files by id, or export them together");
  }
  if (options.k == 0) {
    refuse_usage("k-too-small", "k is 0", "an estimate needs a neighbour", "Give k ≥ 1");
  }
  if (groups.rows() != x.size()) check_rows({{x.view(), x.view()}, {}, &groups});
  const std::vector<std::size_t> rows = usable_rows(y, groups);
  if (rows.empty()) {
    refuse_data("class-too-small", "no class has rows in more than one group", {},
                "no row has a neighbour of its own class outside its group",
                "Give classes that occur in several groups");
  }
  const bool all = rows.size() == x.size();
  // Dropping rows can leave no class without a partner: the rows that stay keep all of theirs.
  Estimate estimate =
      all ? ross_usable(x, y, groups, options, path, exec)
          : ross_usable(x.select(rows), y.select(rows), groups.select(rows), options, path, exec);
  warn_if_tied(x, estimate.warnings);
  if (all) return estimate;
  estimate.warnings.push_back(
      {"rows-dropped", std::to_string(x.size() - rows.size()) +
                           " rows are the only ones of their class outside their group; they were "
                           "left out"});
  return estimate;
}

}  // namespace detail

Estimate ross(const Samples& x, const ClassLabels& y, const Groups& groups,
              const RossOptions& options, const Execution& exec) {
  const auto of = [&](const Samples& a) {
    return detail::ross(a, y, groups, options, detail::SearchPath::automatic, exec);
  };
  const double share = options.tie_draws > 0 && x.size() > 0 ? detail::repeated_share(x) : 0.0;
  if (share <= detail::kRepeatedShare) return of(x);
  return detail::mean_over_tie_draws(options.tie_draws, share, x.name(), [&](std::size_t draw) {
    const std::uint64_t seed = derive_seed(exec.seed, "ties against labels", draw);
    return of(detail::with_ties_in_random_order(x, seed));
  });
}

}  // namespace cch
