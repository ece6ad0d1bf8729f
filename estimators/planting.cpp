#include "estimators/planting.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/even_columns.hpp"

namespace cch::detail {
namespace {

constexpr double kShareOfEntropy = 0.95;
constexpr double kLargestPerPair = 8.0;  // 1 − ρ² = 1e-7 is still distinguished from 0

// Turns the leading columns of y into partners of those of x with correlation ρ; returns ι̂.
double sum_of_squares(const std::vector<double>& values, double mean) {
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return squares;
}

double mean_of_all(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void check(const PlantedShape& shape) {
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

// The shape on at most `most` rows.
PlantedShape capped(const PlantedShape& shape, std::size_t most, std::uint64_t seed) {
  if (shape.groups.rows() <= most) return shape;
  const auto rows = rows_of_whole_groups(shape.groups, most, seed);
  PlantedShape out = shape;
  out.groups = shape.groups.select(rows);
  if (shape.labels) out.labels = shape.labels->select(rows);
  return out;
}

}  // namespace

EstimatorOptions with_fewer_splits(EstimatorOptions options, std::size_t rows, std::size_t most) {
  auto* cca = std::get_if<CcaKsgOptions>(&options);
  if (cca != nullptr && cca->splits == 0) {
    cca->splits = std::clamp<std::size_t>(10'000 / std::max<std::size_t>(rows, 1), 1, most);
  }
  return options;
}

Matrix grouped_noise(const Groups& groups, std::size_t dim, double icc, Random& random) {
  Matrix level(groups.count(), icc > 0.0 ? dim : 0);
  for (std::size_t g = 0; g < groups.count(); ++g) {
    for (double& v : level.row(g)) v = random.normal();
  }
  Matrix out(groups.rows(), dim);
  for (std::size_t i = 0; i < groups.rows(); ++i) {
    const auto own = level.row(groups.of(i));
    const auto row = out.row(i);
    for (double& v : row) v = std::sqrt(1.0 - icc) * random.normal();
    for (std::size_t j = 0; j < own.size(); ++j) row[j] += std::sqrt(icc) * own[j];
  }
  return out;
}

double correlate(const Matrix& x, Matrix& y, std::size_t pairs, double rho) {
  const double rest = 1.0 - rho * rho;
  double sum = 0.0;
  for (std::size_t i = 0; i < y.rows(); ++i) {
    for (std::size_t d = 0; d < pairs; ++d) {
      const double a = x(i, d);
      const double b = rho * a + std::sqrt(rest) * y(i, d);
      y(i, d) = b;
      sum += (2.0 * rho * a * b - rho * rho * (a * a + b * b)) / (2.0 * rest);
    }
  }
  return sum / static_cast<double>(y.rows()) - 0.5 * static_cast<double>(pairs) * std::log(rest);
}

void spread_over_columns(Matrix& values, const std::vector<double>& spectrum, std::uint64_t seed) {
  if (spectrum.empty()) return;
  const std::size_t dim = values.cols();
  for (std::size_t i = 0; i < values.rows(); ++i) {
    const auto row = values.row(i);
    for (std::size_t j = 0; j < dim; ++j) row[j] *= j < spectrum.size() ? spectrum[j] : 0.0;
  }
  Random random(seed);
  // So many rounds that every column has reached every other.
  for (std::size_t reach = 1; reach < dim; reach *= 2) {
    const auto order = random.permutation(dim);
    std::vector<std::pair<double, double>> turns;  // cosine and sine of each pair
    for (std::size_t p = 0; p + 1 < dim; p += 2) {
      const double angle = random.uniform(0.0, 2.0 * std::numbers::pi);
      turns.emplace_back(std::cos(angle), std::sin(angle));
    }
    for (std::size_t i = 0; i < values.rows(); ++i) {
      const auto row = values.row(i);
      for (std::size_t p = 0; p < turns.size(); ++p) {
        const auto [c, s] = turns[p];
        double& left = row[order[2 * p]];
        double& right = row[order[2 * p + 1]];
        const double a = left;
        left = c * a - s * right;
        right = s * a + c * right;
      }
    }
  }
}

std::vector<std::size_t> rows_of_whole_groups(const Groups& groups, std::size_t most,
                                              std::uint64_t seed) {
  std::vector<std::size_t> rows;
  if (groups.rows() <= most) {
    rows.resize(groups.rows());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
  }
  Random random(derive_seed(seed, "planted-rows"));
  for (const std::size_t g : random.permutation(groups.count())) {
    const auto members = groups.members(g);
    if (!rows.empty() && rows.size() + members.size() > most) continue;
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

double share_read(double mean_estimate, double truth) {
  return truth > 0.0 ? std::clamp(mean_estimate / truth, 0.0, 1.0) : 0.0;
}

BiasPoint PlantedReadings::point() const {
  const auto n = static_cast<double>(repeats);
  return {truth, mean, std::sqrt(adjusted_squares / (n - 1.0) / n), std::sqrt(squares / (n - 1.0)),
          repeats};
}

void PlantedReadings::add(const PlantedReadings& more) {
  const auto own = static_cast<double>(repeats);
  const auto other = static_cast<double>(more.repeats);
  const double apart = more.mean - mean;
  const double between = own * other / (own + other) * apart * apart;
  mean += apart * other / (own + other);
  squares += more.squares + between;
  adjusted_squares += more.adjusted_squares + between;
  repeats += more.repeats;
}

Planting::Planting(const EstimatorOptions& options, const PlantedShape& shape,
                   const PlantedOptions& planted, const Execution& exec)
    : options_(with_fewer_splits(options, shape.groups.rows(), 1)),
      rows_asked_((check(shape), shape.groups.rows())),
      shape_(capped(shape, planted.most_rows, exec.seed)),
      scale_(planted.scale),
      exec_(exec.serial()) {
  exec_.threads = exec.threads;
  if (shape_.labels) classes_.emplace(*shape_.labels, shape_.dim_x, exec.seed);
}

PlantedReadings Planting::read(double truth, std::size_t place, std::size_t repeats) const {
  const double strength = strength_of(truth);
  std::vector<Draw> draws(repeats);
  parallel_for(repeats, exec_, [&](std::size_t r) {
    draws[r] = draw(strength, derive_seed(exec_.seed, "planted", place * 1'000'003 + r));
  });
  std::vector<double> values;
  for (const Draw& d : draws) values.push_back(d.estimate);
  PlantedReadings out;
  out.truth = truth;
  out.repeats = repeats;
  const double mean = mean_of_all(values);
  out.squares = sum_of_squares(values, mean);
  const double c = share_read(mean, truth);
  for (std::size_t r = 0; r < repeats; ++r) values[r] -= c * (draws[r].realised - truth);
  out.mean = mean_of_all(values);
  out.adjusted_squares = sum_of_squares(values, out.mean);
  return out;
}

std::size_t Planting::pairs() const {
  return shape_.pairs > 0 ? shape_.pairs : std::min(shape_.dim_x, shape_.dim_y);
}

double Planting::largest_truth() const {
  return shape_.labels ? kShareOfEntropy * shape_.labels->entropy_nats()
                       : kLargestPerPair * static_cast<double>(pairs());
}

void Planting::describe(BiasCurve& curve) const {
  const double last = curve.points.back().truth;
  curve.diagnostics.set("rows", static_cast<double>(rows_asked_));
  curve.diagnostics.set("rows_planted", static_cast<double>(shape_.groups.rows()));
  curve.diagnostics.set("repeats", static_cast<double>(curve.repeats));
  curve.diagnostics.set("icc", shape_.icc);
  if (!classes_) curve.diagnostics.set("pairs", static_cast<double>(pairs()));
  curve.diagnostics.set("truth_standard_error",
                        classes_ ? classes_->standard_error(strength_of(last)) : 0.0);
  curve.diagnostics.note("scale", std::string(to_string(scale_)));
}

double Planting::strength_of(double truth) const {
  if (classes_) return classes_->separation(truth);
  return std::sqrt(-std::expm1(-2.0 * truth / static_cast<double>(pairs())));
}

Planting::Draw Planting::draw(double strength, std::uint64_t seed) const {
  Random random(seed);
  const Execution inner = exec_.serial().with_seed(seed);
  Matrix x = grouped_noise(shape_.groups, shape_.dim_x, shape_.icc, random);
  if (classes_) {
    classes_->shift(x, *shape_.labels, strength);
    const double realised = classes_->realised(x, *shape_.labels, strength);
    return {read_off(std::move(x), *shape_.labels, inner), realised};
  }
  Matrix y = grouped_noise(shape_.groups, shape_.dim_y, shape_.icc, random);
  const double realised = correlate(x, y, pairs(), strength);
  return {read_off(std::move(x), on_scale(std::move(y), shape_.spectrum_y, "y", inner), inner),
          realised};
}

Samples Planting::on_scale(Matrix values, const std::vector<double>& spectrum,
                           std::string_view side, const Execution& inner) const {
  spread_evenly(values, spectrum, derive_seed(exec_.seed, side));
  std::vector<Warning> ignored;  // planted columns neither tie nor stand still
  return scaled(Samples::from(std::move(values)), scale_, ignored, inner);
}

double Planting::read_off(Matrix x, const Variable& y, const Execution& inner) const {
  return estimate(options_, on_scale(std::move(x), shape_.spectrum_x, "x", inner), y, shape_.groups,
                  inner)
      .nats;
}

}  // namespace cch::detail
