#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "cch/core/groups.hpp"
#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_metrics.hpp"
#include "cch/experiments/segmentation_set.hpp"

namespace cch {

void Confusion::add(std::span<const std::uint8_t> labels,
                    std::span<const std::uint8_t> predictions) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != kIgnoreLabel) ++counts[labels[i] * classes + predictions[i]];
  }
}

Confusion& Confusion::operator+=(const Confusion& other) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  return *this;
}

std::vector<std::optional<double>> class_iou(const Confusion& confusion) {
  const std::size_t k = confusion.classes;
  std::vector<std::optional<double>> out(k);
  for (std::size_t c = 0; c < k; ++c) {
    std::uint64_t labelled = 0;
    std::uint64_t predicted = 0;
    for (std::size_t j = 0; j < k; ++j) {
      labelled += confusion(c, j);
      predicted += confusion(j, c);
    }
    if (labelled == 0) continue;
    const std::uint64_t both = confusion(c, c);
    out[c] = static_cast<double>(both) / static_cast<double>(labelled + predicted - both);
  }
  return out;
}

double mean_iou(const Confusion& confusion, AbsentClass absent) {
  double sum = 0.0;
  std::size_t present = 0;
  for (const auto& iou : class_iou(confusion)) {
    if (!iou) continue;
    sum += *iou;
    ++present;
  }
  if (present == 0) return std::numeric_limits<double>::quiet_NaN();
  return sum / static_cast<double>(absent == AbsentClass::excluded ? present : confusion.classes);
}

std::vector<Subset> all_subsets(std::size_t modalities) {
  std::vector<Subset> out;
  for (Subset s = 1; s < (Subset{1} << modalities); ++s) out.push_back(s);
  return out;
}

std::size_t size_of(Subset subset) {
  return static_cast<std::size_t>(std::popcount(subset));
}

double expected_miou(std::span<const double> miou, std::size_t modalities, double p) {
  const auto m = static_cast<double>(modalities);
  double sum = 0.0;
  for (std::size_t i = 0; i < miou.size(); ++i) {
    const auto there = static_cast<double>(size_of(static_cast<Subset>(i + 1)));
    sum += std::pow(p, m - there) * std::pow(1.0 - p, there) * miou[i];
  }
  return sum / (1.0 - std::pow(p, m));
}

SubsetScores subset_scores(std::span<const double> miou, std::size_t modalities) {
  SubsetScores out;
  out.miou.assign(miou.begin(), miou.end());
  const auto worst = std::min_element(miou.begin(), miou.end());
  out.worst = *worst;
  out.worst_subset = static_cast<Subset>(worst - miou.begin() + 1);
  out.full = miou.back();
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (std::size_t i = 0; i < miou.size(); ++i) {
    out.average += miou[i];
    if (size_of(static_cast<Subset>(i + 1)) != 1) continue;
    least = std::min(least, miou[i]);
    most = std::max(most, miou[i]);
  }
  out.average /= static_cast<double>(miou.size());
  out.unimodal_bias = most - least;
  for (const double p : kMissingShares) out.expected.push_back(expected_miou(miou, modalities, p));
  return out;
}

std::vector<std::uint32_t> group_draw(std::span<const std::size_t> groups, std::uint64_t seed,
                                      std::size_t index) {
  const Groups numbered = Groups::from(groups);
  Random random(derive_seed(seed, "images drawn", index));
  std::vector<std::uint32_t> weight(groups.size(), 0);
  for (std::size_t g = 0; g < numbered.count(); ++g) {
    for (const std::size_t row : numbered.members(random.below(numbered.count()))) ++weight[row];
  }
  return weight;
}

Interval percentile95(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const double part = place - static_cast<double>(below);
    return values[below] + part * (values[above] - values[below]);
  };
  return {at(0.025), at(0.975)};
}

}  // namespace cch
