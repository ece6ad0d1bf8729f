#pragma once

#include <string>
#include <vector>

#include "cch/documents/compare.hpp"
#include "cch/experiments/comparison.hpp"
#include "tools/cch/compare/read.hpp"

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
ComparedCell compared_cell(const TrainedPair& pair, const RunQuestion& question,
                           const std::string& metric);

/// The pair as the document has it; `by` is the criterion that predicts ("" for the first that the
/// pair has).
documents::ComparedPair compared_pair(const JudgedPair& judged, const PairedRuns& all,
                                      const RunQuestions& questions, const std::string& by);

/// A score with what its bootstrap drew.
documents::ScoredCriterion scored(const CriterionScore& score);

/// "decision", "baseline" or "score".
std::string criterion_kind(const std::string& name, const std::vector<std::string>& decisions);
/// The metrics whose gain the criterion predicts in their own unit; empty for all others.
std::vector<std::string> predicted_metrics(const std::string& name);

}  // namespace cch
