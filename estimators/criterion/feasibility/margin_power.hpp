#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cch/criterion/cch.hpp"
#include "cch/criterion/feasibility.hpp"

namespace cch::detail {

/// What a ranking would see of one draw at one planted margin.
struct MeasuredMargin {
  double margin = 0.0;
  double standard_error = 0.0;
  double i_teacher_student = 0.0;
  double i_teacher_student_error = 0.0;
  double chance = 0.0;  ///< of i_teacher_student, by its rows: c (ι̂ − I) of PlantedReadings
};

/// What a ranking would see of the student and the labels of one draw.
struct MeasuredLabels {
  double nats = 0.0;
  double standard_error = 0.0;
  double missed = 0.0;  ///< upper value less the estimate
  double chance = 0.0;  ///< of nats, by its rows: c (ι̂ − I) of PlantedReadings
  bool mixed_families = false;
};

/// Everything measured so far of one teacher by one estimator in one family.
struct Readings {
  struct Point {
    double margin = 0.0;  ///< truth
    std::vector<MeasuredMargin> draws;
    double seconds = 0.0;  ///< of the processor, one draw
  };
  std::vector<Point> points;  ///< margin ascending
  std::vector<MeasuredLabels> labels;
  std::optional<double> entropy;
  double i_student_labels = 0.0;  ///< truth
  std::size_t groups = 0;
  std::size_t teachers = 1;
  double spread_factor = 1.0;  ///< on spreads and error bars: rows left out of the planting
  /// Variance of a measured margin over its squared reported error; none: from these draws.
  std::optional<double> variance_ratio;
};

struct VerdictShares {
  double right = 0.0;
  double wrong = 0.0;
};

/// Shares of right and wrong verdicts at any margin between the planted ones, by the ranking's own
/// rule (decide_by_cch) over the normal distribution of the measured margin. Its mean is that of
/// the draws less their chance.
class MarginPower {
 public:
  explicit MarginPower(const Readings& readings);

  /// At a true margin; `careful` shifts the mean by its standard error to the unfavourable side.
  [[nodiscard]] VerdictShares at(double margin, bool careful) const;
  /// The smallest |margin| of this sign, at most `farthest`, with at least `power` right and at
  /// most `wrong` wrong verdicts; `careful` as in at().
  [[nodiscard]] std::optional<double> smallest(int sign, double farthest, double power,
                                               double wrong, bool careful = true) const;
  [[nodiscard]] double mean_at(double margin) const;
  [[nodiscard]] double sd_at(double margin) const;
  [[nodiscard]] double standard_error_at(double margin) const;
  /// Standard error of mean_at.
  [[nodiscard]] double mean_error_at(double margin) const;
  /// Variance of the draws over their squared reported errors, points together.
  [[nodiscard]] double measured_ratio() const { return measured_ratio_; }
  /// Such a ratio of so many degrees of freedom, shrunk towards 1 (the reported errors are right).
  static double shrunk_ratio(double ratio, double free);

 private:
  [[nodiscard]] Verdict verdict(double measured, double margin, std::size_t draw) const;
  [[nodiscard]] double truth_of(double measured) const;
  template <class Value>
  [[nodiscard]] double between(double margin, Value&& value) const;

  const Readings& readings_;
  std::vector<double> means_;   // of the measured margins, by point
  std::vector<double> rising_;  // the same, made monotone
  std::vector<double> errors_;  // root mean square of the reported standard errors
  double measured_ratio_ = 1.0;
  double spread_left_ = 1.0;        // sd of margins less their chance / sd of margins
  double spread_over_error_ = 1.0;  // sd of one measured margin / its reported standard error
  double t_ = 0.0;                  // 97.5 % quantile of the error bar's t distribution
  double t_holm_ = 0.0;             // that of the p value at which Holm's first step rejects
};

}  // namespace cch::detail
