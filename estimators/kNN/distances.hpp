#pragma once

#include <cstddef>
#include <string_view>

namespace cch::detail {

/// Rows are stored in tiles of this many, column after column inside a tile, so that one vector
/// register holds one column of a tile.
inline constexpr std::size_t kTile = 8;
/// Query rows that one call compares with every tile while it is in registers.
inline constexpr std::size_t kQueries = 4;

/// The loops of the blocked search for one instruction set. All of them are exact operations
/// (difference, magnitude, comparison), so every set gives the same bits.
struct DistanceKernels {
  std::string_view name;

  /// out[q][t·kTile + l] = max_d |tiles[(t·dims + d)·kTile + l] − queries[q·dims + d]| for kQueries
  /// rows.
  void (*distances)(const double* tiles, std::size_t tile_count, std::size_t dims,
                    const double* queries, double* const* out);
  /// a[j] = max(a[j], b[j]).
  void (*max_into)(double* a, const double* b, std::size_t n);
  /// #{j : a[j] < r}.
  std::size_t (*count_less)(const double* a, std::size_t n, double r);
  /// #{j : a[j] ≤ r}.
  std::size_t (*count_within)(const double* a, std::size_t n, double r);
  /// First j ≥ begin with a[j] < r, or n.
  std::size_t (*find_less)(const double* a, std::size_t begin, std::size_t n, double r);
};

/// The widest set that this processor runs.
const DistanceKernels& distance_kernels();

}  // namespace cch::detail
