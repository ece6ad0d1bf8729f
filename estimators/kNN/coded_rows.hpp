#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/matrix.hpp"
#include "estimators/kNN/coded_view.hpp"

namespace cch::detail {

/// The rows of a matrix as vector approximations (Weber, Schek & Blott 1998, "A quantitative
/// analysis and performance study for similarity-search methods in high-dimensional spaces"): every
/// coordinate in 15 bits,
///
///   u_d(a) = round((a_d − c_d) / s),   c_d the middle of column d,   s = widest range / 32766.
///
/// One step s for all columns keeps the maximum norm: the computed distance D of two rows and the
/// distance u of their codes satisfy |D/s − u| ≤ 1 + 10⁻¹⁰, so that nearly all comparisons with a
/// radius are decided by codes, 32 rows an instruction, and the rest by D itself.
/// `Order::space` puts the rows in the order of a kd-tree's leaves and keeps boxes of 32 and of
/// 1024 rows; `Order::rows` leaves them as they are. Build O(N D), and O(N log N) more in space
/// order; memory N · D · 2 bytes, and
/// 8 more a coordinate in space order, whose points are kept beside.
class CodedRows {
 public:
  enum class Order { rows, space };

  CodedRows(const Matrix& points, Order order);

  /// Whether ranges are finite and wide enough for a step; rows are fewer than 2³².
  static bool possible(MatrixView points);

  [[nodiscard]] const CodedView& view() const { return view_; }
  /// Row of each place.
  [[nodiscard]] const std::vector<std::uint32_t>& order() const { return order_; }
  [[nodiscard]] std::size_t place_of(std::size_t row) const { return place_[row]; }

 private:
  struct alignas(64) Column {  // of a tile, or the bounds of so many boxes: one register
    Code lane[kLanes] = {};
  };

  void set_codes(const Matrix& points);
  void put_in_space_order(std::size_t begin, std::size_t end, std::vector<std::uint64_t>& keys);
  [[nodiscard]] std::size_t widest_column(std::size_t begin, std::size_t end) const;
  void set_tiles();
  void set_points(const Matrix& points);
  void set_boxes();

  std::size_t dims_;
  double step_ = 1.0;
  std::vector<Code> by_row_;  // N × D; given back once the tiles stand
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> place_;
  std::vector<Column> tiles_;
  std::vector<Column> tile_low_, tile_high_, panel_low_, panel_high_;
  std::vector<double> points_;
  CodedView view_;
};

}  // namespace cch::detail
