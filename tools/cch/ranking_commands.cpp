#include "tools/cch/command.hpp"

namespace cch {

const std::vector<CommandEntry>& ranking_commands() {
  static const std::vector<CommandEntry> ranking{
      {"rank", "Rank teacher modalities for a student",
       "cch rank --student video.npy --teacher audio.npy --labels y.npy", setup_rank},
      {"check", "Can these data decide the question at all? Before anything is trained",
       "cch check --student video.npy --teacher audio.npy --labels y.npy", setup_check},
      {"estimate", "Estimate one mutual information", "cch estimate video.npy y.npy",
       setup_estimate},
      {"inspect", "Show arrays, shapes, types and faults of files", "cch inspect video.npy y.npy",
       setup_inspect},
      {"explain", "What a word of a table, a warning, an error or an option means",
       "cch explain trivially satisfied", setup_explain},
      {"doctor", "Show what this build and machine can do", "cch doctor", setup_doctor},
      {"completion", "A script that completes commands, options and values in a shell",
       "cch completion bash", setup_completion},
  };
  return ranking;
}

}  // namespace cch
