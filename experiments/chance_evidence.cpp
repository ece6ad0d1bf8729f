#include "cch/experiments/chance_evidence.hpp"

#include <cmath>

#include "cch/core/random.hpp"
#include "experiments/criteria_parts.hpp"

namespace cch {
namespace {

using namespace detail;

StudentKind kind_of(const NetworkSpec& network) {
  switch (network.layers) {
    case Layers::linear:
      return StudentKind::linear;
    case Layers::mlp:
      return StudentKind::mlp;
    case Layers::cnn:
      return StudentKind::cnn;
  }
  return StudentKind::mlp;
}

/// How much less the teacher loses: nats, or ½ ln of the ratio of square errors.
double less_lost(double student, double teacher, bool classes) {
  return classes ? student - teacher : 0.5 * std::log(student / teacher);
}

MeasuredGain measured(const PilotGain& gain) {
  return {gain.value, gain.standard_error};
}
MeasuredGain measured(const NetworkGain& gain) {
  return {gain.value, gain.standard_error};
}

NetworkPilotOptions pilot_options(const Study& study, std::vector<Scenario> scenarios,
                                  bool classes) {
  NetworkPilotOptions out;
  out.student = study.student;
  out.teacher = study.teacher;
  out.training = study.training;
  out.lambdas = study.lambdas;
  if (classes) out.temperatures = study.temperatures;
  out.scenarios = std::move(scenarios);
  return out;
}

void add_linear(const CriteriaRows& of, std::size_t first, std::vector<UnitEvidence>& out) {
  const auto pilots = unless_refused([&] { return judge_pilots(of.input, of.options, of.exec); });
  if (!pilots) return;
  for (std::size_t t = 0; t < pilots->teachers.size(); ++t) {
    const PilotEvidence& pilot = pilots->teachers[t];
    if (!pilot.pilot) continue;
    ChanceEvidence& to = out[first + t].evidence;
    to.linear_nats = measured(pilot.pilot->gain);
    if (pilot.pilot->gain_accuracy) to.linear_accuracy = measured(*pilot.pilot->gain_accuracy);
    if (pilot.gain_over_uninformed) to.linear_informed = measured(*pilot.gain_over_uninformed);
  }
}

void add_probes(const CriteriaRows& of, std::size_t first, std::vector<UnitEvidence>& out) {
  const auto judged =
      unless_refused([&] { return judge_predictions(of.input, of.options, of.exec); });
  if (!judged || !judged->student) return;
  for (std::size_t t = 0; t < judged->teachers.size(); ++t) {
    const JudgedPredictions::Teacher& teacher = judged->teachers[t];
    ChanceEvidence& to = out[first + t].evidence;
    if (teacher.probe) {
      to.information_difference =
          less_lost(judged->student->score, teacher.probe->score, of.draw.classes > 0);
    }
    if (!teacher.level) continue;
    to.prediction_margin = teacher.level->margin.nats;
    to.beta_difference = teacher.level->beta_s.value - teacher.level->beta_e.value;
    to.closed_form_gain = teacher.level->predicted_gain;
  }
}

void add_networks(const CriteriaRows& of, const std::vector<Scenario>& scenarios,
                  std::vector<UnitEvidence>& out) {
  const bool classes = of.draw.classes > 0;
  const NetworkPilotRows rows{of.rows.labelled, of.rows.extra, of.rows.extra};
  const auto pilot = unless_refused([&] {
    return network_pilot(of.draw, rows, pilot_options(of.study, scenarios, classes),
                         of.exec.with_seed(derive_seed(of.exec.seed, "network pilot")));
  });
  if (!pilot) return;
  const std::size_t teachers = of.draw.teachers.size();
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    for (std::size_t t = 0; t < teachers; ++t) {
      const NetworkPilotTeacher& gain = pilot->gains[s][t];
      if (!gain.failure.empty()) continue;
      ChanceEvidence& to = out[s * teachers + t].evidence;
      to.network_nats = measured(gain.gain);
      to.network_informed = measured(gain.over_uninformed);
      if (gain.gain_accuracy) to.network_accuracy = measured(*gain.gain_accuracy);
      to.network_difference = less_lost(pilot->alone.loss, pilot->teachers[t].loss, classes);
      if (classes) {
        to.network_accuracy_difference = *pilot->teachers[t].accuracy - *pilot->alone.accuracy;
      }
    }
  }
}

}  // namespace

std::vector<UnitEvidence> measure_evidence(const Study& study, const TaskData& data,
                                           const StudyUnit& unit, const Execution& exec) {
  const Execution serial = exec.serial();
  const StudyDraw rows = draw(study.task, data, unit.setting, unit.seed, serial);
  std::vector<Scenario> scenarios;
  for (const std::string& name : study.scenarios) scenarios.push_back(parse_scenario(name));
  std::vector<UnitEvidence> out;
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    StudyUnit one = unit;
    one.scenario = study.scenarios[s];
    const CriteriaRows of = criteria_rows(study, one, rows, unit_rows(study, one, rows), serial);
    const std::size_t first = out.size();
    for (const TeacherView& view : rows.teachers) {
      ChanceEvidence evidence;
      evidence.student = kind_of(study.student);
      evidence.scenario = scenarios[s];
      evidence.labelled = of.rows.labelled.size();
      evidence.further = of.rows.extra.size();
      evidence.classes = rows.classes;
      evidence.groups = of.input.groups.count();
      out.push_back({{view.name, view.parameters, TeacherRows::k_fold}, evidence});
    }
    if (study.student.layers != Layers::linear) continue;
    add_linear(of, first, out);
    add_probes(of, first, out);
  }
  StudyUnit widest = unit;
  widest.scenario = to_string(*std::max_element(scenarios.begin(), scenarios.end()));
  add_networks(criteria_rows(study, widest, rows, unit_rows(study, widest, rows), serial),
               scenarios, out);
  return out;
}

}  // namespace cch
