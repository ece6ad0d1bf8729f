#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace cch::detail {

/// Bytes that this process can still take: MemAvailable of /proc/meminfo, or less where a cgroup of
/// the process (version 1 or 2) leaves less. Nothing where the system does not tell.
std::optional<double> free_memory();

/// What a set of images will be.
struct SetShape {
  std::size_t images = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;  ///< of all modalities together

  /// images · height · width · (4 · channels + 1): float32 values and a label of one byte.
  [[nodiscard]] double bytes() const;
};

/// Data Error "out-of-memory" where `copies` of such a set need more than `free` bytes.
void check_memory(const SetShape& shape, std::size_t copies, std::optional<double> free,
                  const std::string& where);

}  // namespace cch::detail
