#include "estimators/kNN/coded_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "estimators/kNN/class_columns.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kPanelRows = kLanes * kLanes;

struct ColumnRange {
  double low;
  double high;
  [[nodiscard]] double width() const { return high - low; }
};

ColumnRange column_range(MatrixView points, std::size_t d) {
  ColumnRange range{points(0, d), points(0, d)};
  for (std::size_t i = 1; i < points.rows(); ++i) {
    range.low = std::min(range.low, points(i, d));
    range.high = std::max(range.high, points(i, d));
  }
  return range;
}

std::size_t cut(std::size_t count, std::size_t size) {
  return (count + size - 1) / size;
}

}  // namespace

bool CodedRows::possible(MatrixView points) {
  constexpr double kNarrowest = 1e-280;  // the step is then a normal number
  if (points.rows() == 0 || points.rows() > std::numeric_limits<std::uint32_t>::max()) return false;
  const double width = widest_range(points);
  return std::isfinite(width) && (width == 0.0 || width > kNarrowest);
}

CodedRows::CodedRows(const Matrix& points, Order order)
    : dims_(points.cols()), order_(points.rows()), place_(points.rows()) {
  set_codes(points);
  std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  if (order == Order::space) {
    std::vector<std::uint64_t> keys(order_.size());
    put_in_space_order(0, order_.size(), keys);
  }
  for (std::size_t p = 0; p < order_.size(); ++p) {
    place_[order_[p]] = static_cast<std::uint32_t>(p);
  }
  set_tiles();
  if (order == Order::space) {
    set_points(points);
    set_boxes();
  }
  by_row_ = {};
  view_ = {points.rows(), dims_, 1.0 / step_, tiles_.data()->lane, points_.data(), order_.data()};
  if (order == Order::rows) return;
  view_.tile_low = tile_low_.data()->lane;
  view_.tile_high = tile_high_.data()->lane;
  view_.panel_low = panel_low_.data()->lane;
  view_.panel_high = panel_high_.data()->lane;
}

void CodedRows::set_codes(const Matrix& points) {
  const double width = widest_range(points.view());
  if (width > 0.0) step_ = width / (2.0 * kLargestCode);
  by_row_.resize(points.rows() * dims_);
  for (std::size_t d = 0; d < dims_; ++d) {
    const ColumnRange range = column_range(points.view(), d);
    const double middle = range.low + range.width() / 2.0;
    for (std::size_t i = 0; i < points.rows(); ++i) {
      const double steps = std::floor((points(i, d) - middle) / step_ + 0.5);
      constexpr double kLargest = kLargestCode;
      by_row_[i * dims_ + d] = static_cast<Code>(std::clamp(steps, -kLargest, kLargest));
    }
  }
}

// By a few rows: a worse choice only makes boxes longer.
std::size_t CodedRows::widest_column(std::size_t begin, std::size_t end) const {
  const std::size_t stride = std::max<std::size_t>(1, (end - begin) / 48);
  std::size_t best = 0;
  int best_width = -1;
  for (std::size_t d = 0; d < dims_; ++d) {
    int low = kLargestCode;
    int high = -kLargestCode;
    for (std::size_t p = begin; p < end; p += stride) {
      const int code = by_row_[order_[p] * dims_ + d];
      low = std::min(low, code);
      high = std::max(high, code);
    }
    if (high - low > best_width) {
      best_width = high - low;
      best = d;
    }
  }
  return best;
}

// Halves whole panels, then whole tiles, by the middle row of the widest column.
void CodedRows::put_in_space_order(std::size_t begin, std::size_t end,
                                   std::vector<std::uint64_t>& keys) {
  const std::size_t rows = end - begin;
  if (rows <= kLanes) return;
  const std::size_t unit = rows > kPanelRows ? kPanelRows : kLanes;
  const std::size_t middle = cut(rows, unit) / 2 * unit;
  const std::size_t d = widest_column(begin, end);
  const auto first = keys.begin() + static_cast<std::ptrdiff_t>(begin);
  for (std::size_t p = begin; p < end; ++p) {
    const auto code = static_cast<std::uint64_t>(by_row_[order_[p] * dims_ + d] + kLargestCode);
    keys[p] = code << 32 | order_[p];
  }
  std::nth_element(first, first + static_cast<std::ptrdiff_t>(middle),
                   first + static_cast<std::ptrdiff_t>(rows));
  for (std::size_t p = begin; p < end; ++p) order_[p] = static_cast<std::uint32_t>(keys[p]);
  put_in_space_order(begin, begin + middle, keys);
  put_in_space_order(begin + middle, end, keys);
}

void CodedRows::set_tiles() {
  const std::size_t n = order_.size();
  tiles_.resize(cut(n, kLanes) * dims_);
  for (std::size_t p = 0; p < n; ++p) {
    const Code* const codes = by_row_.data() + order_[p] * dims_;
    for (std::size_t d = 0; d < dims_; ++d) {
      tiles_[p / kLanes * dims_ + d].lane[p % kLanes] = codes[d];
    }
  }
}

void CodedRows::set_points(const Matrix& points) {
  points_.reserve(points.rows() * dims_);
  for (const std::size_t row : order_) {
    points_.insert(points_.end(), points.row(row).begin(), points.row(row).end());
  }
}

void CodedRows::set_boxes() {
  const std::size_t n = order_.size();
  const std::size_t tiles = cut(n, kLanes);
  const std::size_t panels = cut(tiles, kLanes);
  Column far;  // of boxes that are not there
  std::fill_n(far.lane, kLanes, kLargestCode);
  Column none;
  std::fill_n(none.lane, kLanes, static_cast<Code>(-kLargestCode));
  tile_low_.resize(panels * dims_, far);
  tile_high_.resize(panels * dims_, none);
  panel_low_.resize(cut(panels, kLanes) * dims_, far);
  panel_high_.resize(cut(panels, kLanes) * dims_, none);
  for (std::size_t t = 0; t < tiles; ++t) {
    const std::size_t rows = std::min(kLanes, n - t * kLanes);
    const std::size_t panel = t / kLanes;
    for (std::size_t d = 0; d < dims_; ++d) {
      const Code* const lane = tiles_[t * dims_ + d].lane;
      const auto [low, high] = std::minmax_element(lane, lane + rows);
      tile_low_[panel * dims_ + d].lane[t % kLanes] = *low;
      tile_high_[panel * dims_ + d].lane[t % kLanes] = *high;
      Code& panel_low = panel_low_[panel / kLanes * dims_ + d].lane[panel % kLanes];
      Code& panel_high = panel_high_[panel / kLanes * dims_ + d].lane[panel % kLanes];
      panel_low = std::min(panel_low, *low);
      panel_high = std::max(panel_high, *high);
    }
  }
}

}  // namespace cch::detail
