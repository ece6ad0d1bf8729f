#include "cch/experiments/study.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "cch/core/nearest_name.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/estimators/catalog.hpp"
#include "experiments/training_backend.hpp"

namespace cch {
namespace {

void need(bool fine, const std::string& problem, const std::string& why,
          const std::string& action) {
  if (!fine) refuse_usage("bad-study", problem, why, action);
}

template <class T>
T by_name(std::string_view name, std::initializer_list<T> values, const std::string& what) {
  std::vector<std::string> all;
  for (const T value : values) {
    if (to_string(value) == name) return value;
    all.emplace_back(to_string(value));
  }
  refuse_usage("unknown-" + what, fmt::format("there is no {} '{}'", what, name), {},
               "Did you mean '" + nearest_name(name, all) + "'?");
}

template <class T>
void need_values(const std::vector<T>& values, const std::string& key) {
  need(!values.empty(), "the study has no value for '" + key + "'",
       "a grid of nothing has no cells", "Give at least one");
  const std::set<T> seen(values.begin(), values.end());
  need(seen.size() == values.size(), "the study has a value of '" + key + "' twice",
       "its cells would be counted twice", "Leave one of them out");
}

std::size_t fresh_rows(const Task& task) {
  return std::visit(
      [](const auto& t) -> std::size_t {
        if constexpr (requires { t.fresh_rows; }) return t.fresh_rows;
        return 0;
      },
      task);
}

void check_losses(const Study& study, bool classes) {
  for (const DistilForm form : study.forms) {
    for (const double lambda : study.lambdas) {
      need(lambda != 0.0, "λ = 0 is the student without distillation", "that one is always trained",
           "Leave it out");
      for (const double temperature : study.temperatures) {
        check({form, study.weighting, lambda, temperature, study.scaled}, study.student, classes);
      }
    }
    const bool features = compares_features(form);
    need(!features || study.teacher.layers != Layers::linear,
         fmt::format("loss '{}' compares hidden features", to_string(form)),
         "a linear teacher has none", "Give the teacher layers = \"mlp\"");
    const bool folds = std::find(study.teacher_rows.begin(), study.teacher_rows.end(),
                                 TeacherRows::k_fold) != study.teacher_rows.end();
    need(!features || !folds,
         fmt::format("loss '{}' and k-fold teachers do not go together", to_string(form)),
         "features of several networks have no common meaning", "Take same-rows or fresh-rows");
  }
}

/// What a teacher has not that was trained before.
void check_stored(const Study& study) {
  const auto* features = std::get_if<FeaturesTask>(&study.task);
  if (features == nullptr || features->stored.empty()) return;
  const std::string name = "'" + features->stored.front().first + "' was trained before";
  for (const DistilForm form : study.forms) {
    need(!compares_features(form),
         fmt::format("loss '{}' compares hidden features", to_string(form)),
         name + " and brings its outputs alone", "Take loss = \"kl\"");
  }
  for (const std::string& scenario : study.scenarios) {
    need(parse_scenario(scenario) != Scenario::more_labels,
         "further labels teach a teacher nothing that is not trained here", name,
         "Take same-rows or unlabelled-pairs");
  }
}

/// Losses of this form and control; feature losses have no uniform and no label-scaling control.
bool has_control(Control control, DistilForm form) {
  return !compares_features(form) || control == Control::shuffled || control == Control::self;
}

}  // namespace

std::string_view to_string(TeacherRows rows) {
  switch (rows) {
    case TeacherRows::same_rows:
      return "same-rows";
    case TeacherRows::k_fold:
      return "k-fold";
    case TeacherRows::fresh_rows:
      return "fresh-rows";
    case TeacherRows::stored:
      return "stored";
  }
  return {};
}

std::string_view to_string(Control control) {
  switch (control) {
    case Control::uniform:
      return "uniform";
    case Control::shuffled:
      return "shuffled";
    case Control::self:
      return "self";
    case Control::shrinkage:
      return "shrinkage";
  }
  return {};
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::teacher:
      return "teacher";
    case Role::student:
      return "student";
    case Role::distilled:
      return "distilled";
    case Role::control:
      return "control";
  }
  return {};
}

TeacherRows parse_teacher_rows(std::string_view name) {
  return by_name(name, {TeacherRows::same_rows, TeacherRows::k_fold, TeacherRows::fresh_rows},
                 "kind of teacher rows");
}

Control parse_control(std::string_view name) {
  return by_name(name, {Control::uniform, Control::shuffled, Control::self, Control::shrinkage},
                 "control");
}

std::string_view to_string(Choose choose) {
  switch (choose) {
    case Choose::all:
      return "all";
    case Choose::inner_folds:
      return "inner-folds";
    case Choose::validation:
      return "validation";
  }
  return {};
}

Choose parse_choose(std::string_view name) {
  return by_name(name, {Choose::all, Choose::inner_folds, Choose::validation}, "way to choose");
}

void check(const Study& study, const TaskData& data) {
  check(study.student);
  check(study.teacher);
  check(study.training);
  check(study.teacher_training);
  const bool real = std::holds_alternative<GaussianTask>(study.task) || data.targets.rows() > 0;
  need_values(study.seeds, "seeds");
  need_values(study.labelled, "labelled");
  need_values(study.scenarios, "scenario");
  need_values(study.teacher_rows, "teacher rows");
  need_values(study.forms, "loss");
  need_values(study.lambdas, "lambda");
  need_values(study.temperatures, "temperature");
  for (const std::string& name : study.scenarios) parse_scenario(name);
  for (const std::string& name : study.estimators) {
    if (name != "auto") default_options(name);
  }
  check_losses(study, !real);
  need(study.choose == Choose::all || study.lambdas.size() * study.temperatures.size() > 1,
       "there is one loss to choose from", "there is nothing to choose",
       "Give more than one lambda or temperature, or choose = \"all\"");
  need(study.choose != Choose::validation || study.training.validation > 0.0,
       "λ and T cannot be chosen without validation rows", "training.validation is 0",
       "Give validation = 0.2, or choose = \"inner-folds\"");
  check_stored(study);
  for (const TeacherRows rows : study.teacher_rows) {
    need(rows != TeacherRows::fresh_rows || fresh_rows(study.task) > 0,
         "a fresh-rows teacher has no rows", "they are labelled rows beside the student's",
         "Give the task fresh-rows, if it has that key; else take k-fold");
    need(rows != TeacherRows::k_fold || study.folds >= 2, "one fold has no others to learn from",
         {}, "Give folds of at least 2");
    need(rows == TeacherRows::k_fold || real || !study.calibrate ||
             study.teacher_training.validation > 0.0,
         "a teacher cannot be calibrated without validation rows",
         "on the rows that it was fitted on it is surer than elsewhere",
         "Give teacher-training validation = 0.2, or calibrate = false in [teacher]");
  }
  for (const Control control : study.controls) {
    need(control != Control::shrinkage || real, "control 'shrinkage' needs real labels",
         "classes cannot be scaled", "Take 'uniform', which shrinks the student of classes");
  }
}

void require_trainer(const Study& study, const std::string& device) {
  std::vector<TrainingJob> jobs;
  for (const DistilForm form : study.forms)
    jobs.push_back({{form, {}, 1.0, 1.0, true}, {}, 1, 1.0});
  if (!detail::is_dense(study.student, jobs, device) ||
      !detail::is_dense(study.teacher, {}, device)) {
    static_cast<void>(detail::training_backend());
  }
}

std::vector<StudyUnit> units(const Study& study) {
  std::vector<StudyUnit> out;
  for (const std::uint64_t seed : study.seeds) {
    for (const StudyValues& setting : student_settings(study.task)) {
      for (const std::string& scenario : study.scenarios) {
        for (const std::size_t n : study.labelled) out.push_back({setting, seed, n, scenario});
      }
    }
  }
  return out;
}

namespace {

/// The losses of a form: one list a cell, from which its student is chosen.
std::vector<std::vector<DistilLoss>> cells_of(const Study& study, DistilForm form) {
  std::vector<std::vector<DistilLoss>> out;
  for (const double temperature : study.temperatures) {
    for (const double lambda : study.lambdas) {
      const DistilLoss loss{form, study.weighting, lambda, temperature, study.scaled};
      if (out.empty() || study.choose == Choose::all) out.emplace_back();
      out.back().push_back(loss);
    }
  }
  return out;
}

}  // namespace

std::vector<RunSpec> runs(const Study& study, const StudyUnit& unit) {
  std::vector<RunSpec> out;
  out.push_back({Role::student, {}, {}, {}, {}});
  std::vector<RunTeacher> teachers;
  for (const auto& [name, parameters] : teacher_views(study.task, unit.setting)) {
    if (stored_outputs(study.task, name)) {
      teachers.push_back({name, parameters, TeacherRows::stored});
      continue;
    }
    for (const TeacherRows rows : study.teacher_rows) teachers.push_back({name, parameters, rows});
  }
  for (const RunTeacher& teacher : teachers) out.push_back({Role::teacher, {}, teacher, {}, {}});
  for (const DistilForm form : study.forms) {
    for (const std::vector<DistilLoss>& losses : cells_of(study, form)) {
      const auto add = [&](Role role, std::optional<Control> control,
                           std::optional<RunTeacher> teacher) {
        out.push_back({role, control, std::move(teacher), losses.front(), {}});
        if (study.choose != Choose::all) out.back().candidates = losses;
      };
      for (const RunTeacher& teacher : teachers) add(Role::distilled, {}, teacher);
      for (const Control control : study.controls) {
        if (!has_control(control, form)) continue;
        if (control != Control::shuffled) {
          add(Role::control, control, {});
          continue;
        }
        for (const RunTeacher& teacher : teachers) add(Role::control, control, teacher);
      }
    }
  }
  return out;
}

}  // namespace cch
