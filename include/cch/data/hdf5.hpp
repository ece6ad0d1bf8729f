#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cch/data/array.hpp"
#include "cch/data/bytes.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/npz.hpp"

namespace cch {

/// Whether this build reads HDF5 (CCH_WITH_HDF5).
bool reads_hdf5();

/// A dataset of a file. Its values, expanded, take `bytes`; 0 where it cannot be read.
struct Hdf5Entry {
  std::string path;  ///< "/group/name"
  std::size_t bytes = 0;
};

/// An HDF5 file. libhdf5 runs in a process of its own that may do nothing but compute and answer
/// (data/hdf5/sandbox.hpp): what a damaged file does to it is an Error here. Filters are those that
/// libhdf5 has built in (deflate, shuffle, Fletcher-32, szip, scale-offset, n-bit); none is loaded.
class Hdf5File {
 public:
  /// Lists its datasets in the order of their names, each group once; links to other files are left
  /// out. At most 10 000 datasets of 100 000 links. Cost linear in them. Data Errors: "no-hdf5",
  /// "bad-hdf5" (libhdf5's reason; nothing said for `patience` seconds), "hdf5-unguarded" (the
  /// process cannot be confined).
  Hdf5File(const Bytes& bytes, const std::string& where, int patience = 30);

  [[nodiscard]] const std::vector<Hdf5Entry>& entries() const;
  /// Paths of the entries.
  [[nodiscard]] const std::vector<std::string>& keys() const;
  /// Whether there are more datasets than were listed.
  [[nodiscard]] bool more() const;

  /// A dataset, by its path with or without the first '/', or the only one for "": integers, IEEE
  /// floats of 16, 32 and 64 bits and booleans of h5py, in either byte order, or strings of fixed
  /// or variable length. Values that lie in one piece stay where they are; others are read by
  /// blocks of rows. Of a limit in rows or bytes the first rows. Further Errors: "unknown-key"
  /// (with the nearest), "key-needed", "no-arrays", "hdf5-group", "hdf5-elsewhere" (values in other
  /// files), "hdf5-filter", "unsupported-dtype", "bad-text", "shape-overflow", "truncated",
  /// "zip-bomb" (more values than such a file can hold, or above `max_bytes`), "empty-array".
  [[nodiscard]] Array array(const std::string& key, const RowLimit& limit = {},
                            std::uint64_t max_bytes = most_npz_bytes()) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cch
