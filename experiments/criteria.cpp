// The criteria for the rows of a study's unit: the three levels as a ranking judges them, then
// others.
#include <chrono>
#include <numeric>
#include <span>

#include "cch/core/random.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/criterion/linear/model.hpp"
#include "experiments/criteria_parts.hpp"
#include "experiments/unit_training.hpp"

namespace cch {
namespace {

using namespace detail;
using Rows = std::vector<std::size_t>;

Variable labels_of(const StudyDraw& draw, const Rows& rows) {
  if (draw.classes == 0) return Samples::from(select_rows(draw.targets.view(), rows), "labels");
  std::vector<int> codes;
  for (const std::size_t i : rows) codes.push_back(draw.y[i]);
  std::vector<std::string> names;
  for (std::size_t c = 0; c < draw.classes; ++c) names.push_back(std::to_string(c));
  return ClassLabels::from(std::move(codes), std::move(names));
}

/// The groups of `rows` in the numbering that all.select(base) gives, or one of their own beyond.
Rows groups_within(const Groups& all, const Rows& base, const Rows& rows) {
  const Groups selected = all.select(base);
  Rows number(all.count());
  std::iota(number.begin(), number.end(), selected.count());
  for (std::size_t i = 0; i < base.size(); ++i) number[all.of(base[i])] = selected.of(i);
  Rows out;
  for (const std::size_t row : rows) out.push_back(number[all.of(row)]);
  return out;
}

/// Teachers of one name may differ by their parameters; a ranking wants a name for each.
RankInput rank_input(const StudyDraw& draw, const UnitRows& rows, Scenario scenario) {
  const auto samples = [](const Matrix& x, const Rows& of, const std::string& name) {
    return Samples::from(select_rows(x.view(), of), name);
  };
  RankInput out{{"student", samples(draw.x, rows.labelled, "student")},
                {},
                labels_of(draw, rows.labelled),
                draw.groups.select(rows.labelled)};
  for (const TeacherView& view : draw.teachers) {
    const std::string name = "teacher " + std::to_string(out.teachers.size() + 1);
    const auto features = [&](const Rows& of) {
      return view.stored ? log_ratios(select_rows(view.x.view(), of).view(), view.name)
                         : samples(view.x, of, view.name);
    };
    out.teachers.push_back({name + ", " + view.name, features(rows.labelled), view.stored});
    if (scenario == Scenario::same_rows) continue;
    out.extra.teachers.push_back(features(rows.extra));
  }
  if (!rows.unpaired.empty()) {
    out.unpaired = {samples(draw.x, rows.unpaired, "student"), labels_of(draw, rows.unpaired),
                    groups_within(draw.groups, rows.labelled, rows.unpaired)};
  }
  if (scenario == Scenario::same_rows) return out;
  out.extra.groups = groups_within(draw.groups, rows.labelled, rows.extra);
  if (scenario == Scenario::more_labels) {
    out.extra.labels = labels_of(draw, rows.extra);
  } else {
    out.extra.student = samples(draw.x, rows.extra, "student");
  }
  return out;
}

RankInput only(const RankInput& input, std::size_t teacher) {
  RankInput out = input;
  out.teachers = {input.teachers[teacher]};
  if (!input.extra.teachers.empty()) out.extra.teachers = {input.extra.teachers[teacher]};
  return out;
}

/// All teachers in one go, which measures I(S;Y) once; where one is refused, one by one.
void add_representations(const CriteriaRows& of, const std::string& estimator,
                         const RankInput& input, std::span<CriteriaResult> out) {
  const std::string what = "representation-level CCH, " + estimator;
  const auto judged =
      unless_refused([&] { return judge_representations(input, estimator, of.options, of.exec); });
  if (!judged && input.teachers.size() > 1) {
    for (std::size_t t = 0; t < input.teachers.size(); ++t) {
      add_representations(of, estimator, only(input, t), out.subspan(t, 1));
    }
    return;
  }
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    const TeacherResult* teacher = judged ? &judged->ranking.teachers[t] : nullptr;
    out[t].scores.emplace_back(what + " margin", teacher ? Score(teacher->margin.nats) : Score());
    if (teacher == nullptr) continue;
    const char* less = of.options.planted_bias ? "" : ", without planted bias";
    out[t].decisions.emplace_back(what + less, to_string(teacher->cch.verdict));
    out[t].warnings.insert(out[t].warnings.end(), judged->warnings.begin(), judged->warnings.end());
  }
}

void add_prediction_level(const PredictionLevel& level, CriteriaResult& out) {
  out.scores.emplace_back("prediction-level CCH margin", level.margin.nats);
  out.scores.emplace_back("direction gain of ridge students", level.predicted_gain);
  out.scores.emplace_back("β_s − β_e", level.beta_s.value - level.beta_e.value);
}

void add_pilot(const PilotEvidence& evidence, bool classes, CriteriaResult& out) {
  Score nats;
  Score share;
  if (evidence.pilot) {
    nats = evidence.pilot->gain.value;
    if (evidence.pilot->gain_accuracy) share = evidence.pilot->gain_accuracy->value;
  }
  out.scores.emplace_back("linear pilot, nats", nats);
  if (classes) out.scores.emplace_back("linear pilot, accuracy", share);
}

/// Verdicts of the other ways to decide, where the evidence of one is there.
void add_decisions(const JudgedPredictions::Teacher& prediction, const PilotEvidence& pilot,
                   const std::vector<std::string>& unreliable, CriteriaResult& out) {
  TeacherEvidence evidence;
  evidence.prediction = prediction.level;
  evidence.pilot = pilot.pilot;
  evidence.gain_over_uninformed = pilot.gain_over_uninformed;
  const VerdictEvidence look = verdict_evidence({}, evidence, unreliable);
  const auto add = [&](const char* name, DecideBy by) {
    out.decisions.emplace_back(name, to_string(decide(by, look).verdict));
  };
  if (evidence.prediction) add("prediction-level CCH", DecideBy::cch_prediction);
  if (evidence.pilot) add("linear pilot", DecideBy::pilot);
  if (evidence.prediction && evidence.pilot) add("combined verdict", DecideBy::combined);
}

/// The levels that a ranking decides by. Each teacher is judged as if it were ranked alone, so that
/// what a study says of one does not change when it gets another.
JudgedPredictions add_levels(const CriteriaRows& of, std::vector<CriteriaResult>& out) {
  for (const std::string& name : of.study.estimators) {
    add_representations(of, name, of.input, out);
  }
  const auto predictions =
      unless_refused([&] { return judge_predictions(of.input, of.options, of.exec); });
  const auto pilots = unless_refused([&] { return judge_pilots(of.input, of.options, of.exec); });
  const auto unreliable = why_unreliable(of.input);
  JudgedPredictions probes;
  if (predictions) probes = *predictions;
  probes.teachers.resize(out.size());
  for (std::size_t t = 0; t < out.size(); ++t) {
    const PilotEvidence pilot = pilots ? pilots->teachers[t] : PilotEvidence{};
    if (probes.teachers[t].level) add_prediction_level(*probes.teachers[t].level, out[t]);
    add_pilot(pilot, of.draw.classes > 0, out[t]);
    add_decisions(probes.teachers[t], pilot, unreliable, out[t]);
  }
  return probes;
}

Samples leading(const Samples& x) {
  return leading_samples(x, kMostComponents, Execution{}.serial());
}

}  // namespace

namespace detail {

CriteriaRows criteria_rows(const Study& study, const StudyUnit& unit, const StudyDraw& draw,
                           UnitRows rows, const Execution& exec) {
  RankOptions options;
  options.scenario = parse_scenario(unit.scenario);
  options.holm = false;
  options.planted_bias = study.planted_bias;
  RankInput input = rank_input(draw, rows, options.scenario);
  return {study,           draw,
          std::move(rows), std::move(input),
          options,         exec.with_seed(derive_seed(unit.seed, "criteria"))};
}

}  // namespace detail

namespace {

/// All teachers of a draw on the same rows.
std::vector<CriteriaResult> measure_together(const Study& study, const StudyUnit& unit,
                                             const StudyDraw& rows, const UnitRows& chosen,
                                             const Execution& serial) {
  const auto start = std::chrono::steady_clock::now();
  const CriteriaRows of = criteria_rows(study, unit, rows, chosen, serial);
  std::vector<CriteriaResult> out(rows.teachers.size());
  const JudgedPredictions probes = add_levels(of, out);
  const Samples student = leading(of.input.student.features);
  const double shared = seconds_since(start) / static_cast<double>(out.size());
  for (std::size_t t = 0; t < out.size(); ++t) {
    const auto own = std::chrono::steady_clock::now();
    const TeacherView& view = rows.teachers[t];
    out[t].teacher = {view.name, view.parameters, TeacherRows::same_rows};
    const Samples teacher = leading(of.input.teachers[t].features);
    add_feature_rivals(of, teacher, student, out[t]);
    if (probes.student && probes.teachers[t].probe) {
      const ProbePair pair{*probes.teachers[t].probe, *probes.student};
      out[t].scores.emplace_back("teacher − student, held-out loss",
                                 pair.student.score - pair.teacher.score);
      add_class_rivals(of, teacher, student, pair, out[t]);
      add_gaussian_decomposition(of, pair, out[t]);
    }
    out[t].scores.emplace_back("short training pilot",
                               unless_refused([&] { return short_training_gain(of, view); }));
    out[t].seconds = shared + seconds_since(own);
  }
  return out;
}

}  // namespace

std::vector<CriteriaResult> measure_criteria(const Study& study, const TaskData& data,
                                             const StudyUnit& unit, const Execution& exec) {
  const Execution serial = exec.serial();
  StudyDraw rows = draw(study.task, data, unit.setting, unit.seed, serial);
  const UnitRows chosen = unit_rows(study, unit, rows);
  std::vector<TeacherView> teachers = rows.teachers;
  if (std::all_of(teachers.begin(), teachers.end(),
                  [](const TeacherView& view) { return view.paired.empty(); })) {
    return measure_together(study, unit, rows, chosen, serial);
  }
  // Each on the rows that it has.
  std::vector<CriteriaResult> out;
  for (TeacherView& view : teachers) {
    UnitRows paired{view.paired_of(chosen.labelled), view.paired_of(chosen.extra)};
    std::copy_if(chosen.labelled.begin(), chosen.labelled.end(),
                 std::back_inserter(paired.unpaired),
                 [&](std::size_t row) { return !view.pairs(row); });
    rows.teachers = {std::move(view)};
    out.push_back(std::move(measure_together(study, unit, rows, paired, serial).front()));
  }
  return out;
}

}  // namespace cch
