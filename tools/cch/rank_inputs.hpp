#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/criterion/ranking.hpp"
#include "tools/cch/rank_settings.hpp"

namespace cch {

/// The aligned inputs of a ranking and what there is to say about them.
struct RankInputs {
  RankInput input;
  nlohmann::json record;     ///< "inputs" of the document
  nlohmann::json alignment;  ///< "alignment" of the document
  std::string labels_reason;
  std::vector<Warning> warnings;
};

/// Reads every file, collects all faults into one Error, aligns the rows by identifiers or by
/// order.
RankInputs load_rank_inputs(const RankSettings& settings);

}  // namespace cch
