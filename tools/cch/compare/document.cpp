#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "cch/core/nearest_name.hpp"
#include "tools/cch/compare.hpp"
#include "tools/cch/compare/facts.hpp"
#include "tools/cch/document_parts.hpp"

namespace cch {
namespace {

// With fewer, a gain of any size may lie two standard errors from 0 by chance (three: 18 %).
constexpr std::size_t kFewSeeds = 4;
constexpr std::ptrdiff_t kScoresOfBaselines = 3;
// Percentile intervals of fewer resampled cases are rough.
constexpr std::size_t kFewClusters = 10;

/// The metric that each study is judged by.
std::map<std::string, std::string> metrics_of(const CompareSettings& s, const PairedRuns& paired) {
  std::map<std::string, std::string> out;
  for (const TrainedPair& pair : paired.pairs) {
    std::string& metric = out[pair.study];
    if (!s.metric.empty()) {
      metric = s.metric;
    } else if (metric != "accuracy") {
      metric = "mse";
      for (const char* name : {"miou", "accuracy"}) {
        if (!gains_in(paired, pair, name).empty()) metric = name;
      }
    }
  }
  return out;
}

struct Judged {
  std::vector<JudgedPair> pairs;
  std::vector<Warning> warnings;
};

Judged judge(const PairedRuns& paired, const RunQuestions& questions,
             const std::map<std::string, std::string>& metrics) {
  Judged out;
  CellMaker cell_of(paired, questions);
  std::size_t once = 0;
  std::size_t without = 0;
  std::size_t few = 0;
  for (const TrainedPair& pair : paired.pairs) {
    const std::string& metric = metrics.at(pair.study);
    const std::vector<double> gains = values_of(gains_in(paired, pair, metric));
    if (gains.size() < 2) {
      ++(gains.empty() ? without : once);
      continue;
    }
    if (gains.size() < kFewSeeds) ++few;
    out.pairs.push_back({&pair, metric, summarise_gains(gains), cell_of(pair, metric)});
  }
  const auto warn = [&](std::size_t count, const char* code, const char* what) {
    if (count > 0) out.warnings.push_back({code, fmt::format("{}: {}", what, count)});
  };
  warn(once, "one-seed", "Pairs with one seed alone, of which no error can be told, are left out");
  warn(without, "metric-missing", "Pairs without the metric are left out");
  warn(few, "few-seeds",
       "Pairs with two or three seeds, whose sign is often decided by chance, count all the same");
  return out;
}

void require_pairs(const PairedRuns& paired, const Judged& judged) {
  if (paired.pairs.empty()) {
    refuse_data("no-pairs", "no distilled run has a student to be compared with", "",
                "a gain is the difference of the two",
                "Name folders of cch train whose studies have finished");
  }
  if (!judged.pairs.empty()) return;
  refuse_data("no-repeated-cells", "no pair has two seeds in the metric",
              fmt::format("{} pairs", paired.pairs.size()), "without them no error can be told",
              "Train with more seeds, or choose another --metric");
}

void warn_about_cases(const std::vector<JudgedPair>& pairs, std::vector<Warning>& warnings) {
  std::set<std::string> clusters;
  std::set<std::string> units;
  std::size_t without = 0;
  for (const JudgedPair& judged : pairs) {
    clusters.insert(judged.cell.cluster);
    units.insert(judged.metric);
    const auto& seeds = judged.cell.seeds;
    const bool none = std::all_of(seeds.begin(), seeds.end(), [](const CellSeed& seed) {
      return std::count_if(seed.scores.begin(), seed.scores.end(),
                           [](double score) { return !std::isnan(score); }) <= kScoresOfBaselines;
    });
    if (none) ++without;
  }
  if (without > 0) {
    warnings.push_back(
        {"no-criteria",
         fmt::format("{} of {} pairs have no criteria but the baselines", without, pairs.size())});
  }
  if (clusters.size() == 1) {
    warnings.push_back({"one-cluster",
                        "All pairs share one setting: intervals draw seeds, and say nothing about "
                        "other settings"});
  } else if (clusters.size() < kFewClusters) {
    warnings.push_back(
        {"few-clusters", fmt::format("The pairs come from {} settings: intervals that draw so few "
                                     "are too narrow",
                                     clusters.size())});
  }
  if (units.size() > 1) {
    warnings.push_back({"several-metrics",
                        "The studies are judged by different metrics: regret, Kendall's tau over "
                        "all pairs and calibration are given by metric alone"});
  }
}

/// By AUROC, then by the lower end of its interval, then by Kendall's τ over all pairs.
bool better(const documents::ComparedCriterion& a, const documents::ComparedCriterion& b) {
  const auto places = [](const documents::ComparedCriterion& c) {
    constexpr double kNone = -2.0;  // below every AUROC and τ
    const Measured& auroc = c.score.sign_auroc;
    return std::tuple(auroc.value.value_or(kNone), auroc.interval95 ? auroc.interval95->lo : kNone,
                      c.score.kendall_tau_overall.value.value_or(kNone));
  };
  return places(a) > places(b);
}

/// One entry a criterion: all pairs, with its slices; the best first.
std::vector<documents::ComparedCriterion> compared_criteria(
    const std::vector<CriterionScore>& scores, const std::vector<std::string>& decisions) {
  std::map<std::string, documents::ComparedCriterion> by_name;
  for (const CriterionScore& score : scores) {
    documents::ComparedCriterion& entry = by_name[score.criterion];
    if (!score.facet.empty()) {
      entry.slices.push_back({scored(score), score.number ? documents::Fact(*score.number)
                                                          : documents::Fact(score.value)});
      continue;
    }
    static_cast<documents::ScoredCriterion&>(entry) = scored(score);
    entry.kind = criterion_kind(score.criterion, decisions);
    entry.predicts = predicted_metrics(score.criterion);
  }
  std::vector<documents::ComparedCriterion> sorted;
  for (auto& [name, entry] : by_name) sorted.push_back(std::move(entry));
  std::stable_sort(sorted.begin(), sorted.end(), better);
  return sorted;
}

void check_criterion(const std::string& name, const std::vector<CriterionScore>& scores) {
  if (name.empty()) return;
  std::vector<std::string> names;
  for (const CriterionScore& score : scores) names.push_back(score.criterion);
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  refuse_usage("unknown-criterion", "there is no criterion '" + name + "' in these folders",
               "nothing can be predicted by it",
               "Did you mean '" + std::string(nearest_name(name, names)) + "'?");
}

/// How often the prediction of the pairs and their sign agree.
documents::AgreementCounts agreement_of(const std::vector<documents::ComparedPair>& pairs) {
  documents::AgreementCounts out;
  for (const documents::ComparedPair& pair : pairs) {
    if (pair.sign == "+") ++out.plus;
    if (pair.sign == "-") ++out.minus;
    ++(pair.agrees ? out.decided : out.undecided);
    if (pair.agrees == true) ++out.agree;
  }
  out.pairs = pairs.size();
  return out;
}

}  // namespace

documents::CompareDocument compare_document(const CompareSettings& s, const CompareInputs& inputs,
                                            const PairedRuns& paired, const Execution& exec) {
  const auto metrics = metrics_of(s, paired);
  Judged judged = judge(paired, inputs.questions, metrics);
  require_pairs(paired, judged);
  warn_about_cases(judged.pairs, judged.warnings);
  std::vector<ComparedCell> cells;
  for (JudgedPair& pair : judged.pairs) cells.push_back(std::move(pair.cell));
  ComparisonOptions options;
  options.draws = s.draws;
  const std::vector<CriterionScore> scores = score_criteria(cells, options, exec);
  check_criterion(s.predict_by, scores);
  std::vector<Warning> warnings = inputs.warnings;
  for (const std::vector<Warning>* more : {&paired.warnings, &std::as_const(judged.warnings)}) {
    warnings.insert(warnings.end(), more->begin(), more->end());
  }
  documents::CompareDocument out;
  const PairMaker pair_of(paired, inputs.questions, s.predict_by);
  for (const JudgedPair& pair : judged.pairs) out.pairs.push_back(pair_of(pair));
  out.agreement = agreement_of(out.pairs);
  out.criteria = compared_criteria(scores, paired.decisions);
  out.metrics = metrics;
  out.folders = inputs.folders;
  out.inputs = inputs.inputs;
  out.warnings = documents::distinct(warnings);
  out.metric = s.metric.empty() ? "auto" : s.metric;
  out.predict_by = s.predict_by.empty() ? "auto" : s.predict_by;
  out.draws = s.draws;
  out.version = version();
  out.seed = exec.seed;
  return out;
}

}  // namespace cch
