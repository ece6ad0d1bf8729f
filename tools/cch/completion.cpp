#include "tools/options/completion.hpp"

#include <memory>

#include "tools/cch/command.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/program.hpp"

namespace cch {

Command setup_completion(CommandLine app) {
  auto shell = std::make_shared<std::string>();
  app.add({{"shell",
            shell.get(),
            "Of which shell; it goes where that shell looks for such scripts",
            {.required = true, .one_of = {"bash", "zsh", "fish"}}}});
  return [shell](Invocation& invocation) {
    const auto script = *shell == "bash"  ? options::bash_completion
                        : *shell == "zsh" ? options::zsh_completion
                                          : options::fish_completion;
    invocation.terminal.out << rendered_commands(script);
    return static_cast<int>(kExitDone);
  };
}

}  // namespace cch
