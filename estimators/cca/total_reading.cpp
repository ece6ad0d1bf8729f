#include "estimators/cca/total_reading.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "cch/core/parallel.hpp"
#include "estimators/cca/gaussian_critic.hpp"
#include "estimators/cca/splits.hpp"
#include "estimators/covariance.hpp"
#include "estimators/group_moves.hpp"
#include "estimators/linalg/dense.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::size_t kLeastSize = 4;
constexpr std::size_t kRowsAColumn = 8;
/// Whole groups that v is moved by, at most so many times.
constexpr std::size_t kMoves = 16;
constexpr std::size_t kRowsToPair = 500;
constexpr double kErrorsAbove = 2.0;

MatrixXd centred(const MatrixXd& m) {
  return m.rowwise() - m.colwise().mean();
}

// The rows of v that those of u meet where every group is moved on by so many.
MatrixXd moved_rows(const MatrixXd& v, const Groups& groups, std::size_t by) {
  std::vector<std::size_t> order(groups.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto from = rows_of_other_groups(groups, order, by);
  MatrixXd out(v.rows(), v.cols());
  for (Index i = 0; i < v.rows(); ++i) {
    out.row(i) = v.row(static_cast<Index>(from[static_cast<std::size_t>(i)]));
  }
  // Where groups are not equally large some rows come twice and others not at all.
  return equally_large(groups) ? out : centred(out);
}

// Moments of u with v moved, whose own are those of v where a move only changes the order.
Moments moved_moments(const MatrixXd& u, const MatrixXd& moved, const Moments& own,
                      const Groups& groups) {
  if (equally_large(groups)) return {u, moved, own.vv, own.uu};
  return {u, moved, gram(moved) / static_cast<double>(moved.rows()), own.uu};
}

// Mean information over moves of v: what groups that are independent show.
std::vector<double> moved_informations(const MatrixXd& u, const MatrixXd& v, const Moments& own,
                                       const Groups& groups,
                                       const std::vector<std::size_t>& sizes) {
  std::vector<double> sums(sizes.size(), 0.0);
  double count = 0.0;
  const std::size_t moves = std::min(kMoves, groups.count() - 1);
  for (std::size_t m = 1; m <= moves; ++m) {
    const MatrixXd moved = moved_rows(v, groups, m * groups.count() / (moves + 1));
    const std::vector<double> values = informations(moved_moments(u, moved, own, groups), sizes);
    if (values.size() < sizes.size()) continue;
    for (std::size_t s = 0; s < sizes.size(); ++s) sums[s] += values[s];
    count += 1.0;
  }
  if (count == 0.0) return {};
  for (double& sum : sums) sum /= count;
  return sums;
}

}  // namespace

std::vector<std::size_t> TotalReading::sizes_for(std::size_t rows, std::size_t columns) {
  std::vector<std::size_t> sizes;
  for (std::size_t size = kLeastSize; size * kRowsAColumn <= rows; size *= 2) {
    sizes.push_back(std::min(size, columns));
    if (size >= columns) break;
  }
  return sizes;
}

TotalReading::TotalReading(MatrixXd u, MatrixXd v, Groups groups, std::vector<std::size_t> sizes)
    : u_(centred(u)), v_(centred(v)), groups_(std::move(groups)) {
  const auto n = static_cast<std::size_t>(u_.rows());
  const Moments moments(u_, v_);
  const std::vector<double> plug_in = informations(moments, sizes);
  sizes.resize(plug_in.size());
  if (sizes.empty() || groups_.count() < 2) return;
  const MatrixXd half = moved_rows(v_, groups_, groups_.count() / 2);
  std::vector<double> moved(sizes.size(), 0.0);
  if (groups_.count() < n) {
    moved = moved_informations(u_, v_, moments, groups_, sizes);
    if (moved.empty()) return;  // no way to tell what chance shows
  }
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    const auto p = static_cast<std::size_t>(width(u_, sizes[s]));
    const auto q = static_cast<std::size_t>(width(v_, sizes[s]));
    const double bias = 0.5 * (log_det_bias(n, p) + log_det_bias(n, q) - log_det_bias(n, p + q));
    sized_.push_back({sizes[s], plug_in[s], std::max(bias, moved[s])});
  }
  temper(moments, moved_moments(u_, half, moments, groups_), half);
}

void TotalReading::temper(const Moments& own, const Moments& unrelated, const MatrixXd& moved) {
  for (std::size_t i = 0; i < groups_.rows();
       i += std::max<std::size_t>(1, groups_.rows() / kRowsToPair)) {
    paired_.push_back(static_cast<Index>(i));
    paired_groups_.push_back(groups_.of(i));
  }
  const MatrixXd u = u_(paired_, Eigen::all);
  const MatrixXd v = v_(paired_, Eigen::all);
  const MatrixXd w = moved(paired_, Eigen::all);
  const std::vector<double> by_chance = informations(unrelated, sizes());
  for (std::size_t i = 0; i < sized_.size(); ++i) {
    Sized& s = sized_[i];
    if (s.plug_in <= s.bias) continue;  // a smaller c would only hide what chance took away
    const auto log_mean =
        log_means(GaussianCritic(u, v, own, s.size, s.plug_in).mismatched(paired_groups_));
    std::array<LogMean, kFifths.size()> zero{};
    if (i < by_chance.size()) {
      zero = log_means(
          GaussianCritic(u, w, unrelated, s.size, by_chance[i]).mismatched(paired_groups_));
    }
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t t = 0; t < kFifths.size(); ++t) {
      const double c = 0.2 * kFifths[t];
      // A few pairs far out make a mean of their own; it must be more than their error.
      double above = log_mean[t].value - std::min(0.0, zero[t].value);
      if (above < kErrorsAbove * log_mean[t].standard_error) above = 0.0;
      const double value = c * (s.plug_in - s.bias) - above;
      if (value <= best) continue;
      best = value;
      s.temper = c;
      s.log_mean = above;
    }
  }
}

std::vector<std::size_t> TotalReading::sizes() const {
  std::vector<std::size_t> out;
  for (const Sized& s : sized_) out.push_back(s.size);
  return out;
}

const TotalReading::Sized& TotalReading::at(std::size_t size) const {
  return *std::find_if(sized_.begin(), sized_.end(),
                       [&](const Sized& s) { return s.size == size; });
}

double TotalReading::nats(std::size_t size) const {
  const Sized& s = at(size);
  return s.temper * (s.plug_in - s.bias) - s.log_mean;
}

double TotalReading::chance_spread(std::size_t size) const {
  const auto p = static_cast<double>(width(u_, size));
  const auto q = static_cast<double>(width(v_, size));
  return std::sqrt(p * q / 2.0) / static_cast<double>(u_.rows());
}

std::vector<double> TotalReading::row_terms(std::size_t size) const {
  const Sized& s = at(size);
  const Moments moments(u_, v_);
  Eigen::ArrayXd terms =
      s.temper * (GaussianCritic(u_, v_, moments, size, s.plug_in).of_matching_rows() - s.bias) -
      s.log_mean;
  if (s.log_mean > 0.0) {
    const Eigen::ArrayXXd f =
        GaussianCritic(u_(paired_, Eigen::all), v_(paired_, Eigen::all), moments, size, s.plug_in)
            .mismatched(paired_groups_);
    const Eigen::ArrayXXd ratios = (s.temper * (f - f.maxCoeff())).exp();
    const Eigen::ArrayXd shares =
        row_shares(ratios.rowwise().sum(), ratios.colwise().sum().transpose());
    const auto rows = static_cast<double>(terms.size());
    for (std::size_t i = 0; i < paired_.size(); ++i) {
      terms(paired_[i]) -= rows * shares(static_cast<Index>(i));
    }
  }
  return {terms.begin(), terms.end()};
}

std::vector<double> TotalReading::fit_excess(const std::vector<std::vector<std::size_t>>& row_sets,
                                             std::size_t size, const Execution& exec) const {
  const Sized& s = at(size);
  const Eigen::ArrayXd terms =
      GaussianCritic(u_, v_, Moments(u_, v_), size, s.plug_in).of_matching_rows() - s.bias;
  std::vector<double> out(row_sets.size(), 0.0);
  const MatrixXd u = u_.leftCols(width(u_, size));
  const MatrixXd v = v_.leftCols(width(v_, size));
  parallel_for(row_sets.size(), exec, [&](std::size_t k) {
    const std::vector<std::size_t>& rows = row_sets[k];
    const std::vector<double> value =
        informations({centred(rows_of(u, rows)), centred(rows_of(v, rows))}, {size});
    if (value.empty()) return;
    double mean = 0.0;
    for (const std::size_t row : rows) {
      mean += terms(static_cast<Index>(row)) / static_cast<double>(rows.size());
    }
    const double bias = s.bias * static_cast<double>(u_.rows()) / static_cast<double>(rows.size());
    out[k] = s.temper * (value[0] - bias - mean);
  });
  return out;
}

}  // namespace cch::detail
