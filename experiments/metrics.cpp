#include "cch/experiments/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cch/criterion/rivals.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

/// Cross-entropy of z·scale.
double cross_entropy(const Matrix& z, std::span<const int> y, std::span<const std::size_t> rows,
                     double scale) {
  double sum = 0.0;
  for (const std::size_t i : rows) {
    const auto row = z.row(i);
    const double most = *std::max_element(row.begin(), row.end());
    double total = 0.0;
    for (const double v : row) total += std::exp((v - most) * scale);
    sum += std::log(total) - (row[static_cast<std::size_t>(y[i])] - most) * scale;
  }
  return sum / static_cast<double>(rows.size());
}

/// Where a function with one minimum in [1/100, 100] has it: golden section on the logarithm.
template <class Of>
double least_between(const Of& of) {
  constexpr double kShare = 0.6180339887498949;
  double low = std::log(0.01);
  double high = std::log(100.0);
  double a = high - kShare * (high - low);
  double b = low + kShare * (high - low);
  double at_a = of(std::exp(a));
  double at_b = of(std::exp(b));
  for (int i = 0; i < 30; ++i) {
    if (at_a < at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - kShare * (high - low);
      at_a = of(std::exp(a));
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + kShare * (high - low);
      at_b = of(std::exp(b));
    }
  }
  return std::exp(0.5 * (low + high));
}

/// The scale that minimises cross_entropy, which is convex in it.
double best_scale(const Matrix& z, std::span<const int> y, std::span<const std::size_t> rows) {
  return least_between([&](double scale) { return cross_entropy(z, y, rows, scale); });
}

double calibrated(const Matrix& z, std::span<const int> y, std::span<const std::size_t> rows) {
  Rows half[2];
  for (std::size_t i = 0; i < rows.size(); ++i) half[i % 2].push_back(rows[i]);
  double sum = 0.0;
  for (int h = 0; h < 2; ++h) {
    const double scale = best_scale(z, y, half[1 - h]);
    sum += cross_entropy(z, y, half[h], scale) * static_cast<double>(half[h].size());
  }
  return sum / static_cast<double>(rows.size());
}

std::size_t decision(std::span<const double> row) {
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

double weighted_f1(const Matrix& z, std::span<const int> y, std::span<const std::size_t> rows) {
  std::vector<double> right(z.cols());
  std::vector<double> said(z.cols());
  std::vector<double> is(z.cols());
  for (const std::size_t i : rows) {
    const auto truth = static_cast<std::size_t>(y[i]);
    const std::size_t c = decision(z.row(i));
    ++said[c];
    ++is[truth];
    if (c == truth) ++right[c];
  }
  double sum = 0.0;
  for (std::size_t c = 0; c < z.cols(); ++c) {
    if (right[c] > 0.0) sum += is[c] * 2.0 * right[c] / (said[c] + is[c]);
  }
  return sum / static_cast<double>(rows.size());
}

std::optional<double> mean_auc(const Matrix& z, std::span<const int> y,
                               std::span<const std::size_t> rows) {
  double sum = 0.0;
  std::size_t classes = 0;
  // With two classes one curve says all. A row's score is its log odds against the other classes.
  for (std::size_t c = z.cols() == 2 ? 1 : 0; c < z.cols(); ++c) {
    std::vector<double> score;
    std::vector<bool> inside;
    for (const std::size_t i : rows) {
      const auto row = z.row(i);
      double most = -INFINITY;
      for (std::size_t k = 0; k < row.size(); ++k) {
        if (k != c) most = std::max(most, row[k]);
      }
      double total = 0.0;
      for (std::size_t k = 0; k < row.size(); ++k) {
        if (k != c) total += std::exp(row[k] - most);
      }
      score.push_back(row[c] - most - std::log(total));
      inside.push_back(static_cast<std::size_t>(y[i]) == c);
    }
    if (const auto auc = auroc(score, inside)) {
      sum += *auc;
      ++classes;
    }
  }
  if (classes == 0) return std::nullopt;
  return sum / static_cast<double>(classes);
}

}  // namespace

Metrics class_metrics(const Matrix& outputs, std::span<const int> y,
                      std::span<const std::size_t> rows) {
  Metrics m;
  m.rows = rows.size();
  m.cross_entropy = cross_entropy(outputs, y, rows, 1.0);
  if (rows.size() > 1) m.calibrated_cross_entropy = calibrated(outputs, y, rows);
  double right = 0.0;
  for (const std::size_t i : rows) {
    right += decision(outputs.row(i)) == static_cast<std::size_t>(y[i]) ? 1.0 : 0.0;
  }
  m.accuracy = right / static_cast<double>(rows.size());
  m.weighted_f1 = weighted_f1(outputs, y, rows);
  m.auc = mean_auc(outputs, y, rows);
  return m;
}

double calibration_temperature(const Matrix& outputs, std::span<const int> y,
                               std::span<const std::size_t> rows) {
  if (rows.empty()) return 1.0;
  const auto n = static_cast<double>(rows.size());
  return 1.0 / least_between([&](double scale) {
           const double log_scale = std::log(scale);
           return n * cross_entropy(outputs, y, rows, scale) + 0.5 * log_scale * log_scale;
         });
}

double calibrated_loss(const Matrix& outputs, std::span<const int> y,
                       std::span<const std::size_t> rows) {
  return cross_entropy(outputs, y, rows, 1.0 / calibration_temperature(outputs, y, rows));
}

Metrics real_metrics(const Matrix& outputs, const Matrix& targets,
                     std::span<const std::size_t> rows) {
  Metrics m;
  m.rows = rows.size();
  double sum = 0.0;
  for (const std::size_t i : rows) {
    for (std::size_t c = 0; c < targets.cols(); ++c) {
      const double error = outputs(i, c) - targets(i, c);
      sum += error * error;
    }
  }
  m.mse = sum / static_cast<double>(rows.size());
  return m;
}

}  // namespace cch
