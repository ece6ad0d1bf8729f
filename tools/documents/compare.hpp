#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/documents/parts.hpp"

// The document of a comparison of criteria with the gains of trained pairs, schema cch.compare/1.

namespace cch::documents {

/// Numbers by name: metrics of a network, scores of criteria.
using Numbers = std::map<std::string, Number>;

/// A statistic with its bootstrap interval, over so many cases.
struct CasesValue {
  Number value;
  Number low;
  Number high;
  std::size_t cases = 0;
};

/// count/of with Wilson's interval and that of the bootstrap.
struct CountedShare {
  Number value;
  std::size_t count = 0;
  std::size_t of = 0;
  Number wilson_low;
  Number wilson_high;
  Number low;
  Number high;
};

/// Pairs of similar predicted gain.
struct GainBin {
  std::size_t cells = 0;
  Number predicted;
  Number observed;
  Number low;
  Number high;
};

/// How well a criterion did over a set of pairs.
struct CriterionNumbers {
  std::size_t cells = 0;
  std::size_t plus = 0;  ///< pairs that gain
  std::size_t minus = 0;
  std::size_t clusters = 0;
  std::string resampled;  ///< what the bootstrap drew
  CasesValue sign_auroc;
  CountedShare hit_rate;
  CountedShare false_holds;
  CasesValue top1_regret;
  CasesValue kendall_tau;  ///< within groups that differ in the teacher alone
  CasesValue kendall_tau_overall;
  CasesValue slope;
  CasesValue intercept;
  std::vector<GainBin> calibration;
};

/// The same over the pairs with one value of a facet.
struct CriterionSlice : CriterionNumbers {
  std::string by;
  Fact value;  ///< a number or a word
};

struct ComparedCriterion : CriterionNumbers {
  std::string criterion;
  std::string kind;                    ///< score, decision, baseline
  std::vector<std::string> foretells;  ///< metrics whose gain it predicts in their unit
  std::vector<CriterionSlice> slices;
};

/// A gain over seeds; interval of Student's t.
struct GainOverSeeds {
  Number mean;
  Number standard_deviation;
  Number standard_error;
  Number low;
  Number high;
  std::size_t seeds = 0;
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
  GainOverSeeds gain;
  std::optional<GainOverSeeds> difference;  ///< teacher less control
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
  GainOverSeeds observed_gain;
  std::string sign;  ///< "+", "-", undecided
  std::optional<bool> agrees;
  std::map<std::string, GainOverSeeds> gains;  ///< by metric
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

/// A file of settings or results that entered.
struct FileRecord {
  std::string role;
  std::string source;
  std::string sha256;
};

struct CompareDocument {
  AgreementCounts agreement;
  std::vector<ComparedCriterion> criteria;  ///< the best first
  std::vector<ComparedPair> pairs;
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

nlohmann::json to_json(const CompareDocument& document);
/// The same as text, in one line.
std::string to_text(const CompareDocument& document);
/// Data Errors as those of read_rank.
CompareDocument read_compare(const nlohmann::json& document);
/// The document as its file gives it back.
CompareDocument as_stored(const CompareDocument& document);

/// A pair with the unit, teacher and loss of a run (schema cch.run/1), everything else empty.
ComparedPair read_question(const nlohmann::json& unit, const nlohmann::json& teacher,
                           const nlohmann::json& loss);
std::vector<ComparedFolder> read_folders(const nlohmann::json& folders);
std::vector<FileRecord> read_files(const nlohmann::json& files);

}  // namespace cch::documents
