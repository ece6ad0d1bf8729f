#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"
#include "cch/experiments/comparison.hpp"

// The document of a comparison of criteria with the gains of trained pairs, schema cch.compare/1.

namespace cch::documents {

/// Numbers by name: metrics of a network, scores of criteria.
using Numbers = std::map<std::string, Number>;

/// A criterion over a set of pairs.
struct ScoredCriterion {
  CriterionScore score;   ///< of a stored document without resampled_seeds
  std::string resampled;  ///< what the bootstrap drew
};

/// The same over the pairs with one value of a facet.
struct CriterionSlice : ScoredCriterion {
  Fact value;  ///< of the facet: a number or a word
};

struct ComparedCriterion : ScoredCriterion {
  std::string kind;                   ///< score, decision, baseline
  std::vector<std::string> predicts;  ///< metrics whose gain it predicts in their unit
  std::vector<CriterionSlice> slices;
};

/// The question of a pair. What its study does not have is absent.
struct ComparedUnit {
  std::string task;
  Facts setting;
  std::optional<Fact> labelled;  ///< rows, or "all"
  std::optional<Fact> scenario;
};

struct ComparedTeacher {
  std::string name;
  std::optional<Facts> parameters;
  std::optional<Fact> labels_from;
};

struct ComparedLoss {
  std::string form;
  std::optional<Fact> weighting;
  std::optional<Fact> lambda;
  std::optional<Fact> temperature;
  std::optional<Fact> scaled;
};

struct PairPrediction {
  std::string by;
  Number score;
  std::string says;  ///< distil, do-not-distil, undecided
};

struct PairControl {
  std::string control;
  GainSummary gain;
  std::optional<GainSummary> difference;  ///< teacher less control
  std::optional<bool> teacher_gains_more;
};

/// A teacher, a student and a loss.
struct ComparedPair {
  std::string study;
  ComparedUnit unit;
  ComparedTeacher teacher;
  ComparedLoss loss;
  std::vector<std::uint64_t> seeds;
  std::string metric;
  std::optional<PairPrediction> predicted;
  GainSummary observed_gain;
  std::string sign;  ///< "+", "-", undecided
  std::optional<bool> agrees;
  std::map<std::string, GainSummary> gains;  ///< by metric
  Numbers student;
  Numbers distilled;
  Numbers teacher_alone;
  Numbers scores;
  std::vector<PairControl> controls;
};

struct AgreementCounts {
  std::size_t agree = 0;
  std::size_t decided = 0;
  std::size_t undecided = 0;
  std::size_t plus = 0;
  std::size_t minus = 0;
  std::size_t pairs = 0;
};

/// What was found in a folder of a study, or of a ranking (teachers alone).
struct ComparedFolder {
  std::string folder;
  std::string kind;
  std::optional<std::size_t> runs;
  std::optional<std::size_t> criteria;
  std::optional<std::size_t> teachers;
  std::optional<std::size_t> failed;
  std::optional<std::size_t> unfinished;
  std::optional<std::size_t> repeated;
};

/// A comparison without its pairs, of which there may be very many.
struct CompareHead {
  AgreementCounts agreement;
  std::vector<ComparedCriterion> criteria;     ///< the best first
  std::map<std::string, std::string> metrics;  ///< by study
  std::vector<ComparedFolder> folders;
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  std::string metric;  ///< settings
  std::string predict_by;
  std::size_t draws = 0;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

struct CompareDocument : CompareHead {
  std::vector<ComparedPair> pairs;
};

/// The document as JSON, in one line or indented.
std::string to_text(const CompareDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
CompareDocument parse_compare(std::string_view text);
/// The document as its file gives it back.
CompareDocument as_stored(CompareDocument document);

}  // namespace cch::documents
