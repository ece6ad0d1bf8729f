#pragma once

#include <string>
#include <vector>

#include "cch/data/written_files.hpp"

namespace cch {

/// Usage Error "foreign-folder" where one of these files stands in the folder and nothing there was
/// made by cch (a document with its schema, or finished cells of a sweep), unless forced.
void refuse_foreign(const std::string& folder, const std::vector<std::string>& names, bool force);

/// The command line as one string that a shell takes back.
std::string shell_line(const std::vector<std::string>& arguments);

}  // namespace cch
