#include "support/bmi_tasks.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "cch/core/random.hpp"

namespace cch::test {
namespace {

double normal_information(double rho) {
  return -0.5 * std::log1p(-rho * rho);
}

// ln det of the d × d matrix with ones on the diagonal and ρ elsewhere.
double equicorrelation_log_det(std::size_t d, double rho) {
  const auto size = static_cast<double>(d);
  return (size - 1.0) * std::log1p(-rho) + std::log1p((size - 1.0) * rho);
}

// I = h(Y) − ln 2ε; the density of Y is a trapezium with ramps of length min(1, 2ε).
double additive_information(double epsilon) {
  return epsilon <= 0.5 ? epsilon - std::log(2.0 * epsilon) : 0.25 / epsilon;
}

// With identity dispersion only the common radius ties x to y: I = f(ν) + f(ν+m+n) − f(ν+m) −
// f(ν+n), f(v) = ln Γ(v/2) − (v/2) ψ(v/2)  (Arellano-Valle, Contreras-Reyes & Genton 2013).
double student_information(double m, double n, double nu) {
  const auto f = [](double v) {
    return std::lgamma(v / 2.0) - v / 2.0 * boost::math::digamma(v / 2.0);
  };
  return f(nu) + f(nu + m + n) - f(nu + m) - f(nu + n);
}

void draw_additive(const BmiTask& task, Random& random, double* x, double* y) {
  x[0] = random.uniform();
  y[0] = x[0] + random.uniform(-task.parameter, task.parameter);
}

// Fills a row of x and y with independent standard normals.
void draw_noise(const BmiTask& task, Random& random, double* x, double* y) {
  std::generate_n(x, task.dim_x, [&] { return random.normal(); });
  std::generate_n(y, task.dim_y, [&] { return random.normal(); });
}

void draw_pairs(const BmiTask& task, Random& random, double* x, double* y) {
  draw_noise(task, random, x, y);
  const std::size_t pairs = task.family == BmiFamily::sparse ? 2 : 1;
  const double rho = task.parameter;
  for (std::size_t d = 0; d < pairs; ++d) y[d] = rho * x[d] + std::sqrt(1.0 - rho * rho) * y[d];
}

void draw_dense(const BmiTask& task, Random& random, double* x, double* y) {
  draw_noise(task, random, x, y);
  const double common = std::sqrt(task.parameter) * random.normal();
  const double own = std::sqrt(1.0 - task.parameter);
  std::transform(x, x + task.dim_x, x, [&](double v) { return common + own * v; });
  std::transform(y, y + task.dim_y, y, [&](double v) { return common + own * v; });
}

void draw_student(const BmiTask& task, Random& random, double* x, double* y) {
  draw_noise(task, random, x, y);
  double chi_square = 0.0;
  for (int i = 0; i < static_cast<int>(task.parameter); ++i) {
    const double z = random.normal();
    chi_square += z * z;
  }
  const double scale = std::sqrt(task.parameter / chi_square);
  std::transform(x, x + task.dim_x, x, [&](double v) { return scale * v; });
  std::transform(y, y + task.dim_y, y, [&](double v) { return scale * v; });
}

void draw_row(const BmiTask& task, Random& random, double* x, double* y) {
  switch (task.family) {
    case BmiFamily::additive:
      return draw_additive(task, random, x, y);
    case BmiFamily::normal:
    case BmiFamily::sparse:
      return draw_pairs(task, random, x, y);
    case BmiFamily::dense:
      return draw_dense(task, random, x, y);
    case BmiFamily::student:
      return draw_student(task, random, x, y);
  }
}

double margin(BmiMargins margins, double v) {
  switch (margins) {
    case BmiMargins::as_drawn:
      return v;
    case BmiMargins::normal_cdf:
      return 0.5 * std::erfc(-v / std::sqrt(2.0));
    case BmiMargins::half_cube:
      return v * std::sqrt(std::abs(v));
  }
  return v;
}

Samples with_margins(Matrix values, BmiMargins margins, const char* name) {
  std::transform(values.data(), values.data() + values.rows() * values.cols(), values.data(),
                 [&](double v) { return margin(margins, v); });
  return Samples::from(std::move(values), name);
}

double squares(std::span<const double> row) {
  double sum = 0.0;
  for (const double v : row) sum += v * v;
  return sum;
}

double sum_of(std::span<const double> row) {
  double sum = 0.0;
  for (const double v : row) sum += v;
  return sum;
}

// −2 ln density of d equicorrelated normals, up to d ln 2π: quadratic form + ln det.
double equicorrelated(double rho, double d, double sum, double square) {
  const double spread = 1.0 + (d - 1.0) * rho;
  const double quadratic = (square - rho / spread * sum * sum) / (1.0 - rho);
  return quadratic + (d - 1.0) * std::log(1.0 - rho) + std::log(spread);
}

// ln density of d-variate Student with identity dispersion.
double student(double nu, double d, double square) {
  return std::lgamma((nu + d) / 2.0) - std::lgamma(nu / 2.0) -
         d / 2.0 * std::log(nu * 3.14159265358979323846) - (nu + d) / 2.0 * std::log1p(square / nu);
}

// ln of the density of Y = U(0,1) + U(−ε,ε).
double additive_margin(double epsilon, double y) {
  return std::log(std::min(1.0, y + epsilon) - std::max(0.0, y - epsilon)) -
         std::log(2.0 * epsilon);
}

}  // namespace

double BmiTask::true_nats() const {
  switch (family) {
    case BmiFamily::additive:
      return additive_information(parameter);
    case BmiFamily::normal:
      return normal_information(parameter);
    case BmiFamily::sparse:
      return 2.0 * normal_information(parameter);
    case BmiFamily::dense:
      return 0.5 * (equicorrelation_log_det(dim_x, parameter) +
                    equicorrelation_log_det(dim_y, parameter) -
                    equicorrelation_log_det(dim_x + dim_y, parameter));
    case BmiFamily::student:
      return student_information(static_cast<double>(dim_x), static_cast<double>(dim_y), parameter);
  }
  return 0.0;
}

double bmi_pointwise(const BmiTask& task, std::span<const double> x, std::span<const double> y) {
  const double rho = task.parameter;
  const auto m = static_cast<double>(x.size());
  const auto n = static_cast<double>(y.size());
  switch (task.family) {
    case BmiFamily::additive:
      return -std::log(2.0 * rho) - additive_margin(rho, y[0]);
    case BmiFamily::normal:
    case BmiFamily::sparse: {
      double sum = 0.0;
      for (std::size_t d = 0; d < (task.family == BmiFamily::sparse ? 2U : 1U); ++d) {
        const double both[] = {x[d], y[d]};
        sum += 0.5 *
               (x[d] * x[d] + y[d] * y[d] - equicorrelated(rho, 2.0, sum_of(both), squares(both)));
      }
      return sum;
    }
    case BmiFamily::dense:
      return 0.5 * (equicorrelated(rho, m, sum_of(x), squares(x)) +
                    equicorrelated(rho, n, sum_of(y), squares(y)) -
                    equicorrelated(rho, m + n, sum_of(x) + sum_of(y), squares(x) + squares(y)));
    case BmiFamily::student:
      return student(rho, m + n, squares(x) + squares(y)) - student(rho, m, squares(x)) -
             student(rho, n, squares(y));
  }
  return 0.0;
}

const std::vector<BmiTask>& bmi_tasks() {
  using enum BmiFamily;
  using enum BmiMargins;
  static const std::vector<BmiTask> tasks = {
      {"1v1-normal-0.75", normal, 1, 1, 0.75},
      {"normal_cdf-1v1-normal-0.75", normal, 1, 1, 0.75, normal_cdf},
      {"1v1-additive-0.1", additive, 1, 1, 0.1},
      {"1v1-additive-0.75", additive, 1, 1, 0.75},
      {"half_cube-1v1-normal-0.75", normal, 1, 1, 0.75, half_cube},
      {"student-identity-1-1-1", student, 1, 1, 1},
      {"multinormal-dense-2-2-0.5", dense, 2, 2, 0.5},
      {"multinormal-dense-3-3-0.5", dense, 3, 3, 0.5},
      {"multinormal-dense-5-5-0.5", dense, 5, 5, 0.5},
      {"multinormal-dense-25-25-0.5", dense, 25, 25, 0.5},
      {"multinormal-sparse-2-2-2-2.0", sparse, 2, 2, 0.8},
      {"multinormal-sparse-3-3-2-2.0", sparse, 3, 3, 0.8},
      {"multinormal-sparse-5-5-2-2.0", sparse, 5, 5, 0.8},
      {"multinormal-sparse-25-25-2-2.0", sparse, 25, 25, 0.8},
      {"student-identity-2-2-1", student, 2, 2, 1},
      {"student-identity-2-2-2", student, 2, 2, 2},
      {"student-identity-3-3-2", student, 3, 3, 2},
      {"normal_cdf-multinormal-sparse-3-3-2-2.0", sparse, 3, 3, 0.8, normal_cdf},
      {"normal_cdf-multinormal-sparse-5-5-2-2.0", sparse, 5, 5, 0.8, normal_cdf},
      {"half_cube-multinormal-sparse-3-3-2-2.0", sparse, 3, 3, 0.8, half_cube},
      {"half_cube-multinormal-sparse-5-5-2-2.0", sparse, 5, 5, 0.8, half_cube},
  };
  return tasks;
}

const BmiTask& bmi_task(const std::string& name) {
  const auto found = std::find_if(bmi_tasks().begin(), bmi_tasks().end(),
                                  [&](const BmiTask& task) { return task.name == name; });
  if (found == bmi_tasks().end()) throw std::invalid_argument("no task is called " + name);
  return *found;
}

BmiSample run_bmi_task(const BmiTask& task, std::size_t n, std::uint64_t seed) {
  const std::string drawn =
      task.margins == BmiMargins::as_drawn ? task.name : task.name.substr(task.name.find('-') + 1);
  Random random(derive_seed(seed, drawn));
  Matrix x(n, task.dim_x);
  Matrix y(n, task.dim_y);
  for (std::size_t i = 0; i < n; ++i) draw_row(task, random, x.row(i).data(), y.row(i).data());
  return {with_margins(std::move(x), task.margins, "x"),
          with_margins(std::move(y), task.margins, "y"), task.true_nats()};
}

BmiSample run_bmi_task(const std::string& name, std::size_t n, std::uint64_t seed) {
  return run_bmi_task(bmi_task(name), n, seed);
}

}  // namespace cch::test
