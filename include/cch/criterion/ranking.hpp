#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/criterion/cch.hpp"
#include "cch/criterion/evidence.hpp"
#include "cch/criterion/stored_teacher.hpp"
#include "cch/estimators/scale.hpp"

namespace cch {

/// A modality: its name and its features, N × D.
struct Modality {
  std::string name;
  Samples features;
  /// Of a teacher that was trained before: its features are the log-ratios of what it said.
  std::optional<StoredOutputs> stored = {};
  /// Of a set of teachers: the names of those that it is made of (teacher_set.hpp).
  std::vector<std::string> members = {};
};

/// Aligned inputs: row i of every modality, of the labels and of the groups belongs to the same
/// sample.
struct RankInput {
  Modality student;
  std::vector<Modality> teachers;
  Variable labels;  ///< class labels, or real-valued (N × D_y)
  Groups groups;
  /// Rows beside the labelled pairs, for the scenarios other than same_rows; teachers in the order
  /// of `teachers`.
  ExtraRows extra = {};
  /// Labelled rows that some teacher lacks: the pilot's students learn their labels.
  StudentRows unpaired = {};
  /// Sentences that make every verdict unreliable: what was seen in the rows before.
  std::vector<std::string> doubts = {};
};

struct RankOptions {
  /// Estimators of I(teacher; student) by catalog name or "auto"; the first decides, the others are
  /// shown beside it.
  std::vector<std::string> estimators{"auto"};
  Scale scale = Scale::rank;     ///< applied to every modality and to real-valued labels
  std::optional<std::size_t> k;  ///< neighbours, where the estimator has them
  /// Every row a query, however long it takes. False: information is estimated on at most 20 000
  /// rows at random, and estimators with neighbours may take fewer queries.
  bool exact = false;
  /// One random split of cca-ksg instead of up to five, no I(T;Y) of representations and no
  /// I(T;Y|S).
  bool coarse = false;
  DecideBy decide_by = DecideBy::combined;
  /// Measures chances; needed where they decide, else not asked (experiments/chances.hpp).
  ChanceSource chances = {};
  ChanceLimits limits = {};  ///< likewise
  bool what_decides = true;  ///< likewise: what more rows would do to open verdicts
  Scenario scenario = Scenario::same_rows;
  std::optional<double> lambda;  ///< of the pilot; empty: picked on inner folds
  bool holm = true;  ///< p values adjusted over the teachers; false: each as if ranked alone
  std::size_t permutations = 0;  ///< of the test that I(teacher; student) = 0; 0 = no test
  bool controls = false;         ///< rank teachers of known worth as well, apart (controls.hpp)
  /// Measure the estimators' bias at this shape. It turns verdicts only where representations
  /// decide, and takes most of the time.
  bool planted_bias = false;
  bool sensitivity = false;  ///< curves and sensitivity grid
};

/// Teacher against teacher: I(first; student) − I(second; student), in which I(student; labels)
/// cancels.
struct TeacherDifference {
  std::string first;
  std::string second;
  double nats = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval95;
};

/// One teacher at the level of representations, by one estimator.
struct TeacherResult {
  std::string name;
  std::size_t dim = 0;
  std::size_t rank = 0;  ///< place in the final order, 1 = first
  Estimate i_teacher_student;
  std::optional<Estimate> i_teacher_labels;  ///< empty if coarse
  Margin margin;
  bool mixed_families = false;
  double i_student_labels_upper = 0.0;
  CchVerdict cch;                       ///< of representations alone
  std::optional<StoredOutputs> stored;  ///< as Modality
};

/// All teachers by one estimator.
struct EstimatorRanking {
  std::string teacher_student;  ///< catalog name; for auto the one that was picked
  std::string student_labels;
  std::string why;
  Estimate i_student_labels;
  std::vector<TeacherResult> teachers;  ///< in the final order
  /// Spearman's correlation of the margins with those of the first estimator; empty for the first,
  /// for fewer than three teachers and for equal margins.
  std::optional<double> rank_correlation;
  std::vector<Warning> warnings;
};

/// The pilot student without a teacher.
struct PilotAlone {
  double score = 0.0;              ///< cross-entropy (nats) or mean square error
  std::optional<double> accuracy;  ///< share of rows
  std::size_t rows = 0;
  std::size_t extra_rows = 0;
  std::size_t unpaired_rows = 0;
};

/// A teacher of known worth, judged by the same rule as the others but apart from them: it changes
/// no p value. Its margin has an error bar only where representations decide, and what decides
/// nothing (conditional information, planted bias, null, place) is not measured.
struct ControlResult {
  TeacherResult teacher;
  TeacherEvidence evidence;
};

struct RankResult {
  std::vector<EstimatorRanking> estimators;  ///< the first decides
  /// The evidence and the verdict of each teacher, in the order of estimators.front().teachers.
  std::vector<TeacherEvidence> evidence;
  std::vector<TeacherDifference>
      differences;  ///< neighbours in the ranking, and first against each
  DecideBy decided_by = DecideBy::combined;
  Scenario scenario = Scenario::same_rows;
  std::optional<PilotAlone> pilot;
  std::optional<ChanceSpending> spending;  ///< of pilots of networks
  std::string stability_method;            ///< in words; empty without stability
  std::vector<EstimateCurves> curves;      ///< in the order of the teachers; empty if not asked for
  std::vector<SensitivityRow> sensitivity;  ///< likewise
  std::vector<ControlResult> controls;      ///< by rank among themselves; empty if not asked for
  std::optional<double> entropy_labels;     ///< H(Y), nats, for class labels
  std::vector<Warning> warnings;
};

/// Ranks the teachers for one student. Every teacher is measured at three levels:
///   representations  I(T;S), I(S;Y) and their margin, the Cross-modal Complementarity Hypothesis
///                    (Xie, Xu & Sanguinetti 2025), Holm-adjusted, with the bias that planted data
///                    of this shape show (cch.hpp, planted_calibration.hpp);
///   predictions      the same on cross-fitted linear probes, the theorem's own objects
///                    (prediction_level.hpp);
///   pilot            a linear student trained with and without the teacher (pilot.hpp).
/// A teacher that was trained before (Modality::stored) is fitted to nothing: its outputs, with one
/// temperature, are its predictions and teach the pilot's student. If it saw these rows its verdict
/// is "unreliable". `decide_by` says which of them make the verdict (decide.hpp). Order: verdict
/// (distil, inconclusive, unreliable, do not distil), then what decides: expected gain, pilot gain
/// and prediction-level margin, or the margin of the level asked for. A teacher with a part of
/// another's columns counts in an order of margins for no more than the other; where its I(T;S)
/// reads more beyond 2 standard errors, the representation-level CCH is "unreliable" for it and a
/// warning "law-broken" says so. With fewer than 20 groups (or
/// 100 rows without groups) every verdict is "unreliable".
///
/// Data and usage errors of all inputs come in one Error. A part of the evidence that the data do
/// not allow is left empty with a warning. Bitwise equal for any number of threads. Cost: per
/// teacher three estimates with error bars, a pilot and a planted calibration; 5 teachers × 2000
/// rows × 64 columns take under a minute on two cores. Keep the result in a variable: a range-for
/// over a member of a temporary dangles.
RankResult rank_teachers(const RankInput& input, const RankOptions& options, const Execution& exec);

}  // namespace cch
