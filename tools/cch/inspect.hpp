#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace cch {

struct InspectOptions {
  std::vector<std::string> files;  ///< PATH, PATH:KEY or data sets
  bool json = false;               ///< one document cch.inspect/1 instead of text
};

/// Writes what each file holds to `out` and what is wrong with it to `err`. Returns 0 if all files
/// can be read and are faultless, 3 otherwise (faults of one file do not stop the others).
int run_inspect(const InspectOptions& options, std::ostream& out, std::ostream& err);

}  // namespace cch
