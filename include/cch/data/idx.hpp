#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cch/data/bytes.hpp"

namespace cch {

/// Bytes of an IDX file (the format of MNIST): unsigned bytes with one or three dimensions.
struct IdxArray {
  std::vector<std::size_t> shape;    ///< as stored, {N} or {N, height, width}
  std::vector<std::uint8_t> values;  ///< the rows that were read, C order
};

/// Reads an IDX file of unsigned bytes, plain or gzip-compressed; `max_rows` > 0 stops after so
/// many rows. Without a limit the size and, if compressed, the checksum are verified. Data Errors:
/// "bad-magic", "unsupported-dtype", "shape-overflow", "truncated", "size-mismatch", "bad-gzip".
IdxArray parse_idx(const Bytes& bytes, const std::string& where, std::size_t max_rows = 0);

}  // namespace cch
