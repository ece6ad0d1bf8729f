#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cch/experiments/comparison.hpp"
#include "tools/cch/compare_cells.hpp"

namespace cch {

/// A pair in the metric that its study is judged by: at least two seeds.
struct JudgedPair {
  const TrainedPair* pair = nullptr;
  std::string metric;
  GainSummary gain;
  ComparedCell cell;
};

/// The gains of the seeds that have this metric, and summaries of anything else over seeds.
std::vector<double> gains_in(const TrainedPair& pair, const std::string& metric);
ComparedCell compared_cell(const TrainedPair& pair, const std::string& metric);

/// {"mean", "standard_deviation", "standard_error", "interval95", "seeds"}.
nlohmann::json gain_json(const GainSummary& gain);
/// "+", "−" or "undecided".
std::string sign_word(int sign);

/// The pair as an entry of "pairs"; `by` is the criterion that predicts ("" for the first that the
/// pair has).
nlohmann::json pair_json(const JudgedPair& judged, const PairedRuns& all, const std::string& by);

/// An entry of "criteria" without its slices, or one of these.
nlohmann::json criterion_json(const CriterionScore& score);

/// "decision", "baseline" or "score".
std::string criterion_kind(const std::string& name, const std::vector<std::string>& decisions);
/// The metrics whose gain the criterion predicts in their own unit; empty for all others.
std::vector<std::string> predicted_metrics(const std::string& name);

}  // namespace cch
