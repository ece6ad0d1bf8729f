#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cch/core/nearest_name.hpp"
#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_race.hpp"

namespace cch {
namespace {

constexpr double kLearningPasses = 3.0;
constexpr double kSeenPasses = 1.0;
constexpr double k95 = 1.959963984540054;

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double passes_of(const SegmentationSetup& setup, double each) {
  return each * static_cast<double>(setup.modalities.size());
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The mean score of a set-up on a rung; nothing where it was not in it or failed.
std::optional<double> mean_on(const RungScores& rung, std::size_t setup) {
  const auto& setups = rung.rung.setups;
  const auto at = std::find(setups.begin(), setups.end(), setup);
  if (at == setups.end()) return std::nullopt;
  const auto& scores = rung.scores[static_cast<std::size_t>(at - setups.begin())];
  return scores.empty() ? std::nullopt : std::optional(mean_of(scores));
}

/// Of the finalists, which stood in every rung.
double finalists_mean(const RungScores& rung, const std::vector<std::size_t>& finalists) {
  std::vector<double> means;
  for (const std::size_t i : finalists) {
    if (const auto m = mean_on(rung, i)) means.push_back(*m);
  }
  return mean_of(means);
}

std::vector<std::size_t> scored(const RungScores& rung) {
  std::vector<std::size_t> out;
  for (const std::size_t i : rung.rung.setups) {
    if (mean_on(rung, i)) out.push_back(i);
  }
  return out;
}

bool failed_somewhere(const std::vector<RungScores>& rungs, std::size_t setup) {
  return std::any_of(rungs.begin(), rungs.end(), [&](const RungScores& rung) {
    const auto& in = rung.rung.setups;
    return std::find(in.begin(), in.end(), setup) != in.end() && !mean_on(rung, setup);
  });
}

double variance_of_means(const RungScores& rung) {
  std::vector<double> means;
  for (const std::size_t i : scored(rung)) means.push_back(*mean_on(rung, i));
  const double mean = mean_of(means);
  double sum = 0.0;
  for (const double m : means) sum += (m - mean) * (m - mean);
  return means.size() < 2 ? 0.0 : sum / static_cast<double>(means.size() - 1);
}

/// v of RaceForecast.
double step_variance(const std::vector<RungScores>& rungs) {
  double sum = 0.0;
  double freedom = 0.0;
  for (std::size_t r = 0; r + 1 < rungs.size(); ++r) {
    std::vector<double> change;
    for (const std::size_t i : scored(rungs[r + 1])) {
      if (const auto before = mean_on(rungs[r], i)) {
        change.push_back(*mean_on(rungs[r + 1], i) - *before);
      }
    }
    if (change.size() < 2) continue;
    const double mean = mean_of(change);
    for (const double c : change) sum += (c - mean) * (c - mean);
    freedom += static_cast<double>(change.size() - 1);
  }
  return freedom > 0.0 ? sum / freedom : variance_of_means(rungs.back());
}

/// What the finalists are expected to gain from their last rung to the full training.
double growth(const std::vector<RungScores>& rungs, const std::vector<std::size_t>& finalists,
              std::size_t full_epochs) {
  if (rungs.size() < 2) return 0.0;
  const RungScores& last = rungs.back();
  const RungScores& before = rungs[rungs.size() - 2];
  if (last.rung.epochs <= before.rung.epochs || full_epochs <= last.rung.epochs) return 0.0;
  const auto doublings = [](std::size_t from, std::size_t to) {
    return std::log2(static_cast<double>(to) / static_cast<double>(from));
  };
  const double gained = finalists_mean(last, finalists) - finalists_mean(before, finalists);
  return std::max(0.0, gained) * doublings(last.rung.epochs, full_epochs) /
         doublings(before.rung.epochs, last.rung.epochs);
}

}  // namespace

RaceMetric parse_race_metric(const std::string& text, const std::vector<std::string>& modalities) {
  using Kind = RaceMetric::Kind;
  std::vector<std::string> known{"average", "full", "worst", "expected"};
  const Kind kinds[] = {Kind::average, Kind::full, Kind::worst, Kind::expected};
  for (std::size_t k = 0; k < known.size(); ++k) {
    if (text == known[k]) return {kinds[k], ""};
  }
  if (has(modalities, text)) return {Kind::alone, text};
  known.insert(known.end(), modalities.begin(), modalities.end());
  refuse_usage("unknown-metric", "there is no metric '" + text + "' of a race",
               "it is average, full, worst, expected or a modality that must work alone",
               "Did you mean '" + nearest_name(text, known) + "'?");
}

std::vector<std::size_t> race_candidates(const SegmentationStudy& study, const RaceMetric& metric) {
  std::size_t most = 0;
  for (const SegmentationSetup& s : study.setups) most = std::max(most, s.modalities.size());
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < study.setups.size(); ++i) {
    const auto& own = study.setups[i].modalities;
    const bool fits =
        metric.kind == RaceMetric::Kind::alone ? has(own, metric.modality) : own.size() == most;
    if (fits) out.push_back(i);
  }
  if (out.size() >= 2) return out;
  refuse_usage("nothing-to-race",
               "there " + std::string(out.empty() ? "are no set-ups" : "is one set-up") +
                   " that the metric can compare",
               "of a modality alone those that have it race, else those of all modalities",
               "Give the study more set-ups, or another --race");
}

double epoch_cost(const SegmentationStudy& study, std::size_t setup) {
  double out = passes_of(study.setups[setup], kLearningPasses);
  for (const std::size_t need : needs_of(study, setup)) {
    out += passes_of(study.setups[need], kSeenPasses);
  }
  return out;
}

std::vector<std::size_t> with_needs(const SegmentationStudy& study,
                                    const std::vector<std::size_t>& setups) {
  std::vector<bool> in(study.setups.size(), false);
  for (const std::size_t i : setups) in[i] = true;
  // Whoever is needed stands before.
  for (std::size_t i = study.setups.size(); i-- > 0;) {
    if (!in[i]) continue;
    for (const std::size_t need : needs_of(study, i)) in[need] = true;
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i]) out.push_back(i);
  }
  return out;
}

double epoch_cost(const SegmentationStudy& study, const std::vector<std::size_t>& setups) {
  double out = 0.0;
  for (const std::size_t i : with_needs(study, setups)) out += epoch_cost(study, i);
  return out;
}

double full_cost(const SegmentationStudy& study) {
  std::vector<std::size_t> all(study.setups.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return epoch_cost(study, all) * static_cast<double>(study.training.epochs) *
         static_cast<double>(study.seeds.size());
}

std::size_t rungs_of(std::size_t candidates, std::size_t most) {
  std::size_t out = 1;
  while ((std::size_t{1} << out) < candidates) ++out;
  return most > 0 ? std::min(out, most) : out;
}

std::optional<RaceRung> next_rung(const SegmentationStudy& study,
                                  const std::vector<std::size_t>& setups, double budget,
                                  std::size_t rungs_left) {
  const double each = epoch_cost(study, setups);
  if (each > budget) return std::nullopt;
  const double part = budget / static_cast<double>(rungs_left);
  const std::size_t full = study.training.epochs;
  const std::size_t enough = std::max<std::size_t>(1, (full + 3) / 4);
  const auto epochs = static_cast<std::size_t>(std::max(1.0, std::floor(part / each)));
  RaceRung out{setups, 0, 1, 0.0};
  out.seeds = std::clamp<std::size_t>(epochs / enough, 1, study.seeds.size());
  out.epochs = std::min(full, epochs / out.seeds);
  out.cost = each * static_cast<double>(out.epochs) * static_cast<double>(out.seeds);
  return out;
}

std::vector<std::size_t> better_half(const RungScores& rung) {
  std::vector<std::size_t> order = rung.rung.setups;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    constexpr double kFailed = -std::numeric_limits<double>::infinity();
    return mean_on(rung, a).value_or(kFailed) > mean_on(rung, b).value_or(kFailed);
  });
  order.resize((order.size() + 1) / 2);
  std::erase_if(order, [&](std::size_t i) { return !mean_on(rung, i); });
  std::sort(order.begin(), order.end());
  return order;
}

RaceForecast forecast_race(const std::vector<RungScores>& rungs, std::size_t full_epochs,
                           std::uint64_t seed, std::size_t draws) {
  RaceForecast out;
  const std::vector<std::size_t> finalists = scored(rungs.back());
  const double v = step_variance(rungs);
  std::vector<double> deviation;
  for (const std::size_t i : scored(rungs.front())) {
    if (failed_somewhere(rungs, i)) continue;
    std::size_t r = rungs.size() - 1;
    while (r > 0 && !mean_on(rungs[r], i)) --r;
    out.setups.push_back(i);
    out.difference.push_back(*mean_on(rungs[r], i) - finalists_mean(rungs[r], finalists));
    deviation.push_back(std::sqrt(v * static_cast<double>(rungs.size() - r)));
  }
  out.step = std::sqrt(v);
  out.p_best.assign(out.setups.size(), 0.0);
  Random random(derive_seed(seed, "race"));
  for (std::size_t d = 0; d < draws; ++d) {
    std::size_t best = 0;
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < out.setups.size(); ++i) {
      const double drawn = out.difference[i] + deviation[i] * random.normal();
      if (drawn > most) best = i;
      most = std::max(most, drawn);
    }
    out.p_best[best] += 1.0 / static_cast<double>(draws);
  }
  out.winner = static_cast<std::size_t>(std::max_element(out.p_best.begin(), out.p_best.end()) -
                                        out.p_best.begin());
  const double more = growth(rungs, finalists, full_epochs);
  out.level = finalists_mean(rungs.back(), finalists) + more + out.difference[out.winner];
  const double half = k95 * std::sqrt(2.0 * v + more * more);
  out.low = out.level - half;
  out.high = out.level + half;
  return out;
}

}  // namespace cch
