#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/criterion/cch.hpp"
#include "cch/criterion/chance.hpp"

// Chances of one teacher side by side, and the verdict that follows from them (ours).

namespace cch {

struct JudgedPredictions;
struct PilotEvidence;
struct RankInput;
struct Decision;

/// The chance that one teacher helps one kind of student in one scenario, and what it rests on.
struct TeacherChance {
  Scenario scenario = Scenario::same_rows;
  std::string student_model;  ///< "linear", "mlp:64"
  GainMetric metric = GainMetric::cross_entropy;
  double worthwhile = 0.0;  ///< in the unit of the metric
  Chance chance;
  ChanceEvidence evidence;
  /// Trained by the pilot of this kind of student for this teacher, in all scenarios, and those
  /// that it shares with other teachers: students alone and references.
  std::size_t networks = 0;
  std::size_t repeats = 0;       ///< partings into folds that they were trained in
  std::size_t network_rows = 0;  ///< labelled rows that it used
  /// What training may start with: loss = labels' + λ · T² · teacher's at temperature T.
  std::optional<double> lambda;
  std::optional<double> temperature;  ///< classes only
  /// What this chance alone would decide (decide_by_chance); a ranking fills it in.
  Verdict verdict = Verdict::inconclusive;
};

/// Share of firm verdicts that may be wrong where nothing else is said.
inline constexpr double kUsualRisk = 0.05;

/// From which chances a verdict is firm.
struct ChanceLimits {
  double risk = kUsualRisk;
  double gain = 0.9;        ///< distil: P(gain > 0) at least this, and
  double worthwhile = 0.5;  ///< P(gain > worthwhile) at least this
  double too_small = 0.1;   ///< do not distil: P(gain > worthwhile) at most this
  double harms = 0.1;       ///< and it harms if P(gain > 0) is at most this as well
  /// distil as well, since what any soft labels do by regularising is no reason to take this
  /// teacher: it knows so many nats more of the labels than the student (I(T;Y) − I(S;Y)), or
  double knows_more = 0.02;
  /// its pilot gained so many standard errors more than by soft labels without information.
  double informed = 1.64;
};

/// Limits by which about `risk` of the firm verdicts are wrong. Of chances outside the reference
/// corpus: 1 − 2 risk and 2 risk, since most verdicts are further from 0 or 1 than their limit.
/// Usage Error "bad-risk" outside (0, ¼].
ChanceLimits chance_limits(double risk);

/// The limits of one chance: in range of the reference corpus those with which at most `risk` of
/// its firm verdicts were wrong, every family by a model that had not seen it.
ChanceLimits limits_of(const Chance& chance, GainMetric metric, const ChanceLimits& limits);

/// The chance that a verdict comes from: of the first student model, that with the largest expected
/// gain (the first of equals). Nothing where there is none.
const TeacherChance* deciding_chance(const std::vector<TeacherChance>& chances);

/// distil, do not distil (the gain is too small to pay, or the teacher harms) or inconclusive, by
/// the deciding chance and the limits; its sentences name the scenario.
Decision decide_by_chance(const std::vector<TeacherChance>& chances, const ChanceLimits& limits);

/// "+0.021 nats", or "+2.1 points" of accuracy; without a unit "+0.021" or "+2.1".
std::string gain_in_words(double gain, GainMetric metric, bool unit = true);
/// "0.010 nats".
std::string worth_in_words(double worthwhile, GainMetric metric);
/// "the unlabelled pairs", for sentences.
std::string_view scenario_in_words(Scenario scenario);

/// What a ranking has measured when it asks for the chances of its teachers.
struct ChanceQuestion {
  const RankInput& input;
  Scenario scenario;                         ///< that `pilots` were judged in
  const std::vector<PilotEvidence>& pilots;  ///< in the order of the teachers
  const JudgedPredictions& predictions;
  const ChanceLimits& limits;  ///< from which a verdict is firm
  bool controls = false;       ///< teachers of known worth, not the user's
};

/// What pilots of networks took.
struct ChanceSpending {
  std::optional<double> budget;  ///< seconds as estimated for two cores; empty: no limit
  double spent = 0.0;            ///< likewise
  std::size_t networks = 0;      ///< trained, all kinds of student
  /// "settled" (every chance is firm), "repeats" (all were done), "budget" (too little was left for
  /// all that are open) or "everything" (there was no budget).
  std::string ended;
  std::vector<std::string> open;  ///< teachers whose chance is not firm for some kind of student
};

struct MeasuredChances {
  std::vector<std::vector<TeacherChance>> teachers;
  std::optional<ChanceSpending> spending;  ///< empty: no pilots of networks
};
/// What could not be measured leaves a warning.
using ChanceSource =
    std::function<MeasuredChances(const ChanceQuestion& question, std::vector<Warning>& warnings)>;

}  // namespace cch
