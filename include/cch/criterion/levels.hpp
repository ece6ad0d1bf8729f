#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/criterion/decide.hpp"
#include "cch/criterion/evidence.hpp"
#include "cch/criterion/probes.hpp"
#include "cch/criterion/ranking.hpp"

// The three levels of evidence that rank_teachers decides by, each on its own: what scores the
// criteria against trained students calls the same functions.
//
// Teachers are in the order of the input. RankOptions::holm says whether p values are adjusted over
// them. Refused inputs and options are those of rank_teachers. What the data do not allow is empty,
// with a warning.

namespace cch {

/// Representation-level CCH by one estimator.
struct JudgedRepresentations {
  /// Each teacher with its verdict, places not given; `warnings` are those of the error bars.
  EstimatorRanking ranking;
  std::vector<std::optional<PlantedMargin>> planted;
  std::vector<Warning> warnings;
};

/// I(T;S), I(S;Y) and their margin on the scale of the options, by `estimator` (a catalog name or
/// "auto"), with the bias that planted data of this shape show if options.planted_bias is on
/// and no estimator trains networks, and the verdict of decide_by_cch: what `decide_by` = cch
/// decides by if `estimator` comes first and there are at most 20 000 rows: of more, rank_teachers
/// takes so many at random, and this all. Cost a teacher: three estimates with error bars, and some
/// dozens without for the planted bias.
JudgedRepresentations judge_representations(const RankInput& input, const std::string& estimator,
                                            const RankOptions& options, const Execution& exec);

/// Prediction-level CCH, and the probes behind it.
struct JudgedPredictions {
  struct Teacher {
    std::optional<Probe> probe;
    std::optional<PredictionLevel> level;
  };
  std::optional<Probe> student;
  std::vector<Teacher> teachers;
  std::vector<Warning> warnings;
};

/// Features as the user gave them: probes standardise their own training rows.
JudgedPredictions judge_predictions(const RankInput& input, const RankOptions& options,
                                    const Execution& exec);

/// What the pilot says of one teacher; empty where it could not run.
struct PilotEvidence {
  std::optional<PilotTeacher> pilot;
  std::optional<PilotGain> gain_over_uninformed;  ///< as TeacherEvidence
};

struct JudgedPilots {
  std::optional<PilotAlone> alone;
  std::vector<PilotEvidence> teachers;
  std::vector<std::size_t> rows;  ///< of the input that it used, ascending
  std::vector<Warning> warnings;
};

/// The pilot in the scenario of the options, with the two uninformed references: one student alone
/// for all teachers.
JudgedPilots judge_pilots(const RankInput& input, const RankOptions& options,
                          const Execution& exec);

/// Fewer support no firm verdict: groups, or rows where there are no groups.
inline constexpr std::size_t kFewestGroups = 20;
inline constexpr std::size_t kFewestRows = 100;

/// Reasons why nothing at all can be decided, at any level: input.doubts, constant features of the
/// student, fewer than 20 groups (100 rows without groups).
std::vector<std::string> why_unreliable(const RankInput& input);

/// What `decide` looks at: the evidence of one teacher in one piece.
VerdictEvidence verdict_evidence(const CchVerdict& representation, const TeacherEvidence& evidence,
                                 const std::vector<std::string>& unreliable,
                                 const ChanceLimits& limits = {});

}  // namespace cch
