#include "estimators/criterion/feasibility/size_law.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "estimators/linalg/quantiles.hpp"

namespace cch::detail {
namespace {

constexpr std::array<double, 5> kBiasPowers{0.0, 0.25, 0.5, 0.75, 1.0};
constexpr double kRatio = 1.1;  // of the scan, refined by halving
constexpr int kHalvings = 4;
// The step of a label bound from half of the rows to all of them: chance, which falls as 1/√n, and
// bias, which falls as 1/n.
constexpr double kLeastStepPower = 0.5;
constexpr double kMostStepPower = 1.0;
// Of the largest planted margin: beyond it the rule takes bias and errors of the last point.
constexpr double kBeyondPlanted = 3.0;
// No margin below one standard error is ever shown with a power worth asking for.
constexpr double kLeastErrors = 1.0;

/// MarginPower::smallest within 1 %, for a fraction of the time.
std::optional<double> smallest_within(const MarginPower& margins, const Readings& readings,
                                      double power, double wrong) {
  const double farthest = kBeyondPlanted * readings.points.back().margin;
  const auto decided = [&](double m) {
    const VerdictShares shares = margins.at(m, true);
    return shares.right >= power && shares.wrong <= wrong;
  };
  double low = std::max(kLeastErrors * margins.standard_error_at(0.0), 1e-6);
  double high = low;
  while (high <= farthest && !decided(high)) high *= kRatio;
  if (high > farthest) {
    if (!decided(farthest)) return std::nullopt;
    high = farthest;
  }
  low = std::max(low, high / kRatio);
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    (decided(middle) ? high : low) = middle;
  }
  return high;
}

Readings without(const Readings& all, std::size_t draw) {
  Readings out = all;
  const auto at = static_cast<std::ptrdiff_t>(draw);
  out.labels.erase(out.labels.begin() + at);
  for (Readings::Point& point : out.points) point.draws.erase(point.draws.begin() + at);
  return out;
}

/// What the upper value of a label bound adds for its step: all but two standard errors.
double step_of(const MeasuredLabels& labels) {
  return std::max(0.0, labels.missed - 2.0 * labels.standard_error);
}

/// p of a n^(−p) by least squares in logarithms, within its bounds.
double step_power(const std::vector<Readings>& sizes, const std::vector<double>& rows) {
  std::vector<std::array<double, 2>> points;
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    double mean = 0.0;
    for (const MeasuredLabels& labels : sizes[s].labels) mean += step_of(labels);
    if (mean > 0.0) points.push_back({std::log(rows[s]), std::log(mean)});
  }
  if (points.size() < 2) return kLeastStepPower;
  const auto n = static_cast<double>(points.size());
  std::array<double, 2> middle{};
  for (const auto& [x, y] : points) middle = {middle[0] + x / n, middle[1] + y / n};
  double products = 0.0;
  double squares = 0.0;
  for (const auto& [x, y] : points) {
    products += (x - middle[0]) * (y - middle[1]);
    squares += (x - middle[0]) * (x - middle[0]);
  }
  return std::clamp(-products / squares, kLeastStepPower, kMostStepPower);
}

/// Variance of the mean of all by its values without each.
double jackknife_variance(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double v : values) mean += v / n;
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return squares * (n - 1.0) / n;
}

double halfwidth(double variance, std::size_t draws) {
  return students_t_quantile(static_cast<double>(draws) - 1.0, 0.975) * std::sqrt(variance);
}

}  // namespace

MarginRange margin_range(const Readings& readings, double nats, double power, double wrong) {
  const std::size_t draws = readings.labels.size();
  std::vector<double> logs;
  bool bounded = true;
  for (std::size_t r = 0; r < draws && draws > 2; ++r) {
    const Readings part = without(readings, r);
    const auto found = smallest_within(MarginPower(part), part, power, wrong);
    bounded = bounded && found.has_value();
    if (found) logs.push_back(std::log(*found));
  }
  if (logs.size() < 2) return {nats, {}, {}};
  const double half = halfwidth(jackknife_variance(logs), draws);
  MarginRange out{nats, nats * std::exp(-half), {}};
  if (bounded) out.high = nats * std::exp(half);
  return out;
}

struct SizeLaw::Variant {
  std::vector<Readings> readings;   // by size
  std::vector<MarginPower> powers;  // of them
  double step_power = kLeastStepPower;
  double ratio = 1.0;  // variance of the draws over the squared reported errors

  /// c n^(−β) by least squares, at one true margin, and χ² of the fit.
  struct Bias {
    double at_largest = 0.0;
    double misfit = 0.0;
  };
  [[nodiscard]] Bias bias(double margin, double bias_power, const std::vector<double>& rows) const {
    double products = 0.0;
    double squares = 0.0;
    const auto each = [&](auto&& use) {
      for (std::size_t s = 0; s < powers.size(); ++s) {
        const double x = std::pow(rows.back() / rows[s], bias_power);
        const double b = powers[s].mean_at(margin) - margin;
        use(x, b, std::pow(powers[s].mean_error_at(margin), 2));
      }
    };
    each([&](double x, double b, double variance) {
      products += b * x / variance;
      squares += x * x / variance;
    });
    Bias out{products / squares, 0.0};
    each([&](double x, double b, double variance) {
      out.misfit += std::pow(b - out.at_largest * x, 2) / variance;
    });
    return out;
  }
};

SizeLaw::SizeLaw(std::vector<PlantedSize> sizes, double power, double wrong)
    : power_(power), wrong_(wrong) {
  const std::size_t draws = sizes.front().readings.labels.size();
  for (const PlantedSize& size : sizes) rows_.push_back(static_cast<double>(size.rows));
  for (std::size_t left_out = 0; left_out <= (draws > 2 ? draws : 0); ++left_out) {
    auto variant = std::make_unique<Variant>();
    for (const PlantedSize& size : sizes) {
      variant->readings.push_back(left_out == 0 ? size.readings
                                                : without(size.readings, left_out - 1));
      variant->readings.back().spread_factor = 1.0;
    }
    double ratios = 0.0;
    for (const Readings& readings : variant->readings) {
      variant->powers.emplace_back(readings);
      ratios += variant->powers.back().measured_ratio() / static_cast<double>(sizes.size());
    }
    const double free = static_cast<double>(sizes.size()) *
                        static_cast<double>(variant->readings.front().labels.size() - 1);
    variant->step_power = step_power(variant->readings, rows_);
    variant->ratio = MarginPower::shrunk_ratio(ratios, free);
    variants_.push_back(std::move(variant));
  }
  weights_ = weights();
}

SizeLaw::~SizeLaw() = default;

std::vector<double> SizeLaw::weights() const {
  const Variant& all = *variants_.front();
  const Readings& largest = all.readings.back();
  const double where = smallest_within(all.powers.back(), largest, power_, wrong_)
                           .value_or(largest.points.back().margin);
  std::vector<double> out;
  double sum = 0.0;
  for (const double bias_power : kBiasPowers) {
    out.push_back(std::exp(-0.5 * all.bias(where, bias_power, rows_).misfit));
    sum += out.back();
  }
  // All of them far off: χ² says nothing of their order any more.
  for (double& w : out) w = sum > 0.0 ? w / sum : 1.0 / static_cast<double>(out.size());
  return out;
}

std::optional<double> SizeLaw::margin(const Variant& variant, double rows,
                                      double bias_power) const {
  Readings expected = variant.readings.back();
  const double times = rows / rows_.back();
  const double shrink = 1.0 / std::sqrt(times);
  for (Readings::Point& point : expected.points) {
    const double measured = variant.powers.back().mean_at(point.margin) - point.margin;
    const double bias =
        variant.bias(point.margin, bias_power, rows_).at_largest * std::pow(times, -bias_power);
    for (MeasuredMargin& draw : point.draws) draw.margin += bias - measured;
  }
  const double step_shrink = std::pow(times, -variant.step_power);
  for (MeasuredLabels& labels : expected.labels) {
    const double step = step_of(labels);
    labels.missed = (labels.missed - step) * shrink + step * step_shrink;
  }
  expected.spread_factor = shrink;
  expected.variance_ratio = variant.ratio;
  expected.groups =
      static_cast<std::size_t>(std::ceil(static_cast<double>(expected.groups) * times));
  return smallest_within(MarginPower(expected), expected, power_, wrong_);
}

MarginRange SizeLaw::at(double rows) const {
  MarginRange out;
  double mean = 0.0;
  double second = 0.0;
  double found_weight = 0.0;
  std::size_t likeliest = 0;
  for (std::size_t p = 0; p < kBiasPowers.size(); ++p) {
    const auto found = margin(*variants_.front(), rows, kBiasPowers[p]);
    if (!found) continue;
    if (found_weight == 0.0 || weights_[p] > weights_[likeliest]) likeliest = p;
    found_weight += weights_[p];
    mean += weights_[p] * std::log(*found);
    second += weights_[p] * std::pow(std::log(*found), 2);
  }
  if (found_weight < 0.5) return out;
  mean /= found_weight;
  double variance = std::max(0.0, second / found_weight - mean * mean);
  out.nats = std::exp(mean);
  std::vector<double> logs;
  for (std::size_t v = 1; v < variants_.size(); ++v) {
    if (const auto found = margin(*variants_[v], rows, kBiasPowers[likeliest])) {
      logs.push_back(std::log(*found));
    }
  }
  if (logs.size() < 2) return out;
  variance += jackknife_variance(logs);
  const double half = halfwidth(variance, variants_.size() - 1);
  constexpr double kEnd = 0.975;
  out.low = std::exp(mean - half);
  if (found_weight >= kEnd && logs.size() + 1 == variants_.size()) out.high = std::exp(mean + half);
  return out;
}

}  // namespace cch::detail
