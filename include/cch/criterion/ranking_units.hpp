#pragma once

#include "cch/criterion/ranking.hpp"

namespace cch {

/// Puts every variable of a question into usual units (column_units.hpp); returns whether any
/// changed. Main, extra and unpaired rows of a variable share its units, and so do those of
/// `further` (null: none); a clone goes on sharing the student's values, and outputs of teachers
/// that were trained before stay as they are. rank_teachers does it itself. With Scale::none, where
/// columns are compared as they come, a data Error "extreme-values" that names the column.
bool put_in_usual_units(RankInput& input, ExtraRows* further, Scale scale);

}  // namespace cch
