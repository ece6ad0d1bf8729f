#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace cch::detail {

/// Traced (co)variances of teacher predictions t, student predictions s and labels y, each N × K:
/// tr Cov(a,b) = mean of a·b minus mean a · mean b.
struct Traces {
  double tt = 0.0;
  double ss = 0.0;
  double yy = 0.0;
  double ts = 0.0;
  double sy = 0.0;
  double ty = 0.0;

  /// 0 where the student's predictions are constant.
  [[nodiscard]] double beta_s() const { return ss > 0.0 ? ts / ss : 0.0; }
  /// e = y − s; 0 where it is constant.
  [[nodiscard]] double beta_e() const {
    const double ee = yy - 2.0 * sy + ss;
    return ee > 0.0 ? (ty - ts) / ee : 0.0;
  }
  [[nodiscard]] double r_ts() const;
  [[nodiscard]] double r_sy() const;
};

/// −½ ln(1 − min(r², .9999)), nats.
double scalar_information(double r);
/// Whether r² is above the cap.
bool is_capped(double r);

/// Sums from which the traces of any union of blocks of rows follow. Cost O(N K).
class TraceSums {
 public:
  TraceSums(const Eigen::MatrixXd& t, const Eigen::MatrixXd& s, const Eigen::MatrixXd& y,
            const std::vector<std::size_t>& rows);
  TraceSums& operator+=(const TraceSums& other);
  TraceSums& operator-=(const TraceSums& other);
  [[nodiscard]] Traces traces() const;

 private:
  double n_ = 0.0;
  Eigen::MatrixXd sums_;      // 3 × K: t, s, y
  Eigen::Matrix3d products_;  // of t, s, y
};

}  // namespace cch::detail
