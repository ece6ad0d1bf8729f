#include "cch/criterion/ranking.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "cch/criterion/controls.hpp"
#include "cch/criterion/ranking_units.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/criterion/ranked_controls.hpp"
#include "estimators/criterion/ranked_pilot.hpp"
#include "estimators/criterion/ranked_teachers.hpp"
#include "estimators/criterion/ranking_checks.hpp"
#include "estimators/criterion/ranking_rows.hpp"
#include "estimators/criterion/ranking_scale.hpp"
#include "estimators/criterion/sensitivity.hpp"

namespace cch {
namespace {

using detail::attempt;
using detail::JudgedTeachers;
using detail::MeasuredTeacher;
using detail::RankedControls;
using detail::RankedTeachers;
using detail::RepresentationLevel;
using detail::Scaled;

/// What every step of a ranking reads; `exec` reports no progress, `outer` that of whole teachers.
/// Pilots see all rows of `input` and choose their own, information is that of `rows`.
struct Question {
  const RankInput& input;
  const std::vector<std::size_t>& rows;  ///< empty: all
  const RankOptions& options;
  const Execution& outer;
  Execution exec;
  std::vector<std::string> unreliable;
};

void append(std::vector<Warning> from, std::vector<Warning>& to) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

// The rows that information is estimated on: as large as those, so nobody keeps them for long.
RankInput on_information_rows(const RankInput& input, const Question& q) {
  return q.rows.empty() ? input : detail::on_rows(input, q.rows);
}

JudgedPredictions predictions(const RankInput& input, const Question& q,
                              std::vector<Warning>& warnings) {
  JudgedPredictions out = judge_predictions(on_information_rows(input, q), q.options, q.outer);
  append(std::move(out.warnings), warnings);
  return out;
}

std::optional<PermutationNull> null_of(const RepresentationLevel& level,
                                       const MeasuredTeacher& teacher, const Question& q,
                                       std::vector<Warning>& warnings) {
  PermutationOptions options;
  options.permutations = q.options.permutations;
  options.tests = q.input.teachers.size();
  return attempt("permutation-null", warnings, [&] {
    return permutation_null(teacher.choice.options, teacher.features, level.student(),
                            level.groups(), options, q.exec);
  });
}

/// Adds chances where they decide, and what was spent on them.
std::vector<TeacherEvidence> evidence_of(const RankInput& input, Scenario scenario,
                                         const std::vector<PilotEvidence>& pilot, bool controls,
                                         const Question& q, std::vector<Warning>& warnings,
                                         std::optional<ChanceSpending>& spending) {
  JudgedPredictions said = predictions(input, q, warnings);
  MeasuredChances chances{std::vector<std::vector<TeacherChance>>(input.teachers.size()), {}};
  if (q.options.decide_by == DecideBy::chance) {
    chances =
        q.options.chances({input, scenario, pilot, said, q.options.limits, controls}, warnings);
  }
  auto out = detail::evidence_of(std::move(said), pilot);
  for (std::size_t t = 0; t < out.size(); ++t) out[t].chances = std::move(chances.teachers[t]);
  spending = std::move(chances.spending);
  return out;
}

/// What decides nothing, but says more about each teacher.
void add_further_evidence(const RepresentationLevel& level, std::vector<MeasuredTeacher>& teachers,
                          const Question& q, std::vector<TeacherEvidence>& evidence,
                          std::vector<Warning>& warnings) {
  for (std::size_t t = 0; t < teachers.size(); ++t) {
    MeasuredTeacher& teacher = teachers[t];
    evidence[t].planted = std::move(teacher.planted);
    if (!q.options.coarse) {
      auto knowledge = attempt("conditional-information", warnings, [&] {
        return detail::shared_knowledge(level, teacher, q.options, q.exec);
      });
      if (knowledge) {
        evidence[t].i_teacher_labels_given_student = std::move(knowledge->given_student);
        evidence[t].i_teacher_student_labels = std::move(knowledge->shared);
      }
    }
    if (auto all_rows = attempt("all-rows", warnings, [&] {
          return detail::on_all_rows(q.input, t, teacher.choice.options, q.options, q.exec);
        })) {
      evidence[t].i_teacher_student_all_rows = std::move(*all_rows);
    }
    if (q.options.permutations > 0) evidence[t].null = null_of(level, teacher, q, warnings);
    q.outer.progress("evidence", t + 1, teachers.size());
  }
}

/// The linear pilots on fewer rows of teachers whose chance is about this scenario.
std::vector<std::vector<LearningPoint>> curves_of(const std::vector<std::size_t>& teachers,
                                                  Scenario scenario, const Question& q) {
  const RankInput& input = q.input;
  const bool unlabelled = scenario == Scenario::unlabelled_pairs;
  if (scenario == Scenario::more_labels || (unlabelled && !input.extra.student)) {
    return std::vector<std::vector<LearningPoint>>(teachers.size());
  }
  PilotInput some{input.student.features, {}, input.labels, input.groups, {}, {}, input.unpaired};
  if (unlabelled) some.extra = {input.extra.student, {}, {}, input.extra.groups};
  for (const std::size_t t : teachers) {
    some.teachers.push_back(input.teachers[t].features);
    some.stored.push_back(input.teachers[t].stored.has_value());
    if (unlabelled) some.extra.teachers.push_back(input.extra.teachers[t]);
  }
  PilotOptions options;
  options.lambda = q.options.lambda;
  options.scenario = scenario;
  return learning_curves(some, options, q.exec);
}

/// Of the teachers whose chance leaves the verdict open.
void add_what_decides(RankedTeachers& teachers, const Question& q) {
  if (q.options.decide_by != DecideBy::chance || !q.options.what_decides) return;
  std::map<Scenario, std::vector<std::size_t>> open;
  for (std::size_t t = 0; t < teachers.evidence.size(); ++t) {
    const TeacherEvidence& evidence = teachers.evidence[t];
    const TeacherChance* chance = deciding_chance(evidence.chances);
    if (chance == nullptr || evidence.decision.verdict != Verdict::inconclusive) continue;
    open[chance->scenario].push_back(t);
  }
  for (const auto& [scenario, which] : open) {
    auto curves = curves_of(which, scenario, q);
    for (std::size_t i = 0; i < which.size(); ++i) {
      TeacherEvidence& evidence = teachers.evidence[which[i]];
      evidence.what_decides =
          what_decides(*deciding_chance(evidence.chances), std::move(curves[i]), q.options.limits);
    }
  }
}

void add_places(RankedTeachers& teachers, const Execution& exec, RankResult& result) {
  std::vector<const Measurement*> measurements;
  for (const MeasuredTeacher& teacher : teachers.measured) {
    measurements.push_back(teacher.teacher_student.get());
  }
  std::string why_not;
  const auto stability = rank_stability(measurements, exec, &why_not);
  if (!stability) {
    result.warnings.push_back({"stability-left-out", "rank stability: " + why_not});
    return;
  }
  result.stability_method = stability->method;
  for (std::size_t t = 0; t < measurements.size(); ++t) {
    teachers.evidence[t].place = stability->teachers[t];
  }
}

/// A further estimator, at the level of representations only, in the order that is settled.
EstimatorRanking by_further_estimator(const std::string& name, const Scaled& data,
                                      const Groups& groups, const std::vector<std::size_t>& order,
                                      const EstimatorRanking& first, const Question& q) {
  const RepresentationLevel level(name, data.student, data.labels, groups, q.options, q.exec);
  JudgedTeachers judged = detail::judged_teachers(level, q.input.teachers, data.teachers, q.options,
                                                  false, q.unreliable, q.outer);
  for (std::size_t i = 0; i < order.size(); ++i) judged.teachers[order[i]].result.rank = i + 1;
  EstimatorRanking out = detail::ranking_of(level, judged.teachers, order);
  out.warnings = std::move(judged.error_bars);
  out.rank_correlation = detail::rank_correlation(first, out);
  return out;
}

void add_sensitivity(const RepresentationLevel& level, const RankedTeachers& teachers,
                     const Question& q, RankResult& result) {
  for (const std::size_t t : teachers.order) {
    auto curves = attempt("curves", result.warnings, [&] {
      return detail::estimate_curves(level, teachers.measured[t], q.exec);
    });
    result.curves.push_back(curves.value_or(EstimateCurves{}));
  }
  auto grid = attempt("sensitivity", result.warnings, [&] {
    return detail::sensitivity_grid(on_information_rows(q.input, q), teachers.order,
                                    result.warnings, q.outer);
  });
  if (grid) result.sensitivity = std::move(*grid);
}

std::vector<MeasuredTeacher> measured_controls(const RepresentationLevel& level,
                                               const RankedControls& controls, const Question& q) {
  std::vector<MeasuredTeacher> out;
  for (const Modality& whole : controls.input.teachers) {
    const Modality control{whole.name,
                           q.rows.empty() ? whole.features : whole.features.select(q.rows)};
    Samples features = detail::scaled_control(control, level.student(), q.options.scale, q.exec);
    std::vector<Warning> ignored;
    MeasuredTeacher& measured =
        out.emplace_back(q.options.decide_by == DecideBy::cch
                             ? level.measure(control.name, std::move(features), ignored)
                             : level.glance(control.name, std::move(features)));
    measured.features = Samples();  // as large as the student's; only the result is asked for
    measured.teacher_student.reset();
    measured.teacher_labels.reset();
  }
  detail::adjust_over_teachers(out);
  for (MeasuredTeacher& control : out) {
    control.unreliable = q.unreliable;
    control.result.cch = level.verdict(control);
  }
  return out;
}

std::vector<ControlResult> judged_controls(const RepresentationLevel& level,
                                           const RankedControls& controls,
                                           const std::vector<PilotEvidence>& pilot,
                                           const Question& q, std::vector<Warning>& warnings) {
  std::vector<ControlResult> out;
  if (controls.input.teachers.empty()) return out;
  std::vector<MeasuredTeacher> measured = measured_controls(level, controls, q);
  std::optional<ChanceSpending> none;
  const RankedTeachers judged = detail::ranked(
      std::move(measured),
      evidence_of(controls.input, controls.scenario, pilot, true, q, warnings, none), q.options);
  for (const std::size_t t : judged.order) {
    out.push_back({judged.measured[t].result, judged.evidence[t]});
  }
  return out;
}

void note_mixed_families(RankResult& result) {
  const auto& first = result.estimators.front();
  const bool mixed = std::any_of(first.teachers.begin(), first.teachers.end(),
                                 [](const TeacherResult& t) { return t.mixed_families; });
  if (!mixed) return;
  result.warnings.push_back(
      {"mixed-families", "I(teacher; student) by " + first.teacher_student +
                             " and I(student; labels) by " + first.student_labels +
                             " have different biases; a CCH that holds then also has to hold "
                             "against the upper value of I(student; labels)"});
}

void note_rows(const Question& q, std::vector<Warning>& warnings) {
  if (q.rows.empty()) return;
  warnings.push_back({"information-subsample", "information is estimated on " +
                                                   std::to_string(q.rows.size()) + " of " +
                                                   std::to_string(q.input.groups.rows()) +
                                                   " rows (at random); --exact takes all"});
}

RankResult empty_result(const RankInput& input, const RankOptions& options) {
  RankResult out;
  out.decided_by = options.decide_by;
  out.scenario = options.scenario;
  if (const auto* classes = std::get_if<ClassLabels>(&input.labels)) {
    out.entropy_labels = classes->entropy_nats();
  }
  return out;
}

RankResult answer(const Question& q) {
  const RankInput& input = q.input;
  const RankOptions& options = q.options;
  RankResult out = empty_result(input, options);
  std::vector<Warning>& warnings = out.warnings;
  note_rows(q, warnings);
  // Pilots first: what decides by default, and is said as soon as it is known.
  const RankedControls controls = detail::ranked_controls(input, options, q.exec, warnings);
  const detail::RankedPilot pilot =
      detail::ranked_pilot(input, controls, options, q.outer, warnings);
  out.pilot = pilot.alone;
  auto evidence =
      evidence_of(input, options.scenario, pilot.teachers, false, q, warnings, out.spending);
  const Scaled data =
      detail::put_on_scale(on_information_rows(input, q), options.scale, warnings, q.exec);
  const Groups groups = q.rows.empty() ? input.groups : input.groups.select(q.rows);
  const RepresentationLevel level(options.estimators.front(), data.student, data.labels, groups,
                                  options, q.exec);
  JudgedTeachers judged = detail::judged_teachers(level, input.teachers, data.teachers, options,
                                                  options.planted_bias, q.unreliable, q.outer);
  append(std::move(judged.planted), warnings);
  add_further_evidence(level, judged.teachers, q, evidence, warnings);
  RankedTeachers teachers =
      detail::ranked(std::move(judged.teachers), std::move(evidence), options);
  add_what_decides(teachers, q);
  add_places(teachers, q.exec, out);
  out.estimators.push_back(detail::ranking_of(level, teachers.measured, teachers.order));
  out.estimators.front().warnings = std::move(judged.error_bars);
  for (const std::size_t t : teachers.order) out.evidence.push_back(teachers.evidence[t]);
  for (std::size_t e = 1; e < options.estimators.size(); ++e) {
    out.estimators.push_back(by_further_estimator(options.estimators[e], data, groups,
                                                  teachers.order, out.estimators.front(), q));
  }
  out.differences = detail::differences(teachers, q.exec);
  if (options.sensitivity) add_sensitivity(level, teachers, q, out);
  out.controls = judged_controls(level, controls, pilot.controls, q, warnings);
  note_mixed_families(out);
  return out;
}

}  // namespace

RankResult rank_teachers(const RankInput& asked, const RankOptions& options,
                         const Execution& exec) {
  detail::check_input(asked);
  RankInput input = asked;  // shares its values
  put_in_usual_units(input, nullptr, options.scale);
  refuse_reserved_names(input);
  detail::check_options(input, options);
  Execution quiet = exec;
  quiet.sink = nullptr;  // the steps inside one teacher would hide how far the ranking is
  const auto rows = detail::information_rows(input.groups.rows(), options.exact, exec.seed);
  return answer({input, rows, options, exec, quiet, why_unreliable(input)});
}

}  // namespace cch
