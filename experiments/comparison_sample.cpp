#include "experiments/comparison_sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace cch::detail {
namespace {

/// Mean over `values` that are no NaN, with weights; nothing without any.
std::optional<double> weighted_mean(std::span<const double> values,
                                    std::span<const std::size_t> seed,
                                    std::span<const double> seed_weight) {
  double sum = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = seed_weight[seed[i]];
    if (std::isnan(values[i]) || !(w > 0.0)) continue;
    sum += w * values[i];
    total += w;
  }
  if (!(total > 0.0)) return std::nullopt;
  return sum / total;
}

std::size_t index_of(std::map<std::string, std::size_t>& indices, const std::string& name) {
  return indices.emplace(name, indices.size()).first->second;
}

constexpr double kNoScore = std::numeric_limits<double>::quiet_NaN();

/// Where the scores of a criterion stand in a cell; the number of criteria where it has none.
std::size_t place_of(const ComparedCell& cell, const std::string& criterion) {
  if (!cell.criteria) return 0;
  const auto at = std::lower_bound(cell.criteria->begin(), cell.criteria->end(), criterion);
  const bool there = at != cell.criteria->end() && *at == criterion;
  return there ? static_cast<std::size_t>(at - cell.criteria->begin()) : cell.criteria->size();
}

double score_at(const CellSeed& seed, std::size_t place) {
  return place < seed.scores.size() ? seed.scores[place] : kNoScore;
}

CellSeries series_of(const ComparedCell& cell, const std::string& criterion,
                     const std::map<std::uint64_t, std::size_t>& seeds) {
  CellSeries out;
  const std::size_t place = place_of(cell, criterion);
  for (const CellSeed& seed : cell.seeds) {
    out.seed.push_back(seeds.at(seed.seed));
    out.gain.push_back(seed.gain);
    out.score.push_back(score_at(seed, place));
  }
  out.decided = summarise_gains(out.gain).sign != 0;
  return out;
}

std::set<std::string> clusters_with(std::span<const ComparedCell* const> cells,
                                    const std::string& criterion) {
  std::set<std::string> out;
  for (const ComparedCell* cell : cells) {
    const std::size_t place = place_of(*cell, criterion);
    const bool scored =
        std::any_of(cell->seeds.begin(), cell->seeds.end(),
                    [&](const CellSeed& seed) { return !std::isnan(score_at(seed, place)); });
    if (scored) out.insert(cell->cluster);
  }
  return out;
}

/// Quantile bins of the cells' mean scores, equal scores together, at least two cells a bin.
void make_bins(CriterionCells& cells, std::size_t most_bins) {
  const std::vector<double> once(cells.seeds, 1.0);
  std::vector<std::pair<double, std::size_t>> scored;
  for (std::size_t i = 0; i < cells.cells.size(); ++i) {
    const auto mean = weighted_mean(cells.cells[i].score, cells.cells[i].seed, once);
    if (mean) scored.emplace_back(*mean, i);
  }
  std::sort(scored.begin(), scored.end());
  cells.bin.assign(cells.cells.size(), kNoBin);
  const std::size_t wanted = std::min(most_bins, scored.size() / 2);
  std::size_t last = kNoBin;
  for (std::size_t i = 0, bin = 0; i < scored.size() && wanted > 0; ++i) {
    if (i == 0 || scored[i].first > scored[i - 1].first) bin = i * wanted / scored.size();
    if (bin != last) ++cells.bins;  // ties may leave a number out
    last = bin;
    cells.bin[scored[i].second] = cells.bins - 1;
  }
}

/// One group: the scored cells of it, and the best gain of the others.
struct GroupChoice {
  std::vector<double> score;
  std::vector<double> gain;
  double best = 0.0;  ///< no teacher gains 0
  std::size_t teachers = 0;
  std::size_t cluster = 0;
};

std::optional<double> regret_of(const GroupChoice& choice) {
  if (choice.teachers < 2 || choice.score.empty()) return std::nullopt;
  const double most = *std::max_element(choice.score.begin(), choice.score.end());
  if (!(most > 0.0)) return choice.best;
  double sum = 0.0;
  double chosen = 0.0;
  for (std::size_t i = 0; i < choice.score.size(); ++i) {
    if (choice.score[i] < most) continue;
    sum += choice.gain[i];
    chosen += 1.0;
  }
  return choice.best - sum / chosen;
}

}  // namespace

CriterionCells criterion_cells(std::span<const ComparedCell* const> cells,
                               const std::string& criterion, std::size_t most_bins) {
  std::map<std::uint64_t, std::size_t> seeds;
  for (const ComparedCell* cell : cells) {
    for (const CellSeed& seed : cell->seeds) seeds.emplace(seed.seed, 0);
  }
  std::size_t next = 0;
  for (auto& [seed, index] : seeds) index = next++;
  CriterionCells out;
  const std::set<std::string> with_score = clusters_with(cells, criterion);
  std::map<std::string, std::size_t> clusters;
  std::map<std::string, std::size_t> groups;
  for (const ComparedCell* cell : cells) {
    out.one_unit = out.one_unit && cell->unit == cells.front()->unit;
    // Drawing a cluster about which the criterion says nothing would only make intervals narrow.
    if (!with_score.contains(cell->cluster)) continue;
    out.cells.push_back(series_of(*cell, criterion, seeds));
    out.cells.back().cluster = index_of(clusters, cell->cluster);
    out.cells.back().group = index_of(groups, cell->group);
  }
  out.clusters = clusters.size();
  out.groups = groups.size();
  out.seeds = seeds.size();
  if (out.one_unit) make_bins(out, most_bins);
  return out;
}

MeanSample::MeanSample(const CriterionCells& cells, std::span<const double> seed_weight)
    : source_(&cells) {
  for (std::size_t i = 0; i < cells.cells.size(); ++i) {
    add_cell(cells.cells[i], cells.bins > 0 ? cells.bin[i] : kNoBin, seed_weight);
  }
  pairs_ = rank_pairs(score_, gain_);
  make_groups(cells.groups);
}

void MeanSample::add_cell(const CellSeries& cell, std::size_t bin,
                          std::span<const double> seed_weight) {
  const auto gain = weighted_mean(cell.gain, cell.seed, seed_weight);
  if (!gain) return;
  const auto score = weighted_mean(cell.score, cell.seed, seed_weight);
  if (!score) {
    unscored_.emplace_back(cell.group, *gain);
    return;
  }
  double holds = 0.0;
  double runs = 0.0;
  for (std::size_t i = 0; i < cell.seed.size(); ++i) {
    if (std::isnan(cell.score[i])) continue;
    runs += seed_weight[cell.seed[i]];
    if (cell.score[i] > 0.0) holds += seed_weight[cell.seed[i]];
  }
  score_.push_back(*score);
  gain_.push_back(*gain);
  holds_.push_back(holds);
  runs_.push_back(runs);
  sign_.push_back(!cell.decided || *gain == 0.0 ? 0 : (*gain > 0.0 ? 1 : -1));
  cluster_.push_back(cell.cluster);
  group_.push_back(cell.group);
  bin_.push_back(bin);
}

void MeanSample::make_groups(std::size_t groups) {
  std::vector<GroupChoice> choices(groups);
  for (std::size_t i = 0; i < score_.size(); ++i) {
    GroupChoice& choice = choices[group_[i]];
    choice.score.push_back(score_[i]);
    choice.gain.push_back(gain_[i]);
    choice.best = std::max(choice.best, gain_[i]);
    choice.cluster = cluster_[i];
    ++choice.teachers;
  }
  for (const auto& [group, gain] : unscored_) {
    choices[group].best = std::max(choices[group].best, gain);
    ++choices[group].teachers;
  }
  for (const GroupChoice& choice : choices) {
    if (choice.score.empty()) continue;
    const std::vector<double> once(choice.score.size(), 1.0);
    groups_.push_back({choice.cluster, regret_of(choice),
                       weighted_tau_b(rank_pairs(choice.score, choice.gain), once)});
  }
}

std::vector<double> MeanSample::weights(std::span<const double> cluster_weight) const {
  std::vector<double> weight(score_.size());
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = cluster_weight[cluster_[i]];
  return weight;
}

void MeanSample::measure_shares(std::span<const double> weight, Measures& out) const {
  double hits = 0.0;
  double judged = 0.0;
  double holds = 0.0;
  double runs = 0.0;
  for (std::size_t i = 0; i < score_.size(); ++i) {
    if (sign_[i] < 0) {
      holds += weight[i] * holds_[i];
      runs += weight[i] * runs_[i];
    }
    if (sign_[i] == 0 || score_[i] == 0.0) continue;
    judged += weight[i];
    if ((score_[i] > 0.0) == (sign_[i] > 0)) hits += weight[i];
  }
  if (judged > 0.0) out.hits = hits / judged;
  if (runs > 0.0) out.false_holds = holds / runs;
}

void MeanSample::measure_groups(std::span<const double> cluster_weight, Measures& out) const {
  double regret = 0.0;
  double regret_weight = 0.0;
  double tau = 0.0;
  double tau_weight = 0.0;
  for (const Group& group : groups_) {
    const double w = cluster_weight[group.cluster];
    if (group.regret) regret += w * *group.regret, regret_weight += w;
    if (group.tau) tau += w * *group.tau, tau_weight += w;
  }
  if (regret_weight > 0.0 && source_->one_unit) out.regret = regret / regret_weight;
  if (tau_weight > 0.0) out.tau = tau / tau_weight;
}

void MeanSample::measure_calibration(std::span<const double> weight, Measures& out) const {
  if (const auto line = weighted_line(score_, gain_, weight)) {
    out.slope = line->slope;
    out.intercept = line->intercept;
  }
  std::vector<double> sums(source_->bins, 0.0);
  std::vector<double> totals(source_->bins, 0.0);
  for (std::size_t i = 0; i < bin_.size(); ++i) {
    if (bin_[i] == kNoBin) continue;
    sums[bin_[i]] += weight[i] * gain_[i];
    totals[bin_[i]] += weight[i];
  }
  for (std::size_t b = 0; b < sums.size(); ++b) {
    out.observed.push_back(totals[b] > 0.0 ? std::optional(sums[b] / totals[b]) : std::nullopt);
  }
}

Measures MeanSample::measure(std::span<const double> cluster_weight) const {
  Measures out;
  const std::vector<double> weight = weights(cluster_weight);
  out.auroc = weighted_auroc(pairs_, sign_, weight);
  measure_shares(weight, out);
  measure_groups(cluster_weight, out);
  if (!source_->one_unit) return out;
  out.tau_overall = weighted_tau_b(pairs_, weight);
  measure_calibration(weight, out);
  return out;
}

MeanSample::Cases MeanSample::cases() const {
  Cases out;
  for (std::size_t i = 0; i < score_.size(); ++i) {
    ++out.scored;
    if (sign_[i] > 0) ++out.plus;
    if (sign_[i] < 0) {
      ++out.minus;
      out.holds += static_cast<std::size_t>(holds_[i]);
      out.minus_runs += static_cast<std::size_t>(runs_[i]);
    }
    if (sign_[i] == 0 || score_[i] == 0.0) continue;
    ++out.judged;
    if ((score_[i] > 0.0) == (sign_[i] > 0)) ++out.hits;
  }
  for (const Group& group : groups_) {
    if (group.regret) ++out.groups;
    if (group.tau) ++out.tau_groups;
  }
  out.clusters = std::set<std::size_t>(cluster_.begin(), cluster_.end()).size();
  return out;
}

std::vector<CalibrationBin> MeanSample::bins() const {
  std::vector<CalibrationBin> out(source_->bins);
  for (std::size_t i = 0; i < bin_.size(); ++i) {
    if (bin_[i] == kNoBin) continue;
    ++out[bin_[i]].cells;
    out[bin_[i]].predicted += score_[i];
    out[bin_[i]].observed += gain_[i];
  }
  for (CalibrationBin& bin : out) {
    bin.predicted /= static_cast<double>(bin.cells);
    bin.observed /= static_cast<double>(bin.cells);
  }
  return out;
}

}  // namespace cch::detail
