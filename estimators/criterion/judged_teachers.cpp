#include "estimators/criterion/judged_teachers.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "cch/criterion/levels.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/criterion/nested_teachers.hpp"
#include "estimators/criterion/ranking_checks.hpp"
#include "estimators/criterion/ranking_scale.hpp"

namespace cch {
namespace detail {
namespace {

// The steps inside one teacher would hide how far the ranking is.
Execution without_progress(Execution exec) {
  exec.sink = nullptr;
  return exec;
}

// Planting fits an estimator dozens of times, which networks are too slow for.
bool has_networks(const RepresentationLevel& level, const std::vector<MeasuredTeacher>& teachers) {
  return entry_of(level.student_labels_options()).networks ||
         std::any_of(teachers.begin(), teachers.end(), [](const MeasuredTeacher& teacher) {
           return entry_of(teacher.choice.options).networks;
         });
}

void plant(const RepresentationLevel& level, Scale scale, const Execution& outer,
           JudgedTeachers& out) {
  if (has_networks(level, out.teachers)) {
    out.planted.push_back(
        {"no-planted-bias",
         "the bias of estimators that train networks is not measured on planted data: it would "
         "take "
         "dozens of trainings a teacher; name an estimator without networks first to have it"});
    return;
  }
  const Execution exec = without_progress(outer);
  const std::size_t steps = out.teachers.size() + 1;
  outer.progress("planted bias", 0, steps);
  const auto labels_bias = attempt("planted-bias", out.planted, [&] {
    return planted_side(level.student_labels_options(), level.student(), level.labels(),
                        level.groups(), level.i_student_labels().nats, scale, exec);
  });
  for (std::size_t t = 0; labels_bias && t < out.teachers.size(); ++t) {
    outer.progress("planted bias", t + 1, steps);
    MeasuredTeacher& teacher = out.teachers[t];
    teacher.planted = attempt("planted-bias", out.planted, [&] {
      auto side = planted_side(teacher.choice.options, teacher.features, level.student(),
                               level.groups(), teacher.result.i_teacher_student.nats, scale, exec);
      return planted_margin(teacher, std::move(side), labels_bias->bias, level.groups().count());
    });
  }
  outer.progress("planted bias", steps, steps);
}

}  // namespace

void adjust_over_teachers(std::vector<MeasuredTeacher>& teachers) {
  std::vector<Margin*> margins;
  for (MeasuredTeacher& teacher : teachers) margins.push_back(&teacher.result.margin);
  adjust_by_holm(margins);
}

JudgedTeachers judged_teachers(const RepresentationLevel& level,
                               const std::vector<Modality>& teachers,
                               const std::vector<Samples>& features, const RankOptions& options,
                               bool planted, const std::vector<std::string>& unreliable,
                               const Execution& exec) {
  JudgedTeachers out;
  for (std::size_t t = 0; t < teachers.size(); ++t) {
    exec.progress("information", t, teachers.size());
    out.teachers.push_back(level.measure(teachers[t].name, features[t], out.error_bars));
    out.teachers.back().result.stored = teachers[t].stored;
    std::vector<std::string>& reasons = out.teachers.back().unreliable = unreliable;
    if (teachers[t].stored && teachers[t].stored->saw_rows) {
      reasons.push_back(saw_rows_reason(teachers[t].name));
    }
  }
  exec.progress("information", teachers.size(), teachers.size());
  hold_to_wholes(out.teachers, without_progress(exec), out.error_bars);
  if (options.holm) adjust_over_teachers(out.teachers);
  if (planted) plant(level, options.scale, exec, out);
  for (MeasuredTeacher& teacher : out.teachers) {
    teacher.result.cch = level.verdict(teacher);
  }
  return out;
}

EstimatorRanking ranking_of(const RepresentationLevel& level,
                            const std::vector<MeasuredTeacher>& teachers,
                            const std::vector<std::size_t>& order) {
  EstimatorRanking out;
  std::vector<const MeasuredTeacher*> sorted;
  for (const std::size_t t : order) {
    sorted.push_back(&teachers[t]);
    out.teachers.push_back(teachers[t].result);
  }
  level.describe(sorted, out);
  return out;
}

}  // namespace detail

JudgedRepresentations judge_representations(const RankInput& input, const std::string& estimator,
                                            const RankOptions& options, const Execution& exec) {
  detail::check_input(input);
  detail::check_options(input, options);
  JudgedRepresentations out;
  const detail::Scaled data = detail::put_on_scale(input, options.scale, out.warnings, exec);
  const detail::RepresentationLevel level(estimator, data.student, data.labels, input.groups,
                                          options, exec);
  detail::JudgedTeachers judged =
      detail::judged_teachers(level, input.teachers, data.teachers, options, options.planted_bias,
                              why_unreliable(input), exec);
  std::vector<std::size_t> order(input.teachers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  out.ranking = detail::ranking_of(level, judged.teachers, order);
  out.ranking.warnings = std::move(judged.error_bars);
  out.warnings.insert(out.warnings.end(), judged.planted.begin(), judged.planted.end());
  for (detail::MeasuredTeacher& teacher : judged.teachers) {
    out.planted.push_back(std::move(teacher.planted));
  }
  return out;
}

}  // namespace cch
