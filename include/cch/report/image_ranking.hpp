#pragma once

#include <string>

#include "cch/documents/image_ranking.hpp"
#include "cch/report/terminal.hpp"

// Who should teach whom, from the images of a segmentation study, as text. Nothing is computed
// again; every string of the document is escaped.

namespace cch::report {

/// What was found, in one sentence: the pairs worth distilling at the age that decides, and whether
/// younger encoders say the same.
std::string image_rank_sentence(const documents::ImageRankDocument& document);

/// For a terminal: the sentence, the matrix of students and teachers, each alone, classes,
/// conditions, agreement of the ages, warnings.
std::string render_image_rank_table(const documents::ImageRankDocument& document,
                                    const TerminalStyle& style);

/// One HTML file: matrix of students and teachers, ages, classes, conditions, what moved each
/// number, data, warnings, the command, downloads.
std::string render_image_rank_html(const documents::ImageRankDocument& document);

/// All pairs of all ages, conditions and classes, a line each, numbers in full precision.
std::string render_image_rank_csv(const documents::ImageRankDocument& document);

}  // namespace cch::report
