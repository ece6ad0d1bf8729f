#pragma once

#include <string>
#include <vector>

#include "cch/documents/from_result.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/per_class.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// What the document of a ranking says beside its result: files, settings, each class.
documents::RankBeside beside_ranking(const RankSettings& settings, const RankInputs& inputs,
                                     const std::vector<ClassRanking>& per_class,
                                     const std::string& command_line, double seconds);

}  // namespace cch
