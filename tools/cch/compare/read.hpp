#pragma once

#include <cstddef>
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

/// The questions of runs; those of one cell share theirs.
class RunQuestions {
 public:
  /// Of the next run.
  void add(const std::string& cell, RunQuestion question) {
    const auto [at, first] = by_cell_.try_emplace(cell, distinct_.size());
    if (first) distinct_.push_back(std::move(question));
    of_run_.push_back(at->second);
  }
  const RunQuestion& operator[](std::size_t run) const { return distinct_[of_run_[run]]; }

 private:
  std::map<std::string, std::size_t> by_cell_;
  std::vector<RunQuestion> distinct_;
  std::vector<std::size_t> of_run_;
};

/// Everything that the folders hold.
struct CompareInputs {
  PairingInput pairing;
  RunQuestions questions;  ///< of the runs of `pairing`, in their order
  std::vector<documents::FileRecord> inputs;
  std::vector<documents::ComparedFolder> folders;  ///< counts of each
  std::vector<Warning> warnings;
};

/// Reads train folders (study.json) and rank folders (rank.json) in any order. A run that two
/// folders hold, as shards of one study may, counts once. Failed and unfinished runs are counted in
/// warnings. Data Errors, all of a call at once, each naming its file: "folder-missing",
/// "folder-unknown" (neither kind), "result-damaged", "document-schema", "result-incomplete",
/// "document-field-type".
CompareInputs read_compare_folders(const std::vector<std::string>& folders);

}  // namespace cch
