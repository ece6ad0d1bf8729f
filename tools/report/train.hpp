#pragma once

#include <string>

#include "tools/report/train/model.hpp"

namespace cch::report {

/// Trained pairs as one HTML file below 1 MB: no script, nothing fetched, light and dark, readable
/// from 360 px, printable. Pictures and tables show at most a stated number of cells, chosen by
/// their place alone.
std::string render_train_html(const TrainReport& report);

/// The same for a terminal: levels, then gains with their standard error over seeds, a line a cell.
/// Shuffled controls, one a teacher and loss, only if `all`.
std::string render_train_table(const TrainReport& report, bool all);

/// A line a teacher, student and loss (controls too) as CSV (RFC 4180), numbers in full precision.
std::string train_csv(const TrainReport& report);

}  // namespace cch::report
