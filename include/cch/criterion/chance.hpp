#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/criterion/pilot.hpp"

// The chance that distillation helps, from all evidence together (ours).

namespace cch {

/// What a gain is measured in; positive always means that distillation helps.
///   cross_entropy  nats a row, after calibration by one temperature
///   accuracy       share of rows
///   mse            ½ ln(MSE without / MSE with the teacher), nats; real-valued labels
///   f1             F1 of each class weighted by its rows, as `weighted_f1` of metrics.hpp
///   auc            one against the rest, mean over classes, as `auc` of metrics.hpp
enum class GainMetric { cross_entropy, accuracy, mse, f1, auc };
std::string_view to_string(GainMetric metric);
/// "cross-entropy", "accuracy", "mse", "f1" or "auc"; a usage Error that names the nearest
/// otherwise.
GainMetric parse_gain_metric(std::string_view name);
/// Accuracy, f1 and auc: between 0 and 1, said in points (hundredths).
bool in_points(GainMetric metric);

/// The smallest gain that is worth the trouble where nothing else is said: a hundredth of a nat,
/// half a point of accuracy or F1, .3 points of AUC (of real pairs AUC moves .6 times as much as
/// accuracy). Training a teacher and picking λ and T costs more than seeds vary.
double usual_worthwhile(GainMetric metric);

/// The kind of student that the chance is about.
enum class StudentKind { linear, mlp, cnn };
std::string_view to_string(StudentKind kind);

/// A gain measured by a pilot, and its standard error.
struct MeasuredGain {
  double value = 0.0;
  double standard_error = 0.0;
};

/// What is known before training of one teacher, in one scenario, for one kind of student. Parts
/// that were not measured are empty.
struct ChanceEvidence {
  StudentKind student = StudentKind::linear;
  Scenario scenario = Scenario::same_rows;
  std::size_t labelled = 0;  ///< rows
  std::size_t further = 0;   ///< unlabelled pairs, or rows with labels for the teacher
  std::size_t classes = 0;   ///< 0: real-valued labels
  std::size_t groups = 0;
  std::optional<MeasuredGain> linear_nats;  ///< pilot.hpp
  std::optional<MeasuredGain> linear_accuracy;
  /// linear_nats less what soft labels without a teacher's information gain (evidence.hpp).
  std::optional<MeasuredGain> linear_informed;
  std::optional<MeasuredGain> network_nats;  ///< the pilot of the student's own kind
  std::optional<MeasuredGain> network_accuracy;
  std::optional<MeasuredGain> network_informed;  ///< as linear_informed
  std::optional<MeasuredGain> network_f1;
  std::optional<MeasuredGain> network_auc;
  /// I(T;Y) − I(S;Y): the student's held-out loss less the teacher's, linear probes (nats; real
  /// values ½ ln of the ratio of mean square errors).
  std::optional<double> information_difference;
  /// The same of networks of the student's own kind, cross-fitted.
  std::optional<double> network_difference;
  std::optional<double> network_accuracy_difference;
  std::optional<double> prediction_margin;  ///< prediction-level CCH, nats
  std::optional<double> beta_difference;    ///< β_s − β_e
  std::optional<double> closed_form_gain;   ///< of the direction, no unit
};

/// What moved the expected gain, and by how much of its unit.
struct ChanceContribution {
  std::string evidence;
  double value = 0.0;
  double effect = 0.0;
};

/// The chance of one teacher, in one scenario, for one kind of student and one metric.
struct Chance {
  double p_gain = 0.5;        ///< P(gain > 0)
  double p_worthwhile = 0.5;  ///< P(gain > worthwhile)
  double expected_gain = 0.0;
  Interval interval80;
  /// Whether the reference corpus has pairs like this one. If not, the pilot alone speaks.
  bool in_range = false;
  bool networks = false;  ///< a pilot of the student's own kind is part of it
  std::string basis;      ///< "corpus", or why the pilot's own posterior stands in
  std::vector<ChanceContribution> contributions;  ///< largest effect first
};

/// P(gain | evidence) as a normal whose mean is linear in the evidence and whose spread depends on
/// it (estimators/criterion/README.md), fitted on a reference corpus of trained pairs. Nothing
/// where no pilot has run.
std::optional<Chance> chance_of_gain(const ChanceEvidence& evidence, GainMetric metric,
                                     double worthwhile);

/// How often verdicts by the chance were firm on the reference corpus.
struct FirmShare {
  StudentKind student = StudentKind::linear;
  Scenario scenario = Scenario::same_rows;
  std::size_t least_rows = 0;  ///< labelled rows of the cells
  std::size_t most_rows = 0;
  double firm = 0.0;  ///< share of natural cells, families left out; cross-entropy, kUsualRisk
  std::size_t cells = 0;
};
/// Of every kind of student and scenario the cells whose numbers of labelled rows hold `labelled`,
/// or come nearest to it.
std::vector<FirmShare> firm_shares(std::size_t labelled);

}  // namespace cch
