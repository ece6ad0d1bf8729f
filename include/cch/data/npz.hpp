#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cch/data/npy.hpp"

namespace cch {

/// Bytes that an array may expand to: the memory of this machine, at most 16 GiB.
std::uint64_t most_npz_bytes();

struct NpzLimits {
  std::uint64_t max_bytes = most_npz_bytes();  ///< largest array
  RowLimit rows = {};  ///< how much of the array to expand; all of it by default
};

/// An .npz archive, its directory read once. Data Errors: "bad-zip", "duplicate-key".
class NpzFile {
 public:
  NpzFile(const Bytes& bytes, const std::string& where);

  /// Names of its arrays (NAME.npy entries without the ending), in file order.
  [[nodiscard]] const std::vector<std::string>& keys() const;
  /// One array (stored or deflated), read into memory; its checksum is verified, unless only its
  /// first rows are read (an array in Fortran order always is read whole). Empty: the only one.
  /// Before anything is expanded, the size that the archive declares must be that of the entry's
  /// own .npy header, within `limits`, and possible for deflate (at most 1032 : 1). Data Errors
  /// "zip-bomb", "size-mismatch", "unsupported-compression", "encrypted", those of parse_npy; usage
  /// Errors "unknown-key", "key-needed".
  [[nodiscard]] Array array(const std::string& key, const NpzLimits& limits = {}) const;

 private:
  struct Directory;
  std::shared_ptr<const Directory> directory_;
};

}  // namespace cch
