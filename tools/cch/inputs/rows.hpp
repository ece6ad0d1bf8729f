#pragma once

#include <vector>

#include "cch/core/error.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/documents/parts.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// The aligned inputs of a ranking and what there is to say about them.
struct RankInputs {
  RankInput input;
  ExtraRows further;  ///< with labels, where `extra` of the input is for those without
  std::vector<documents::InputRecord> record;  ///< what was read
  documents::Alignment alignment;
  std::string labels_reason;
  std::vector<Warning> warnings;
};

/// Reads every file, collects all faults into one Error, aligns the rows by identifiers or by
/// order.
RankInputs load_rank_inputs(const RankSettings& settings);

}  // namespace cch
