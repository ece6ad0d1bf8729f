#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/check.hpp"
#include "cch/documents/compare.hpp"
#include "cch/documents/estimate.hpp"
#include "cch/documents/image_ranking.hpp"
#include "cch/documents/plan.hpp"
#include "cch/documents/race.hpp"
#include "cch/documents/rank.hpp"
#include "cch/documents/run.hpp"
#include "cch/documents/segmentation.hpp"
#include "cch/documents/solve.hpp"
#include "cch/documents/sweep.hpp"

// The documents as JSON values, for what puts them together with others. Reading has the data
// Errors of parse_rank.

namespace cch::documents {

/// A text as JSON; data Error "result-damaged" where it is cut short or none.
nlohmann::json parse(std::string_view text);

nlohmann::json to_json(const RankDocument& document);
RankDocument read_rank(const nlohmann::json& document);
nlohmann::json to_json(const RankPlan& plan);
RankPlan read_rank_plan(const nlohmann::json& plan);
nlohmann::json to_json(const CheckDocument& document);
CheckDocument read_check(const nlohmann::json& document);
nlohmann::json to_json(const EstimateDocument& document);
EstimateDocument read_estimate(const nlohmann::json& document);
nlohmann::json to_json(const SolveDocument& document);
SolveDocument read_solve(const nlohmann::json& document);

nlohmann::json to_json(const SweepDocument& document);
SweepDocument read_sweep(const nlohmann::json& document);
/// A cell on its own, as a study's folder keeps it.
nlohmann::json to_json(const SweepCell& cell);
SweepCell read_sweep_cell(const nlohmann::json& cell);

nlohmann::json to_json(const CompareDocument& document);
CompareDocument read_compare(const nlohmann::json& document);

nlohmann::json to_json(const SegmentationDocument& document);
SegmentationDocument read_segmentation(const nlohmann::json& document);

nlohmann::json to_json(const ImageRankDocument& document);
ImageRankDocument read_image_rank(const nlohmann::json& document);

nlohmann::json to_json(const RaceDocument& document);
RaceDocument read_race(const nlohmann::json& document);

nlohmann::json to_json(const RunDocument& document);
RunDocument read_run(const nlohmann::json& document);
std::vector<FileRecord> read_run_inputs(const nlohmann::json& inputs);
StudyDocument read_study(const nlohmann::json& document);

/// The members of an object of plain values, such as an echo of settings.
Facts read_facts(const nlohmann::json& object);
nlohmann::json to_json(const Fact& fact);
nlohmann::json to_json(const Facts& facts);
nlohmann::json to_json(const Machine& machine);
nlohmann::json to_json(const FileRecord& file);
nlohmann::json to_json(const std::vector<InputRecord>& inputs);
nlohmann::json to_json(const Alignment& alignment);

}  // namespace cch::documents
