#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cch/data/npy.hpp"

namespace cch {

struct NpzLimits {
  std::uint64_t max_bytes = std::uint64_t{16}
                            << 30;  ///< largest array; more memory than most machines have
  RowLimit rows = {};               ///< how much of the array to expand; all of it by default
};

/// Names of the arrays of an .npz archive (its NAME.npy entries without the ending), in file order.
/// Data Errors: "bad-zip", "duplicate-key".
std::vector<std::string> npz_keys(const Bytes& bytes, const std::string& where);

/// One array of an .npz archive (stored or deflated), read into memory; its checksum is verified,
/// unless only its first rows are read (an array in Fortran order always is read whole).
/// Before anything is expanded, the size that the archive declares must be that of the entry's own
/// .npy header, within `limits`, and possible for deflate (at most 1032 : 1). Further Data Errors:
/// "zip-bomb", "size-mismatch", "unsupported-compression", "encrypted", those of parse_npy; usage
/// Error "unknown-key".
Array npz_array(const Bytes& bytes, const std::string& key, const std::string& where,
                const NpzLimits& limits = {});

}  // namespace cch
