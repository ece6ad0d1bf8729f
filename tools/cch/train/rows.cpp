#include <fmt/format.h>

#include "cch/data/written_files.hpp"
#include "tools/cch/train.hpp"

namespace cch {
namespace {

void add_part(std::string& out, const std::string& unit, const char* part,
              const std::vector<std::size_t>& rows) {
  for (const std::size_t row : rows) out += fmt::format("{},{},{}\n", unit, part, row);
}

}  // namespace

void write_rows(const TrainSettings& s, const TaskData& data, const Execution& exec) {
  if (!std::holds_alternative<FeaturesTask>(s.study.task)) {
    refuse_usage("bad-task", "--rows is for studies of saved features", "the task draws its rows",
                 "Leave --rows out, or take a task 'features'");
  }
  std::string text = "seed,student,labelled,scenario,part,row\n";
  for (const UnitCell& cell : unit_cells(s.study, parse_shard(s.share.shard))) {
    const StudyUnit& unit = cell.unit;
    const StudyRows rows = study_rows(s.study, data, unit, exec);
    const std::string labelled =
        unit.labelled == 0 ? std::string("all") : std::to_string(unit.labelled);
    const std::string name =
        fmt::format("{},{},{},{}", unit.seed, std::get<std::string>(unit.setting.front().second),
                    labelled, unit.scenario);
    add_part(text, name, "fitted", rows.fitted);
    add_part(text, name, "validation", rows.validation);
    add_part(text, name, "extra", rows.extra);
    add_part(text, name, "test", rows.test);
  }
  write_files({{s.rows, text}});
}

}  // namespace cch
