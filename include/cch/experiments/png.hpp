#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace cch {

/// The bytes of a PNG: an RGB picture of 8 bits, height × width × 3. Run Error "cannot-write" where
/// libpng fails.
std::string png_bytes(std::size_t height, std::size_t width, std::span<const std::uint8_t> rgb);

}  // namespace cch
