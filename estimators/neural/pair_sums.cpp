#include "estimators/neural/pair_sums.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace cch::detail {
namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

constexpr double kInverseE = 1.0 / std::numbers::e;

// The terms from T_ii and the means z of both roles of row i, up to a constant that makes their
// mean the value when rows have unequal numbers of pairs.
CriticReading from_means(Objective objective, const std::vector<double>& positive,
                         const std::vector<double>& as_x, const std::vector<double>& as_y) {
  CriticReading out;
  const double z = 0.5 * (mean(as_x) + mean(as_y));
  const double log_z = std::log(z);
  for (std::size_t i = 0; i < positive.size(); ++i) {
    const double off = (as_x[i] - z) + (as_y[i] - z);
    out.terms.push_back(objective == Objective::nwj ? positive[i] - kInverseE * (z + off)
                                                    : positive[i] - log_z - off / z);
  }
  const auto n = static_cast<double>(positive.size());
  out.heaviest = std::max(*std::max_element(as_x.begin(), as_x.end()),
                          *std::max_element(as_y.begin(), as_y.end())) /
                 (n * z);
  out.value = mean(out.terms);
  return out;
}

}  // namespace

PairSums::PairSums(std::size_t rows)
    : positive_(rows, 0.0),
      as_x_(rows, 0.0),
      as_y_(rows, 0.0),
      count_as_x_(rows, 0.0),
      count_as_y_(rows, 0.0) {}

void PairSums::add(std::size_t i, std::size_t j, double t) {
  const double e = std::exp(t);
  as_x_[i] += e;
  as_y_[j] += e;
  count_as_x_[i] += 1.0;
  count_as_y_[j] += 1.0;
}

void PairSums::add_clipped(std::size_t i, std::size_t j, double t, double clip) {
  add(i, j, std::clamp(t, -clip, clip));
}

CriticReading read_pairs(Objective objective, const PairSums& sums) {
  std::vector<double> positive(sums.rows());
  std::vector<double> as_x(sums.rows());
  std::vector<double> as_y(sums.rows());
  double log_pairs = 0.0;
  for (std::size_t i = 0; i < sums.rows(); ++i) {
    positive[i] = sums.positive(i);
    as_x[i] = sums.mean_as_x(i);
    as_y[i] = sums.mean_as_y(i);
    log_pairs += std::log1p(std::min(sums.pairs_as_x(i), sums.pairs_as_y(i)));
  }
  CriticReading out = from_means(objective, positive, as_x, as_y);
  out.ceiling = log_pairs / static_cast<double>(sums.rows());
  if (objective != Objective::infonce) return out;
  for (std::size_t i = 0; i < sums.rows(); ++i) {
    const double own = std::exp(positive[i]);
    const double x_side = std::log((own + sums.sum_as_x(i)) / (1.0 + sums.pairs_as_x(i)));
    const double y_side = std::log((own + sums.sum_as_y(i)) / (1.0 + sums.pairs_as_y(i)));
    out.terms[i] = positive[i] - 0.5 * (x_side + y_side);
  }
  out.value = mean(out.terms);
  return out;
}

CriticReading read_classes(Objective objective, std::span<const float> scores,
                           std::span<const std::int64_t> labels, std::span<const double> prior,
                           double clip) {
  const std::size_t n = labels.size();
  const std::size_t classes = prior.size();
  std::vector<double> positive(n);
  std::vector<double> as_x(n, 0.0);
  std::vector<double> of_class(classes, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < classes; ++c) {
      const double t = scores[i * classes + c];
      const double e = std::exp(clip > 0.0 ? std::clamp(t, -clip, clip) : t);
      as_x[i] += prior[c] * e;
      of_class[c] += e / static_cast<double>(n);
    }
    positive[i] = scores[i * classes + static_cast<std::size_t>(labels[i])];
  }
  std::vector<double> as_y(n);
  for (std::size_t i = 0; i < n; ++i) as_y[i] = of_class[static_cast<std::size_t>(labels[i])];
  CriticReading out = from_means(objective, positive, as_x, as_y);
  for (const double p : prior) out.ceiling -= p > 0.0 ? p * std::log(p) : 0.0;
  if (objective != Objective::infonce) return out;
  for (std::size_t i = 0; i < n; ++i) out.terms[i] = positive[i] - std::log(as_x[i]);
  out.value = mean(out.terms);
  return out;
}

}  // namespace cch::detail
