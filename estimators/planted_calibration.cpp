#include "cch/estimators/planted_calibration.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "cch/estimators/error_bars.hpp"
#include "estimators/math.hpp"
#include "estimators/planted_classes.hpp"

namespace cch {
namespace {

constexpr double kLargestIcc = 0.99;
constexpr double kShareOfEntropy = 0.95;  // towards H(Y) the class means run off to infinity
constexpr std::size_t kRowsOfAllRepeats = 16000;
constexpr std::size_t kMostDoublings = 3;
constexpr std::size_t kRowsForSpectrum = 1000;
// A piece of the curve that rises by less than this per nat says nothing about the truth.
constexpr double kFlattestSlope = 0.02;

double mean_square_ratio(std::span<const double> column, const Groups& groups) {
  const auto n = static_cast<double>(column.size());
  const auto g_count = static_cast<double>(groups.count());
  const double mean = std::accumulate(column.begin(), column.end(), 0.0) / n;
  double between = 0.0;
  double within = 0.0;
  double squared_sizes = 0.0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const auto members = groups.members(g);
    const auto size = static_cast<double>(members.size());
    double group_mean = 0.0;
    for (const std::size_t i : members) group_mean += column[i] / size;
    for (const std::size_t i : members) {
      within += (column[i] - group_mean) * (column[i] - group_mean);
    }
    between += size * (group_mean - mean) * (group_mean - mean);
    squared_sizes += size * size;
  }
  const double msb = between / (g_count - 1.0);
  const double msw = within / (n - g_count);
  const double n0 = (n - squared_sizes / n) / (g_count - 1.0);
  const double total = msb + (n0 - 1.0) * msw;
  return total > 0.0 ? (msb - msw) / total : 0.0;
}

std::vector<double> column_less_class_means(const Samples& x, std::size_t j,
                                            const ClassLabels* labels) {
  std::vector<double> column(x.size());
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = x(i, j);
  if (labels == nullptr) return column;
  std::vector<double> sums(labels->classes(), 0.0);
  const auto counts = labels->counts();
  for (std::size_t i = 0; i < column.size(); ++i) {
    sums[static_cast<std::size_t>((*labels)[i])] += column[i];
  }
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto c = static_cast<std::size_t>((*labels)[i]);
    column[i] -= sums[c] / static_cast<double>(counts[c]);
  }
  return column;
}

void check(const PlantedShape& shape, const PlantedOptions& planted) {
  const auto& truths = planted.truths;
  if (truths.empty() || truths.front() < 0.0 ||
      std::adjacent_find(truths.begin(), truths.end(), std::greater_equal<>()) != truths.end()) {
    refuse_usage("bad-truths", "planted informations must be ascending and not negative",
                 "the bias is read between them", "Give for example 0, 0.1, 0.5, 1");
  }
  if (!(shape.icc >= 0.0 && shape.icc < 1.0)) {
    refuse_usage("bad-icc", "the intra-class correlation is " + std::to_string(shape.icc),
                 "rows of a group must neither repel each other nor be copies",
                 "Give a value of at least 0 and below 1");
  }
  if (shape.dim_x == 0 || shape.dim_y == 0 || shape.pairs > std::min(shape.dim_x, shape.dim_y)) {
    refuse_usage("bad-dimensions", "there are more informative pairs than columns, or no column",
                 {}, "Leave pairs at 0");
  }
}

// At most `most` rows, whole groups at random, in the rows' own order.
PlantedShape capped(const PlantedShape& shape, std::size_t most, std::uint64_t seed) {
  if (shape.groups.rows() <= most) return shape;
  Random random(derive_seed(seed, "planted-rows"));
  std::vector<std::size_t> rows;
  for (const std::size_t g : random.permutation(shape.groups.count())) {
    const auto members = shape.groups.members(g);
    if (!rows.empty() && rows.size() + members.size() > most) continue;
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::sort(rows.begin(), rows.end());
  PlantedShape out = shape;
  out.groups = shape.groups.select(rows);
  if (shape.labels) out.labels = shape.labels->select(rows);
  return out;
}

// √icc u_g + √(1−icc) ε_i, every column a standard normal.
Matrix grouped_noise(const Groups& groups, std::size_t dim, double icc, Random& random) {
  Matrix level(groups.count(), dim);
  for (std::size_t g = 0; g < groups.count(); ++g) {
    for (double& v : level.row(g)) v = random.normal();
  }
  Matrix out(groups.rows(), dim);
  for (std::size_t i = 0; i < groups.rows(); ++i) {
    for (std::size_t j = 0; j < dim; ++j) {
      out(i, j) = std::sqrt(icc) * level(groups.of(i), j) + std::sqrt(1.0 - icc) * random.normal();
    }
  }
  return out;
}

// One curve: draws and reads data of the shape for any truth.
class Planting {
 public:
  Planting(const EstimatorOptions& options, PlantedShape shape, const PlantedOptions& planted,
           const Execution& exec)
      : options_(options), shape_(std::move(shape)), scale_(planted.scale), exec_(exec) {
    if (shape_.labels) classes_.emplace(*shape_.labels, shape_.dim_x, exec.seed);
  }

  /// `repeats` estimates of data with information `truth`; the streams are named by the truth's
  /// place in the list.
  BiasPoint read(double truth, std::size_t place, std::size_t repeats) const {
    const double strength = strength_of(truth);
    std::vector<double> values(repeats);
    parallel_for(repeats, exec_, [&](std::size_t r) {
      values[r] = one(strength, derive_seed(exec_.seed, "planted", place * 1'000'003 + r));
    });
    const auto n = static_cast<double>(repeats);
    BiasPoint point;
    point.truth = truth;
    point.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    for (const double v : values) point.sd += (v - point.mean) * (v - point.mean);
    point.sd = std::sqrt(point.sd / (n - 1.0));
    point.standard_error = point.sd / std::sqrt(n);
    return point;
  }
  [[nodiscard]] std::size_t pairs() const {
    return shape_.pairs > 0 ? shape_.pairs : std::min(shape_.dim_x, shape_.dim_y);
  }
  [[nodiscard]] double truth_standard_error(double truth) const {
    return classes_ ? classes_->standard_error(classes_->separation(truth)) : 0.0;
  }

 private:
  // ρ, or s for labels.
  [[nodiscard]] double strength_of(double truth) const {
    if (classes_) return classes_->separation(truth);
    return std::sqrt(-std::expm1(-2.0 * truth / static_cast<double>(pairs())));
  }

  [[nodiscard]] double one(double strength, std::uint64_t seed) const {
    Random random(seed);
    const Execution inner = exec_.serial().with_seed(seed);
    Matrix x = grouped_noise(shape_.groups, shape_.dim_x, shape_.icc, random);
    if (classes_) {
      classes_->shift(x, *shape_.labels, strength);
      return read_off(std::move(x), *shape_.labels, inner);
    }
    Matrix y = grouped_noise(shape_.groups, shape_.dim_y, shape_.icc, random);
    const double rest = std::sqrt(1.0 - strength * strength);
    for (std::size_t i = 0; i < y.rows(); ++i) {
      for (std::size_t d = 0; d < pairs(); ++d) y(i, d) = strength * x(i, d) + rest * y(i, d);
    }
    return read_off(std::move(x), on_scale(std::move(y), inner), inner);
  }
  [[nodiscard]] Samples on_scale(Matrix values, const Execution& inner) const {
    std::vector<Warning> ignored;  // planted columns neither tie nor stand still
    return scaled(Samples::from(std::move(values)), scale_, ignored, inner);
  }
  [[nodiscard]] double read_off(Matrix x, const Variable& y, const Execution& inner) const {
    return estimate(options_, on_scale(std::move(x), inner), y, shape_.groups, inner).nats;
  }

  const EstimatorOptions& options_;
  PlantedShape shape_;
  Scale scale_;
  Execution exec_;
  std::optional<detail::PlantedClasses> classes_;
};

// Truths that labels of this entropy can have.
std::vector<double> possible(const std::vector<double>& truths, double entropy, BiasCurve& curve) {
  std::vector<double> kept;
  for (const double truth : truths) {
    if (truth <= kShareOfEntropy * entropy) kept.push_back(truth);
  }
  if (kept.size() < truths.size()) {
    kept.push_back(kShareOfEntropy * entropy);
    if (kept.size() > 1 && kept[kept.size() - 2] == kept.back()) kept.pop_back();
    curve.warnings.push_back(
        {"truth-above-entropy", "informations above .95 H(Y) = " + std::to_string(kept.back()) +
                                    " nats cannot be planted in these labels"});
  }
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

double intraclass_correlation(const Samples& x, const Groups& groups, const ClassLabels* labels) {
  if (!groups.grouped() || groups.count() < 2) return 0.0;
  double sum = 0.0;
  std::size_t columns = 0;
  for (std::size_t j = 0; j < x.dim(); ++j) {
    const auto column = column_less_class_means(x, j, labels);
    const auto [lo, hi] = std::minmax_element(column.begin(), column.end());
    if (*lo == *hi) continue;
    sum += mean_square_ratio(column, groups);
    ++columns;
  }
  if (columns == 0) return 0.0;
  return std::clamp(sum / static_cast<double>(columns), 0.0, kLargestIcc);
}

double effective_dimension(const Samples& x) {
  const std::size_t stride = (x.size() + kRowsForSpectrum - 1) / kRowsForSpectrum;
  const auto n = static_cast<Eigen::Index>((x.size() + stride - 1) / stride);
  Eigen::MatrixXd rows(n, static_cast<Eigen::Index>(x.dim()));
  const auto all = detail::as_eigen(x.view());
  for (Eigen::Index i = 0; i < n; ++i) rows.row(i) = all.row(i * static_cast<Eigen::Index>(stride));
  if (n < 2) return 1.0;
  rows.rowwise() -= rows.colwise().mean().eval();
  const auto free = static_cast<double>(n - 1);
  const Eigen::MatrixXd covariance = rows.transpose() * rows / free;
  const double trace = covariance.trace();
  const double squares = covariance.squaredNorm() - trace * trace / free;
  const auto most = static_cast<double>(x.dim());
  if (trace <= 0.0) return 1.0;
  return squares <= 0.0 ? most : std::clamp(trace * trace / squares, 1.0, most);
}

PlantedShape planted_shape(const Variable& x, const Variable& y, const Groups& groups) {
  if (is_discrete(x) && is_discrete(y)) {
    refuse_usage("two-label-sides", "both sides are class labels",
                 "planted calibration draws at least one real side",
                 "Leave the calibration out: the plug-in's bias is known in closed form");
  }
  if (is_discrete(x)) return planted_shape(y, x, groups);
  const Samples& real = std::get<Samples>(x);
  if (const auto* labels = std::get_if<ClassLabels>(&y)) {
    return {groups, real.dim(), 1, *labels, intraclass_correlation(real, groups, labels), 0};
  }
  const Samples& other = std::get<Samples>(y);
  const double icc =
      (intraclass_correlation(real, groups) + intraclass_correlation(other, groups)) / 2.0;
  const double spread = std::min(effective_dimension(real), effective_dimension(other));
  const auto pairs = static_cast<std::size_t>(std::max(1.0, std::round(spread)));
  return {groups, real.dim(), other.dim(), {}, icc, pairs};
}

BiasCurve planted_calibration(const EstimatorOptions& options, const PlantedShape& shape,
                              const PlantedOptions& planted, const Execution& exec) {
  check(shape, planted);
  BiasCurve curve;
  const PlantedShape kept = capped(shape, planted.most_rows, exec.seed);
  const std::size_t rows = kept.groups.rows();
  curve.repeats = planted.repeats > 0 ? std::max<std::size_t>(planted.repeats, 2)
                                      : std::clamp<std::size_t>(kRowsOfAllRepeats / rows, 4, 16);
  const double entropy = kept.labels ? kept.labels->entropy_nats() : 0.0;
  std::vector<double> truths =
      kept.labels ? possible(planted.truths, entropy, curve) : planted.truths;
  const Planting planting(options, kept, planted, exec);
  for (std::size_t t = 0; t < truths.size(); ++t) {
    curve.points.push_back(planting.read(truths[t], t, curve.repeats));
    const bool short_of = planted.reach && t + 1 == truths.size() && !kept.labels &&
                          truths.size() < planted.truths.size() + kMostDoublings &&
                          curve.points.back().mean < *planted.reach;
    if (short_of) truths.push_back(2.0 * std::max(truths.back(), 0.5));
    exec.progress("planted calibration", t + 1, truths.size());
  }
  curve.diagnostics.set("rows", static_cast<double>(shape.groups.rows()));
  curve.diagnostics.set("rows_planted", static_cast<double>(rows));
  curve.diagnostics.set("repeats", static_cast<double>(curve.repeats));
  curve.diagnostics.set("icc", kept.icc);
  if (!kept.labels) curve.diagnostics.set("pairs", static_cast<double>(planting.pairs()));
  curve.diagnostics.set("truth_standard_error", planting.truth_standard_error(truths.back()));
  curve.diagnostics.note("scale", std::string(to_string(planted.scale)));
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
