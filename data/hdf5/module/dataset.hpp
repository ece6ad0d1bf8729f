#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cch/data/array.hpp"
#include "data/hdf5/module/library.hpp"
#include "data/hdf5/wire.hpp"

namespace cch::detail {

/// The type of a dataset's elements as it is stored.
struct StoredType {
  DType dtype = DType::text;
  bool big_endian = false;
  TextStorage text = TextStorage::none;
  std::uint64_t item =
      0;                ///< bytes of an element; of strings of variable length what is kept of it
  std::string why_not;  ///< in words, where it is not read
};

StoredType stored_type(hid_t type);

/// A dataset with what is known before any value is read. Its values lie in this file, by filters
/// that libhdf5 has; else a refusal.
struct Dataset {
  Object set;
  Object type;
  Object properties;
  StoredType stored;
  std::vector<hsize_t> shape;
  std::uint64_t row_bytes = 0;
  std::uint64_t offset = kNoOffset;  ///< of values in one piece
  hsize_t chunk_rows = 0;            ///< 0: no chunks

  [[nodiscard]] hsize_t rows() const { return shape.empty() ? 1 : shape[0]; }
};

/// Refusals "hdf5-elsewhere", "hdf5-filter", "hdf5-chunk", "unsupported-dtype", "shape-overflow",
/// "empty-array", "hdf5-unwritten", "zip-bomb".
Dataset open_dataset(Object set);

/// Bytes of the values, if it can be read; else 0. Never throws.
std::uint64_t bytes_of(hid_t file, const char* path) noexcept;

}  // namespace cch::detail
