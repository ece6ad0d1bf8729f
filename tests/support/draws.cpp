#include "support/draws.hpp"

#include <algorithm>
#include <utility>

namespace cch::test {
namespace {

double on_grid(double v) {
  return std::round(v * 0x1.0p20) * 0x1.0p-20;
}

// One draw of both sides: standard normals, the first columns correlated.
void draw_pair(Random& random, double rho, std::span<double> x, std::span<double> y) {
  for (double& v : x) v = random.normal();
  for (double& v : y) v = random.normal();
  for (std::size_t d = 0; d < std::min(x.size(), y.size()); ++d) {
    y[d] = rho * x[d] + std::sqrt(1.0 - rho * rho) * y[d];
  }
}

}  // namespace

XY gaussian_rows(std::size_t n, std::size_t dim_x, std::size_t dim_y, double rho,
                 std::uint64_t seed) {
  Random random(derive_seed(seed, "gaussian-rows"));
  Matrix x(n, dim_x);
  Matrix y(n, dim_y);
  for (std::size_t i = 0; i < n; ++i) {
    draw_pair(random, rho, x.row(i), y.row(i));
    std::ranges::transform(x.row(i), x.row(i).begin(), on_grid);
    std::ranges::transform(y.row(i), y.row(i).begin(), on_grid);
  }
  return {Samples::from(std::move(x), "x"), Samples::from(std::move(y), "y")};
}

Samples noise(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  Random random(seed);
  Matrix values(rows, columns);
  for (std::size_t i = 0; i < rows * columns; ++i) values.data()[i] = random.normal();
  return Samples::from(std::move(values));
}

XY gaussian_grouped_rows(const Groups& groups, std::size_t dim, double rho, double icc,
                         std::uint64_t seed) {
  Random random(derive_seed(seed, "gaussian-grouped-rows"));
  Matrix group_x(groups.count(), dim);
  Matrix group_y(groups.count(), dim);
  for (std::size_t g = 0; g < groups.count(); ++g) {
    draw_pair(random, rho, group_x.row(g), group_y.row(g));
  }
  Matrix x(groups.rows(), dim);
  Matrix y(groups.rows(), dim);
  for (std::size_t i = 0; i < groups.rows(); ++i) {
    draw_pair(random, rho, x.row(i), y.row(i));
    for (std::size_t d = 0; d < dim; ++d) {
      x(i, d) = std::sqrt(icc) * group_x(groups.of(i), d) + std::sqrt(1.0 - icc) * x(i, d);
      y(i, d) = std::sqrt(icc) * group_y(groups.of(i), d) + std::sqrt(1.0 - icc) * y(i, d);
    }
  }
  return {Samples::from(std::move(x), "x"), Samples::from(std::move(y), "y")};
}

Groups equal_groups(std::size_t count, std::size_t size) {
  std::vector<std::size_t> codes(count * size);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = i / size;
  return Groups::from(codes);
}

Groups unequal_groups(std::size_t rows, std::size_t largest, std::uint64_t seed) {
  Random random(derive_seed(seed, "unequal-groups"));
  std::vector<std::size_t> codes;
  for (std::size_t g = 0; codes.size() < rows; ++g) {
    const std::size_t size = std::min(rows - codes.size(), 1 + random.below(largest));
    codes.insert(codes.end(), size, g);
  }
  random.shuffle(std::span(codes));
  return Groups::from(codes);
}

ClassLabels labels_of(std::vector<int> codes, std::size_t classes) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return ClassLabels::from(std::move(codes), std::move(names));
}

Repeats summary(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  Repeats out;
  for (const double v : values) out.mean += v / n;
  double squares = 0.0;
  for (const double v : values) squares += (v - out.mean) * (v - out.mean);
  out.sd = std::sqrt(squares / (n - 1.0));
  out.standard_error = out.sd / std::sqrt(n);
  return out;
}

}  // namespace cch::test
