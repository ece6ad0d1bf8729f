#include "estimators/criterion/linear/pilot_interval.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/linalg/quantiles.hpp"
#include "estimators/row_terms.hpp"

namespace cch::detail {
namespace {

/// s² to the variance of the mean over outer folds, for gains quadratic in the students' errors.
/// Students of n rows each that share the part ρ of them have correlation ρ² and variance ∝ 1/n²:
/// inner students (2/3 of the rows of an outer one, ρ = 1/2) lie 1 − 1/4 of their variance apart,
/// five outer ones (ρ = 3/4) have a mean of variance 1/5 + 4/5 · 9/16 of theirs.
constexpr double kTrainingShare =
    (4.0 / 9.0) * (1.0 / 5.0 + 4.0 / 5.0 * 9.0 / 16.0) / (1.0 - 1.0 / 4.0);

/// Unbiased Σ_j (m_j − m̄)²/(J − 1) of one fold, m_j the mean over many test rows.
double between_students(const InnerGains& fold, const Groups& groups) {
  const std::size_t students = fold.terms.size();
  const Groups own = groups.select(fold.rows);
  double sum = 0.0;
  for (const auto& terms : fold.terms) {
    std::vector<double> apart(terms.size());
    for (std::size_t i = 0; i < apart.size(); ++i) {
      double mean = 0.0;
      for (const auto& other : fold.terms) mean += other[i] / static_cast<double>(students);
      apart[i] = terms[i] - mean;
    }
    const double mean = mean_of(apart);
    sum += mean * mean - (own.count() > 1 ? variance_of_mean(apart, own) : 0.0);
  }
  return sum / static_cast<double>(students - 1);
}

}  // namespace

double variance_between_students(const std::vector<InnerGains>& folds, const Groups& groups) {
  double sum = 0.0;
  for (const InnerGains& fold : folds) sum += between_students(fold, groups);
  return std::max(0.0, sum / static_cast<double>(folds.size()));
}

PilotGain gain_with_interval(std::span<const double> terms, const std::vector<InnerGains>& folds,
                             const Groups& groups) {
  PilotGain gain;
  gain.value = mean_of(terms);
  const double rows = variance_of_mean(terms, groups);
  const double training = kTrainingShare * variance_between_students(folds, groups);
  gain.standard_error = std::sqrt(rows + training);
  gain.standard_error_training = std::sqrt(training);
  const auto rows_freedom = static_cast<double>(groups.count() - 1);
  const auto students_freedom =
      static_cast<double>(folds.size() * (folds.front().terms.size() - 1));
  const double total = rows + training;
  // Satterthwaite (1946); without any spread every t does.
  const double freedom =
      total > 0.0
          ? total * total / (rows * rows / rows_freedom + training * training / students_freedom)
          : rows_freedom;
  const double t = students_t_quantile(freedom, 0.975);
  gain.interval95 = {gain.value - t * gain.standard_error, gain.value + t * gain.standard_error};
  return gain;
}

}  // namespace cch::detail
