#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"

namespace cch {

/// What planted data copy from the user's: rows and groups, dimensions, classes, and how alike the
/// rows of a group are.
struct PlantedShape {
  Groups groups;
  std::size_t dim_x = 1;
  std::size_t dim_y = 1;              ///< unused with labels
  std::optional<ClassLabels> labels;  ///< the user's own, row by row; x is drawn given them
  double icc = 0.0;                   ///< intra-class correlation by group, 0 ≤ icc < 1
  /// Column pairs that carry the information, in equal shares; 0 = min(dim_x, dim_y). Fewer pairs
  /// are easier for estimators that look for leading directions.
  std::size_t pairs = 0;
  /// Standard deviations of the principal directions of each side, descending; empty: all equal.
  /// What is planted lies in the leading ones, and random rotations spread it over all columns.
  std::vector<double> spectrum_x = {};
  std::vector<double> spectrum_y = {};
};

/// Intra-class correlation by one-way analysis of variance, mean over columns that vary:
///   icc = (MSB − MSW) / (MSB + (n₀ − 1) MSW),   n₀ = (N − Σ n_g² / N) / (G − 1),
/// with MSB and MSW the mean squares between and within the G groups. With labels the class means
/// are taken off first, so that what the classes say does not count as likeness of group members.
/// Values below 0 (chance) become 0, above .99 become .99; 0 without groups. Cost O(N D).
double intraclass_correlation(const Samples& x, const Groups& groups,
                              const ClassLabels* labels = nullptr);

/// Directions that hold the variance, the participation ratio (tr C)² / tr C² of the covariance C:
/// D for D independent columns of one variance, 1 if one direction has it all. tr C² is estimated
/// as |Ĉ|² − (tr Ĉ)²/(n−1), free of what the noise of n rows adds to it, from at most 1000 evenly
/// spaced rows. Cost O(1000 D²).
double effective_dimension(const Samples& x);

/// Standard deviations of the principal directions of x, descending, from at most 1000 evenly
/// spaced rows; directions that fewer rows than columns do not show are left out. Cost
/// O(min(1000, D)³).
std::vector<double> direction_spectrum(const Samples& x);

/// The shape of the user's data, on the scale on which they are estimated. For two real sides the
/// ICC is the mean of both, and the informative pairs are as many as the smaller effective
/// dimension, rounded: information spread over 64 directions is lost on every estimator, and real
/// features have far fewer. Spectra are the data's own. Labels may stand on either side and come
/// second in the shape.
PlantedShape planted_shape(const Variable& x, const Variable& y, const Groups& groups);

struct PlantedOptions {
  /// True informations, ascending, nats. Those near the observed estimate matter most.
  std::vector<double> truths{0.0, 0.1, 0.25, 0.5, 1.0, 2.0};
  /// Draws per truth; 0 = 16 000 rows' worth, at least 4 and at most 16: the mean's standard error
  /// is then at most half of one estimate's.
  std::size_t repeats = 0;
  /// More rows than this are not planted: whole groups are left out at random. The bias of fewer
  /// rows is larger, so that is the safe side; the diagnostics "rows_planted" and "rows" tell.
  std::size_t most_rows = 4000;
  /// If the mean at the largest truth is below this estimate, the truth is doubled, at most thrice.
  std::optional<double> reach;
  Scale scale = Scale::rank;  ///< applied to the planted columns, as to the user's
};

/// The estimator on data of one known information.
struct BiasPoint {
  double truth = 0.0;           ///< nats; for labels up to the Monte Carlo error in the diagnostics
  double mean = 0.0;            ///< mean estimate, unbiased
  double standard_error = 0.0;  ///< of the mean
  double sd = 0.0;              ///< of one estimate; cca-ksg on a single split
  std::size_t repeats = 0;
};

struct BiasCurve {
  std::vector<BiasPoint> points;  ///< truth ascending
  std::size_t repeats = 0;
  Diagnostics diagnostics;
  std::vector<Warning> warnings;
};

/// Plants Gaussians of known information at the user's own shape and lets the estimator read them.
/// Two real sides: in r column pairs
///   x_i = √icc u_g(i) + √(1−icc) ε_i,  y_i likewise, correlation ρ on both levels,
///   ρ² = 1 − exp(−2 I / r),  all other columns independent;
/// then each side is spread over its columns with the shape's spectrum, one to one.
/// Labels: x_i = s m_{y_i} + √icc u_g(i) + √(1−icc) ε_i with the user's labels; the class means m_c
/// are the unit vectors if K ≤ D, equally spaced if D = 1, else random; s is solved for I(X;Y) by
/// Monte Carlo with common random numbers. Truths above .95 H(Y), or above 8 nats a pair of
/// columns, are left out, with a warning. The truth of every draw is known, so the mean is taken
/// with the draw's own information ι̂, the mean of ln p(x,y)/(p(x)p(y)) over its rows, as a control
/// variate:
///   mean of (estimate − c (ι̂ − I)),   c = clamp(mean estimate / I, 0, 1),
/// which takes off what the rows happen to hold: the spread falls sixfold for label-bound, twofold
/// for KSG, by a tenth for cca-ksg. cca-ksg reads one random split unless `splits` is set: the mean
/// over splits has the same expectation.
/// Other distributions have other biases: this is what the shape does, not a correction.
/// Usage Errors: no truths, negative or not ascending ones, an icc outside [0, 1); classes on both
/// sides. Cost: truths × repeats estimates, in parallel; bitwise equal for any number of threads.
BiasCurve planted_calibration(const EstimatorOptions& options, const PlantedShape& shape,
                              const PlantedOptions& planted, const Execution& exec);

/// Expected bias where the estimator said `estimate`.
struct PlantedBias {
  double bias = 0.0;            ///< estimate − truth, nats; negative = the estimator is low
  double truth = 0.0;           ///< the planted truth whose mean is the estimate
  double standard_error = 0.0;  ///< of bias, from the curve alone
  /// False where the estimate lies above the curve, or on a piece too flat to be read: then bias
  /// is that at the curve's end and the real one may be larger.
  bool resolved = true;
};

/// Reads the curve backwards: the means are made monotone (pool adjacent violators, weights 1/SE²),
/// and the truth is interpolated linearly between the two means around the estimate. Below the
/// first mean the truth is the first one and the bias its mean less itself.
/// SE² = ((1−w)² SE_j² + w² SE_{j+1}²) / slope².
PlantedBias bias_at(const BiasCurve& curve, double estimate);

/// The bias at one estimate, with the points that it was read off.
struct NearbyBias {
  PlantedBias bias;
  BiasCurve curve;  ///< truth ascending; `repeats` is the fewest
};

/// bias_at(estimate) from the few truths that it needs instead of a whole curve: the first truth
/// planted is the estimate itself, then secant steps outwards until the means lie on both sides of
/// the estimate (from 0 to 3 nats or six times the estimate, to .95 H(Y) for labels; at most 8
/// truths), two draws each; last, for two real sides, `planted.repeats` draws (0 = 8) where the
/// bracket says the truth is. Spreads are no smaller than pooled over the truths, and standard
/// errors are multiplied by t_{.975, df}/1.96 for the few draws. `truths` and `reach` of the
/// options are not used. Usage Errors as planted_calibration, and an estimate that is not a number.
/// Cost: mostly 12 estimates, 4 for labels; bitwise equal for any number of threads.
NearbyBias planted_bias_near(const EstimatorOptions& options, const PlantedShape& shape,
                             double estimate, const PlantedOptions& planted, const Execution& exec);

/// estimate ± t_{.975, df} √(SE² + bias²): covers the truth where bias is not small against SE.
/// The estimate is not shifted. For a margin, bias is the difference of both sides' biases.
Interval bias_aware_interval(double estimate, double standard_error, double degrees_of_freedom,
                             double bias);

}  // namespace cch
