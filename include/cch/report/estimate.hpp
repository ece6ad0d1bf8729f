#pragma once

#include <string>

#include "cch/documents/estimate.hpp"
#include "cch/report/terminal.hpp"

namespace cch::report {

/// An estimate (nats) for a terminal: its error and interval, what it was made from, and warnings;
/// no diagnostics.
std::string render_estimate_table(const documents::EstimateDocument& document,
                                  const TerminalStyle& style);

}  // namespace cch::report
