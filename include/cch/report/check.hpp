#pragma once

#include <string>

#include "cch/documents/check.hpp"
#include "cch/report/terminal.hpp"

namespace cch::report {

/// The document of a check for a terminal: verdict, smallest margins, reasons, what was tested.
std::string render_check_table(const documents::CheckDocument& document,
                               const TerminalStyle& style);

/// The same as one HTML page below 1 MB, in the look of a ranking's.
std::string render_check_html(const documents::CheckDocument& document);

}  // namespace cch::report
