#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace cch::detail {

/// Second moments of centred columns.
struct Moments {
  Eigen::MatrixXd uu;
  Eigen::MatrixXd vv;
  Eigen::MatrixXd uv;

  Moments(const Eigen::MatrixXd& u, const Eigen::MatrixXd& v);
  /// With those of each side by itself, which an order of its rows does not change.
  Moments(const Eigen::MatrixXd& u, const Eigen::MatrixXd& v, Eigen::MatrixXd of_v,
          Eigen::MatrixXd of_u);
};

/// Columns of a side that enter a reading of this size.
inline Eigen::Index width(const Eigen::MatrixXd& side, std::size_t size) {
  return std::min(static_cast<Eigen::Index>(size), side.cols());
}

/// ½ ln(|S_u| |S_v| / |S_uv|) of the leading columns at every one of these sizes, up to the first
/// at which a column is determined by the others. O(q³) for all sizes together.
std::vector<double> informations(const Moments& s, const std::vector<std::size_t>& sizes);

/// The Gaussian log density ratio with these moments at some rows of both sides,
/// f = u_part(i) + v_part(j) + u_cross.row(i) · v.row(j), of the leading `size` columns of each.
struct GaussianCritic {
  Eigen::ArrayXd u_part;
  Eigen::ArrayXd v_part;
  Eigen::MatrixXd u_cross;
  Eigen::MatrixXd v;

  /// `plug_in` is the information of the moments at this size.
  GaussianCritic(const Eigen::MatrixXd& all_u, const Eigen::MatrixXd& all_v, const Moments& s,
                 std::size_t size, double plug_in);

  [[nodiscard]] Eigen::ArrayXd of_matching_rows() const;
  /// f of every row of u (down) with every row of v (across); −∞ where both are of one group.
  [[nodiscard]] Eigen::ArrayXXd mismatched(const std::vector<std::size_t>& groups) const;
};

/// c of the critic c f, in fifths.
inline constexpr std::array<int, 4> kFifths{5, 4, 3, 2};

/// ln of a mean of e^(c f) over pairs of rows, with its standard error.
struct LogMean {
  double value = 0.0;
  double standard_error = 0.0;
};

/// For every c of kFifths.
std::array<LogMean, kFifths.size()> log_means(const Eigen::ArrayXXd& f);

/// How each row, as one of u and as one of v, moves ln of a mean over pairs: its share of the sum.
Eigen::ArrayXd row_shares(const Eigen::ArrayXd& of_u, const Eigen::ArrayXd& of_v);

}  // namespace cch::detail
