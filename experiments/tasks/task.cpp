#include "cch/experiments/task.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "experiments/tasks/draws.hpp"

namespace cch {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

void need(bool fine, const std::string& problem, const std::string& action) {
  if (!fine) refuse_usage("bad-task", problem, {}, action);
}

void need_rows(std::size_t rows, std::size_t test) {
  need(rows > 0 && test > 1, "the task has no rows to train or to test on",
       "Give rows and test-rows");
}

void check(const MfhTask& t) {
  need_rows(t.rows, t.test_rows);
  need(!t.v.empty(), "the task has no v", "Give v = [0, 4, 10]");
  for (const std::size_t v : t.v) {
    need(v <= (t.alpha ? 40U : 10U), fmt::format("v = {} is too large", v),
         t.alpha ? "Give v from 0 to 40" : "Give v from 0 to 10");
  }
}

void check(const GaussianTask& t) {
  need_rows(t.rows, t.test_rows);
  need(t.share >= 0.0 && t.share <= 1.0, fmt::format("share = {} has no meaning", t.share),
       "Give a share of the signal from 0 to 1");
  need(!t.teacher_noise.empty(), "the task has no teacher-noise", "Give teacher-noise = [1]");
  need(t.common_factors + t.teacher_factors + t.nuisance_factors <= t.teacher_dim &&
           t.common_factors + t.student_factors + t.nuisance_factors <= t.student_dim,
       "the factors do not fit into the columns", "Raise teacher-dim and student-dim");
  for (const double noise : t.teacher_noise) {
    need(std::isfinite(noise) && noise >= 0.0,
         fmt::format("teacher-noise = {} has no meaning", noise),
         "Give standard deviations from 0");
  }
}

void check(const GeneralisedTask& t) {
  need_rows(t.rows, t.test_rows);
  need(!t.cases.empty(), "the task has no case", "Give cases = [1, 2, 3, 4]");
  need(t.columns >= 3, "three columns are relevant", "Give columns of at least 3");
  for (const std::size_t c : t.cases) {
    need(c >= 1 && c <= 5, fmt::format("there is no case {}", c), "Give cases from 1 to 5");
  }
}

void check(const DigitsTask& t) {
  need_rows(t.rows, t.test_rows);
  need(t.patches.empty() || !t.source.starts_with("dir:"),
       "patches are given for images that have colours already",
       "Remove 'patches', or name grey images (fashion-mnist, idx:DIR) as source");
  need(!t.blur.empty(), "the task has no blur", "Give blur = [0] for sharp images");
  for (const double b : t.blur) {
    need(std::isfinite(b) && b >= 0.0 && b <= 28.0, fmt::format("blur = {} has no meaning", b),
         "Give standard deviations in pixels, from 0 to 28");
  }
}

void check(const FeaturesTask& t) {
  need(!t.students.empty() && !t.teachers.empty(), "the task names no student or no teacher",
       "Give students = [\"a\"] and teachers = [\"b\"]");
  need(t.test_share > 0.0 && t.test_share < 1.0,
       fmt::format("test-share = {} has no meaning", t.test_share),
       "Give a number between 0 and 1");
  for (const auto& [name, outputs] : t.stored) {
    need(std::find(t.teachers.begin(), t.teachers.end(), name) != t.teachers.end(),
         "'stored' names '" + name + "', which is no teacher", "Add it to teachers");
  }
  need(!t.noise.empty(), "the task has no teacher-noise", "Give teacher-noise = [0]");
  for (const double noise : t.noise) {
    need(std::isfinite(noise) && noise >= 0.0,
         fmt::format("teacher-noise = {} has no meaning", noise),
         "Give standard deviations from 0");
  }
}

}  // namespace

std::string_view task_name(const Task& task) {
  return std::visit(
      Overloaded{
          [](const MfhTask& t) -> std::string_view { return t.alpha ? "mfh-alpha" : "mfh-gamma"; },
          [](const GaussianTask&) -> std::string_view { return "gaussian"; },
          [](const GeneralisedTask&) -> std::string_view { return "generalised-distillation"; },
          [](const DigitsTask&) -> std::string_view { return "digits"; },
          [](const FeaturesTask&) -> std::string_view { return "features"; }},
      task);
}

TaskData load_task(const Task& task, const Execution& exec) {
  std::visit([](const auto& t) { check(t); }, task);
  if (const auto* digits = std::get_if<DigitsTask>(&task)) return detail::load(*digits, exec);
  if (const auto* features = std::get_if<FeaturesTask>(&task)) return detail::load(*features, exec);
  return {};
}

std::vector<StudyValues> student_settings(const Task& task) {
  std::vector<StudyValues> out;
  if (const auto* cases = std::get_if<GeneralisedTask>(&task)) {
    for (const std::size_t c : cases->cases) out.push_back({{"case", static_cast<double>(c)}});
  } else if (const auto* features = std::get_if<FeaturesTask>(&task)) {
    for (const auto& name : features->students) out.push_back({{"student", name}});
  } else {
    out.emplace_back();
  }
  return out;
}

std::optional<StoredOutputs> stored_outputs(const Task& task, const std::string& teacher) {
  const auto* features = std::get_if<FeaturesTask>(&task);
  if (features == nullptr) return std::nullopt;
  for (const auto& [name, outputs] : features->stored) {
    if (name == teacher) return outputs;
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, StudyValues>> teacher_views(const Task& task,
                                                               const StudyValues& setting) {
  std::vector<std::pair<std::string, StudyValues>> out;
  std::visit(Overloaded{[&](const MfhTask& t) {
                          for (const std::size_t v : t.v) {
                            out.push_back({"x1", detail::mfh_parameters(t, v)});
                          }
                        },
                        [&](const GaussianTask& t) {
                          for (const double noise : t.teacher_noise) {
                            out.push_back({"x1", {{"teacher-noise", noise}}});
                          }
                        },
                        [&](const GeneralisedTask&) {
                          out.push_back({"privileged", {}});
                        },
                        [&](const DigitsTask& t) {
                          for (const double blur : t.blur) {
                            out.push_back({"grey", {{"blur", blur}}});
                          }
                        },
                        [&](const FeaturesTask& t) {
                          const auto& student = std::get<std::string>(setting.front().second);
                          for (const auto& name : t.teachers) {
                            if (name == student) continue;
                            if (stored_outputs(task, name)) {
                              out.push_back({name, {}});
                              continue;
                            }
                            for (const double noise : t.noise) {
                              out.push_back({name, detail::feature_parameters(t, noise)});
                            }
                          }
                        }},
             task);
  return out;
}

std::vector<std::size_t> TeacherView::paired_of(const std::vector<std::size_t>& rows) const {
  std::vector<std::size_t> out;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(out),
               [&](std::size_t row) { return pairs(row); });
  return out;
}

StudyDraw draw(const Task& task, const TaskData& data, const StudyValues& setting,
               std::uint64_t seed, const Execution& exec) {
  StudyDraw out = std::visit(
      Overloaded{[&](const MfhTask& t) { return detail::draw(t, seed); },
                 [&](const GaussianTask& t) { return detail::draw(t, seed); },
                 [&](const GeneralisedTask& t) { return detail::draw(t, setting, seed); },
                 [&](const DigitsTask& t) { return detail::draw(t, data, seed, exec); },
                 [&](const FeaturesTask& t) { return detail::draw(t, data, setting, seed); }},
      task);
  if (out.test.empty()) {
    refuse_data("empty-split", "no row is left to test on", {}, "nothing can be scored",
                "Raise test-share or test-rows, or deal rows to test in the split");
  }
  return out;
}

}  // namespace cch
