#include "tools/cch/command.hpp"

namespace cch {

const std::vector<CommandEntry>& ranking_commands() {
  static const std::vector<CommandEntry> ranking{
      {"rank", "Rank teacher modalities for a student", setup_rank},
      {"check", "Can these data decide the question at all? Before anything is trained",
       setup_check},
      {"estimate", "Estimate one mutual information", setup_estimate},
      {"inspect", "Show arrays, shapes, types and faults of files", setup_inspect},
      {"explain", "What a word of a table, a warning or an error means", setup_explain},
      {"doctor", "Show what this build and machine can do", setup_doctor},
  };
  return ranking;
}

}  // namespace cch
