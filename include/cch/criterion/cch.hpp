#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/estimators/error_bars.hpp"

namespace cch {

/// What the data say about I(teacher; student) > I(student; labels).
enum class CchOutcome { holds, fails, undecided };
/// What a user should do about a teacher.
enum class Verdict { distil, do_not_distil, inconclusive, unreliable };

std::string_view to_string(CchOutcome outcome);
std::string_view to_string(Verdict verdict);
/// The verdict with this name ("do_not_distil" or "do-not-distil"); a usage Error otherwise.
Verdict parse_verdict(std::string_view name);

/// D = I(teacher; student) − I(student; labels), nats, with its sampling error.
struct Margin {
  double nats = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval95;
  std::optional<double>
      p_above;  ///< one-sided p value against D ≤ 0, Holm-adjusted over the teachers
  std::optional<double> p_below;  ///< one-sided p value against D ≥ 0, likewise
};

/// The margin of two measurements on the same rows; p values not yet adjusted. Where no error bar
/// can be had, the optional fields are empty and `why_not` says why.
Margin paired_margin(const Measurement& teacher_student, const Measurement& student_labels,
                     const Execution& exec, std::string* why_not = nullptr);

/// Holm's step-down adjustment (1979): sorted ascending, p_(i) becomes the largest (m − j +
/// 1)·p_(j) so far, at most 1. The order of the input is kept.
std::vector<double> holm_adjusted(std::span<const double> p);

/// holds if p_above < 0.025, fails if p_below < 0.025 (a two-sided test at 5 %), else undecided;
/// undecided without an error bar.
CchOutcome cch_outcome(const Margin& margin);

/// Everything that the first verdict looks at.
struct CchEvidence {
  Margin margin;
  double i_student_labels = 0.0;
  std::optional<double> i_teacher_student_low;  ///< lower end of its 95 % interval
  /// Upper value of I(student; labels): the estimate plus what its kind is known to miss. Counts
  /// where families are mixed.
  double i_student_labels_upper = 0.0;
  std::optional<double> entropy_labels;  ///< H(Y), labels with classes only
  bool mixed_families = false;
  std::vector<std::string> unreliable;  ///< reasons why no verdict can be trusted here
};

struct CchVerdict {
  CchOutcome outcome = CchOutcome::undecided;
  bool trivially_satisfied = false;  ///< I(teacher; student) > H(Y), which no I(student; Y) reaches
  Verdict verdict = Verdict::inconclusive;
  std::vector<std::string> reasons;  ///< sentences
};

/// The verdict of the hypothesis alone, at the level of representations (arXiv 2510.13182):
///   unreliable      a reason in `unreliable`;
///   distil          CCH holds, not trivially, and with mixed families against the upper value too;
///   do not distil   CCH fails; the reasons then say that this is no proof of harm;
///   inconclusive    anything else.
CchVerdict decide_by_cch(const CchEvidence& evidence);

}  // namespace cch
