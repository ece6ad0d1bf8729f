#pragma once

#include <string>

#include "cch/criterion/ranking.hpp"
#include "cch/documents/rank.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/per_class.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// The cch.rank/2 document: what every renderer shows and what is kept on disk.
documents::RankDocument rank_document(const RankSettings& settings, const RankInputs& inputs,
                                      const RankResult& result, const Execution& exec,
                                      const std::vector<ClassRanking>& per_class,
                                      const std::string& command_line, double seconds);

}  // namespace cch
