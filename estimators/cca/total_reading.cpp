#include "estimators/cca/total_reading.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "cch/core/parallel.hpp"
#include "estimators/covariance.hpp"
#include "estimators/linalg/cholesky.hpp"

namespace cch::detail {

using Eigen::Index;
using Eigen::MatrixXd;

/// Second moments of centred columns.
struct TotalMoments {
  MatrixXd uu;
  MatrixXd vv;
  MatrixXd uv;

  TotalMoments(const MatrixXd& u, const MatrixXd& v)
      : TotalMoments(u, v, MatrixXd(v.transpose() * v / static_cast<double>(v.rows())),
                     MatrixXd(u.transpose() * u / static_cast<double>(u.rows()))) {}
  /// With those of each side by itself, which an order of its rows does not change.
  TotalMoments(const MatrixXd& u, const MatrixXd& v, MatrixXd of_v, MatrixXd of_u)
      : uu(std::move(of_u)),
        vv(std::move(of_v)),
        uv(u.transpose() * v / static_cast<double>(u.rows())) {}
};

namespace {

using Moments = TotalMoments;

constexpr std::size_t kLeastSize = 4;
constexpr std::size_t kRowsAColumn = 8;
/// 1 − R² of a column on the others below which it counts as determined by them.
constexpr double kDetermined = 1e-6;
/// Whole groups that v is moved by, at most so many times.
constexpr std::size_t kMoves = 16;
constexpr std::size_t kRowsToPair = 500;
constexpr double kErrorsAbove = 2.0;
/// c of the critic c f, in fifths.
constexpr std::array<int, 4> kFifths{5, 4, 3, 2};

Index width(const MatrixXd& side, std::size_t size) {
  return std::min(static_cast<Index>(size), side.cols());
}

MatrixXd centred(const MatrixXd& m) {
  return m.rowwise() - m.colwise().mean();
}

// ln |S| of the leading 1, 2, … columns, and after how many of them a column is determined by those
// before it.
struct LogDets {
  std::vector<double> leading;
  Index sound = 0;
};

LogDets log_dets(MatrixXd moments) {
  const Eigen::VectorXd variances = moments.diagonal();
  const Index d = moments.rows();
  LogDets out;
  const Cholesky factor(std::move(moments));
  if (!factor.positive_definite()) return out;
  double sum = 0.0;
  for (Index j = 0; j < d; ++j) {
    const double pivot = factor.packed()(j, j) * factor.packed()(j, j);
    if (!(pivot > kDetermined * variances(j))) break;
    sum += std::log(pivot);
    out.leading.push_back(sum);
    ++out.sound;
  }
  return out;
}

// ½ ln(|S_u| |S_v| / |S_uv|) at every one of these sizes, as far as it is sound.
std::vector<double> informations(const Moments& s, const std::vector<std::size_t>& sizes) {
  const Index p_most = s.uu.rows();
  const Index q_most = s.vv.rows();
  // u_1, v_1, u_2, v_2, … so that one factor has the joint determinants of all sizes.
  std::vector<Index> order;  // columns of v after those of u
  for (Index j = 0; j < std::max(p_most, q_most); ++j) {
    if (j < p_most) order.push_back(j);
    if (j < q_most) order.push_back(p_most + j);
  }
  MatrixXd both(p_most + q_most, p_most + q_most);
  both << s.uu, s.uv, s.uv.transpose(), s.vv;
  const LogDets of_u = log_dets(s.uu);
  const LogDets of_v = log_dets(s.vv);
  const LogDets of_both = log_dets(both(order, order));
  std::vector<double> out;
  for (const std::size_t size : sizes) {
    const Index p = std::min(static_cast<Index>(size), p_most);
    const Index q = std::min(static_cast<Index>(size), q_most);
    if (p > of_u.sound || q > of_v.sound || p + q > of_both.sound) break;
    const auto at = [](const LogDets& dets, Index count) {
      return dets.leading[static_cast<std::size_t>(count - 1)];
    };
    out.push_back(0.5 * (at(of_u, p) + at(of_v, q) - at(of_both, p + q)));
  }
  return out;
}

// Rows with those of a group side by side.
struct GroupOrder {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> starts;  // of every group
  std::size_t largest = 0;

  explicit GroupOrder(const Groups& groups) {
    for (std::size_t g = 0; g < groups.count(); ++g) {
      starts.push_back(rows.size());
      const auto members = groups.members(g);
      rows.insert(rows.end(), members.begin(), members.end());
      largest = std::max(largest, members.size());
    }
  }
};

// Rows of v moved on by a share of the groups, whole groups; none where a group would meet itself.
std::optional<MatrixXd> moved_rows(const MatrixXd& v, const GroupOrder& order, double share) {
  const std::size_t n = order.rows.size();
  const auto groups = static_cast<double>(order.starts.size());
  const std::size_t offset = order.starts[static_cast<std::size_t>(share * groups)];
  if (offset < order.largest || n - offset < order.largest) return std::nullopt;
  MatrixXd out(v.rows(), v.cols());
  for (std::size_t i = 0; i < n; ++i) {
    out.row(static_cast<Index>(order.rows[i])) =
        v.row(static_cast<Index>(order.rows[(i + offset) % n]));
  }
  return out;
}

// Mean information over moves of v: what groups that are independent show.
std::vector<double> moved_informations(const MatrixXd& u, const MatrixXd& v, const Moments& moments,
                                       const GroupOrder& order,
                                       const std::vector<std::size_t>& sizes) {
  std::vector<double> sums(sizes.size(), 0.0);
  double count = 0.0;
  const std::size_t moves = std::min(kMoves, order.starts.size() - 1);
  for (std::size_t m = 1; m <= moves; ++m) {
    const auto moved =
        moved_rows(v, order, static_cast<double>(m) / static_cast<double>(moves + 1));
    const std::vector<double> values =
        moved ? informations({u, *moved, moments.vv, moments.uu}, sizes) : std::vector<double>();
    if (values.size() < sizes.size()) continue;
    for (std::size_t s = 0; s < sizes.size(); ++s) sums[s] += values[s];
    count += 1.0;
  }
  if (count == 0.0) return {};
  for (double& sum : sums) sum /= count;
  return sums;
}

MatrixXd rows_of(const MatrixXd& m, std::span<const std::size_t> rows, Index columns) {
  MatrixXd out(static_cast<Index>(rows.size()), columns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.row(static_cast<Index>(i)) = m.row(static_cast<Index>(rows[i])).head(columns);
  }
  return out;
}

// x A xᵀ of every row.
Eigen::ArrayXd forms(const MatrixXd& x, const MatrixXd& a) {
  return (x * a).cwiseProduct(x).rowwise().sum().array();
}

MatrixXd inverse(const MatrixXd& moments) {
  return Cholesky(moments).solve(MatrixXd::Identity(moments.rows(), moments.rows()));
}

/// The Gaussian log density ratio with these moments at some rows of both sides,
/// f = u_part(i) + v_part(j) + u_cross.row(i) · v.row(j).
struct Critic {
  Eigen::ArrayXd u_part;
  Eigen::ArrayXd v_part;
  MatrixXd u_cross;
  MatrixXd v;

  Critic(const MatrixXd& all_u, const MatrixXd& all_v, const Moments& s, std::size_t size,
         double plug_in) {
    const Index p = width(all_u, size);
    const Index q = width(all_v, size);
    const MatrixXd uu = s.uu.topLeftCorner(p, p);
    const MatrixXd vv = s.vv.topLeftCorner(q, q);
    const MatrixXd uv = s.uv.topLeftCorner(p, q);
    MatrixXd joint(p + q, p + q);
    joint << uu, uv, uv.transpose(), vv;
    const MatrixXd precision = inverse(joint);
    const MatrixXd u = all_u.leftCols(p);
    v = all_v.leftCols(q);
    u_part = 0.5 * forms(u, inverse(uu) - precision.topLeftCorner(p, p)) + plug_in;
    v_part = 0.5 * forms(v, inverse(vv) - precision.bottomRightCorner(q, q));
    u_cross = -u * precision.topRightCorner(p, q);
  }

  [[nodiscard]] Eigen::ArrayXd of_matching_rows() const {
    return u_part + v_part + u_cross.cwiseProduct(v).rowwise().sum().array();
  }

  /// f of every row of u (down) with every row of v (across); −∞ within a group.
  [[nodiscard]] Eigen::ArrayXXd mismatched(const std::vector<std::size_t>& groups) const {
    Eigen::ArrayXXd f = (u_cross * v.transpose()).array();
    for (Index j = 0; j < f.cols(); ++j) {
      f.col(j) += u_part + v_part(j);
      for (Index i = 0; i < f.rows(); ++i) {
        const bool together =
            groups[static_cast<std::size_t>(i)] == groups[static_cast<std::size_t>(j)];
        if (together) f(i, j) = -std::numeric_limits<double>::infinity();
      }
    }
    return f;
  }
};

/// ln of a mean of e^(c f) over pairs of rows, with its standard error.
struct LogMean {
  double value = 0.0;
  double standard_error = 0.0;
};

// Each row moves ln of a mean over pairs by its share of the sum, as one of u and as one of v.
Eigen::ArrayXd row_shares(const Eigen::ArrayXd& of_u, const Eigen::ArrayXd& of_v) {
  return (of_u + of_v) / of_u.sum() - 2.0 / static_cast<double>(of_u.size());
}

// For c = .2 of these counts. Ratios to the largest in single precision: what they lose is far
// below what rows as few say.
std::array<LogMean, kFifths.size()> log_means(const Eigen::ArrayXXd& f) {
  const double top = f.maxCoeff();
  const Eigen::ArrayXXf fifths = (0.2 * (f - top)).cast<float>();
  const Eigen::ArrayXXf fifth_root = fifths.exp();
  const auto count = static_cast<double>(f.isFinite().count());
  std::array<LogMean, kFifths.size()> out{};
  for (std::size_t t = 0; t < kFifths.size(); ++t) {
    Eigen::ArrayXd of_u = Eigen::ArrayXd::Zero(f.rows());
    Eigen::ArrayXd of_v(f.cols());
    for (Index j = 0; j < f.cols(); ++j) {
      Eigen::ArrayXf power = fifth_root.col(j);
      for (int i = 1; i < kFifths[t]; ++i) power *= fifth_root.col(j);
      of_u += power.cast<double>();
      of_v(j) = static_cast<double>(power.sum());
    }
    out[t] = {0.2 * kFifths[t] * top + std::log(of_u.sum() / count),
              std::sqrt(row_shares(of_u, of_v).square().sum())};
  }
  return out;
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
  const GroupOrder order(groups_);
  const auto half = moved_rows(v_, order, 0.5);
  if (sizes.empty() || !half) return;
  std::vector<double> moved(sizes.size(), 0.0);
  if (groups_.count() < n) {
    moved = moved_informations(u_, v_, moments, order, sizes);
    if (moved.empty()) return;  // no way to tell what chance shows
  }
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    const auto p = static_cast<std::size_t>(width(u_, sizes[s]));
    const auto q = static_cast<std::size_t>(width(v_, sizes[s]));
    const double bias = 0.5 * (log_det_bias(n, p) + log_det_bias(n, q) - log_det_bias(n, p + q));
    sized_.push_back({sizes[s], plug_in[s], std::max(bias, moved[s])});
  }
  temper(moments, {u_, *half, moments.vv, moments.uu}, *half);
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
  for (Sized& s : sized_) {
    if (s.plug_in <= s.bias) continue;  // a smaller c would only hide what chance took away
    const auto log_mean =
        log_means(Critic(u, v, own, s.size, s.plug_in).mismatched(paired_groups_));
    const std::vector<double> nothing = informations(unrelated, {s.size});
    std::array<LogMean, kFifths.size()> zero{};
    if (!nothing.empty()) {
      zero = log_means(Critic(u, w, unrelated, s.size, nothing[0]).mismatched(paired_groups_));
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
      s.temper * (Critic(u_, v_, moments, size, s.plug_in).of_matching_rows() - s.bias) -
      s.log_mean;
  if (s.log_mean > 0.0) {
    const Eigen::ArrayXXd f =
        Critic(u_(paired_, Eigen::all), v_(paired_, Eigen::all), moments, size, s.plug_in)
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
      Critic(u_, v_, Moments(u_, v_), size, s.plug_in).of_matching_rows() - s.bias;
  std::vector<double> out(row_sets.size(), 0.0);
  parallel_for(row_sets.size(), exec, [&](std::size_t k) {
    const std::vector<std::size_t>& rows = row_sets[k];
    const std::vector<double> value = informations(
        {centred(rows_of(u_, rows, width(u_, size))), centred(rows_of(v_, rows, width(v_, size)))},
        {size});
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
