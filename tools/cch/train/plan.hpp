#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "cch/experiments/unit_run.hpp"
#include "tools/cch/train.hpp"
#include "tools/documents/progress.hpp"

namespace cch {

/// What is stored of a run.
struct RunState {
  Stored stored = Stored::no;
  std::string failure;  ///< of a failed one
};

/// Which stored runs are run again, where failed ones are.
struct Redo {
  bool failed = true;   ///< those that failed
  bool missing = true;  ///< those that are not there
  /// Failures that were stored after this are another process's new ones, and stay.
  std::filesystem::file_time_type since = std::filesystem::file_time_type::max();
};
/// Of a process that takes part in a study so.
Redo redo_of(const TrainSettings& s);
/// Whether a run stays as it is. `path`: of its record.
bool stays(const RunState& state, const Redo& redo, const std::string& path);

/// What the text of a record says of its run.
RunState run_state(const std::string& record, const std::string& key);
/// The record of a run as it is stored: damaged ones, which `damage` names, count as not there.
RunState run_state(const RunStore& store, const std::string& key, std::vector<Warning>& damage);

/// The units of a study, or of a part of it, with what is stored of their runs.
struct TrainPlan {
  std::vector<UnitCell> cells;
  std::vector<UnitStored> stored;
  std::vector<std::vector<RunState>> states;
  std::size_t runs = 0;

  [[nodiscard]] std::size_t count(Stored stored) const;
  [[nodiscard]] bool complete() const { return count(Stored::no) == 0; }
};
TrainPlan make_plan(const TrainSettings& s, const RunKeys& keys);
/// Takes in what is stored of one unit.
UnitStored look(TrainPlan& plan, std::size_t unit, const RunStore& store, const Redo& redo,
                std::vector<Warning>& damage);
/// The same for many workers on one file system, by one look at the file that is written last:
/// nothing is read, so that a failed or damaged record passes for a good one. Who has seen a whole
/// block of units finished marks it (DIR/finished), and one look at the mark does for all of them.
class Glances {
 public:
  Glances(TrainPlan& plan, const RunStore& store);
  /// Called for several units at once.
  UnitStored of(std::size_t unit);

 private:
  struct Block {
    bool looked = false;   ///< for its mark
    std::size_t open = 0;  ///< units that were not seen finished
  };
  void see(std::size_t unit);
  [[nodiscard]] std::string mark(std::size_t block) const;

  TrainPlan& plan_;
  const RunStore& store_;
  std::vector<Block> blocks_;
  std::vector<char> seen_;
  std::mutex mutex_;
};
/// Takes in what is stored of all.
void look(TrainPlan& plan, const RunStore& store, const Redo& redo, std::vector<Warning>& damage);

/// Runs of the whole study, whatever this process has of it.
std::size_t planned_runs(const Study& study);

/// The units as a document; without the failed ones alone, if `failed`.
documents::UnitList unit_list(const TrainPlan& plan, bool failed);
/// What the list is of.
void describe(documents::UnitList& list, const std::string& title,
              const documents::StudyHead& head);
/// One line a unit.
void print_units(const documents::UnitList& list, std::ostream& out);

}  // namespace cch
