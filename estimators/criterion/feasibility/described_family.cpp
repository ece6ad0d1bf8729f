#include "estimators/criterion/feasibility/described_family.hpp"

#include <algorithm>
#include <cmath>

namespace cch::detail {
namespace {

constexpr double kCurvePoints = 41.0;

void draw_curve(const Readings& readings, const MarginPower& power, FamilyPower& out) {
  const double low = std::min(0.0, readings.points.front().margin);
  const double step = (readings.points.back().margin - low) / (kCurvePoints - 1.0);
  for (double i = 0.0; i < kCurvePoints && step > 0.0; ++i) {
    const double margin = low + i * step;
    const VerdictShares shares = power.at(margin, false);
    out.curve.push_back({margin, shares.right, shares.wrong});
  }
}

void describe_labels(const Readings& readings, FamilyPower& out) {
  const auto count = static_cast<double>(readings.labels.size());
  double squares = 0.0;
  double errors = 0.0;
  for (const MeasuredLabels& l : readings.labels) {
    out.i_student_labels_mean += (l.nats - l.chance) / count;
  }
  for (const MeasuredLabels& l : readings.labels) {
    squares += std::pow(l.nats - l.chance - out.i_student_labels_mean, 2);
    errors += l.standard_error * l.standard_error / count;
  }
  out.i_student_labels_error = std::sqrt(squares / (count - 1.0) / count);
  out.student_labels_standard_error = readings.spread_factor * std::sqrt(errors);
}

}  // namespace

void describe_family(const Readings& readings, const FeasibilityOptions& options,
                     FamilyPower& out) {
  const MarginPower power(readings);
  const auto count = static_cast<double>(readings.labels.size());
  for (const Readings::Point& point : readings.points) {
    const VerdictShares shares = power.at(point.margin, false);
    MarginPoint entry;
    entry.margin = point.margin;
    entry.i_teacher_student = readings.i_student_labels + point.margin;
    entry.mean = power.mean_at(point.margin);
    double squares = 0.0;
    for (const MeasuredMargin& d : point.draws) {
      entry.i_teacher_student_mean += (d.i_teacher_student - d.chance) / count;
    }
    for (const MeasuredMargin& d : point.draws) {
      squares += std::pow(d.i_teacher_student - d.chance - entry.i_teacher_student_mean, 2);
    }
    entry.mean_error = std::sqrt(squares / (count - 1.0) / count);
    entry.sd = power.sd_at(point.margin);
    entry.standard_error = power.standard_error_at(point.margin);
    entry.right = shares.right;
    entry.wrong = shares.wrong;
    entry.draws = point.draws.size();
    out.points.push_back(entry);
  }
  draw_curve(readings, power, out);
  if (options.margin) out.right_at_wanted = power.at(*options.margin, false).right;
  describe_labels(readings, out);
}

}  // namespace cch::detail
