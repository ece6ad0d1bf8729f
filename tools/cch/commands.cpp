#include "tools/cch/command.hpp"

namespace cch {

const std::vector<CommandEntry>& program_commands() {
  static const std::vector<CommandEntry> all = [] {
    std::vector<CommandEntry> commands = ranking_commands();
    const std::vector<CommandEntry> studies{
        {"gaussian", "Informations and distillation risk in closed form", setup_gaussian},
        {"train", "Train teacher/student pairs of a study; resumes by itself", setup_train},
        {"compare", "Compare criteria and verdicts with the gains of trained pairs", setup_compare},
        {"report", "Render a folder of results again, nothing recomputed", setup_report},
    };
    constexpr std::ptrdiff_t kAfterEstimate = 3;  // what looks at files and explains comes last
    commands.insert(commands.begin() + kAfterEstimate, studies.begin(), studies.end());
    return commands;
  }();
  return all;
}

}  // namespace cch
