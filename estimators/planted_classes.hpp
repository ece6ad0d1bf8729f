#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"
#include "cch/core/random.hpp"

namespace cch::detail {

/// Two ends between which something that rises is 0, and its values there.
struct RisingThroughZero {
  double lo;
  double off_lo;
  double hi;
  double off_hi;
};

/// Where an information less the wanted one is 0, to a millionth of a nat, far below what Monte
/// Carlo leaves, by the Illinois variant of regula falsi (Dowell & Jarratt 1971); hi where it is
/// below 0 there too.
template <class Off>
double zero_of(const RisingThroughZero& between, Off&& off_at) {
  constexpr double kCloseEnough = 1e-6;
  auto [lo, off_lo, hi, off_hi] = between;
  if (off_hi < 0.0) return hi;
  double middle = hi;
  int side = 0;
  for (int step = 0; step < 60; ++step) {
    middle = (lo * off_hi - hi * off_lo) / (off_hi - off_lo);
    const double off = off_at(middle);
    if (std::abs(off) < kCloseEnough) break;
    if (off < 0.0) {
      lo = middle;
      off_lo = off;
      if (side == -1) off_hi /= 2.0;
      side = -1;
    } else {
      hi = middle;
      off_hi = off;
      if (side == 1) off_lo /= 2.0;
      side = 1;
    }
  }
  return middle;
}

/// Class means m_c in R^D for X | Y = c ~ N(s m_c, I), and I(X;Y) as a function of s by Monte Carlo
/// with common random numbers z_i (so it is smooth and rises in s), nats:
///   I(s) = H(Y) + ⟨ln softmax_y(ln p_c + s z·m_c + s² (m_y·m_c − |m_c|²/2))⟩.
/// Memory O(draws · K).
class PlantedClasses {
 public:
  PlantedClasses(const ClassLabels& labels, std::size_t dim, std::uint64_t seed)
      : classes_(labels.classes()), entropy_(labels.entropy_nats()) {
    const auto counts = labels.counts();
    for (const std::size_t count : counts) {
      // A class without rows never wins: ln 0 = −∞ drops out of the softmax.
      log_p_.push_back(std::log(static_cast<double>(count) / static_cast<double>(labels.size())));
    }
    place_means(std::min(dim, classes_), dim, seed);
    seed_ = derive_seed(seed, "planted-truth");
    draw(labels);
    project();
  }

  /// The same classes in the leading columns alone: what a variable knows that shows only these.
  [[nodiscard]] PlantedClasses leading(std::size_t columns) const {
    PlantedClasses out = *this;
    Matrix means(classes_, std::min(columns, means_.cols()));
    for (std::size_t c = 0; c < classes_; ++c) {
      for (std::size_t j = 0; j < means.cols(); ++j) means(c, j) = means_(c, j);
    }
    out.means_ = std::move(means);
    out.project();
    return out;
  }

  /// Adds s m_y to the leading columns of x.
  void shift(Matrix& x, const ClassLabels& labels, double s) const {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const auto c = static_cast<std::size_t>(labels[i]);
      for (std::size_t j = 0; j < means_.cols(); ++j) x(i, j) += s * means_(c, j);
    }
  }

  /// The s with I(s) = truth, as zero_of has it; truth < H(Y).
  [[nodiscard]] double separation(double truth) const {
    if (truth <= 0.0) return 0.0;
    const auto off = [&](double s) { return information(s) - truth; };
    RisingThroughZero between{0.0, -truth, 1.0, off(1.0)};
    while (between.off_hi < 0.0 && between.hi < 1e6) {
      const double further = 2.0 * between.hi;
      between = {between.hi, between.off_hi, further, off(further)};
    }
    return zero_of(between, off);
  }

  /// Mean of ln p(y_i|x_i) / p(y_i) over the rows of data that shift() made, nats.
  [[nodiscard]] double realised(const Matrix& x, const ClassLabels& labels, double s) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const auto row = x.row(i).first(means_.cols());
      sum += log_posterior(static_cast<std::size_t>(labels[i]), [&](std::size_t c) {
        const auto m = means_.row(c);
        const double along = std::inner_product(m.begin(), m.end(), row.begin(), 0.0);
        return log_p_[c] + s * along - s * s * gram_(c, c) / 2.0;
      });
    }
    return entropy_ + sum / static_cast<double>(x.rows());
  }

  /// Mean over the rows of x of ln Σ_c p_c φ(x_i − s m_c) / φ(x_i), nats, in the leading columns.
  [[nodiscard]] double mixture_over_noise(const Matrix& x, std::size_t columns, double s) const {
    const std::size_t used = std::min(columns, means_.cols());
    std::vector<double> squares(classes_);
    for (std::size_t c = 0; c < classes_; ++c) {
      for (const double m : means_.row(c).first(used)) squares[c] += m * m;
    }
    double sum = 0.0;
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const auto row = x.row(i).first(used);
      // By its largest term, as s grows without bound near H(Y).
      double largest = -std::numeric_limits<double>::infinity();
      double over = 0.0;
      for (std::size_t c = 0; c < classes_; ++c) {
        const double along = std::inner_product(row.begin(), row.end(), means_.row(c).begin(), 0.0);
        const double term = log_p_[c] + s * along - s * s * squares[c] / 2.0;
        over = term > largest ? over * std::exp(largest - term) + 1.0
                              : over + std::exp(term - largest);
        largest = std::max(largest, term);
      }
      sum += largest + std::log(over);
    }
    return sum / static_cast<double>(x.rows());
  }

  [[nodiscard]] double information(double s) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < drawn_.size(); ++i) sum += term(i, s);
    return entropy_ + sum / static_cast<double>(drawn_.size());
  }

  /// Monte Carlo standard error of I(s).
  [[nodiscard]] double standard_error(double s) const {
    const auto n = static_cast<double>(drawn_.size());
    const double mean = information(s) - entropy_;
    double squares = 0.0;
    for (std::size_t i = 0; i < drawn_.size(); ++i) {
      const double off = term(i, s) - mean;
      squares += off * off;
    }
    return std::sqrt(squares) / n;
  }

 private:
  void place_means(std::size_t used, std::size_t dim, std::uint64_t seed) {
    means_ = Matrix(classes_, used);
    Random random(derive_seed(seed, "planted-class-means"));
    for (std::size_t c = 0; c < classes_; ++c) {
      for (std::size_t j = 0; j < used; ++j) {
        if (dim >= classes_) {
          means_(c, j) = c == j ? 1.0 : 0.0;
        } else {
          means_(c, j) = dim == 1 ? static_cast<double>(c) : random.normal();
        }
      }
    }
  }

  void draw(const ClassLabels& labels) {
    // Every row's class once, again and again: class frequencies then add no Monte Carlo error.
    const std::size_t wanted = std::clamp<std::size_t>(4'000'000 / classes_, 2000, 40'000);
    const std::size_t rounds = std::max<std::size_t>(1, wanted / labels.size());
    for (std::size_t r = 0; r < rounds; ++r) {
      drawn_.insert(drawn_.end(), labels.codes().begin(), labels.codes().end());
    }
  }

  void project() {
    Random random(seed_);
    projected_ = Matrix(drawn_.size(), classes_);
    std::vector<double> z(means_.cols());
    for (std::size_t i = 0; i < drawn_.size(); ++i) {
      for (double& v : z) v = random.normal();
      for (std::size_t c = 0; c < classes_; ++c) {
        const auto m = means_.row(c);
        projected_(i, c) = std::inner_product(m.begin(), m.end(), z.begin(), 0.0);
      }
    }
    gram_ = Matrix(classes_, classes_);
    for (std::size_t a = 0; a < classes_; ++a) {
      for (std::size_t b = 0; b < classes_; ++b) {
        const auto m = means_.row(a);
        gram_(a, b) = std::inner_product(m.begin(), m.end(), means_.row(b).begin(), 0.0);
      }
    }
  }

  // ln p(y | x) of the draw i at separation s.
  [[nodiscard]] double term(std::size_t i, double s) const {
    const auto y = static_cast<std::size_t>(drawn_[i]);
    return log_posterior(y, [&](std::size_t c) {
      return log_p_[c] + s * projected_(i, c) + s * s * (gram_(y, c) - gram_(c, c) / 2.0);
    });
  }

  template <class Score>
  [[nodiscard]] double log_posterior(std::size_t y, Score&& score) const {
    const double own = score(y);
    double sum = 0.0;
    for (std::size_t c = 0; c < classes_; ++c) sum += std::exp(score(c) - own);
    return -std::log(sum);
  }

  std::size_t classes_;
  double entropy_;
  std::uint64_t seed_ = 0;
  std::vector<double> log_p_;
  Matrix means_;            // K × min(D, K)
  Matrix gram_;             // K × K
  Matrix projected_;        // draws × K, z·m_c
  std::vector<int> drawn_;  // class of each draw
};

}  // namespace cch::detail
