#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "cch/data/array.hpp"

namespace cch {

/// An array in memory that stands where a file could be named.
struct HeldArray {
  Array array;
  std::string where;  ///< for messages: how its owner calls it
};

/// Texts of a front end's arrays begin with it, so that behind "NAME=" none is taken for a path.
inline constexpr std::string_view kHeldScheme = "memory:";

/// Arrays by the text that names them ("memory:labels"), which no file can have then. The bytes are
/// borrowed: their owner keeps them as they are while anything is read.
using HeldArrays = std::map<std::string, HeldArray, std::less<>>;
using Held = std::shared_ptr<const HeldArrays>;

}  // namespace cch
