#include "tools/cch/rank/document.hpp"

#include "tools/documents/json.hpp"
#include "tools/options/echo.hpp"

namespace cch {

documents::RankBeside beside_ranking(const RankSettings& settings, const RankInputs& inputs,
                                     const std::vector<ClassRanking>& per_class,
                                     const std::string& command_line, double seconds) {
  documents::RankBeside out;
  out.inputs = inputs.record;
  out.alignment = inputs.alignment;
  out.labels_reason = inputs.labels_reason;
  out.warnings = inputs.warnings;
  RankSettings asked = settings;
  asked.planted_bias = settings.measures_planted_bias();
  asked.sensitivity = settings.measures_sensitivity();
  out.config = documents::read_facts(options::echo(rank_table(asked)));
  out.command = command_line;
  out.seconds = seconds;
  for (const ClassRanking& entry : per_class) {
    out.per_class.push_back({entry.name, entry.rows, {}, entry.refused});
    if (!entry.refused.empty()) continue;
    out.per_class.back().teachers = documents::judged_teachers(entry.result);
  }
  return out;
}

}  // namespace cch
