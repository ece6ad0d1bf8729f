#include "cch/estimators/ross.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/kNN/class_columns.hpp"
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

Estimate ross_usable(const Samples& x, const ClassLabels& y, const Groups& groups,
                     const RossOptions& options, SearchPath path, const Execution& exec) {
  const std::size_t n = x.size();
  const Matrix classes = class_column(y, widest_range(x.view()));
  const SearchProblem problem{{x.view(), classes.view()}, {{0}}, &groups};
  check_rows(problem);
  // Digits of classes are the first that a tree parts: only columns of x make it slow.
  const SearchPath taken = resolve(path, x.dim());
  const auto in_class = y.counts();
  const auto n_gc = own_group_in_class(y, groups);
  return mean_over_queries(
      "ross", problem, taken, options, std::min(options.k, n - 1), exec,
      [&](std::size_t i, auto& answers, const DigammaTable& psi) {
        const std::size_t n_c = in_class[static_cast<std::size_t>(y[i])];
        const std::size_t k_i = std::min(options.k, n_c - n_gc[i]);
        // The nearest k_i rows of the joint space are all of the class.
        const std::size_t m_i = answers.count_within(0, answers.nearest()[k_i - 1].distance);
        return psi(n - groups.size_of(i) + 1) + psi(k_i) - psi(n_c - n_gc[i] + 1) - psi(m_i);
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
