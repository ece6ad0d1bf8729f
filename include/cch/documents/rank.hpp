#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/chances.hpp"
#include "cch/documents/parts.hpp"

// The document of a ranking, schema cch.rank/2 (1 had no chances). T teacher, S student, Y labels;
// t, s their cross-fitted predictions. Informations are in nats. What is empty was not asked for or
// could not be had; a warning says why.

namespace cch::documents {

/// I(T;S) − I(S;Y), with one-sided p values (Holm over the teachers).
struct MarginValue : Value {
  Number p_above;
  Number p_below;
};

/// The CCH on representations.
struct RepresentationLevel {
  std::string outcome;  ///< holds, fails, undecided
  Number margin;
  bool trivially_satisfied = false;  ///< I(T;S) exceeds H(Y)
  bool mixed_families = false;       ///< the two sides come from estimators of other biases
  Number i_student_labels_upper;
  std::optional<bool> bias_could_flip;  ///< of the planted calibration
  std::string verdict;                  ///< distil, do_not_distil, inconclusive, unreliable
  std::vector<std::string> reasons;
};

/// The CCH on predictions.
struct PredictionOutcome {
  Value margin;
  std::string outcome;  ///< holds, fails, undecided
  Number p_above;
  Number p_below;
  bool capped = false;   ///< r² at its limit .9999
  bool opposed = false;  ///< r(t, s) ≤ 0
};

/// The two sides of a margin.
struct Sides {
  Number i_teacher_student;
  Number i_student_labels;
};

/// What the prediction level rests on.
struct PredictionNumbers : Sides {
  Number r_teacher_student;  ///< pooled correlations
  Number r_student_labels;
  Amount beta_s;  ///< how much t follows the student's signal, and its errors
  Amount beta_e;
  Number beta_difference;
  Number predicted_gain;  ///< cosine
  Number lambda;
  std::optional<Sides> gaussian;  ///< by other estimators
  std::optional<Sides> mixed_ksg;
};

/// A linear student trained with the teacher against one without.
struct Pilot {
  Value gain_cross_entropy;                   ///< real labels: ½ ln of the ratio of squared errors
  std::optional<Value> gain_over_uninformed;  ///< less that of soft labels that tell nothing
  std::optional<Amount> gain_accuracy;        ///< share of rows
  std::string outcome;                        ///< helps, harms, undecided
  bool equivalent = false;                    ///< wholly within the range of no difference
  Number weight;                              ///< of the teacher's labels; what most folds picked
  Number temperature;
  std::vector<Number> weights;  ///< by fold
  std::vector<Number> temperatures;
  Number teacher_score;
};

/// What an estimator misses on planted data where it says what it said here.
struct PlantedSide {
  Number bias;
  Number standard_error;
  Number truth;
  bool resolved = false;  ///< the estimate lies within the planted range
};

struct PlantedCurvePoint {
  Number truth;
  Number mean;
  Number standard_error;
  Number sd;
};

struct PlantedCalibration {
  PlantedSide teacher_student;
  PlantedSide student_labels;
  Number margin_bias;
  Number low;  ///< interval of the margin that takes in the bias
  Number high;
  bool could_flip = false;
  std::vector<PlantedCurvePoint> curve;  ///< of I(T;S)
  std::size_t repeats = 0;
  Facts diagnostics;
};

/// Permutation test of I(T;S) = 0.
struct NullTest {
  Number p_value;
  Number resolution;
  std::size_t permutations = 0;
  Number observed;
  std::string statistic;
  std::string scheme;
  std::size_t rows_left_out = 0;
  std::vector<Number> edges;        ///< of the histogram of the permuted statistics
  std::vector<std::size_t> counts;  ///< one fewer
};

/// How firm the place of a teacher in the order by I(T;S) is.
struct Place {
  Number top1;  ///< share of draws in which it is first
  std::size_t best = 0;
  std::size_t worst = 0;
  Number mean_rank;
};

struct ConditionalValue : Value {
  std::string estimator;
};

struct ValueOnRows : Value {
  std::size_t rows = 0;
};

/// Of a teacher that was trained before.
struct StoredTeacher {
  std::string kind;       ///< logits or probabilities
  bool saw_rows = false;  ///< it was trained with the labels of these rows
};

/// A teacher by one estimator, at the level of representations.
struct RepresentedTeacher {
  std::string name;
  std::size_t dim = 0;
  std::size_t rank = 0;
  Value i_teacher_student;
  Value i_student_labels;
  std::optional<Value> i_teacher_labels;
  MarginValue margin;
  RepresentationLevel representation;
  Facts diagnostics;  ///< of I(T;S)
  std::optional<StoredTeacher> stored = {};
};

/// A teacher with all evidence and its verdict.
struct JudgedTeacher : RepresentedTeacher {
  std::optional<ConditionalValue> i_teacher_labels_given_student;
  /// I(T;S;Y), the part of I(T;S) that is about the labels; rankings of before do not have it.
  std::optional<ConditionalValue> i_teacher_student_labels;
  std::optional<ValueOnRows> i_teacher_student_all_rows;
  std::optional<PredictionOutcome> prediction;
  std::optional<PredictionNumbers> prediction_level;
  std::optional<Pilot> pilot;
  std::optional<PlantedCalibration> planted_bias;
  std::optional<NullTest> null;
  std::optional<Place> stability;
  /// The first decides the kind of student; absent where chances do not decide.
  std::optional<std::vector<ChanceOfGain>> chances = {};
  std::optional<RowsForecast> what_decides = {};  ///< absent where the verdict is firm
  std::string verdict;
  std::vector<std::string> reasons;
};

/// I(first; S) − I(second; S).
struct MarginDifference : Value {
  std::string first;
  std::string second;
};

/// The pilot student without a teacher.
struct PilotWithout {
  Number score_alone;  ///< cross-entropy or mean squared error
  Number accuracy_alone;
  std::size_t rows = 0;
  std::size_t extra_rows = 0;
  std::string unit;  ///< nats or mse
  /// Labelled rows that some teacher lacks, whose labels students learn; absent: none.
  std::optional<std::size_t> unpaired_rows;
};

struct InformationPoint {
  Number at;  ///< rows, or neighbours k
  Number nats;
};

/// I(T;S) of one teacher against rows and against neighbours.
struct InformationCurves {
  std::string name;
  std::vector<InformationPoint> by_rows;
  std::vector<InformationPoint> by_neighbours;
};

struct SensitivityCell {
  std::string name;
  Number i_teacher_student;
  Number margin;
};

/// All margins under another choice of estimator, preprocessing and k.
struct SensitivityChoice {
  std::string estimator;
  std::string preprocessing;
  std::optional<std::size_t> k;
  std::size_t rows = 0;
  Number i_student_labels;
  std::vector<SensitivityCell> teachers;
};

/// The ranking for one class against all others.
struct ClassAgainstOthers {
  std::string name;
  std::size_t rows = 0;
  std::vector<JudgedTeacher> teachers;
  std::string refused;  ///< why there are none
};

/// All teachers by one pair of estimators.
struct EstimatorPair {
  std::string teacher_student;
  std::string student_labels;
  std::string why;
  Value i_student_labels;
  Facts student_labels_diagnostics;
  Number rank_correlation;  ///< of the margins with those of the first pair
  std::vector<RepresentedTeacher> teachers;
};

struct LabelFacts {
  std::string kind;  ///< discrete or continuous
  std::optional<std::size_t> classes;
  std::vector<std::string> class_names;
  std::vector<std::size_t> class_rows;
  Number entropy_nats;
  std::string reason;
};

struct GroupFacts {
  std::size_t count = 0;
  std::size_t smallest = 0;  ///< rows
  std::size_t largest = 0;
};

struct StudentFacts {
  std::string name;
  std::size_t dim = 0;
};

struct RankDocument {
  StudentFacts student;
  std::size_t rows = 0;
  LabelFacts labels;
  std::optional<GroupFacts> groups;
  std::string scenario;    ///< same-rows, more-labels, unlabelled-pairs
  std::string scale;       ///< none, zscore, rank
  std::string decided_by;  ///< chance, combined, pilot, cch, cch-prediction
  std::vector<JudgedTeacher> teachers;
  std::optional<BestSet> best_set = {};  ///< absent: not asked for
  std::vector<MarginDifference> differences;
  std::optional<PilotWithout> pilot;
  std::optional<NetworkSpending> network_pilots;                ///< absent: none were trained
  std::optional<std::map<std::string, Number>> top1_stability;  ///< share by teacher
  std::string stability_method;
  std::vector<InformationCurves> curves;
  std::vector<SensitivityChoice> sensitivity;
  std::vector<JudgedTeacher> controls;
  std::vector<ClassAgainstOthers> per_class;
  std::vector<EstimatorPair> estimators;  ///< the first decided
  std::vector<Warning> warnings;
  std::vector<InputRecord> inputs;
  Alignment alignment;
  Facts config;  ///< settings by the names of the command line
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
  Machine machine;
  Number seconds;
};

/// The document as JSON, in one line or indented by so many spaces; bytes that are not UTF-8 become
/// U+FFFD, numbers that are not finite null.
std::string to_text(const RankDocument& document, int indent = -1);
/// The document of a text. Data Errors: "result-damaged" (no JSON), "document-schema" (another
/// schema, or a field that is not known), "document-field-type", "result-incomplete" (a field is
/// missing), each with the place.
RankDocument parse_rank(std::string_view text);
/// The document as its file gives it back: no number that is not finite, text in UTF-8.
RankDocument as_stored(const RankDocument& document);
/// The settings of a document as indented JSON, for people to read.
std::string settings_text(const Facts& settings);

}  // namespace cch::documents
