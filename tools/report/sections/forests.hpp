#pragma once

#include <string>

#include "tools/report/field.hpp"

namespace cch::report {

/// The two sides of each margin, I(T;S) above I(S;Y), on one axis.
std::string sides_figure(const json& document);

}  // namespace cch::report
