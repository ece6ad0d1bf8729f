#include "tools/cch/share/tally.hpp"

#include <map>

namespace cch {

RunTally count_runs(const std::vector<std::string>& failures, std::size_t most_reasons,
                    std::ostream& err) {
  RunTally out;
  std::map<std::string, std::size_t> reasons;
  for (const std::string& failure : failures) {
    if (failure.empty()) {
      ++out.done;
      continue;
    }
    ++out.failed;
    ++reasons[failure.substr(0, failure.find(" at step "))];
  }
  std::size_t shown = 0;
  for (const auto& [reason, times] : reasons) {
    if (++shown > most_reasons) break;
    err << "failed: " << times << (times == 1 ? " run: " : " runs: ") << reason << '\n';
  }
  if (reasons.size() > most_reasons) {
    err << "failed: and " << reasons.size() - most_reasons << " other reasons, shown with -v\n";
  }
  return out;
}

}  // namespace cch
