#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/criterion/cch.hpp"
#include "cch/criterion/probes.hpp"

namespace cch {

struct PredictionLevelOptions {
  double lambda = 1.0;         ///< λ > 0 of the predicted gain: equal weight of teacher and labels
  std::size_t queries = 2000;  ///< most query points of mixed-ksg; it stands beside, never decides
  bool other_estimators = true;  ///< also the multivariate Gaussian and mixed-ksg
};

/// A value with a delete-group jackknife interval.
struct JackknifeValue {
  double value = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval95;
};

/// The hypothesis on predictions, the theorem's own objects: t from the teacher, s from the
/// student.
struct PredictionLevel {
  double r_teacher_student = 0.0;  ///< pooled correlation r_ts
  double r_student_labels = 0.0;   ///< r_sY
  double i_teacher_student = 0.0;  ///< −½ ln(1 − r_ts²), nats
  double i_student_labels = 0.0;   ///< −½ ln(1 − r_sY²), nats
  bool capped = false;             ///< an r² was above .9999 and entered as .9999
  bool opposed = false;            ///< r_ts ≤ 0: fails whatever the margin's interval
  Margin margin;                   ///< I(t;s) − I(s;Y); p values not adjusted over teachers
  CchOutcome outcome = CchOutcome::undecided;
  JackknifeValue beta_s;                           ///< tr Cov(t,s)/tr Var(s)
  JackknifeValue beta_e;                           ///< tr Cov(t,e)/tr Var(e), e = Y − s
  std::optional<double> gaussian_teacher_student;  ///< multivariate Gaussian, nats
  std::optional<double> gaussian_student_labels;
  std::optional<double> mixed_ksg_teacher_student;  ///< mixed-ksg, nats
  std::optional<double> mixed_ksg_student_labels;
  std::optional<double> predicted_gain;  ///< cos(u) − cos(0), no unit; ours
  double lambda = 0.0;                   ///< that the predicted gain is for
  std::vector<Warning> warnings;
};

/// Prediction-level CCH (ours, after arXiv 2510.13182) for class probabilities t, s and one-hot Y,
/// or for real values; all centred:
///
///   r_ts = tr Cov(t,s)/√(tr Var t · tr Var s), r_sY likewise, I = −½ ln(1 − r²), margin = I_ts −
///   I_sY
///
/// A teacher with r_ts ≤ 0 fails and enters the margin as −I_ts. Intervals: delete-block jackknife
/// over 20 blocks of whole groups with t_{B−1}; the probes are not fitted again. `holds` and
/// `fails` are two-sided at 5 %. Beside it, on K−1 coordinates (all columns of real values), the
/// multivariate Gaussian and mixed-ksg; empty with a warning where they refuse the data.
///
/// Predicted gain: s, g = out-of-fold ridge predictions of Y and of t from the student's features
/// x2, centred, rescaled by tr Cov(target, pred)/tr Var(pred); e = Y − s, h = t − g, β = tr
/// Cov(g,s)/Vs, m = 1 − u + uβ, u = λ/(1+λ), df = mean over folds of Σσ²/(σ²+ℓ), κ = df/(n − df −
/// 1):
///
///   cos²(u) = m²Vs / (m²Vs + u²(Vg − β²Vs) + κ[(1−u)²Ve + 2u(1−u)c + u²Vh]),  gain = cos(u) −
///   cos(0)
///
/// ℓ from the grid of the probes by inner cross-validation on Y. Positive: the student's direction
/// gets closer to the best one.
///
/// `teacher` and `student` are probes of the same rows (usage Error "unpaired-probes" otherwise).
/// Cost O(N K) plus the probes' ridge fits and mixed-ksg.
PredictionLevel prediction_level(const Probe& teacher, const Probe& student,
                                 const Samples& student_features, const Variable& labels,
                                 const Groups& groups, const PredictionLevelOptions& options,
                                 const Execution& exec);

}  // namespace cch
