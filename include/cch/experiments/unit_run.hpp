#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cch/experiments/runner.hpp"
#include "cch/experiments/store.hpp"
#include "cch/experiments/unit.hpp"

namespace cch {

/// A unit of a study with the keys of its records.
struct UnitCell {
  StudyUnit unit;
  std::vector<std::string> keys;           ///< by runs(study, unit)
  std::vector<std::string> criteria_keys;  ///< by teacher; empty: none are measured
};
/// The teachers of a unit whose criteria are measured, in the order of measure_criteria.
std::vector<RunTeacher> criteria_teachers(const Study& study, const StudyUnit& unit);
/// The units of a study's part, without keys; units of the first `criteria_seeds` seeds have as
/// many (empty) criteria_keys as teachers, and all as many keys as runs.
std::vector<UnitCell> unit_cells(const Study& study, const Shard& shard);

/// What of a unit is stored, and stays as it is.
struct UnitStored {
  std::vector<bool> runs;
  bool criteria = true;
  bool failed = false;  ///< one of these runs
  [[nodiscard]] bool all() const;
};

/// What the owner of a study's records does; called for several cells at once.
struct UnitRecords {
  /// The text of the record of a run that has just ended, or of a teacher's criteria.
  std::function<std::string(std::size_t cell, std::size_t run, const RunResult& result)> run;
  std::function<std::string(std::size_t cell, std::size_t teacher, const CriteriaResult& result)>
      criteria;
  /// Takes in what another process has stored.
  std::function<UnitStored(std::size_t cell)> find;
  /// The same at less cost, before the claim; what counts there is claimed no more. May be empty.
  std::function<UnitStored(std::size_t cell)> glance = {};
};

/// Trains the units that are not `stored` as a whole; runs that are finished stay as they are. A
/// failure of a whole unit is that of its runs. Beside result.json a run has train.jsonl (losses)
/// and, with `keep_weights`, last.safetensors and best.safetensors; criteria are in criteria.json.
/// `shared`: other processes may have units of the study.
RunCounts run_units(const Study& study, const TaskData& data, const std::vector<UnitCell>& cells,
                    std::vector<UnitStored> stored, const RunStore& store,
                    const UnitRecords& records, bool keep_weights, bool shared,
                    const RunOptions& options, const Execution& exec);

}  // namespace cch
