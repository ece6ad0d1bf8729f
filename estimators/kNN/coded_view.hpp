#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "estimators/kNN/neighbour.hpp"

namespace cch::detail {

using Code = std::int16_t;
inline constexpr Code kLargestCode = 16383;
/// Rows a tile, tiles a panel and panels a group: what one register of 512 bits holds as codes.
inline constexpr std::size_t kLanes = 32;

/// Plain pointers into CodedRows, for loops that are compiled once an instruction set.
struct CodedView {
  std::size_t rows = 0;
  std::size_t dims = 0;
  double per_step = 1.0;                  ///< 1 / s
  const Code* codes = nullptr;            ///< [(tile · dims + d) · kLanes + row in tile]
  const double* points = nullptr;         ///< [place · dims + d]; in space order only
  const std::uint32_t* row_of = nullptr;  ///< [place]
  /// Bounds of tiles [(panel · dims + d) · kLanes + tile in panel] and of panels [(group · dims +
  /// d) · kLanes + panel in group]; in space order only.
  const Code* tile_low = nullptr;
  const Code* tile_high = nullptr;
  const Code* panel_low = nullptr;
  const Code* panel_high = nullptr;
};

// Of internal linkage, because they are compiled once an instruction set: the linker would keep any
// copy of an inline function.
static inline std::size_t tiles_of(const CodedView& view) {
  return (view.rows + kLanes - 1) / kLanes;
}
static inline std::size_t panels_of(const CodedView& view) {
  return (tiles_of(view) + kLanes - 1) / kLanes;
}

/// A query that is the row at `place`; rows of its group are no neighbours.
struct CodedQuery {
  std::size_t place;
  std::size_t k;
  const std::uint32_t* group_at;  ///< of each place; none: every row is a group of its own
  Code* spread;                   ///< room for dims · kLanes codes
};

/// Most blocks (x, y, z) and marginals of a blocked search, queries compared at a time.
inline constexpr std::size_t kMostBlocks = 3;
inline constexpr std::size_t kMostMarginals = 3;
inline constexpr std::size_t kAbreast = 8;

/// Tiles of a marginal with rows that may be inside a query's radius.
struct NearTiles {
  Code* codes;           ///< distances in codes, kLanes a tile
  std::uint32_t* tiles;  ///< which tile
  std::size_t count;
};

/// A blocked search of kAbreast queries over some tiles.
struct CodedSweep {
  std::size_t first_tile;
  std::size_t last_tile;  ///< one past
  std::size_t blocks;
  std::size_t block_dims[kMostBlocks];
  std::size_t marginals;
  unsigned block_mask[kMostMarginals];  ///< blocks of each marginal, bit by bit
  const Code* queries;                  ///< [d · kAbreast + query]
  int limit[kAbreast];  ///< rows beyond it in codes matter to nobody; −1: no query
  NearTiles* near;      ///< [marginal · kAbreast + query], appended to
  std::uint32_t* candidates[kAbreast];  ///< rows not beyond the limit in all blocks
  Code* candidate_codes[kAbreast];      ///< and their distances in codes
  std::size_t candidate_count[kAbreast];
};

/// The searches over codes for one instruction set. Every answer is that of computed distances, so
/// all sets give the same bits. `exact` counts the distances that codes could not decide.
struct CodedKernels {
  std::string_view name;

  /// The k nearest rows outside the query's group into `found`, nearest first, ties by row number;
  /// returns how many there are. In space order only.
  std::size_t (*nearest)(const CodedView& view, const CodedQuery& query, Neighbour* found,
                         std::size_t* exact);
  /// Rows with distance < r (`strict`) or ≤ r from the row at `place`, itself and its group
  /// included. In space order only.
  std::size_t (*count)(const CodedView& view, std::size_t place, Code* spread, double r,
                       bool strict, std::size_t* exact);
  /// Compares kAbreast queries with the rows of some tiles.
  void (*sweep)(const CodedView& view, CodedSweep& sweep);
  /// Rows of `near` with marginal distance in codes ≤ `inside`; the places of those above it but
  /// ≤ `perhaps` go to `undecided`, which has room for all rows; `undecided_count` says how many.
  std::size_t (*count_near)(const CodedView& view, const NearTiles& near, int inside, int perhaps,
                            std::uint32_t* undecided, std::size_t* undecided_count);
};

/// Rows whose codes are at most `inside_code(r)` apart are less than r apart, and those more than
/// `perhaps_code(r)` apart are more than r apart.
static inline int inside_code(double r, double per_step) {
  const double code = r * per_step - 1.001;
  if (code < 0.0) return -1;
  return code >= 32767.0 ? 32767 : static_cast<int>(code);
}
static inline int perhaps_code(double r, double per_step) {
  const double code = r * per_step + 1.001;
  return code >= 32767.0 ? 32767 : static_cast<int>(code);
}

/// The widest set that this processor runs.
const CodedKernels& coded_kernels();

}  // namespace cch::detail
