#include "estimators/even_columns.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimators/planting.hpp"

namespace cch::detail {
namespace {

constexpr double kEven = 1e-9;  // of the mean variance: rounding

struct Turn {
  std::size_t left = 0;
  std::size_t right = 0;
  double cosine = 1.0;
  double sine = 0.0;
};

double product(const Matrix& rows, std::size_t a, std::size_t b) {
  return std::inner_product(rows.row(a).begin(), rows.row(a).end(), rows.row(b).begin(), 0.0);
}

void turn(double& left, double& right, const Turn& by) {
  const double old = left;
  left = by.cosine * old - by.sine * right;
  right = by.sine * old + by.cosine * right;
}

// Loadings of every column (a row here) on the directions, as spread_over_columns leaves them.
Matrix loadings_of(std::size_t dim, const std::vector<double>& spectrum, std::uint64_t seed) {
  const std::size_t directions = std::min(dim, spectrum.size());
  Matrix unit(directions, dim);
  for (std::size_t k = 0; k < directions; ++k) unit(k, k) = 1.0;
  spread_over_columns(unit, spectrum, seed);
  Matrix out(dim, directions);
  for (std::size_t j = 0; j < dim; ++j) {
    for (std::size_t k = 0; k < directions; ++k) out(j, k) = unit(k, j);
  }
  return out;
}

// The turn of columns i and j, variances below and above `mean`, that sets i's to the mean:
//   (v_j − m) t² − 2 c_ij t + (v_i − m) = 0,   t = tan of the angle, the smaller root.
Turn evening(const Matrix& loadings, std::size_t i, std::size_t j, double mean) {
  const double above = product(loadings, j, j) - mean;
  const double below = product(loadings, i, i) - mean;
  const double shared = product(loadings, i, j);
  const double root = std::sqrt(shared * shared - above * below);
  const double t = (shared > 0.0 ? shared - root : shared + root) / above;
  const double cosine = 1.0 / std::sqrt(1.0 + t * t);
  return {i, j, cosine, t * cosine};
}

std::vector<Turn> evening_turns(Matrix loadings) {
  const std::size_t dim = loadings.rows();
  std::vector<double> variance(dim);
  for (std::size_t j = 0; j < dim; ++j) variance[j] = product(loadings, j, j);
  const double mean =
      std::accumulate(variance.begin(), variance.end(), 0.0) / static_cast<double>(dim);
  std::vector<std::size_t> low;
  std::vector<std::size_t> high;
  const auto place = [&](std::size_t j) {
    const double off = product(loadings, j, j) - mean;
    if (std::abs(off) > kEven * mean) (off < 0.0 ? low : high).push_back(j);
  };
  for (std::size_t j = 0; j < dim; ++j) place(j);
  std::vector<Turn> out;
  while (!low.empty() && !high.empty()) {
    const std::size_t i = low.back();
    const std::size_t j = high.back();
    low.pop_back();
    high.pop_back();
    out.push_back(evening(loadings, i, j, mean));
    for (std::size_t k = 0; k < loadings.cols(); ++k) {
      turn(loadings(i, k), loadings(j, k), out.back());
    }
    place(j);
  }
  return out;
}

}  // namespace

void spread_evenly(Matrix& values, const std::vector<double>& spectrum, std::uint64_t seed) {
  if (spectrum.empty()) return;
  const std::size_t dim = values.cols();
  spread_over_columns(values, spectrum, seed);
  for (const Turn& by : evening_turns(loadings_of(dim, spectrum, seed))) {
    for (std::size_t i = 0; i < values.rows(); ++i) {
      turn(values(i, by.left), values(i, by.right), by);
    }
  }
}

}  // namespace cch::detail
