#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace cch {

/// Kinds of failures that are shown without -v.
inline constexpr std::size_t kReasons = 5;
struct RunTally {
  std::size_t done = 0;
  std::size_t failed = 0;
};
/// Counts runs, each with why it failed ("" for those that are done), and says why the first kinds
/// of them did.
RunTally count_runs(const std::vector<std::string>& failures, std::size_t most_reasons,
                    std::ostream& err);

}  // namespace cch
