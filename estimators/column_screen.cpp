#include "estimators/column_screen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cch::detail {
namespace {

double false_discovery_rate(Columns level) {
  return level == Columns::strict ? 0.001 : 0.1;
}

}  // namespace

const char* prefix_of(Columns columns) {
  if (columns == Columns::all) return "";
  return columns == Columns::strict ? "strict " : "generous ";
}

bool fewer_by_enough(std::size_t kept, std::size_t all) {
  return static_cast<double>(kept) <= (1.0 - kLeastDropped) * static_cast<double>(all);
}

bool drops_enough(std::size_t kept, std::size_t all) {
  return kept > 0 && fewer_by_enough(kept, all);
}

double chance_of_explained(double r2, double m, double n) {
  const double rest = n - 1.0 - m;
  if (!(m > 0.0) || !(rest > 0.0)) return 1.0;
  const double f = (r2 / m) / (std::max(1.0 - r2, 1e-12) / rest);
  const double a = 2.0 / (9.0 * m);
  const double b = 2.0 / (9.0 * rest);
  const double root = std::cbrt(std::max(f, 0.0));
  const double z = ((1.0 - b) * root - (1.0 - a)) / std::sqrt(b * root * root + a);
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

std::vector<std::size_t> passing_columns(std::span<const double> p, Columns level) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (level == Columns::all || p.empty()) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  const auto count = static_cast<double>(p.size());
  const auto large = std::count_if(p.begin(), p.end(), [](double v) { return v > 0.5; });
  const double without = std::min(1.0, (1.0 + static_cast<double>(large)) / (0.5 * count));
  std::size_t passing = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double rank = static_cast<double>(i + 1);
    if (p[order[i]] * count * without <= false_discovery_rate(level) * rank) passing = i + 1;
  }
  order.resize(passing);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace cch::detail
