#include <memory>

#include "tools/cch/command.hpp"
#include "tools/cch/inspect.hpp"

namespace cch {

Command setup_inspect(CommandLine app) {
  auto asked = std::make_shared<InspectOptions>();
  app.add({{"files", &asked->files, "PATH, PATH:KEY or a data set such as fashion-mnist:left",
            options::kRequiredFile},
           {"--json", &asked->json, "One JSON document on standard output"}});
  return [asked](Invocation& invocation) {
    return run_inspect(*asked, invocation.terminal.out, invocation.terminal.err);
  };
}

}  // namespace cch
