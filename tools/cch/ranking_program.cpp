// What the program that only ranks has in place of commands.cpp and explain_study_files.cpp.

#include "tools/cch/command.hpp"
#include "tools/cch/explain.hpp"

namespace cch {

const std::vector<CommandEntry>& program_commands() {
  return ranking_commands();
}

std::string study_files_page() {
  return "This program only ranks; the whole one prints the page (cmake --build build/release).\n";
}

}  // namespace cch
