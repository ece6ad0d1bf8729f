#pragma once

#include <string>
#include <vector>

#include "data/open.hpp"

namespace cch::detail {

/// Whether a path stands for several files: there is no such file, and its name (not its folder)
/// has a '*'.
bool is_pattern(const std::string& path);

/// The files that a pattern stands for, by name: each '*' is any number of characters. Data Error
/// "file-not-found" where there is none.
std::vector<std::string> files_of(const std::string& pattern);

/// The names of these files without their endings, in the same order.
std::vector<std::string> stems_of(const std::string& pattern);

/// The arrays of these files one after the other, as one array. Files of 1-D arrays: of samples
/// each is a row, of columns its values are rows. Data Error "files-differ" (type, order of
/// bytes, or shape beyond the first index) that names two of them; errors of each reader. Cost: a
/// copy of what is read.
Opened open_pattern(const SourceSpec& source, Use use, const LoadOptions& options);

/// For each row of open_pattern(samples) the name of its file without folder and ending: a text
/// array. With `unique` rows of a file that has several are counted: "scan7/0", "scan7/1".
Opened names_of_pattern(const SourceSpec& source, bool unique, const LoadOptions& options);

}  // namespace cch::detail
