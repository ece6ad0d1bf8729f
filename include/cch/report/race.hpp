#pragma once

#include <string>

#include "cch/documents/race.hpp"
#include "cch/report/terminal.hpp"

// A race of set-ups as text; nothing is computed again.

namespace cch::report {

/// The winner, how likely it is the best one, what it is expected to reach, and at which cost that
/// was found.
std::string race_sentence(const documents::RaceDocument& document);

/// For a terminal: the sentence, and every set-up with its scores on the rungs.
std::string render_race_table(const documents::RaceDocument& document, const TerminalStyle& style);

/// One HTML file: the race by rungs, expectations, cost, the command.
std::string render_race_html(const documents::RaceDocument& document);

}  // namespace cch::report
