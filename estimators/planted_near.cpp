#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "cch/estimators/error_bars.hpp"
#include "cch/estimators/planted_calibration.hpp"
#include "estimators/planting.hpp"

namespace cch {
namespace {

using detail::PlantedReadings;
using detail::Planting;

constexpr std::size_t kSearchRepeats = 2;
constexpr std::size_t kLastRepeats = 8;
constexpr std::size_t kMostSearched = 8;
// The chord from the origin tells the slope; where estimators lose information the curve is convex
// and rises more steeply further on.
constexpr double kLeastSlope = 0.2;
constexpr double kOvershoot = 1.3;
constexpr double kWidening = 3.0;
// An estimator that does not say it at six times the truth, and not at three nats, never will.
constexpr double kFarthest = 6.0;
constexpr double kFarthestNats = 3.0;

class NearSearch {
 public:
  NearSearch(const Planting& planting, double estimate, std::size_t last_repeats,
             const Execution& exec)
      : planting_(planting), estimate_(estimate), last_repeats_(last_repeats), exec_(exec) {
    const auto rows = static_cast<double>(planting.shape().groups.rows());
    // Closer truths than this differ by noise; for labels the control variate takes most of it off.
    apart_ = (planting.shape().labels ? 1.0 : 4.0) / std::sqrt(rows);
  }

  NearbyBias run() {
    bracket();
    NearbyBias out = read_off();
    const bool labels = planting_.shape().labels.has_value();
    if (!labels || readings_.size() == 1) {
      plant(out.bias.truth < apart_ ? 0.0 : out.bias.truth,
            labels ? kSearchRepeats : last_repeats_);
      widen();  // more draws may have moved a mean to the other side of the estimate
      out = read_off();
    }
    planting_.describe(out.curve);
    return out;
  }

 private:
  void bracket() {
    plant(estimate_ < apart_ ? 0.0 : std::min(estimate_, largest()), kSearchRepeats);
    widen();
  }

  [[nodiscard]] double largest() const {
    return std::min(planting_.largest_truth(), std::max(kFarthestNats, kFarthest * estimate_));
  }

  // Plants further truths until the means lie on both sides of the estimate.
  void widen() {
    double widening = 1.0;
    for (std::size_t i = 1; i < kMostSearched; ++i, widening *= kWidening) {
      const PlantedReadings& lowest = readings_.front();
      const PlantedReadings& highest = readings_.back();
      if (lowest.mean > estimate_ && lowest.truth > 0.0) {
        const double below = lowest.truth - widening * step_from(lowest);
        plant(below < apart_ ? 0.0 : below, kSearchRepeats);
      } else if (highest.mean <= estimate_ && highest.truth + apart_ < largest()) {
        plant(std::min(largest(), highest.truth + widening * step_from(highest)), kSearchRepeats);
      } else {
        return;
      }
    }
  }

  [[nodiscard]] double step_from(const PlantedReadings& at) const {
    const double chord = at.truth > 0.0 ? at.mean / at.truth : 1.0;
    const double slope = std::clamp(chord, kLeastSlope, 1.0);
    return std::max(kOvershoot * std::abs(estimate_ - at.mean) / slope, apart_);
  }

  // A truth beside one that is there already gets that one's value, and its draws are added.
  void plant(double truth, std::size_t repeats) {
    for (PlantedReadings& reading : readings_) {
      const bool both_or_neither_zero = (reading.truth == 0.0) == (truth == 0.0);
      if (!both_or_neither_zero || std::abs(reading.truth - truth) >= apart_) continue;
      reading.add(planting_.read(reading.truth, places_++, repeats));
      exec_.progress("planted calibration", places_, places_);
      return;
    }
    readings_.push_back(planting_.read(truth, places_++, repeats));
    std::sort(readings_.begin(), readings_.end(),
              [](const auto& a, const auto& b) { return a.truth < b.truth; });
    exec_.progress("planted calibration", places_, places_);
  }

  // Two draws know little of their spread: it is taken no smaller than that of all draws together.
  [[nodiscard]] NearbyBias read_off() const {
    double squares = 0.0;
    double adjusted = 0.0;
    double freedom = 0.0;
    for (const PlantedReadings& reading : readings_) {
      squares += reading.squares;
      adjusted += reading.adjusted_squares;
      freedom += static_cast<double>(reading.repeats) - 1.0;
    }
    // ±1.96 of these standard errors cover 95 % although the spread is known from few draws.
    const double few_draws = interval95(0.0, {1.0, freedom, {}}).hi / 1.96;
    NearbyBias out;
    out.curve.repeats = readings_.front().repeats;
    for (const PlantedReadings& reading : readings_) {
      BiasPoint point = reading.point();
      const double pooled = std::sqrt(adjusted / freedom / static_cast<double>(point.repeats));
      point.sd = std::max(point.sd, std::sqrt(squares / freedom));
      point.standard_error = few_draws * std::max(point.standard_error, pooled);
      out.curve.repeats = std::min(out.curve.repeats, point.repeats);
      out.curve.points.push_back(point);
    }
    out.bias = bias_at(out.curve, estimate_);
    return out;
  }

  const Planting& planting_;
  double estimate_;
  std::size_t last_repeats_;
  const Execution& exec_;
  double apart_ = 0.0;
  std::size_t places_ = 0;
  std::vector<PlantedReadings> readings_;  // truth ascending
};

}  // namespace

NearbyBias planted_bias_near(const EstimatorOptions& options, const PlantedShape& shape,
                             double estimate, const PlantedOptions& planted,
                             const Execution& exec) {
  if (!std::isfinite(estimate)) {
    refuse_usage("bad-estimate", "the estimate is not a finite number",
                 "no planted information reads like it", "Give the estimator's own value");
  }
  const Planting planting(options, shape, planted, exec);
  return NearSearch(planting, estimate, planted.repeats > 0 ? planted.repeats : kLastRepeats, exec)
      .run();
}

}  // namespace cch
