#include "cch/experiments/segmentation_summary.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "cch/data/npy.hpp"
#include "cch/experiments/median.hpp"
#include "cch/experiments/segmentation_evaluation.hpp"

namespace cch {
namespace {

using BySeed = std::map<std::uint64_t, const SegmentationRecord*>;

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<GainSummary> over_seeds(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return summarise_gains(values);
}

/// Confusions of every subset and test image of a run.
std::vector<std::vector<Confusion>> read_confusions(const RunStore& store, const std::string& key) {
  const std::string path = store.path(key, "confusions.npy");
  const Array array = parse_npy(map_file(path), path);
  const auto& shape = array.shape();
  std::vector<double> values(array.rows() * array.cols());
  array.to_doubles(0, array.rows(), values);
  std::vector<std::vector<Confusion>> out(shape[0],
                                          std::vector<Confusion>(shape[1], Confusion(shape[2])));
  auto from = values.begin();
  for (auto& of_subset : out) {
    for (Confusion& c : of_subset) {
      for (std::uint64_t& n : c.counts) n = static_cast<std::uint64_t>(*from++);
    }
  }
  return out;
}

std::optional<Interval> by_images(const RunStore& store, const std::string& run,
                                  const std::string& base, std::uint64_t seed) {
  const auto a = read_confusions(store, run);
  const auto b = read_confusions(store, base);
  std::vector<std::size_t> groups(a[0].size());
  std::iota(groups.begin(), groups.end(), std::size_t{0});
  return image_interval(groups, seed, [&](const std::vector<std::uint32_t>& weight) {
    return weighted_average_miou(a, weight, AbsentClass::excluded) -
           weighted_average_miou(b, weight, AbsentClass::excluded);
  });
}

/// Runs of a set-up that are done.
BySeed runs_of(const std::vector<SegmentationRecord>& records, const std::string& setup) {
  BySeed out;
  for (const SegmentationRecord& r : records) {
    if (r.setup == setup && r.done) out[r.seed] = &r;
  }
  return out;
}

std::vector<SubsetLevel> mean_subsets(const BySeed& runs, std::size_t condition) {
  std::vector<SubsetLevel> out = runs.begin()->second->conditions[condition].subsets;
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::vector<double> miou;
    std::vector<std::vector<double>> iou(out[i].class_iou.size());
    for (const auto& [seed, run] : runs) {
      const SubsetLevel& subset = run->conditions[condition].subsets[i];
      miou.push_back(subset.miou);
      for (std::size_t c = 0; c < iou.size(); ++c) {
        if (subset.class_iou[c]) iou[c].push_back(*subset.class_iou[c]);
      }
    }
    out[i].miou = mean_of(miou);
    for (std::size_t c = 0; c < iou.size(); ++c) {
      out[i].class_iou[c].reset();
      if (!iou[c].empty()) out[i].class_iou[c] = mean_of(iou[c]);
    }
  }
  return out;
}

/// A number of each run under a condition, by seed.
std::vector<double> values_of(const BySeed& runs, std::size_t condition,
                              double ConditionLevels::*level) {
  std::vector<double> out;
  for (const auto& [seed, run] : runs) out.push_back(run->conditions[condition].*level);
  return out;
}

void add_levels(const BySeed& own, const BySeed& base, SetupSummary& out) {
  for (std::size_t l = 0; l < kSegmentationLevels.size(); ++l) {
    const auto level = kSegmentationLevels[l];
    std::vector<double> gains;
    for (const auto& [seed, run] : own) {
      const auto other = base.find(seed);
      if (other == base.end()) continue;
      gains.push_back(run->conditions[0].*level - other->second->conditions[0].*level);
    }
    out.levels[l] = over_seeds(values_of(own, 0, level));
    out.gains[l] = over_seeds(gains);
  }
}

void add_conditions(const BySeed& own, SetupSummary& out) {
  out.expected = over_seeds(values_of(own, 0, &ConditionLevels::expected));
  const auto& conditions = own.begin()->second->conditions;
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    out.conditions.push_back({conditions[c].name,
                              summarise_gains(values_of(own, c, &ConditionLevels::average)),
                              mean_subsets(own, c)});
  }
  std::vector<double> rate;
  double seconds = 0.0;
  for (const auto& [seed, run] : own) {
    rate.push_back(run->images_per_second);
    seconds += run->seconds;
  }
  out.training_seconds = seconds;
  out.images_per_second = mean_of(rate);
}

void add(std::vector<double>& values, const std::optional<double>& value) {
  if (value) values.push_back(*value);
}

std::optional<SetupWeights> weights_of(const BySeed& own) {
  std::optional<SetupWeights> out;
  std::vector<double> best;
  std::vector<double> last;
  std::vector<double> temperatures;
  for (const auto& [seed, run] : own) {
    if (!run->weights) continue;
    if (!out) out.emplace();
    out->count = run->weights->count;
    ++out->runs;
    out->stopped += run->weights->stopped ? 1 : 0;
    add(best, run->weights->best_epoch);
    add(last, run->weights->last_average);
    add(temperatures, run->weights->calibration_temperature);
  }
  if (!out) return out;
  out->best_epoch = median_of(std::move(best));
  out->calibration_temperature = median_of(std::move(temperatures));
  out->last_average = over_seeds(last);
  return out;
}

SetupSummary summarise(const std::string& name, const std::vector<SegmentationRecord>& records,
                       const RunStore& store, std::uint64_t draws) {
  SetupSummary out;
  out.name = name;
  for (const SegmentationRecord& r : records) {
    if (r.setup != name) continue;
    out.baseline = r.baseline;
    out.failed += r.done ? 0 : 1;
  }
  const BySeed own = runs_of(records, name);
  const BySeed base = out.baseline == name ? BySeed() : runs_of(records, out.baseline);
  add_levels(own, base, out);
  if (out.gains[0] && out.gains[0]->seeds == 1) {
    const auto paired = std::find_if(own.begin(), own.end(),
                                     [&](const auto& run) { return base.contains(run.first); });
    out.gain_by_images = by_images(store, paired->second->key, base.at(paired->first)->key, draws);
  }
  if (!own.empty()) add_conditions(own, out);
  out.weights = weights_of(own);
  return out;
}

}  // namespace

std::vector<SetupSummary> summarise_segmentation(const std::vector<SegmentationRecord>& records,
                                                 const RunStore& store, std::uint64_t seed) {
  std::vector<SetupSummary> out;
  for (const SegmentationRecord& r : records) {
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](const SetupSummary& s) { return s.name == r.setup; });
    if (!known) out.push_back(summarise(r.setup, records, store, seed));
  }
  return out;
}

}  // namespace cch
