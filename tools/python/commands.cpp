// What the module has in place of tools/cch/commands.cpp: no command that trains.

#include "tools/cch/command.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

const std::vector<CommandEntry>& program_commands() {
  static const std::vector<CommandEntry> all = [] {
    std::vector<CommandEntry> out = ranking_commands();
    out.push_back({"gaussian", "Gaussian models in closed form", "", setup_gaussian});
    return out;
  }();
  return all;
}

std::vector<options::StudyFile> program_study_files() {
  return {rank_study_file()};
}

}  // namespace cch
