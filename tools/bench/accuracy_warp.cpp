#include "accuracy_warp.hpp"

#include <array>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>

namespace cch::bench {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kSwissWidth = 21.0;  // of the benchmark: keeps the roll inside the unit square

template <class F>
Matrix each_value(MatrixView m, F f) {
  Matrix out(m.rows(), m.cols());
  for (std::size_t i = 0; i < m.rows(); ++i) {
    for (std::size_t j = 0; j < m.cols(); ++j) out(i, j) = f(m(i, j));
  }
  return out;
}

template <class F, class G>
Warp value_by_value(F f, G inverse) {
  return {[f](MatrixView m) { return each_value(m, f); },
          [inverse](MatrixView m) { return each_value(m, inverse); }};
}

Warp unchanged() {
  return value_by_value([](double v) { return v; }, [](double v) { return v; });
}

double normal_cdf(double v) {
  return 0.5 * std::erfc(-v / std::numbers::sqrt2);
}
double normal_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p);
}

// The v in [lo, hi] with f(v) = 0, f rising.
template <class F>
double root(F f, double lo, double hi) {
  std::uintmax_t most_steps = 200;
  const auto bracket = boost::math::tools::toms748_solve(
      f, lo, hi, boost::math::tools::eps_tolerance<double>(48), most_steps);
  return 0.5 * (bracket.first + bracket.second);
}

struct Wave {
  double height;
  double speed;
  double phase;
};
using Waves = std::array<Wave, 3>;
constexpr Waves kWavesX{{{0.4, 1.0, 0.0}, {0.2, 1.7, 1.0}, {0.03, 3.3, -2.5}}};
constexpr Waves kWavesY{{{-0.4, 0.4, 0.0}, {0.17, 1.3, 3.5}, {0.02, 4.3, -2.5}}};

Warp wiggle(const Waves& waves) {
  const auto forward = [waves](double v) {
    double sum = v;
    for (const Wave& w : waves) sum += w.height * std::sin(w.speed * v + w.phase);
    return sum;
  };
  // The waves add up to less than 1 in height.
  const auto backward = [forward](double w) {
    return root([&](double v) { return forward(v) - w; }, w - 1.0, w + 1.0);
  };
  return value_by_value(forward, backward);
}

Warp mixture(double share, double first, double second) {
  const auto cdf = [=](double v) {
    return share * normal_cdf(v - first) + (1.0 - share) * normal_cdf(v - second);
  };
  // The mixture lies between its components, and so do its quantiles.
  const auto forward = [=](double z) {
    const double p = normal_cdf(z);
    return root([&](double v) { return cdf(v) - p; }, z + first - 1.0, z + second + 1.0);
  };
  return value_by_value(forward, [cdf](double v) { return normal_quantile(cdf(v)); });
}

// Rotation of columns a and b of every row by turn·|row|²; rotating back leaves the norm alone.
Matrix spiral(MatrixView m, std::size_t a, std::size_t b, double turn) {
  Matrix out = each_value(m, [](double v) { return v; });
  for (std::size_t i = 0; i < m.rows(); ++i) {
    double square = 0.0;
    for (const double v : m.row(i)) square += v * v;
    const double angle = turn * square / static_cast<double>(m.cols());
    out(i, a) = std::cos(angle) * m(i, a) - std::sin(angle) * m(i, b);
    out(i, b) = std::sin(angle) * m(i, a) + std::cos(angle) * m(i, b);
  }
  return out;
}

Warp spiral_in(std::size_t a, std::size_t b) {
  return {[=](MatrixView m) { return spiral(m, a, b, 1.0); },
          [=](MatrixView m) { return spiral(m, a, b, -1.0); }};
}

Matrix roll(MatrixView m) {
  Matrix out(m.rows(), 2);
  for (std::size_t i = 0; i < m.rows(); ++i) {
    const double t = 1.5 * kPi * (1.0 + 2.0 * m(i, 0));
    out(i, 0) = t * std::cos(t) / kSwissWidth;
    out(i, 1) = t * std::sin(t) / kSwissWidth;
  }
  return out;
}

Matrix unroll(MatrixView m) {
  Matrix out(m.rows(), 1);
  for (std::size_t i = 0; i < m.rows(); ++i) {
    const double t = kSwissWidth * std::hypot(m(i, 0), m(i, 1));
    out(i, 0) = (t / (1.5 * kPi) - 1.0) / 2.0;
  }
  return out;
}

}  // namespace

Bend no_bend() {
  return {"", unchanged(), unchanged()};
}

Bend wiggly_bend() {
  return {"wiggly-", wiggle(kWavesX), wiggle(kWavesY)};
}

Bend asinh_bend() {
  const Warp warp =
      value_by_value([](double v) { return std::asinh(v); }, [](double v) { return std::sinh(v); });
  return {"asinh-", warp, warp};
}

Bend bimodal_bend() {
  return {"bimodal-", mixture(0.3, 0.0, 5.0), mixture(0.5, -1.0, 3.0)};
}

Bend spiral_bend() {
  return {"spiral-", spiral_in(0, 1), spiral_in(1, 2)};
}

Bend swiss_roll_bend() {
  return {"swissroll_x-", {roll, unroll}, unchanged()};
}

Matrix undo_normal_cdf(MatrixView m) {
  return each_value(m, normal_quantile);
}

Matrix undo_half_cube(MatrixView m) {
  return each_value(m, [](double v) { return std::copysign(std::pow(std::abs(v), 2.0 / 3.0), v); });
}

}  // namespace cch::bench
