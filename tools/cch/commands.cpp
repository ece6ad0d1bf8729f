#include "tools/cch/command.hpp"
#include "tools/cch/gaussian/settings.hpp"
#include "tools/cch/gaussian/sweep.hpp"
#include "tools/cch/rank/settings.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/segmentation/ranking.hpp"

namespace cch {

const std::vector<CommandEntry>& program_commands() {
  static const std::vector<CommandEntry> all = [] {
    std::vector<CommandEntry> commands = ranking_commands();
    for (CommandEntry& command : commands) {
      if (command.name == "rank") command.setup = setup_rank_images;
    }
    const std::vector<CommandEntry> studies{
        {"gaussian", "Informations and distillation risk in closed form", "", setup_gaussian},
        {"train", "Train teacher/student pairs of a study; resumes by itself",
         "cch train STUDY.toml -o runs", setup_train},
        {"slurm", "Make a Slurm array of a study, or of many rankings",
         "cch slurm STUDY.toml -o runs --parallel 64", setup_slurm},
        {"compare", "Compare criteria and verdicts with the gains of trained pairs",
         "cch compare runs", setup_compare},
        {"report", "Render a folder of results again, nothing recomputed", "cch report result",
         setup_report},
    };
    constexpr std::ptrdiff_t kAfterEstimate = 3;  // what looks at files and explains comes last
    commands.insert(commands.begin() + kAfterEstimate, studies.begin(), studies.end());
    return commands;
  }();
  return all;
}

std::vector<options::StudyFile> program_study_files() {
  return {rank_study_file(), gaussian_model_file(), sweep_study_file(), train_study_file(),
          segmentation_study_file()};
}

}  // namespace cch
