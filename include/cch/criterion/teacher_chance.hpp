#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
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
  std::size_t networks = 0;      ///< trained by the pilot of this kind of student, all teachers
  std::size_t network_rows = 0;  ///< labelled rows that it used
  /// What training may start with: loss = labels' + λ · T² · teacher's at temperature T.
  std::optional<double> lambda;
  std::optional<double> temperature;  ///< classes only
};

/// From which chances a verdict is firm.
struct ChanceLimits {
  double gain = 0.9;        ///< distil: P(gain > 0) at least this, and
  double worthwhile = 0.5;  ///< P(gain > worthwhile) at least this
  double too_small = 0.1;   ///< do not distil: P(gain > worthwhile) at most this
  double harms = 0.1;       ///< and it harms if P(gain > 0) is at most this as well
  /// distil as well: the linear pilot's gain lies so many standard errors above that of soft labels
  /// without a teacher's information, where that was measured. What any soft labels do by
  /// regularising is no reason to take this teacher.
  double informed = 1.96;
};

/// Limits by which about `risk` of the firm verdicts are wrong: 1 − 2 risk and 2 risk, since most
/// verdicts are further from 0 or 1 than their limit. Usage Error "bad-risk" outside (0, ¼].
ChanceLimits chance_limits(double risk);

/// Share of firm verdicts that may be wrong where nothing else is said.
inline constexpr double kUsualRisk = 0.05;

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
  bool controls = false;  ///< teachers of known worth, not the user's
};
/// Chances by teacher; what could not be measured leaves a warning.
using ChanceSource = std::function<std::vector<std::vector<TeacherChance>>(
    const ChanceQuestion& question, std::vector<Warning>& warnings)>;

}  // namespace cch
