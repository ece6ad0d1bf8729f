#include "tools/cch/command.hpp"

namespace cch {

const std::vector<CommandEntry>& program_commands() {
  static const std::vector<CommandEntry> all{
      {"rank", "Rank teacher modalities for a student", setup_rank},
      {"check", "Can these data decide the question at all? Before anything is trained",
       setup_check},
      {"estimate", "Estimate one mutual information", setup_estimate},
      {"gaussian", "Informations and distillation risk in closed form", setup_gaussian},
      {"train", "Train teacher/student pairs of a study; resumes by itself", setup_train},
      {"compare", "Hold criteria and verdicts against the gains of trained pairs", setup_compare},
      {"report", "Render a folder of results again, nothing recomputed", setup_report},
      {"inspect", "Show arrays, shapes, types and faults of files", setup_inspect},
      {"explain", "What a word of a table, a warning or an error means", setup_explain},
      {"doctor", "Show what this build and machine can do", setup_doctor},
  };
  return all;
}

}  // namespace cch
