#pragma once

#include <string>
#include <vector>

#include "cch/report/terminal.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/rank/evidence.hpp"

namespace cch::report {

/// The columns of the ranking for a terminal, what decided first. Those that may be left out are
/// marked; CCH at both levels goes last of all.
std::vector<TextColumn> rank_columns(const RankDocument& document, const TerminalStyle& style);

/// I(S;Y) as every teacher's row has it, or "" where rows differ (then it is a column).
std::string shared_student_side(const RankDocument& document);

}  // namespace cch::report
