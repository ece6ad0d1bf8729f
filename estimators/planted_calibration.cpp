#include "cch/estimators/planted_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "cch/estimators/error_bars.hpp"
#include "estimators/planting.hpp"

namespace cch {
namespace {

constexpr std::size_t kRowsOfAllRepeats = 16000;
constexpr std::size_t kMostDoublings = 3;
// A piece of the curve that rises by less than this per nat says nothing about the truth.
constexpr double kFlattestSlope = 0.02;

void check_truths(const std::vector<double>& truths) {
  if (truths.empty() || truths.front() < 0.0 ||
      std::adjacent_find(truths.begin(), truths.end(), std::greater_equal<>()) != truths.end()) {
    refuse_usage("bad-truths", "planted informations must be ascending and not negative",
                 "the bias is read between them", "Give for example 0, 0.1, 0.5, 1");
  }
}

// Truths that can be planted.
std::vector<double> possible(const detail::Planting& planting, const std::vector<double>& truths,
                             std::vector<Warning>& warnings) {
  const double largest = planting.largest_truth();
  std::vector<double> kept;
  for (const double truth : truths) {
    if (truth <= largest) kept.push_back(truth);
  }
  if (kept.size() == truths.size()) return kept;
  if (kept.empty() || kept.back() < largest) kept.push_back(largest);
  const bool labels = planting.shape().labels.has_value();
  warnings.push_back({labels ? "truth-above-entropy" : "truth-too-large",
                      "informations above " + std::to_string(largest) +
                          (labels ? " nats, .95 H(Y), cannot be planted in these labels"
                                  : " nats cannot be planted in so few pairs of columns")});
  return kept;
}

// Means made monotone: pool adjacent violators, weighted by 1/SE².
std::vector<double> monotone_means(const std::vector<BiasPoint>& points) {
  struct Block {
    double mean;
    double weight;
    std::size_t count;
  };
  std::vector<Block> blocks;
  for (const BiasPoint& point : points) {
    const double se = std::max(point.standard_error, 1e-12);  // a constant estimator has no spread
    blocks.push_back({point.mean, 1.0 / (se * se), 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean > blocks.back().mean) {
      const Block last = blocks.back();
      blocks.pop_back();
      Block& into = blocks.back();
      const double weight = into.weight + last.weight;
      into = {(into.mean * into.weight + last.mean * last.weight) / weight, weight,
              into.count + last.count};
    }
  }
  std::vector<double> means;
  for (const Block& block : blocks) means.insert(means.end(), block.count, block.mean);
  return means;
}

}  // namespace

BiasCurve planted_calibration(const EstimatorOptions& options, const PlantedShape& shape,
                              const PlantedOptions& planted, const Execution& exec) {
  check_truths(planted.truths);
  BiasCurve curve;
  const detail::Planting planting(options, shape, planted, exec);
  const PlantedShape& kept = planting.shape();
  curve.repeats = planted.repeats > 0
                      ? std::max<std::size_t>(planted.repeats, 2)
                      : std::clamp<std::size_t>(kRowsOfAllRepeats / kept.groups.rows(), 4, 16);
  std::vector<double> truths = possible(planting, planted.truths, curve.warnings);
  for (std::size_t t = 0; t < truths.size(); ++t) {
    curve.points.push_back(planting.read(truths[t], t, curve.repeats).point());
    const bool short_of = planted.reach && t + 1 == truths.size() && !kept.labels &&
                          truths.size() < planted.truths.size() + kMostDoublings &&
                          curve.points.back().mean < *planted.reach;
    const double further = 2.0 * std::max(truths.back(), 0.5);
    if (short_of && further <= planting.largest_truth()) truths.push_back(further);
    exec.progress("planted calibration", t + 1, truths.size());
  }
  planting.describe(curve);
  return curve;
}

PlantedBias bias_at(const BiasCurve& curve, double estimate) {
  const auto& points = curve.points;
  const auto means = monotone_means(points);
  const auto above = static_cast<std::size_t>(
      std::upper_bound(means.begin(), means.end(), estimate) - means.begin());
  if (above == 0) {
    const BiasPoint& first = points.front();
    return {first.mean - first.truth, first.truth, first.standard_error, true};
  }
  if (above == points.size()) {
    const BiasPoint& last = points.back();
    return {last.mean - last.truth, last.truth, last.standard_error, estimate == means.back()};
  }
  const std::size_t j = above - 1;
  const double step = points[j + 1].truth - points[j].truth;
  const double slope = (means[j + 1] - means[j]) / step;
  const double w = (estimate - means[j]) / (means[j + 1] - means[j]);
  const double truth = points[j].truth + w * step;
  const double se =
      std::hypot((1.0 - w) * points[j].standard_error, w * points[j + 1].standard_error) / slope;
  return {estimate - truth, truth, se, slope >= kFlattestSlope};
}

Interval bias_aware_interval(double estimate, double standard_error, double degrees_of_freedom,
                             double bias) {
  return interval95(estimate, {std::hypot(standard_error, bias), degrees_of_freedom, {}});
}

}  // namespace cch
