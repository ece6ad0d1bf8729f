#include "cch/experiments/comparison.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>
#include <utility>

#include "cch/core/parallel.hpp"
#include "cch/core/proportion.hpp"
#include "cch/core/random.hpp"
#include "estimators/linalg/quantiles.hpp"
#include "experiments/comparison_sample.hpp"

namespace cch {
namespace {

using detail::CriterionCells;
using detail::MeanSample;
using detail::Measures;

constexpr std::size_t kReports = 20;  // of progress, each a line where there is no terminal

// Fewer make too few different draws.
constexpr std::size_t kManyClusters = 10;

struct Slice {
  Facet facet;  ///< no name: all cells
  std::vector<const ComparedCell*> cells;
};

bool before(const Facet& a, const Facet& b) {
  if (a.number && b.number && *a.number != *b.number) return *a.number < *b.number;
  if (a.number.has_value() != b.number.has_value()) return a.number.has_value();
  return a.value < b.value;
}

bool same(const Facet& a, const Facet& b) {
  return !before(a, b) && !before(b, a);
}

/// The cells parted by the values of one facet; none where it has one value or too many.
std::vector<Slice> slices_by(std::span<const ComparedCell> cells, const std::string& name,
                             std::size_t most_values) {
  std::vector<Slice> out;
  for (const ComparedCell& cell : cells) {
    for (const Facet& facet : cell.facets) {
      if (facet.name != name) continue;
      auto slice = std::find_if(out.begin(), out.end(),
                                [&](const Slice& s) { return same(s.facet, facet); });
      if (slice == out.end()) slice = out.insert(out.end(), {facet, {}});
      slice->cells.push_back(&cell);
    }
    if (out.size() > most_values) return {};
  }
  if (out.size() < 2) return {};
  std::sort(out.begin(), out.end(),
            [](const Slice& a, const Slice& b) { return before(a.facet, b.facet); });
  return out;
}

std::vector<Slice> slices_of(std::span<const ComparedCell> cells, std::size_t most_values) {
  std::vector<Slice> out(1);
  std::vector<std::string> names;
  for (const ComparedCell& cell : cells) {
    out.front().cells.push_back(&cell);
    for (const Facet& facet : cell.facets) {
      if (std::find(names.begin(), names.end(), facet.name) == names.end()) {
        names.push_back(facet.name);
      }
    }
  }
  for (const std::string& name : names) {
    for (Slice& slice : slices_by(cells, name, most_values)) out.push_back(std::move(slice));
  }
  return out;
}

/// How often each of n is drawn in n draws with replacement.
std::vector<double> multiplicities(std::size_t n, Random& random) {
  std::vector<double> out(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) out[random.below(n)] += 1.0;
  return out;
}

std::vector<Measures> bootstrap(const CriterionCells& cells, const MeanSample& whole,
                                std::size_t draws, std::uint64_t seed) {
  Random random(derive_seed(seed, "comparison bootstrap"));
  std::vector<Measures> out;
  out.reserve(draws);
  for (std::size_t d = 0; d < draws; ++d) {
    const std::vector<double> clusters = multiplicities(cells.clusters, random);
    if (cells.clusters < kManyClusters) {
      out.push_back(MeanSample(cells, multiplicities(cells.seeds, random)).measure(clusters));
    } else {
      out.push_back(whole.measure(clusters));
    }
  }
  return out;
}

template <class Get>
std::optional<Interval> interval_of(const std::vector<Measures>& draws, Get&& get) {
  std::vector<std::optional<double>> values;
  values.reserve(draws.size());
  for (const Measures& draw : draws) values.push_back(get(draw));
  return detail::bootstrap_interval(values);
}

Measured measured(const Measures& value, const std::vector<Measures>& draws,
                  std::optional<double> Measures::*member, std::size_t cases) {
  if (!(value.*member)) return {{}, {}, cases};
  return {value.*member, interval_of(draws, [&](const Measures& m) { return m.*member; }), cases};
}

MeasuredShare share(const Measures& value, const std::vector<Measures>& draws,
                    std::optional<double> Measures::*member, std::size_t count, std::size_t of) {
  const Measured all = measured(value, draws, member, of);
  return {count, of, all.value, wilson95(count, of), all.interval95};
}

CriterionScore score(const Slice& slice, const std::string& criterion,
                     const ComparisonOptions& options, std::uint64_t seed) {
  const CriterionCells cells = detail::criterion_cells(slice.cells, criterion, options.bins);
  const MeanSample whole(cells, std::vector<double>(cells.seeds, 1.0));
  const Measures value = whole.measure(std::vector<double>(cells.clusters, 1.0));
  const auto draws = bootstrap(cells, whole, options.draws, seed);
  const MeanSample::Cases cases = whole.cases();
  CriterionScore out;
  out.criterion = criterion;
  out.facet = slice.facet.name;
  out.value = slice.facet.value;
  out.number = slice.facet.number;
  out.cells = cases.scored;
  out.plus = cases.plus;
  out.minus = cases.minus;
  out.clusters = cases.clusters;
  out.resampled_seeds = cells.clusters < kManyClusters;
  out.sign_auroc = measured(value, draws, &Measures::auroc, cases.plus + cases.minus);
  out.hits = share(value, draws, &Measures::hits, cases.hits, cases.judged);
  out.false_holds = share(value, draws, &Measures::false_holds, cases.holds, cases.minus_runs);
  out.top1_regret = measured(value, draws, &Measures::regret, cases.groups);
  out.kendall_tau = measured(value, draws, &Measures::tau, cases.tau_groups);
  out.kendall_tau_overall = measured(value, draws, &Measures::tau_overall, cases.scored);
  out.slope = measured(value, draws, &Measures::slope, cases.scored);
  out.intercept = measured(value, draws, &Measures::intercept, cases.scored);
  out.calibration = whole.bins();
  for (std::size_t b = 0; b < out.calibration.size(); ++b) {
    out.calibration[b].interval95 =
        interval_of(draws, [b](const Measures& m) { return m.observed[b]; });
  }
  return out;
}

std::set<std::string> criteria_of(std::span<const ComparedCell* const> cells) {
  std::set<std::string> names;
  for (const ComparedCell* cell : cells) {
    for (std::size_t i = 0; cell->criteria && i < cell->criteria->size(); ++i) {
      const bool scored = std::any_of(cell->seeds.begin(), cell->seeds.end(),
                                      [i](const auto& one) { return !std::isnan(one.scores[i]); });
      if (scored) names.insert((*cell->criteria)[i]);
    }
  }
  return names;
}

void check(std::span<const ComparedCell> cells, const ComparisonOptions& options) {
  if (options.draws < 100) {
    refuse_usage("no-draws", "a bootstrap of fewer than 100 draws was asked for",
                 "its 2.5 % point would be a guess", "Ask for at least 100 draws");
  }
  if (options.bins == 0) {
    refuse_usage("no-bins", "a calibration of no bins was asked for", "it would show nothing",
                 "Ask for at least one bin");
  }
  for (const ComparedCell& cell : cells) {
    if (cell.seeds.empty()) {
      refuse_usage("empty-cell", "a cell has no seeds", "it has no gain", "Leave the cell out");
    }
    const std::size_t names = cell.criteria ? cell.criteria->size() : 0;
    if (names > 0 && !std::is_sorted(cell.criteria->begin(), cell.criteria->end())) {
      refuse_usage("unsorted-criteria", "the criteria of a cell are not sorted by name",
                   "they would not be found", "Sort them, and the scores of each seed likewise");
    }
    const bool all = std::all_of(cell.seeds.begin(), cell.seeds.end(),
                                 [&](const auto& seed) { return seed.scores.size() == names; });
    if (all) continue;
    refuse_usage("scores-without-names", "a seed has not one score for each criterion of its cell",
                 "it is not known whose they are", "Give each a score, a NaN where it has none");
  }
}

}  // namespace

GainSummary summarise_gains(std::span<const double> gains) {
  if (gains.empty()) {
    refuse_usage("no-gains", "there are no gains", "nothing has a mean", "Give at least one gain");
  }
  GainSummary out;
  out.seeds = gains.size();
  const auto n = static_cast<double>(gains.size());
  for (const double gain : gains) out.mean += gain / n;
  if (gains.size() < 2) return out;
  double squares = 0.0;
  for (const double gain : gains) squares += (gain - out.mean) * (gain - out.mean);
  const double sd = std::sqrt(squares / (n - 1.0));
  const double se = sd / std::sqrt(n);
  const double t = detail::students_t_quantile(n - 1.0, 0.975);
  out.standard_deviation = sd;
  out.standard_error = se;
  out.interval95 = Interval{out.mean - t * se, out.mean + t * se};
  if (std::abs(out.mean) > 2.0 * se) out.sign = out.mean > 0.0 ? 1 : -1;
  return out;
}

int sign_among(const GainSummary& gain, std::size_t of) {
  if (!gain.standard_error || of == 0) return 0;
  const double t = detail::students_t_quantile(static_cast<double>(gain.seeds) - 1.0,
                                               1.0 - 0.025 / static_cast<double>(of));
  if (std::abs(gain.mean) <= t * *gain.standard_error) return 0;
  return gain.mean > 0.0 ? 1 : -1;
}

std::vector<CriterionScore> score_criteria(std::span<const ComparedCell> cells,
                                           const ComparisonOptions& options,
                                           const Execution& exec) {
  check(cells, options);
  const std::vector<Slice> slices = slices_of(cells, options.most_values);
  std::vector<std::pair<const Slice*, std::string>> work;
  for (const Slice& slice : slices) {
    for (const std::string& name : criteria_of(slice.cells)) work.emplace_back(&slice, name);
  }
  std::vector<CriterionScore> out(work.size());
  std::atomic<std::size_t> done{0};
  parallel_for(work.size(), exec, [&](std::size_t i) {
    out[i] = score(*work[i].first, work[i].second, options, exec.seed);
    const std::size_t now = ++done;
    if (now * kReports / work.size() != (now - 1) * kReports / work.size()) {
      exec.progress("criteria", now, work.size());
    }
  });
  return out;
}

}  // namespace cch
