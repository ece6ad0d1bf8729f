#include <fmt/format.h>

#include <algorithm>

#include "tools/cch/document_parts.hpp"
#include "tools/cch/train.hpp"
#include "tools/documents/json.hpp"
#include "tools/options/echo.hpp"

namespace cch {
namespace {

using nlohmann::json;

json network_json(NetworkSpec network) {
  return options::echo(network_table(network));
}

json training_json(Optimisation o) {
  json out = options::echo(training_table(o));
  out.erase(o.steps > 0 ? "epochs" : "steps");
  return out;
}

json whole_task_json(Task task) {
  json out = options::echo(task_table(task));
  out["name"] = task_name(task);
  if (const auto* digits = std::get_if<DigitsTask>(&task)) out["source"] = digits->source;
  if (const auto* features = std::get_if<FeaturesTask>(&task)) {
    out["source"] = features->source;
    for (const auto& [name, shape] : features->images) {
      out["images"][name] = {shape.height, shape.width, shape.channels};
    }
    for (const auto& [name, outputs] : features->stored) {
      out["stored"][name] = {{"kind", to_string(outputs.kind)}, {"saw-rows", outputs.saw_rows}};
    }
  }
  return out;
}

/// What draws depend on: everything but what a run names itself (its setting and its teacher).
json task_json(const Task& task) {
  const json whole = whole_task_json(task);
  json out = json::object();
  for (const auto& [key, value] : whole.items()) {
    if (!is_axis("/task/" + key)) out[key] = value;
  }
  return out;
}

std::string key_of(const json& document) {
  return digest(document.dump(), 16);
}

documents::RunMetrics metrics_of(const Metrics& m) {
  return {m.rows, m.cross_entropy, m.calibrated_cross_entropy, m.accuracy, m.weighted_f1, m.auc,
          m.mse};
}

std::optional<documents::BestOfRun> best_of(const std::optional<BestRun>& best) {
  if (!best) return std::nullopt;
  return documents::BestOfRun{best->step, best->validation, metrics_of(best->metrics)};
}

std::optional<documents::PredictionOfRun> prediction_of(const std::optional<ClosedForm>& c) {
  if (!c) return std::nullopt;
  return documents::PredictionOfRun{c->accuracy_gain, c->mse_gain, c->direction_gain,
                                    c->cch_margin,    c->beta_s,   c->beta_e};
}

documents::NetworkOfRun network_of(const NetworkSpec& network) {
  return {std::string(to_string(network.layers)), network.widths, network.dropout};
}

}  // namespace

json values_json(const StudyValues& values) {
  json out = json::object();
  for (const auto& [name, value] : values) {
    std::visit([&, key = name](const auto& v) { out[key] = v; }, value);
  }
  return out;
}

json study_json(const TrainSettings& s) {
  Study study = s.study;
  return {{"title", study.title},
          {"seeds", study.seeds},
          {"labelled", study.labelled},
          {"scenario", study.scenarios},
          {"most-extra", study.most_extra},
          {"keep-weights", s.keep_weights},
          {"task", whole_task_json(study.task)},
          {"student", network_json(study.student)},
          {"teacher", options::echo(teacher_table(study))},
          {"training", training_json(study.training)},
          {"teacher-training", training_json(study.teacher_training)},
          {"distil", options::echo(distil_table(study))},
          {"criteria", options::echo(criteria_table(study))}};
}

bool is_axis(const std::string& path) {
  for (const char* axis :
       {"/title", "/seeds", "/labelled", "/scenario", "/task/v", "/task/teacher-noise",
        "/task/cases", "/task/blur", "/task/students", "/task/teachers", "/teacher/rows",
        "/distil/loss", "/distil/lambda", "/distil/temperature", "/distil/controls",
        "/criteria/seeds", "/criteria/estimators"}) {
    if (path == axis || path.starts_with(std::string(axis) + "/")) return true;
  }
  return false;
}

RunKeys::RunKeys(const TrainSettings& s, const TaskData& data, const std::string& device)
    : study_(s.study),
      task_(task_json(s.study.task)),
      inputs_(json::array()),
      // Which of several GPUs it was makes no other run.
      device_(device.starts_with("cuda") ? "cuda" : device) {
  task_.erase("patches");
  task_.erase("source");  // the content of the files counts, not where they lie
  for (const auto& [role, info] : data.inputs) inputs_.push_back({role, info.sha256});
  const json study = study_json(s);
  const json flat = study.flatten();  // named: a loop over a temporary's items would outlive it
  json fixed = json::object();
  for (const auto& [path, value] : flat.items()) {
    if (!is_axis(path) && path != "/keep-weights" && !path.starts_with("/task/")) {
      fixed[path] = value;
    }
  }
  study_key_ = key_of({{"study", fixed}, {"task", task_}, {"inputs", inputs_}});
  student_ = {{"network", study["student"]}, {"training", study["training"]}};
  teacher_ = {{"network", network_json(study_.teacher)}, {"training", study["teacher-training"]}};
}

json RunKeys::unit_part(const StudyUnit& unit) const {
  json out{{"format", kRunFormat},
           {"task", task_},
           {"inputs", inputs_},
           {"device", device_},
           {"setting", values_json(unit.setting)},
           {"seed", unit.seed},
           {"labelled", unit.labelled},
           {"scenario", unit.scenario}};
  if (unit.scenario != "same-rows") out["most-extra"] = study_.most_extra;
  return out;
}

std::string RunKeys::of(const StudyUnit& unit, const RunSpec& run) const {
  json out = unit_part(unit);
  out["role"] = to_string(run.role);
  if (run.role != Role::teacher) out["student"] = student_;
  if (run.control) out["control"] = to_string(*run.control);
  if (run.loss) out["loss"] = loss_json(*run.loss);
  if (!run.candidates.empty()) {
    out["loss"] = json::array();
    for (const DistilLoss& loss : run.candidates) out["loss"].push_back(loss_json(loss));
    out["choose"] = to_string(study_.choose);
  }
  if (run.control == Control::self) out["calibrate"] = study_.calibrate;
  if (run.teacher) {
    const bool stored = run.teacher->rows == TeacherRows::stored;
    out["teacher"] = stored ? json::object() : teacher_;  // no network of its own
    out["teacher"]["calibrate"] = study_.calibrate;
    out["teacher"]["view"] = teacher_json(*run.teacher, true);
    out["teacher"]["allow-chance"] = study_.allow_chance;
    if (run.teacher->rows == TeacherRows::k_fold) out["teacher"]["folds"] = study_.folds;
  }
  return key_of(out);
}

std::string RunKeys::of_criteria(const StudyUnit& unit, const RunTeacher& teacher) const {
  json out = unit_part(unit);
  // The networks and losses of the short training pilot.
  out["criteria"] = {
      {"format", kCriteriaFormat},
      {"estimators", study_.estimators},
      {"planted-bias", study_.planted_bias},
      {"student", student_},
      {"teacher", teacher_},
      {"loss", loss_json({study_.forms.front(), study_.weighting, study_.lambdas.front(),
                          study_.temperatures.front(), study_.scaled})}};
  out["teacher"] = teacher_json(teacher, false);
  return key_of(out);
}

json unit_json(const Study& study, const StudyUnit& unit) {
  return {{"task", task_name(study.task)},
          {"setting", values_json(unit.setting)},
          {"labelled", unit.labelled == 0 ? json("all") : json(unit.labelled)},
          {"scenario", unit.scenario},
          {"seed", unit.seed}};
}

json teacher_json(const RunTeacher& teacher, bool with_rows) {
  return {{"name", teacher.name},
          {"parameters", values_json(teacher.parameters)},
          {"labels_from", with_rows ? json(to_string(teacher.rows)) : json()}};
}

json loss_json(const DistilLoss& loss) {
  return {{"form", to_string(loss.form)},
          {"weighting", to_string(loss.weighting)},
          {"lambda", loss.lambda},
          {"temperature", loss.temperature},
          {"scaled", loss.scaled}};
}

namespace {

/// The values of λ or T that a cell chooses from; the value itself where there is one.
documents::Fact one_of(const std::vector<DistilLoss>& candidates, double DistilLoss::*member) {
  std::vector<double> values;
  for (const DistilLoss& loss : candidates) {
    if (std::find(values.begin(), values.end(), loss.*member) == values.end()) {
      values.push_back(loss.*member);
    }
  }
  if (values.size() == 1) return values.front();
  std::string text = "chosen from";
  for (const double value : values)
    text += fmt::format("{} {:g}", text.back() == 'm' ? "" : ",", value);
  return text;
}

/// What the runs of a cell have in common, whatever each of them chose.
documents::LossOfRun loss_of_cell(const RunSpec& spec) {
  const DistilLoss& loss = *spec.loss;
  documents::LossOfRun out{std::string(to_string(loss.form)),
                           std::string(to_string(loss.weighting)), loss.lambda, loss.temperature,
                           loss.scaled};
  if (spec.candidates.empty()) return out;
  out.lambda = one_of(spec.candidates, &DistilLoss::lambda);
  out.temperature = one_of(spec.candidates, &DistilLoss::temperature);
  return out;
}

documents::ChoiceOfRun choice_of(Choose choose, const RunResult& run) {
  documents::ChoiceOfRun out{std::string(to_string(choose)), {}, {}, {}};
  bool any = false;
  for (std::size_t c = 0; c < run.candidate_losses.size(); ++c) {
    const DistilLoss& loss = run.spec.candidates[c];
    out.losses.push_back({loss.lambda, loss.temperature, run.candidate_losses[c]});
    any = any || run.candidate_losses[c].has_value();
  }
  if (!any) return out;
  out.lambda = run.spec.loss->lambda;
  out.temperature = run.spec.loss->temperature;
  return out;
}

documents::TeacherOfRun teacher_of(const RunTeacher& teacher) {
  return {teacher.name, documents::read_facts(values_json(teacher.parameters)),
          std::string(to_string(teacher.rows))};
}

documents::RunUnit unit_of(const Study& study, const StudyUnit& unit) {
  documents::Fact labelled = std::string("all");
  if (unit.labelled > 0) labelled = std::uint64_t{unit.labelled};
  return {std::string(task_name(study.task)), documents::read_facts(values_json(unit.setting)),
          labelled, unit.scenario, unit.seed};
}

}  // namespace

documents::RunDocument run_document(const TrainSettings& s, const StudyUnit& unit,
                                    const RunResult& run, const std::string& key,
                                    const std::string& student_key) {
  const bool teacher = run.spec.role == Role::teacher;
  const bool stored = teacher && run.spec.teacher->rows == TeacherRows::stored;
  const bool paired = run.spec.role == Role::distilled || run.spec.role == Role::control;
  const Optimisation& optimisation = teacher ? s.study.teacher_training : s.study.training;
  documents::RunDocument out;
  out.version = version();
  out.seed = unit.seed;
  out.key = key;
  out.study = s.study.title;
  out.unit = unit_of(s.study, unit);
  out.role = to_string(run.spec.role);
  if (run.spec.control) out.control = to_string(*run.spec.control);
  if (run.spec.teacher) out.teacher = teacher_of(*run.spec.teacher);
  if (run.spec.loss) out.loss = loss_of_cell(run.spec);
  if (!stored) {  // else there is nothing that was trained
    out.network = network_of(teacher ? s.study.teacher : s.study.student);
    out.training = documents::read_facts(training_json(optimisation));
    out.weights = to_string(optimisation.weights);
  }
  out.status = run.failure.empty() ? "done" : "failed";
  if (!run.failure.empty()) out.failure = run.failure;
  out.metrics = metrics_of(run.metrics);
  out.best = best_of(run.best);
  out.last.emplace();
  if (run.last) out.last->emplace(documents::LastOfRun{metrics_of(*run.last)});
  out.stopped = run.stopped;
  out.weight_decay = run.weight_decay;
  out.calibration_temperature = run.temperature;
  out.validation_loss = run.validation_loss;
  if (paired) out.student = student_key;
  if (run.paired) {
    out.paired = {run.paired->labelled, run.paired->labelled_paired, run.paired->extra,
                  run.paired->extra_paired};
  }
  out.predicted = prediction_of(run.predicted);
  out.seconds = run.seconds;
  if (!run.spec.candidates.empty()) out.chosen = choice_of(s.study.choose, run);
  return out;
}

documents::CriteriaDocument criteria_document(const TrainSettings& s, const StudyUnit& unit,
                                              const CriteriaResult& criteria,
                                              const std::string& key) {
  documents::CriteriaDocument out;
  out.warnings = criteria.warnings;
  if (!s.study.planted_bias) {
    out.warnings.push_back({"no-planted-bias",
                            "the study says planted-bias = false: verdicts of the representation "
                            "level do not look at the bias that planted data of this shape show"});
  }
  for (const auto& [name, value] : criteria.scores) {
    out.scores[name] = value;
    if (!value) out.warnings.push_back({"no-score", "'" + name + "' refused these rows"});
  }
  for (const auto& [name, value] : criteria.decisions) out.decisions[name] = value;
  const documents::RunUnit question = unit_of(s.study, unit);
  out.unit.task = question.task;
  out.unit.setting = question.setting;
  out.unit.labelled = question.labelled;
  out.unit.scenario = question.scenario;
  out.unit.seed = question.seed;
  // Criteria are measured before it is known whose rows the teacher will label.
  out.teacher = {criteria.teacher.name, teacher_of(criteria.teacher).parameters, documents::Fact()};
  out.version = version();
  out.format = kCriteriaFormat;
  out.seed = unit.seed;
  out.key = key;
  out.study = s.study.title;
  out.seconds = criteria.seconds;
  return out;
}

}  // namespace cch
