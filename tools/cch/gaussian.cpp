#include <map>
#include <memory>

#include "tools/cch/command.hpp"

namespace cch {

Command setup_gaussian(CLI::App& app) {
  app.require_subcommand(1);
  auto commands = std::make_shared<std::map<std::string, Command>>();
  (*commands)["solve"] = setup_gaussian_solve(
      *app.add_subcommand("solve", "Informations and distillation risk of one joint Gaussian"));
  (*commands)["sweep"] =
      setup_gaussian_sweep(*app.add_subcommand("sweep", "A study over a grid of Gaussian models"));
  return [commands, &app](Invocation& invocation) {
    return commands->at(app.get_subcommands().front()->get_name())(invocation);
  };
}

}  // namespace cch
