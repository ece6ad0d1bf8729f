#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/data/array.hpp"
#include "cch/data/source.hpp"

namespace cch::detail {

/// What a source is opened for: a table gives all its columns as samples, one as labels and the
/// like.
enum class Use { samples, column };

/// One array of a file or a view of a data set, nothing converted yet.
struct Opened {
  Array array;
  std::optional<Matrix> computed;  ///< a view of a data set that has no bytes in any file
  SourceInfo info;
  std::string where;  ///< for messages
};

/// Finds file, format and key. Throws the Errors of the readers.
Opened open_source(const SourceSpec& source, Use use, const LoadOptions& options);

/// The key to read: the one given, or the only one there is. Usage Errors "key-needed",
/// "unknown-key" (naming the nearest), data Error "no-arrays". `what` is "array" or "column".
std::string choose_key(const std::vector<std::string>& keys, const std::string& key,
                       const std::string& where, const std::string& what);

}  // namespace cch::detail
