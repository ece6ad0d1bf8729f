#include "experiments/metric_terms.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cch::detail {
namespace {

std::size_t said_class(std::span<const double> z) {
  return static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin());
}

/// Log odds of class c against the others together.
double log_odds(std::span<const double> z, std::size_t c) {
  double most = -INFINITY;
  for (std::size_t k = 0; k < z.size(); ++k) {
    if (k != c) most = std::max(most, z[k]);
  }
  double total = 0.0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    if (k != c) total += std::exp(z[k] - most);
  }
  return z[c] - most - std::log(total);
}

/// Share of the other side's scores below each, ties counting half; of rows inside, and of rows
/// outside the share above.
std::vector<double> placements(const std::vector<double>& score, const std::vector<char>& inside) {
  std::vector<double> side[2];
  for (std::size_t i = 0; i < score.size(); ++i) side[inside[i] != 0 ? 1 : 0].push_back(score[i]);
  for (auto& values : side) std::sort(values.begin(), values.end());
  std::vector<double> out(score.size());
  for (std::size_t i = 0; i < score.size(); ++i) {
    const auto& other = side[inside[i] != 0 ? 0 : 1];
    const auto [low, high] = std::equal_range(other.begin(), other.end(), score[i]);
    const auto n = static_cast<double>(other.size());
    const double below =
        0.5 * static_cast<double>((low - other.begin()) + (high - other.begin())) / n;
    out[i] = inside[i] != 0 ? below : 1.0 - below;
  }
  return out;
}

/// Adds the terms of the AUC of one class; false where a side is empty.
bool add_class(const Matrix& outputs, std::span<const int> y, std::size_t c,
               std::vector<double>& to) {
  std::vector<double> score;
  std::vector<char> inside;
  for (std::size_t i = 0; i < y.size(); ++i) {
    score.push_back(log_odds(outputs.row(i), c));
    inside.push_back(static_cast<std::size_t>(y[i]) == c ? 1 : 0);
  }
  const auto n = static_cast<double>(y.size());
  const double in = std::accumulate(inside.begin(), inside.end(), 0.0);
  if (in == 0.0 || in == n) return false;
  const std::vector<double> place = placements(score, inside);
  double auc = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) auc += inside[i] != 0 ? place[i] / in : 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    to[i] += auc + n / (inside[i] != 0 ? in : n - in) * (place[i] - auc);
  }
  return true;
}

}  // namespace

std::vector<double> weighted_f1_terms(const Matrix& outputs, std::span<const int> y) {
  const std::size_t classes = outputs.cols();
  std::vector<double> right(classes);
  std::vector<double> said(classes);
  std::vector<double> is(classes);
  std::vector<std::size_t> says;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto truth = static_cast<std::size_t>(y[i]);
    says.push_back(said_class(outputs.row(i)));
    ++said[says[i]];
    ++is[truth];
    if (says[i] == truth) ++right[truth];
  }
  std::vector<double> f1(classes);
  std::vector<double> share(classes);  // n_c/(P_c + n_c)
  for (std::size_t c = 0; c < classes; ++c) {
    const double both = said[c] + is[c];
    if (both == 0.0) continue;
    f1[c] = 2.0 * right[c] / both;
    share[c] = is[c] / both;
  }
  std::vector<double> out;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto truth = static_cast<std::size_t>(y[i]);
    const double hit = says[i] == truth ? 2.0 * share[truth] : 0.0;
    out.push_back(f1[truth] * (1.0 - share[truth]) + hit - share[says[i]] * f1[says[i]]);
  }
  return out;
}

std::vector<double> auc_terms(const Matrix& outputs, std::span<const int> y) {
  std::vector<double> sum(y.size());
  std::size_t classes = 0;
  // With two classes one curve says all.
  for (std::size_t c = outputs.cols() == 2 ? 1 : 0; c < outputs.cols(); ++c) {
    classes += add_class(outputs, y, c, sum) ? 1 : 0;
  }
  if (classes == 0) return {};
  for (double& term : sum) term /= static_cast<double>(classes);
  return sum;
}

}  // namespace cch::detail
