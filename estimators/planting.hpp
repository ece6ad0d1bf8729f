#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/core/random.hpp"
#include "cch/estimators/planted_calibration.hpp"
#include "estimators/planted_classes.hpp"

namespace cch::detail {

/// Estimates of several draws of one information. One draw's estimate is read against ι̂, the mean
/// of ln p(x_i,y_i)/(p(x_i) p(y_i)) over the very rows drawn, which is known here and has mean I:
///   adjusted = estimate − c (ι̂ − I),   c = clamp(mean estimate / I, 0, 1),
/// since rows that happen to hold I + δ are read about c δ higher. The mean stays and the spread
/// shrinks: sixfold for label-bound, twofold for KSG, by a tenth for cca-ksg.
struct PlantedReadings {
  double truth = 0.0;
  std::size_t repeats = 0;
  double mean = 0.0;              ///< of the adjusted estimates
  double squares = 0.0;           ///< Σ (estimate − its mean)²
  double adjusted_squares = 0.0;  ///< Σ (adjusted − mean)²

  /// With the spreads of these draws alone; at least two draws.
  [[nodiscard]] BiasPoint point() const;
  /// The same with further draws of this truth.
  void add(const PlantedReadings& more);
};

/// c of PlantedReadings; 0 where nothing is planted.
double share_read(double mean_estimate, double truth);

/// √icc u_g(i) + √(1−icc) ε_i, rows × dim, every column a standard normal.
Matrix grouped_noise(const Groups& groups, std::size_t dim, double icc, Random& random);

/// Makes the first `pairs` columns of y correlate with those of x by ρ, columns of both standard
/// normals; the mean over rows of ln φ(x_i, y_i) / (φ(x_i) φ(y_i)), nats, is returned.
double correlate(const Matrix& x, Matrix& y, std::size_t pairs, double rho);

/// Scales column j by spectrum[j] (0 beyond its end) and spreads every column over all of them by
/// plane rotations of random pairs, the same for every matrix of this seed and width; nothing for
/// an empty spectrum. One to one where no standard deviation is 0. Cost O(N D ln D).
void spread_over_columns(Matrix& values, const std::vector<double>& spectrum, std::uint64_t seed);

/// Of an estimator that learns directions at most `most` random splits, in the place of up to five
/// (CcaKsgOptions::splits), unless their number was given: the same mean, for a part of the cost.
/// Two make error bars 7 % wider.
EstimatorOptions with_fewer_splits(EstimatorOptions options, std::size_t rows, std::size_t most);

/// At most `most` rows, whole groups at random, ascending; all rows if they are no more.
std::vector<std::size_t> rows_of_whole_groups(const Groups& groups, std::size_t most,
                                              std::uint64_t seed);

/// Draws data of one shape with any information and lets one estimator read them.
class Planting {
 public:
  /// Usage Errors for shapes that cannot be drawn.
  Planting(const EstimatorOptions& options, const PlantedShape& shape,
           const PlantedOptions& planted, const Execution& exec);

  /// `repeats` draws in parallel; their random streams are named by `place`.
  [[nodiscard]] PlantedReadings read(double truth, std::size_t place, std::size_t repeats) const;
  /// .95 H(Y) for labels, beyond which their class means run off to infinity; else 8 nats a pair.
  [[nodiscard]] double largest_truth() const;
  /// What is planted: at most the rows asked for, whole groups at random, in their own order.
  [[nodiscard]] const PlantedShape& shape() const { return shape_; }
  void describe(BiasCurve& curve) const;

 private:
  struct Draw {
    double estimate = 0.0;
    double realised = 0.0;  // ι̂
  };

  [[nodiscard]] std::size_t pairs() const;
  [[nodiscard]] double strength_of(double truth) const;  // ρ, or s for labels
  [[nodiscard]] Draw draw(double strength, std::uint64_t seed) const;
  [[nodiscard]] Samples on_scale(Matrix values, const std::vector<double>& spectrum,
                                 std::string_view side, const Execution& inner) const;
  [[nodiscard]] double read_off(Matrix x, const Variable& y, const Execution& inner) const;

  EstimatorOptions options_;
  std::size_t rows_asked_;
  PlantedShape shape_;
  Scale scale_;
  Execution exec_;
  std::optional<PlantedClasses> classes_;
};

}  // namespace cch::detail
