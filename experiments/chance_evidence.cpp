#include "cch/experiments/chance_evidence.hpp"

#include "cch/core/random.hpp"
#include "experiments/chance_parts.hpp"
#include "experiments/criteria_parts.hpp"

namespace cch {
namespace {

using namespace detail;

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
    put_linear(pilots->teachers[t], out[first + t].evidence);
  }
}

void add_probes(const CriteriaRows& of, std::size_t first, std::vector<UnitEvidence>& out) {
  const auto judged =
      unless_refused([&] { return judge_predictions(of.input, of.options, of.exec); });
  if (!judged || !judged->student) return;
  for (std::size_t t = 0; t < judged->teachers.size(); ++t) {
    put_probes(*judged->student, judged->teachers[t], out[first + t].evidence);
  }
}

void add_networks(const CriteriaRows& of, const std::vector<Scenario>& scenarios,
                  std::vector<UnitEvidence>& out) {
  const bool classes = of.draw.classes > 0;
  const NetworkPilotRows rows{of.rows.labelled, of.rows.extra, of.rows.extra};
  std::optional<NetworkPilot> pilot;
  try {
    pilot = network_pilot(of.draw, rows, pilot_options(of.study, scenarios, classes),
                          of.exec.with_seed(derive_seed(of.exec.seed, "network pilot")));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;  // a network that does not fit is no few rows
    return;
  }
  const std::size_t teachers = of.draw.teachers.size();
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    for (std::size_t t = 0; t < teachers; ++t) {
      put_networks(*pilot, s, t, out[s * teachers + t].evidence);
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
