#pragma once

#include <filesystem>
#include <string>

#include "cch/data/source.hpp"

namespace cch {

/// Where a name and data are given in one text.
struct NamedSource {
  std::string name;
  SourceSpec source;
};

enum class Naming {
  required,  ///< NAME=PATH[:KEY]: the name says which input is meant
  optional,  ///< also PATH[:KEY], which then names itself
};

/// The name and the data of `text`, a value of `option` (for messages). Where a name is optional it
/// is the KEY (of a data set the view), else the file's name without folder and ending. A text with
/// '=' is a path and has no name if, as a whole, it is there and either its first '=' stands behind
/// a '/' or '\' or nothing is there behind it; and also if neither is there but a '/' or '\' stands
/// before. Usage Errors "bad-arguments" (no name or no path), "bad-name" (no UTF-8), and those of
/// parse_source.
NamedSource named_source(const std::string& option, const std::string& text, Naming naming);

/// Whether a data set or a file is there: PATH[:KEY], relative to a folder.
bool is_there(const std::string& source, const std::filesystem::path& folder);

/// PATH[:KEY] relative to a folder; absolute paths and data sets stay as they are.
std::string placed_source(const std::string& source, const std::filesystem::path& folder);

/// The same for a text of named_source.
std::string placed_pair(const std::string& text, Naming naming,
                        const std::filesystem::path& folder);

}  // namespace cch
