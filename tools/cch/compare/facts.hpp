#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cch/documents/compare.hpp"
#include "cch/experiments/comparison.hpp"
#include "tools/cch/compare/read.hpp"

namespace cch {

/// A number a seed, seeds ascending.
using BySeed = std::vector<std::pair<std::uint64_t, double>>;

/// A pair in the metric that its study is judged by: at least two seeds.
struct JudgedPair {
  const TrainedPair* pair = nullptr;
  std::string metric;
  GainSummary gain;
  ComparedCell cell;
};

/// The gains of the seeds that have this metric.
BySeed gains_in(const PairedRuns& all, const TrainedPair& pair, const std::string& metric);
std::vector<double> values_of(const BySeed& by_seed);

/// Cells of pairs; those with the same criteria share the names.
class CellMaker {
 public:
  CellMaker(const PairedRuns& all, const RunQuestions& questions)
      : all_(all), questions_(questions) {}
  /// The pair in this metric, of the seeds that have it.
  ComparedCell operator()(const TrainedPair& pair, const std::string& metric);

 private:
  const PairedRuns& all_;
  const RunQuestions& questions_;
  std::map<std::vector<std::string>, CriterionNames> names_;
};

/// Pairs as the document has them; `by` is the criterion that predicts ("" for the first that the
/// pair has).
class PairMaker {
 public:
  PairMaker(const PairedRuns& all, const RunQuestions& questions, std::string by);
  [[nodiscard]] documents::ComparedPair operator()(const JudgedPair& judged) const;

 private:
  [[nodiscard]] std::vector<documents::PairControl> controls_of(const JudgedPair& judged) const;

  const PairedRuns& all_;
  const RunQuestions& questions_;
  std::string by_;
  std::map<std::string, std::vector<const TrainedPair*>> controls_;  ///< by study, unit and loss
};

/// A score with what its bootstrap drew.
documents::ScoredCriterion scored(const CriterionScore& score);

/// "decision", "baseline" or "score".
std::string criterion_kind(const std::string& name, const std::vector<std::string>& decisions);
/// The metrics whose gain the criterion predicts in their own unit; empty for all others.
std::vector<std::string> predicted_metrics(const std::string& name);

}  // namespace cch
