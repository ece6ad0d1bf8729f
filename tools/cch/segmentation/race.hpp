#pragma once

#include <string>

#include "cch/documents/race.hpp"
#include "cch/experiments/segmentation_race.hpp"
#include "tools/cch/segment.hpp"

namespace cch {

/// `cch train STUDY.toml --race METRIC`: chooses a set-up by short trainings in DIR/runs, writes
/// race.json and race.html. Usage Errors of parse_race_metric and race_candidates, "bad-budget"
/// where the budget does not buy an epoch of all of them.
int run_race(const TrainSettings& s, SegmentationStudy study, Invocation& invocation);

/// A share of 1 from "20%"; usage Error "bad-budget".
double parse_race_share(const std::string& text);
std::string race_share_text(double share);

bool has_race(const std::string& folder);
documents::RaceDocument read_race_folder(const std::string& folder);
/// race.html and, if it is named, the page in another file; with the document race.json. Returns
/// their paths.
std::vector<std::string> write_race(const documents::RaceDocument& document,
                                    const std::string& folder, const std::string& html,
                                    bool with_document);

/// Leaves the set-up that the race in the folder has chosen, what it needs and what its gain is
/// measured from. Data Error "result-missing" without a race; usage Error "unknown-setup" where the
/// study lacks it now. Returns why the race's networks are not trained further: a sentence.
std::string keep_winner(SegmentationStudy& study, const std::string& folder);

}  // namespace cch
