#pragma once

#include <string>

#include "cch/documents/sweep.hpp"

namespace cch::report {

/// A cch.gaussian/1 document of kind "sweep" as one HTML file below 1 MB whatever the number of
/// cells: no script, nothing fetched, light and dark, readable from 360 px, printable. Pictures
/// show at most a stated number of cells, values and points; every count is over all of them.
/// Shares, Wilson intervals, biases and z scores are of the document's numbers
/// (cch/gaussian/study_result.hpp); no law, risk or estimate is computed again.
std::string render_sweep_html(const documents::SweepDocument& document);

/// How much of a study a terminal shows.
enum class SweepDetail {
  counts,  ///< what was right how often, alone
  some,    ///< also notes and at most 30 cells spread over the grid
  all,     ///< also every cell
};

/// The same for a terminal of 80 columns: what was right how often, a line a criterion (summed over
/// λ), then cells.
std::string render_sweep_table(const documents::SweepDocument& document, SweepDetail detail);

/// A line a cell and λ as CSV (RFC 4180), numbers in full precision, an empty field for null:
/// every parameter, the closed form, what each law says, the simulation, and the estimates of the
/// cell (repeated for each of its λ).
std::string sweep_csv(const documents::SweepDocument& document);

}  // namespace cch::report
