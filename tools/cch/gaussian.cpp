#include <map>
#include <memory>

#include "tools/cch/command.hpp"

namespace cch {

Command setup_gaussian(CommandLine app) {
  auto commands = std::make_shared<std::map<std::string, Command>>();
  (*commands)["solve"] = setup_gaussian_solve(
      app.command("solve", "Informations and distillation risk of one joint Gaussian",
                  "cch gaussian solve model.toml --n 100"));
  (*commands)["sweep"] = setup_gaussian_sweep(app.command(
      "sweep", "A study over a grid of Gaussian models", "cch gaussian sweep STUDY.toml -o grid"));
  return [commands, app](Invocation& invocation) {
    return commands->at(app.chosen_command())(invocation);
  };
}

}  // namespace cch
