#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"

// The document of a feasibility check, schema cch.check/1: can these data decide the question?
// Informations and margins are in nats. What is empty was not asked for or could not be had.

namespace cch::documents {

/// Mean estimate of an information that was planted.
struct PlantedMean {
  Number truth;
  Number mean;
  Number standard_error;
};

/// Verdicts at a planted margin.
struct PlantedMargin {
  Number margin;
  Number mean;  ///< measured
  Number sd;
  Number standard_error;  ///< root mean square of those reported
  Number right;           ///< shares of verdicts
  Number wrong;
  std::size_t draws = 0;
};

/// The smallest margin that is decided.
struct DecidedFrom {
  Number nats;
  std::string why_not;  ///< a sentence, where there is none
};

/// An estimator in one family of planted data.
struct FamilyForecast {
  std::string family;  ///< gaussian, curved
  DecidedFrom smallest;
  std::optional<DecidedFrom> smallest_against;  ///< below zero; in the Gaussian family alone
  Number power_at_wanted_margin;
  std::vector<PlantedMean> bias;  ///< of I(T;S)
  PlantedMean bias_student_labels;
  Number student_labels_standard_error;
  std::vector<PlantedMargin> power;
  std::vector<std::array<double, 3>> verdict_curve;  ///< margin, share right, share wrong
};

struct EstimatorForecast {
  std::string name;
  std::string student_labels;
  std::vector<FamilyForecast> families;  ///< Gaussian first
};

/// The smallest margin at a number of rows.
struct SizeForecast {
  std::size_t rows = 0;
  std::optional<std::size_t> groups;
  Number smallest_margin;
  std::string why_not;
  bool extrapolated = false;
};

struct TriedSize : SizeForecast {
  std::array<Number, 2> interval95;
};

/// Rows from which the wanted margin is decided; an end that is not bounded is empty.
struct NeededSize : SizeForecast {
  std::array<std::optional<std::size_t>, 2> rows_interval95;
};

struct TeacherForecast {
  std::string name;
  std::size_t dim = 0;
  std::size_t pairs = 0;    ///< student directions that it shares
  std::string planted_as;   ///< the teacher whose shape was planted
  std::string recommended;  ///< estimator
  std::string why;
  std::vector<EstimatorForecast> estimators;  ///< the first decides
  std::vector<TriedSize> sizes;
  std::optional<NeededSize> needed;
  std::string needed_why_not;
};

/// An estimator of the first teacher, Gaussian family: what decides, in short.
struct EstimatorSummary {
  std::string name;
  std::string student_labels;
  std::vector<PlantedMean> bias;
  std::vector<PlantedMargin> power;
};

struct ConsistencyOutcome {
  std::string name;
  std::string subject;
  Number value;
  Number expected;
  Number tolerance;
  bool at_most = false;
  bool passed = false;
  std::string words;
  /// student, labels: what the subject's information is about; checks of before do not say it, nor
  /// what follows.
  std::optional<std::string> about = {};
  std::optional<std::string> estimator = {};
  Number standard_error = {};  ///< of value − expected
};

struct LeakOutcome {
  std::string code;
  std::string subject;
  bool alarm = false;
  Number value;
  Number limit;
  std::string words;
};

struct LeakOutcomes {
  std::string split;  ///< how it was read
  std::vector<LeakOutcome> checks;
};

struct GroupEffect {
  std::size_t count = 0;
  Number icc;  ///< intra-class correlation
  Number design_effect;
  Number effective_rows;
};

/// One world that a plan cannot exclude.
struct PlannedWorld {
  Number share_of_entropy;  ///< I(S;Y)/H(Y); nats without classes
  std::size_t pairs = 0;
  Number minimal_margin;
};

struct PlannedWorlds {
  std::vector<PlannedWorld> scenarios;
  Number minimal_margin_low;
  Number minimal_margin_high;  ///< empty: no margin can be decided in one of them
};

/// How often rankings of such questions came out firm on the reference corpus.
struct FirmRankings {
  std::string student;   ///< linear, mlp
  std::string scenario;  ///< same-rows, …
  std::size_t least_rows = 0;
  std::size_t most_rows = 0;
  Number share;
  std::size_t cells = 0;
};

struct CheckDocument {
  std::string mode;     ///< features, plan
  std::string verdict;  ///< feasible, with_caution, not_feasible
  Number minimal_margin;
  std::vector<std::string> reasons;
  Number wanted_power;
  Number wanted_wrong;
  Number wanted_margin;
  std::size_t rows = 0;
  std::size_t rows_planted = 0;
  std::optional<GroupEffect> groups;
  std::string student;
  std::size_t dim_student = 0;
  std::string labels;  ///< discrete, continuous
  std::string labels_reason;
  std::optional<std::size_t> classes;
  Number entropy_nats;
  std::string scale;
  Number i_student_labels_planted;
  Number ln_rows;  ///< ceilings of estimates
  Number entropy_labels;
  std::vector<TeacherForecast> teachers;
  std::vector<EstimatorSummary> estimators;
  std::optional<PlannedWorlds> plan;
  std::vector<ConsistencyOutcome> consistency;
  std::optional<LeakOutcomes> leaks;
  Number rank_seconds;
  std::string rank_how;
  std::optional<std::vector<FirmRankings>> firm;  ///< absent for real-valued labels
  Number train_seconds;
  std::string train_how;
  std::vector<Warning> warnings;
  std::vector<InputRecord> inputs;
  std::optional<Alignment> alignment;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
  Machine machine;
  Number seconds;
};

/// The document as JSON, in one line or indented.
std::string to_text(const CheckDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
CheckDocument parse_check(std::string_view text);
/// The document as its file gives it back.
CheckDocument as_stored(const CheckDocument& document);

}  // namespace cch::documents
