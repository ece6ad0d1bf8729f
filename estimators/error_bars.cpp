#include "cch/estimators/error_bars.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca_ksg_run.hpp"
#include "estimators/kNN/ksg1_parts.hpp"
#include "estimators/linalg/quantiles.hpp"

namespace cch {

// What cca-ksg keeps for its replicates: the pairs that it read.
struct Measurement::Refit {
  std::optional<detail::CcaKsgRun> cca;
};

Measurement::Measurement(const EstimatorOptions& options, Variable x, Variable y, Groups groups,
                         const Execution& exec)
    : options_(options),
      x_(std::move(x)),
      y_(std::move(y)),
      groups_(std::move(groups)),
      refit_(std::make_unique<Refit>()) {
  const auto* cca = std::get_if<CcaKsgOptions>(&options_);
  if (cca == nullptr || is_discrete(x_) || is_discrete(y_)) {
    estimate_ = cch::estimate(options_, x_, y_, groups_, exec);
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  refit_->cca.emplace(std::get<Samples>(x_), std::get<Samples>(y_), groups_, *cca, exec);
  estimate_ = refit_->cca->estimate;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  estimate_.diagnostics.set("seconds", seconds.count());
}

Measurement::~Measurement() = default;
Measurement::Measurement(Measurement&&) noexcept = default;
Measurement& Measurement::operator=(Measurement&&) noexcept = default;

ErrorBarKind Measurement::kind() const {
  return entry_of(options_).error_bars;
}

namespace {

double mean_of(std::span<const double> terms, std::span<const std::size_t> rows) {
  double sum = 0.0;
  for (const std::size_t row : rows) sum += terms[row];
  return sum / static_cast<double>(rows.size());
}

// Whole groups dealt at random to `count` parts, each group to the part with the fewest rows so
// far.
std::vector<std::vector<std::size_t>> random_parts(const Groups& groups, std::size_t count,
                                                   std::uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<std::size_t>> parts(count);
  for (const std::size_t g : random.permutation(groups.count())) {
    auto smallest = std::min_element(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
      return a.size() < b.size();
    });
    const auto members = groups.members(g);
    smallest->insert(smallest->end(), members.begin(), members.end());
  }
  for (auto& part : parts) std::sort(part.begin(), part.end());
  return parts;
}

bool any_of_kind(std::span<const Term> terms, ErrorBarKind kind) {
  return std::any_of(terms.begin(), terms.end(),
                     [&](const Term& term) { return term.measurement->kind() == kind; });
}

ErrorBar row_term_bar(std::span<const Term> terms) {
  const Groups& groups = terms.front().measurement->groups();
  const std::size_t n = groups.rows();
  std::vector<double> total(n, 0.0);
  for (const Term& term : terms) {
    const auto& rows = term.measurement->estimate().row_terms;
    for (std::size_t i = 0; i < n; ++i) total[i] += term.weight * rows[i];
  }
  const double mean = std::accumulate(total.begin(), total.end(), 0.0) / static_cast<double>(n);
  double squares = 0.0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    double cluster = 0.0;
    for (const std::size_t row : groups.members(g)) cluster += total[row] - mean;
    squares += cluster * cluster;
  }
  const auto count = static_cast<double>(groups.count());
  ErrorBar bar;
  bar.standard_error = std::sqrt(squares * count / (count - 1.0)) / static_cast<double>(n);
  bar.degrees_of_freedom = count - 1.0;
  bar.method = groups.grouped() ? "per-row terms, clustered by group" : "per-row terms";
  return bar;
}

// Parts of so many groups and more are cut fewer times, in more parts.
constexpr std::size_t kManyGroups = 10'000;

std::size_t most_parts(const std::vector<PartitionCount>& plan) {
  std::size_t most = 0;
  for (const PartitionCount& count : plan) most = std::max(most, count.parts);
  return most;
}

std::vector<detail::Partition> subsampling_partitions(const Groups& groups, std::uint64_t seed) {
  std::vector<detail::Partition> partitions;
  for (const auto& [m, count] : partition_plan(groups.count())) {
    for (std::size_t p = 0; p < count; ++p) {
      partitions.push_back(
          random_parts(groups, m, derive_seed(seed, "holmes-nemenman", m * 5 + p)));
    }
  }
  return partitions;
}

std::vector<double> summed_replicates(std::span<const Term> terms, const Execution& exec) {
  std::vector<double> sum;
  for (const Term& term : terms) {
    const auto& values = term.measurement->replicates(exec);
    sum.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) sum[i] += term.weight * values[i];
  }
  return sum;
}

double sum_of_squares(std::span<const double> values) {
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares;
}

ErrorBar subsampling_bar(std::span<const Term> terms, const Execution& exec) {
  const auto values = summed_replicates(terms, exec);
  double numerator = 0.0;
  double denominator = 0.0;
  std::size_t begin = 0;
  const auto& groups = terms.front().measurement->groups();
  const auto plan = partition_plan(groups.count());
  for (const auto& [m, count] : plan) {
    for (std::size_t p = 0; p < count; ++p, begin += m) {
      // ((m−1)/m) s² with s² = squares / (m−1)
      numerator += sum_of_squares(std::span(values).subspan(begin, m)) / static_cast<double>(m);
      denominator += static_cast<double>(m - 1);
    }
  }
  const auto g = static_cast<double>(groups.count());
  return {std::sqrt(numerator / denominator + fit_variance(terms, exec)),
          std::min({20.0, denominator, 1.0 / (1.0 / 30.0 + 1.0 / (g - 1.0))}),
          plan.size() > 1 ? "Holmes-Nemenman subsampling, 2 to 4 parts of whole groups"
                          : "Holmes-Nemenman subsampling, 8 parts of whole groups"};
}

// A part of the rows has too few of them for a Gaussian estimate.
std::string too_wide(std::span<const Term> terms) {
  constexpr double kMostColumnsARow = GaussianOptions{}.most_columns_a_row;
  for (const Term& term : terms) {
    const Estimate& estimate = term.measurement->estimate();
    if (estimate.method != "gaussian" && estimate.method != "gaussian-copula") continue;
    const std::size_t columns = estimate.dim_x + estimate.dim_y;
    const std::size_t parts =
        most_parts(partition_plan(terms.front().measurement->groups().count()));
    const std::size_t part = estimate.n / parts;
    if (static_cast<double>(columns) <= kMostColumnsARow * static_cast<double>(part)) continue;
    return std::to_string(columns) + " columns are too many for a covariance of 1/" +
           std::to_string(parts) + " of " + std::to_string(estimate.n) + " rows";
  }
  return {};
}

std::string too_few(const Groups& groups) {
  const std::size_t parts = most_parts(partition_plan(groups.count()));
  const std::size_t least = 8 * parts;
  if (groups.count() < 2 * parts) {
    return std::to_string(groups.count()) + " groups are too few to split into parts";
  }
  if (groups.rows() < least) return std::to_string(groups.rows()) + " rows are too few to split";
  return {};
}

}  // namespace

std::vector<PartitionCount> partition_plan(std::size_t groups) {
  if (groups >= kManyGroups) return {{8, 2}};
  return {{2, 5}, {3, 5}, {4, 5}};
}

double Measurement::on_rows(std::span<const std::size_t> rows, const Execution& exec) const {
  if (kind() == ErrorBarKind::row_terms) return mean_of(estimate_.row_terms, rows);
  if (refit_->cca) return refit_->cca->value_on(rows, exec);
  return cch::estimate(options_, select(x_, rows), select(y_, rows), groups_.select(rows), exec)
      .nats;
}

const std::vector<std::vector<double>>& Measurement::fit_replicates(const Execution& exec) const {
  if (!fit_replicates_) {
    fit_replicates_ =
        refit_->cca ? refit_->cca->fit_replicates(exec) : std::vector<std::vector<double>>();
  }
  return *fit_replicates_;
}

double fit_variance(std::span<const Term> terms, const Execution& exec) {
  std::vector<std::vector<double>> sums;
  for (const Term& term : terms) {
    const auto& halves = term.measurement->fit_replicates(exec);
    sums.resize(std::max(sums.size(), halves.size()));
    for (std::size_t h = 0; h < halves.size(); ++h) {
      sums[h].resize(halves[h].size(), 0.0);
      for (std::size_t b = 0; b < halves[h].size(); ++b) sums[h][b] += term.weight * halves[h][b];
    }
  }
  double variance = 0.0;
  for (const auto& blocks : sums) {
    const auto count = static_cast<double>(blocks.size());
    variance += (count - 1.0) / count * sum_of_squares(blocks) / static_cast<double>(sums.size());
  }
  return variance;
}

const std::vector<double>& Measurement::replicates(const Execution& exec) const {
  if (!on_parts_.empty()) return on_parts_;
  const auto partitions = subsampling_partitions(groups_, exec.seed);
  // Of many parts the k-th neighbour of the own one lies too far among all rows.
  const bool few_parts = most_parts(partition_plan(groups_.count())) <= 4;
  if (const auto* ksg1 = few_parts ? std::get_if<Ksg1Options>(&options_) : nullptr) {
    const auto* x = std::get_if<Samples>(&x_);
    const auto* y = std::get_if<Samples>(&y_);
    if (x != nullptr && y != nullptr) {
      auto together = detail::ksg1_on_parts(*x, *y, groups_, partitions, *ksg1, exec);
      if (together) {
        on_parts_ = std::move(*together);
        return on_parts_;
      }
    }
  }
  std::vector<std::vector<std::size_t>> parts;
  for (const detail::Partition& partition : partitions) {
    parts.insert(parts.end(), partition.begin(), partition.end());
  }
  std::vector<double> values(parts.size());
  parallel_for(parts.size(), exec,
               [&](std::size_t i) { values[i] = on_rows(parts[i], exec.serial()); });
  on_parts_ = std::move(values);
  return on_parts_;
}

std::optional<ErrorBar> error_bar(std::span<const Term> terms, const Execution& exec,
                                  std::string* why_not) {
  const Groups& groups = terms.front().measurement->groups();
  const bool refitted = any_of_kind(terms, ErrorBarKind::subsampling);
  std::string reason = refitted ? too_few(groups) : "";
  if (reason.empty()) reason = too_wide(terms);
  if (!refitted && groups.count() < 2) reason = "all rows are in one group";
  if (!reason.empty()) {
    if (why_not != nullptr) *why_not = reason;
    return std::nullopt;
  }
  try {
    const ErrorBar bar = refitted ? subsampling_bar(terms, exec) : row_term_bar(terms);
    if (std::isfinite(bar.standard_error)) return bar;
    if (why_not != nullptr) *why_not = "some part of the rows gave no finite estimate";
    return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    if (why_not != nullptr)
      *why_not = std::string("a part of the rows gave no estimate: ") + error.what();
    return std::nullopt;
  }
}

Interval interval95(double value, const ErrorBar& bar) {
  const double t = detail::students_t_quantile(bar.degrees_of_freedom, 0.975);
  const double half = t * bar.standard_error;
  return {value - half, value + half};
}

double p_above_zero(double value, const ErrorBar& bar) {
  if (bar.standard_error == 0.0) return value > 0.0 ? 0.0 : 1.0;
  return detail::students_t_above(bar.degrees_of_freedom, value / bar.standard_error);
}

Estimate with_error_bar(const Measurement& measurement, const Execution& exec) {
  Estimate estimate = measurement.estimate();
  const auto begin = std::chrono::steady_clock::now();
  std::string why_not;
  const Term term{&measurement, 1.0};
  const auto bar = error_bar(std::span(&term, 1), exec, &why_not);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (!bar) {
    estimate.warnings.push_back({"no-error-bar", why_not + ", so there is no standard error"});
    return estimate;
  }
  estimate.standard_error = bar->standard_error;
  estimate.interval95 = interval95(estimate.nats, *bar);
  estimate.diagnostics.note("error_bars", bar->method);
  estimate.diagnostics.set("degrees_of_freedom", bar->degrees_of_freedom);
  estimate.diagnostics.set("seconds_error_bars", seconds.count());
  return estimate;
}

}  // namespace cch
