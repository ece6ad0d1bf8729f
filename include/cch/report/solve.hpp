#pragma once

#include <string>

#include "cch/documents/solve.hpp"

namespace cch::report {

/// The closed form of one Gaussian model for a terminal; tables alone where quiet.
std::string render_solve_table(const documents::SolveDocument& document, bool quiet);

}  // namespace cch::report
