#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cch::detail {

/// What the header of an .npy file says: the Python dictionary of numpy's format.
struct NpyDictionary {
  std::string descr;  ///< type of the values, as numpy writes it
  bool fortran = false;
  std::vector<std::size_t> shape;
};

/// Exactly 'descr', 'fortran_order' and 'shape', else a data Error "bad-header";
/// "unsupported-dtype" for structured records, "shape-overflow".
NpyDictionary parse_npy_dictionary(std::string_view text, const std::string& where);

[[noreturn]] void refuse_npy_header(const std::string& where, const std::string& problem);

/// The first 40 bytes, others than printable ASCII as '?'.
std::string printable(std::string_view text);

}  // namespace cch::detail
