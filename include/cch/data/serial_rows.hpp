#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch {

/// How much each row resembles the next beyond what their labels explain.
struct SerialRows {
  double correlation = 0.0;  ///< lag 1, mean over columns
  double p = 1.0;            ///< of as much in a random order
  std::size_t pairs = 0;     ///< of neighbouring rows that were compared
};

/// Overlapping windows, frames of a video and pixels of a scene lie side by side in a file: their
/// rows are not independent, though nothing names their groups. Columns are centred by class (real
/// labels: what y and y² explain; where rows are sorted by them, a line in each of 20 bins), and
///
///   r = mean over pairs of rows i, i+1 of one class of z_i z_{i+1}, over columns of variance 1,
///
/// is compared with 999 orders that permute rows within their class: rows sorted by class are
/// exchangeable within it. More than 16 columns are read through 16 random projections; the first
/// 5000 rows are read. Nothing below 50 pairs. Cost O(N · D) and 999 · N · 16.
std::optional<SerialRows> serial_rows(const Samples& x, const Variable& labels, std::uint64_t seed);

/// Least correlation that counts: less moves no verdict.
inline constexpr double kSerialCorrelation = 0.1;

/// Whether it is there at level 1 % over so many modalities.
bool is_serial(const std::optional<SerialRows>& rows, std::size_t modalities);

}  // namespace cch
