#pragma once

#include <optional>
#include <string>
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

/// Everything that the folders hold.
struct CompareInputs {
  PairingInput pairing;
  std::vector<RunQuestion> questions;  ///< of the runs of `pairing`, in their order
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
