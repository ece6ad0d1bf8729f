// What criteria say of a study's cells, beside what is true of them.

#include <array>
#include <cmath>

#include "cch/gaussian/study_result.hpp"

namespace cch {
namespace {

constexpr double kClear = 2.0;  // standard errors beyond which a simulated gain has a sign

/// Sign of a simulated gain, where it is clear.
std::optional<bool> clear_sign(const SimulatedValue& gain) {
  if (!(std::fabs(gain.mean) > kClear * gain.standard_error)) return std::nullopt;
  return gain.mean > 0.0;
}

struct Truth {
  TruthFrom from = TruthFrom::formula;
  std::optional<bool> helps;
};

Truth truth_of(const StudyResult& cell, const StudyPoint& point, About about) {
  if (point.simulated) return {TruthFrom::simulation, clear_sign(point.simulated->of(about))};
  const std::optional<double> gain = about == About::risk ? point.gain : point.cosine_gain;
  if (!cell.exact() || !gain || *gain == 0.0) return {};
  return {TruthFrom::formula, *gain > 0.0};
}

bool blocks_hold(const BlockInformation& i) {
  if (!i.student_labels) return false;
  return !i.teacher_student || *i.teacher_student > *i.student_labels;  // empty: infinite
}

struct Criterion {
  const char* name;
  bool (*helps)(const StudyResult& cell, const StudyReadings& says);
};

constexpr std::array kCriteria{
    Criterion{"cch",
              [](const StudyResult&, const StudyReadings& r) { return r.cch == CchWord::helps; }},
    Criterion{"cch-blocks",
              [](const StudyResult& c, const StudyReadings&) { return blocks_hold(c.blocks); }},
    Criterion{"beta-e",
              [](const StudyResult&, const StudyReadings& r) {
                return r.small_lambda_risk == Effect::helps;
              }},
    Criterion{"beta-s",
              [](const StudyResult&, const StudyReadings& r) {
                return r.small_lambda_direction == Effect::helps;
              }},
    Criterion{"risk-law",
              [](const StudyResult&, const StudyReadings& r) { return r.risk == Effect::helps; }},
    Criterion{"direction-law", [](const StudyResult&,
                                  const StudyReadings& r) { return r.direction == Effect::helps; }},
    Criterion{"always", [](const StudyResult&, const StudyReadings&) { return true; }},
};

void add_point(const StudyResult& cell, const StudyPoint& point, About about,
               std::vector<CriterionCase>& cases) {
  const Truth truth = truth_of(cell, point, about);
  CriterionCase c{{}, about, truth.from, point.lambda, cell.n_over_p, false, truth.helps};
  for (const Criterion& criterion : kCriteria) {
    c.criterion = criterion.name;
    c.says_helps = criterion.helps(cell, point.says);
    cases.push_back(c);
  }
  for (const CellEstimate& estimate : cell.estimates) {
    if (!estimate.failed.empty()) continue;
    c.criterion = "estimated:" + estimate.estimator;
    for (const bool helps : {true, false}) {
      c.says_helps = helps;
      c.times = helps ? estimate.says_cch : estimate.draws - estimate.says_cch;
      if (c.times > 0) cases.push_back(c);
    }
    c.times = 1;
  }
}

}  // namespace

void add_cases(const StudyResult& cell, std::vector<CriterionCase>& cases) {
  for (const StudyPoint& point : cell.points) {
    for (const About about : kAbouts) add_point(cell, point, about, cases);
  }
}

CellOutcome outcome_of(const StudyResult& cell, const StudyPoint& point, About about) {
  bool helps = point.says.law(about) == Effect::helps;
  if (!cell.exact()) {
    if (!point.simulated) return CellOutcome::unknown;
    const auto z = z_score(point.simulated->of(about), 0.0);
    if (!z) return CellOutcome::unknown;
    if (std::abs(*z) <= kClear) return CellOutcome::undecided;
    helps = *z > 0;
  }
  const bool says = point.says.cch == CchWord::helps;
  if (helps) return says ? CellOutcome::hit : CellOutcome::miss;
  return says ? CellOutcome::false_alarm : CellOutcome::rejection;
}

bool contradicts(const StudyPoint& point, About about) {
  if (!point.simulated) return false;
  const auto z = z_score(point.simulated->of(about), 0.0);
  if (!z) return false;
  const Effect law = point.says.law(about);
  return (law == Effect::helps && *z < -kClear) || (law == Effect::harms && *z > kClear);
}

}  // namespace cch
