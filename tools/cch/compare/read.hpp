#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/documents/compare.hpp"
#include "cch/experiments/pairing.hpp"

namespace cch {

/// What a run is about.
struct RunQuestion {
  documents::ComparedUnit unit;
  std::optional<documents::ComparedTeacher> teacher;
  std::optional<documents::ComparedLoss> loss;
};

/// The questions of runs by their cells (PairableRun::cell).
class RunQuestions {
 public:
  void add(const std::string& cell, const std::function<RunQuestion()>& question) {
    if (!by_cell_.contains(cell)) by_cell_.emplace(cell, question());
  }
  const RunQuestion& operator[](const std::string& cell) const { return by_cell_.at(cell); }

 private:
  std::map<std::string, RunQuestion> by_cell_;
};

/// Everything that the folders hold.
struct CompareInputs {
  RunPairing pairing;
  RunQuestions questions;
  std::vector<documents::FileRecord> inputs;
  std::vector<documents::ComparedFolder> folders;  ///< counts of each
  std::vector<Warning> warnings;
};

/// Reads train folders (study.json) and rank folders (rank.json) in any order; of a record stays
/// what RunPairing keeps. A run that two
/// folders hold, as shards of one study may, counts once. Failed and unfinished runs are counted in
/// warnings. Data Errors, all of a call at once, each naming its file: "folder-missing",
/// "folder-unknown" (neither kind), "result-damaged", "document-schema", "result-incomplete",
/// "document-field-type".
CompareInputs read_compare_folders(const std::vector<std::string>& folders);

}  // namespace cch
