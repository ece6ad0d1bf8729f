// What the program that only ranks has in place of commands.cpp.

#include "tools/cch/command.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

const std::vector<CommandEntry>& program_commands() {
  return ranking_commands();
}

std::vector<options::StudyFile> program_study_files() {
  return {rank_study_file()};
}

}  // namespace cch
