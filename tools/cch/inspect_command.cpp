#include <memory>

#include "tools/cch/command.hpp"
#include "tools/cch/inspect.hpp"

namespace cch {

Command setup_inspect(CommandLine app) {
  auto options = std::make_shared<InspectOptions>();
  app.option("files", options->files, "PATH, PATH:KEY or a data set such as fashion-mnist:left")
      .required();
  app.flag("--json", options->json, "One JSON document on standard output");
  return [options](Invocation& invocation) {
    return run_inspect(*options, invocation.terminal.out, invocation.terminal.err);
  };
}

}  // namespace cch
