#pragma once

#include <string>

#include "experiments/segmentation/raster.hpp"

namespace cch::detail {

/// Whether this build has libtiff.
bool reads_tiff();

/// The first picture of a TIFF or GeoTIFF: strips or tiles, bands beside or after one another,
/// whole numbers of 8, 16 or 32 bits and floating-point ones of 32 or 64, by every compression that
/// libtiff has; values as they are stored, of a palette its colours (0..1) or, as codes, its
/// indices; alpha is dropped, bands without a meaning stay. Overviews and masks that follow are
/// passed over; a second picture is refused.
///
/// Data Errors of map_file; "no-libtiff" in a build without it; "unreadable-file" with libtiff's
/// reason (no TIFF, truncated, damaged, kinds of pixels that are not listed here); "no-data-value"
/// where a pixel has the value by which the file marks those without data (not for codes);
/// "picture-too-large" above 2^26 pixels or 2^30 bytes of values, known from the header before
/// anything is allocated; "size-mismatch" for several pictures.
Raster read_tiff(const std::string& path, Palette palette);

}  // namespace cch::detail
