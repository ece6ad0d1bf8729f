#include "tools/cch/command.hpp"

namespace cch {
Command setup_explain(CLI::App&) {
  return [](Invocation&) { return 0; };
}
}  // namespace cch
