#include "estimators/criterion/feasibility/margin_power.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimators/linalg/quantiles.hpp"

namespace cch::detail {
namespace {

// Few draws know little of their spread; the reported error bars, which coverage tests hold to
// account, count as so many draws.
constexpr double kDrawsOfPrior = 10.0;
// That nothing of the spread is known to be chance counts as so many.
constexpr double kDrawsOfDoubt = 2.0;
constexpr std::size_t kQuantiles = 41;
constexpr double kGridRatio = 1.03;

const std::vector<double>& normal_quantiles() {
  static const std::vector<double> all = [] {
    std::vector<double> out;
    for (std::size_t i = 0; i < kQuantiles; ++i) {
      const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(kQuantiles);
      out.push_back(normal_quantile_precise(p));
    }
    return out;
  }();
  return all;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  if (values.size() < 2) return 0.0;
  const double mean = mean_of(values);
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return squares / static_cast<double>(values.size() - 1);
}

double freedom(std::size_t groups) {
  return std::min(20.0, 1.0 / (1.0 / 30.0 + 1.0 / (static_cast<double>(groups) - 1.0)));
}

}  // namespace

MarginPower::MarginPower(const Readings& readings) : readings_(readings) {
  double variance = 0.0;
  double variance_left = 0.0;
  double error = 0.0;
  for (const Readings::Point& point : readings.points) {
    std::vector<double> margins;
    std::vector<double> left;
    std::vector<double> squares;
    for (std::size_t r = 0; r < point.draws.size(); ++r) {
      const MeasuredMargin& draw = point.draws[r];
      margins.push_back(draw.margin);
      left.push_back(draw.margin - (draw.chance - readings.labels[r].chance));
      squares.push_back(draw.standard_error * draw.standard_error);
    }
    means_.push_back(mean_of(left));
    errors_.push_back(std::sqrt(mean_of(squares)));
    variance += variance_of(margins);
    variance_left += variance_of(left);
    error += mean_of(squares);
  }
  const double free = static_cast<double>(readings.labels.size()) - 1.0;
  if (variance > 0.0) {
    const double share = std::min(1.0, variance_left / variance);
    spread_left_ = std::sqrt((free * share + kDrawsOfDoubt) / (free + kDrawsOfDoubt));
  }
  measured_ratio_ = error > 0.0 ? variance / error : 1.0;
  spread_over_error_ =
      std::sqrt(readings.variance_ratio.value_or(shrunk_ratio(measured_ratio_, free)));
  const double nu = freedom(readings.groups);
  t_ = students_t_quantile(nu, 0.975);
  t_holm_ = students_t_quantile(nu, 1.0 - 0.025 / static_cast<double>(readings.teachers));
  rising_ = means_;
  for (std::size_t i = 1; i < rising_.size(); ++i) {
    rising_[i] = std::max(rising_[i], rising_[i - 1]);
  }
}

double MarginPower::shrunk_ratio(double ratio, double free) {
  return (free * ratio + kDrawsOfPrior) / (free + kDrawsOfPrior);
}

// Linear between points; outside them the nearest point's value.
template <class Value>
double MarginPower::between(double margin, Value&& value) const {
  const auto& points = readings_.points;
  if (margin <= points.front().margin) return value(0);
  if (margin >= points.back().margin) return value(points.size() - 1);
  std::size_t j = 1;
  while (points[j].margin < margin) ++j;
  const double w = (margin - points[j - 1].margin) / (points[j].margin - points[j - 1].margin);
  return (1.0 - w) * value(j - 1) + w * value(j);
}

double MarginPower::mean_at(double margin) const {
  return margin +
         between(margin, [&](std::size_t j) { return means_[j] - readings_.points[j].margin; });
}

double MarginPower::standard_error_at(double margin) const {
  return readings_.spread_factor * between(margin, [&](std::size_t j) { return errors_[j]; });
}

double MarginPower::sd_at(double margin) const {
  return spread_over_error_ * standard_error_at(margin);
}

double MarginPower::mean_error_at(double margin) const {
  return spread_left_ * sd_at(margin) / std::sqrt(static_cast<double>(readings_.labels.size()));
}

// The true margin whose mean is the measured one: what a ranking's planted calibration finds.
double MarginPower::truth_of(double measured) const {
  const auto& points = readings_.points;
  if (measured <= rising_.front()) return points.front().margin + measured - rising_.front();
  if (measured >= rising_.back()) return points.back().margin + measured - rising_.back();
  std::size_t j = 1;
  while (rising_[j] < measured) ++j;
  const double step = rising_[j] - rising_[j - 1];
  const double w = step > 0.0 ? (measured - rising_[j - 1]) / step : 0.5;
  return (1.0 - w) * points[j - 1].margin + w * points[j].margin;
}

Verdict MarginPower::verdict(double measured, double margin, std::size_t r) const {
  const MeasuredLabels& labels = readings_.labels[r];
  const double error = readings_.spread_factor * between(margin, [&](std::size_t j) {
                         return readings_.points[j].draws[r].standard_error;
                       });
  const double error_ts = readings_.spread_factor * between(margin, [&](std::size_t j) {
                            return readings_.points[j].draws[r].i_teacher_student_error;
                          });
  CchEvidence evidence;
  evidence.margin = {measured, error, Interval{measured - t_ * error, measured + t_ * error},
                     measured > t_holm_ * error ? 0.0 : 1.0,
                     -measured > t_holm_ * error ? 0.0 : 1.0};
  evidence.i_student_labels = labels.nats;
  evidence.i_student_labels_upper = labels.nats + labels.missed;
  evidence.entropy_labels = readings_.entropy;
  evidence.mixed_families = labels.mixed_families;
  evidence.i_teacher_student_low = measured + labels.nats - t_ * error_ts;
  // As bias_aware_interval.
  const double reach = t_ * std::hypot(error, measured - truth_of(measured));
  const CchOutcome outcome = cch_outcome(evidence.margin);
  const bool could_flip = (outcome == CchOutcome::holds && measured <= reach) ||
                          (outcome == CchOutcome::fails && measured >= -reach);
  if (could_flip) return Verdict::unreliable;
  return decide_by_cch(evidence).verdict;
}

VerdictShares MarginPower::at(double margin, bool careful) const {
  const double sd = sd_at(margin);
  const double sign = margin >= 0.0 ? 1.0 : -1.0;
  const double shift = careful ? sign * mean_error_at(margin) : 0.0;
  const double mean = mean_at(margin) - shift;
  VerdictShares shares;
  for (std::size_t r = 0; r < readings_.labels.size(); ++r) {
    for (const double z : normal_quantiles()) {
      const Verdict said = verdict(mean + sd * z, margin, r);
      shares.right += said == (margin > 0.0 ? Verdict::distil : Verdict::do_not_distil) ? 1.0 : 0.0;
      shares.wrong += said == (margin > 0.0 ? Verdict::do_not_distil : Verdict::distil) ? 1.0 : 0.0;
    }
  }
  const auto count = static_cast<double>(readings_.labels.size() * kQuantiles);
  return {shares.right / count, shares.wrong / count};
}

std::optional<double> MarginPower::smallest(int sign, double farthest, double power, double wrong,
                                            bool careful) const {
  const double least = std::max(0.05 * standard_error_at(0.0), 1e-6);
  for (double m = least; m <= farthest * (1.0 + 1e-9); m *= kGridRatio) {
    const VerdictShares shares = at(sign * m, careful);
    if (shares.right >= power && shares.wrong <= wrong) return m;
  }
  return std::nullopt;
}

}  // namespace cch::detail
