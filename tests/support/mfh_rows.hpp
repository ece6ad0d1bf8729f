#pragma once

// The γ sweep of the modality focusing hypothesis (Xue et al., ICLR 2023): Gaussian rows whose
// teacher and student share v of their ten decisive columns each.

#include <cstddef>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/core/random.hpp"

namespace cch::test {

struct MfhRows {
  Matrix x1;           ///< teacher, n × 25
  Matrix x2;           ///< student, n × 50
  std::vector<int> y;  ///< 0 or 1
};

/// xs ~ N(0, I_20), y = 1{aᵀxs > 0}; x1 and x2 are N(0, I) noise but for x2[0:10) = xs[0:10) and
/// x1[10−v:20−v) = xs[10−v:20−v), so that v of the 20 − v decisive columns that either sees are
/// seen by both: γ = v/(20 − v).
inline MfhRows mfh_rows(std::size_t n, std::size_t v, const std::vector<double>& a,
                        Random& random) {
  MfhRows rows{Matrix(n, 25), Matrix(n, 50), std::vector<int>(n)};
  std::vector<double> xs(20);
  for (std::size_t i = 0; i < n; ++i) {
    double latent = 0.0;
    for (std::size_t j = 0; j < xs.size(); ++j) {
      xs[j] = random.normal();
      latent += a[j] * xs[j];
    }
    rows.y[i] = latent > 0.0 ? 1 : 0;
    for (double& value : rows.x1.row(i)) value = random.normal();
    for (double& value : rows.x2.row(i)) value = random.normal();
    for (std::size_t j = 0; j < 10; ++j) rows.x2(i, j) = xs[j];
    for (std::size_t j = 10 - v; j < 20 - v; ++j) rows.x1(i, j) = xs[j];
  }
  return rows;
}

/// γ = v/(20 − v).
inline double mfh_gamma(std::size_t v) {
  return static_cast<double>(v) / (20.0 - static_cast<double>(v));
}

}  // namespace cch::test
