#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/criterion/cch.hpp"
#include "cch/criterion/teacher_chance.hpp"

namespace cch {

/// Which evidence decides.
enum class DecideBy {
  combined,        ///< the pilot and the prediction-level CCH together
  cch,             ///< the representation-level CCH alone (the paper's)
  cch_prediction,  ///< the prediction-level CCH alone (the theorem's own object)
  pilot,           ///< the pilot alone
  chance,          ///< the chance that distillation helps, from all evidence together
};

/// "combined", "cch", "cch-prediction", "pilot" or "chance"; a usage Error that names the nearest
/// one otherwise.
DecideBy parse_decide_by(std::string_view name);
std::string_view to_string(DecideBy by);

/// A pilot gain smaller than this, in nats, makes no practical difference either way.
inline constexpr double kPracticalEquivalence = 0.001;

/// What a verdict looks at. Evidence that was not gathered is empty.
struct VerdictEvidence {
  CchVerdict representation;               ///< of decide_by_cch
  std::optional<CchOutcome> prediction;    ///< CCH on cross-fitted probe predictions
  std::optional<double> pilot_gain;        ///< nats, positive: distillation helped
  std::optional<Interval> pilot_interval;  ///< 95 %
  /// 95 % interval of the gain less that by soft labels without a teacher's information: the
  /// student's own (self-distillation) or those of a teacher of noise, whichever gained more.
  std::optional<Interval> pilot_over_uninformed;
  std::vector<std::string> unreliable;  ///< reasons why nothing can be decided
  std::vector<TeacherChance> chances = {};
  ChanceLimits limits = {};
};

struct Decision {
  Verdict verdict = Verdict::inconclusive;
  std::vector<std::string> reasons;  ///< sentences, the deciding one first
};

/// The verdict:
///   unreliable     a reason in `unreliable`, in every mode;
///   combined       distil: the pilot's interval lies above 0, that over uninformed soft labels
///   too,
///                  and
///                  prediction-level CCH does not fail;
///                  do not distil: the pilot's interval lies below 0, or wholly inside ±.001 nats,
///                  and prediction-level CCH does not hold; else inconclusive, saying what
///                  disagrees;
///   pilot          the same without the CCH;
///   cch-prediction holds: distil, fails: do not distil, undecided: inconclusive;
///   cch            the verdict of decide_by_cch;
///   chance         that of decide_by_chance.
/// Soft labels regularise whoever gives them: a copy of the student has "helped" by .006 ± .002
/// nats (2000 rows, 64 columns, 10 classes). A gain counts for a teacher only beyond that. Evidence
/// that the mode needs but that is missing makes it inconclusive, and the reason says so.
Decision decide(DecideBy by, const VerdictEvidence& evidence);

}  // namespace cch
