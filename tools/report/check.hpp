#pragma once

#include <string>

#include "tools/report/kit/field.hpp"
#include "tools/report/rank/table.hpp"

namespace cch::report {

/// A cch.check/1 document for a terminal: verdict, smallest margins, reasons, what was tested.
std::string render_check_table(const json& document, const TerminalStyle& style);

/// The same as one HTML page below 1 MB, in the look of a ranking's.
std::string render_check_html(const json& document);

}  // namespace cch::report
