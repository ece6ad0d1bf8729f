#include "cch/estimators/permutation_null.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/wilks.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostComponents = 16;
constexpr std::size_t kRowsPerComponent = 40;  // two features each: 20 rows a feature

bool same_y(const Variable& y, std::size_t a, std::size_t b) {
  if (const auto* labels = std::get_if<ClassLabels>(&y)) return (*labels)[a] == (*labels)[b];
  const auto view = std::get<Samples>(y).view();
  return std::ranges::equal(view.row(a), view.row(b));
}

bool constant_in_groups(const Groups& groups, const Variable& y) {
  for (std::size_t i = 0; i < groups.rows(); ++i) {
    if (!same_y(y, i, groups.members(groups.of(i)).front())) return false;
  }
  return true;
}

std::map<std::size_t, std::vector<std::size_t>> groups_by_size(const Groups& groups) {
  std::map<std::size_t, std::vector<std::size_t>> by_size;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    by_size[groups.members(g).size()].push_back(g);
  }
  return by_size;
}

void refuse_unmovable(std::size_t left, std::size_t rows) {
  refuse_data("no-size-strata",
              "only " + std::to_string(left) + " of " + std::to_string(rows) +
                  " rows are in groups whose size another group has",
              {},
              "groups of unequal sizes, with y varying inside them, can only be exchanged whole "
              "and with groups of their own size",
              "Cut the groups to one size, or give one y value a group");
}

void check_resolution(const PermutationOptions& permutation, const GroupPermuter& permuter) {
  const double tests = static_cast<double>(std::max<std::size_t>(permutation.tests, 1));
  if (1.0 / static_cast<double>(permutation.permutations + 1) >= permutation.alpha / tests) {
    refuse_usage("too-few-permutations",
                 std::to_string(permutation.permutations) + " permutations for " +
                     std::to_string(permutation.tests) + " tests",
                 "the smallest p value they can give does not reject at that level",
                 "Take at least " +
                     std::to_string(static_cast<std::size_t>(tests / permutation.alpha)) +
                     " permutations");
  }
  if (permuter.log_arrangements() <= std::log(tests / permutation.alpha)) {
    refuse_data("too-few-arrangements", "the groups can be arranged in too few different ways",
                permuter.scheme(), "the smallest possible p value does not reject at that level",
                "Collect more groups");
  }
}

bool by_wilks(const EstimatorOptions& options, NullStatistic statistic) {
  if (statistic != NullStatistic::automatic) return statistic == NullStatistic::wilks;
  return std::holds_alternative<CcaKsgOptions>(options) ||
         std::holds_alternative<LabelBoundOptions>(options);
}

// Fills observed and null_values of `result`; `statistic(rows_of_y, exec)` is called in parallel.
template <class Statistic>
void fill(PermutationNull& result, const GroupPermuter& permuter, std::size_t n,
          const Execution& exec, Statistic&& statistic) {
  result.observed = statistic(permuter.rows(), exec);
  result.null_values.resize(n);
  parallel_for(n, exec, [&](std::size_t i) {
    const auto rows = permuter.draw(derive_seed(exec.seed, "permutation", i));
    result.null_values[i] = statistic(std::span<const std::size_t>(rows), exec.serial());
  });
}

void fill_by_wilks(PermutationNull& result, const Variable& x, const Variable& y,
                   const GroupPermuter& permuter, std::size_t n, const Execution& exec) {
  const std::size_t components =
      std::clamp<std::size_t>(permuter.rows().size() / kRowsPerComponent, 1, kMostComponents);
  const Eigen::MatrixXd qx =
      detail::whitened(detail::wilks_features(select(x, permuter.rows()), components, exec.seed));
  const Eigen::MatrixXd features = detail::wilks_features(y, components, exec.seed);
  fill(result, permuter, n, exec, [&](std::span<const std::size_t> rows, const Execution&) {
    Eigen::MatrixXd taken(static_cast<Eigen::Index>(rows.size()), features.cols());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      taken.row(static_cast<Eigen::Index>(i)) = features.row(static_cast<Eigen::Index>(rows[i]));
    }
    return detail::wilks_nats(qx, detail::whitened(std::move(taken)));
  });
}

}  // namespace

GroupPermuter::GroupPermuter(const Groups& groups, const Variable& y) : groups_(groups) {
  auto by_size = groups_by_size(groups);
  if (!groups.grouped()) {
    scheme_ = "rows";
  } else if (by_size.size() == 1) {
    scheme_ = "whole groups";
  } else if (constant_in_groups(groups, y)) {
    scheme_ = "values of whole groups, of any size";
    std::vector<std::size_t> all(groups.count());
    for (std::size_t g = 0; g < all.size(); ++g) all[g] = g;
    by_size.clear();
    by_size[0] = std::move(all);
  } else {
    scheme_ = "whole groups within strata of equal size";
  }
  for (auto& [size, stratum] : by_size) {
    if (stratum.size() < 2) continue;
    log_arrangements_ += std::lgamma(static_cast<double>(stratum.size()) + 1.0);
    for (const std::size_t g : stratum) {
      const auto members = groups.members(g);
      rows_.insert(rows_.end(), members.begin(), members.end());
    }
    strata_.push_back(std::move(stratum));
  }
  std::sort(rows_.begin(), rows_.end());
  if (2 * rows_.size() < groups.rows()) refuse_unmovable(rows_.size(), groups.rows());
}

std::vector<std::size_t> GroupPermuter::draw(std::uint64_t seed) const {
  Random random(seed);
  std::vector<std::size_t> giver(groups_.count(), 0);
  for (const auto& stratum : strata_) {
    const auto order = random.permutation(stratum.size());
    for (std::size_t s = 0; s < stratum.size(); ++s) giver[stratum[s]] = stratum[order[s]];
  }
  std::vector<std::size_t> place(groups_.count(), 0);
  std::vector<std::size_t> out;
  out.reserve(rows_.size());
  for (const std::size_t row : rows_) {
    const std::size_t g = groups_.of(row);
    const auto members = groups_.members(giver[g]);
    // Beyond the giver's end only where y is constant in groups, so any of its rows will do.
    out.push_back(members[std::min(place[g]++, members.size() - 1)]);
  }
  return out;
}

Histogram histogram(std::span<const double> values, std::size_t bins) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double width = (*most - *least) / static_cast<double>(bins);
  Histogram out;
  for (std::size_t i = 0; i <= bins; ++i) {
    out.edges.push_back(*least + width * static_cast<double>(i));
  }
  out.counts.assign(bins, 0);
  for (const double value : values) {
    const double at = width > 0.0 ? (value - *least) / width : 0.0;
    ++out.counts[std::min(bins - 1, static_cast<std::size_t>(at))];
  }
  return out;
}

PermutationNull permutation_null(const EstimatorOptions& options, const Variable& x,
                                 const Variable& y, const Groups& groups,
                                 const PermutationOptions& permutation, const Execution& exec) {
  const GroupPermuter permuter(groups, y);
  check_resolution(permutation, permuter);
  const std::size_t n = permutation.permutations;
  PermutationNull result;
  result.scheme = permuter.scheme();
  result.rows_left_out = groups.rows() - permuter.rows().size();
  result.resolution = 1.0 / static_cast<double>(n + 1);
  if (by_wilks(options, permutation.statistic)) {
    result.statistic = "wilks";
    fill_by_wilks(result, x, y, permuter, n, exec);
  } else {
    result.statistic = entry_of(options).name;
    const Variable kept = select(x, permuter.rows());
    const Groups kept_groups = groups.select(permuter.rows());
    fill(result, permuter, n, exec, [&](std::span<const std::size_t> rows, const Execution& inner) {
      return estimate(options, kept, select(y, rows), kept_groups, inner).nats;
    });
  }
  const auto reached = std::ranges::count_if(
      result.null_values, [&](double value) { return value >= result.observed; });
  result.p_value = (1.0 + static_cast<double>(reached)) / static_cast<double>(n + 1);
  return result;
}

}  // namespace cch
