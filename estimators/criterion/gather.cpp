#include "estimators/criterion/gather.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "estimators/criterion/ranking_rows.hpp"

namespace cch::detail {
namespace {

Samples stacked(const Samples& a, const Samples& b) {
  Matrix out(a.size() + b.size(), a.dim());
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::copy_n(a.view().row(i).data(), a.dim(), out.row(i).data());
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    std::copy_n(b.view().row(i).data(), a.dim(), out.row(a.size() + i).data());
  }
  return Samples::from(std::move(out), a.name());
}

// A side whose truth the curve cannot bound is as far off as one likes, upwards: the estimators are
// low in what they cannot resolve.
bool unbounded(const PlantedBias& bias) {
  return !bias.resolved && bias.bias < 0.0;
}

}  // namespace

std::string nats_text(double nats) {
  const double rounded = std::round(1000.0 * nats) / 1000.0;
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", rounded == 0.0 ? 0.0 : rounded);
  return text;
}

void adjust_by_holm(const std::vector<Margin*>& margins) {
  std::vector<double> above;
  std::vector<double> below;
  for (const Margin* margin : margins) {
    above.push_back(margin != nullptr ? margin->p_above.value_or(1.0) : 1.0);
    below.push_back(margin != nullptr ? margin->p_below.value_or(1.0) : 1.0);
  }
  above = holm_adjusted(above);
  below = holm_adjusted(below);
  for (std::size_t t = 0; t < margins.size(); ++t) {
    if (margins[t] == nullptr || !margins[t]->p_above) continue;
    margins[t]->p_above = above[t];
    margins[t]->p_below = below[t];
  }
}

NearbyBias planted_side(const EstimatorOptions& options, const Variable& x, const Variable& y,
                        const Groups& groups, double estimate, Scale scale, const Execution& exec) {
  PlantedOptions planted;
  planted.scale = scale;
  return planted_bias_near(options, planted_shape(x, y, groups), estimate, planted, exec);
}

PlantedMargin planted_margin(const MeasuredTeacher& teacher, NearbyBias teacher_student,
                             const PlantedBias& student_labels, std::size_t groups) {
  PlantedMargin out;
  out.teacher_student = teacher_student.bias;
  out.student_labels = student_labels;
  out.curve = std::move(teacher_student.curve);
  out.margin_bias = out.teacher_student.bias - out.student_labels.bias;
  const Margin& margin = teacher.result.margin;
  if (!margin.standard_error) return out;
  const double freedom =
      std::min(20.0, 1.0 / (1.0 / 30.0 + 1.0 / (static_cast<double>(groups) - 1.0)));
  out.interval95 =
      bias_aware_interval(margin.nats, *margin.standard_error, freedom, out.margin_bias);
  const CchOutcome outcome = cch_outcome(margin);
  if (outcome == CchOutcome::holds) {
    out.could_flip = out.interval95->lo <= 0.0 || unbounded(out.student_labels);
  } else if (outcome == CchOutcome::fails) {
    out.could_flip = out.interval95->hi >= 0.0 || unbounded(out.teacher_student);
  }
  return out;
}

SharedKnowledge shared_knowledge(const RepresentationLevel& level, const MeasuredTeacher& teacher,
                                 const RankOptions& options, const Execution& exec) {
  const Samples joint_features = side_by_side(teacher.features, level.student());
  const EstimatorChoice choice =
      configured(choose_estimator(joint_features, level.labels(), level.groups()), options);
  const auto measure = [&](const Samples& x) {
    return Measurement(choice.options, x, level.labels(), level.groups(), exec);
  };
  const Measurement joint = measure(joint_features);
  const bool same = choice.options.index() == level.student_labels_options().index();
  std::optional<Measurement> alone;
  if (!same) alone.emplace(measure(level.student()));
  const Measurement& student = same ? level.student_labels() : *alone;
  std::optional<Measurement> again;
  const bool known = teacher.teacher_labels != nullptr &&
                     teacher.teacher_labels->estimate().method == joint.estimate().method;
  if (!known) again.emplace(measure(teacher.features));
  const Measurement& own = known ? *teacher.teacher_labels : *again;
  const auto sum_of = [&](std::vector<Term> terms) {
    LabelInformation out{0.0, {}, {}, std::string(entry_of(choice.options).name)};
    for (const Term& term : terms) out.nats += term.weight * term.measurement->estimate().nats;
    if (const auto bar = error_bar(terms, exec)) {
      out.standard_error = bar->standard_error;
      out.interval95 = interval95(out.nats, *bar);
    }
    return out;
  };
  return {sum_of({{&joint, 1.0}, {&student, -1.0}}),
          sum_of({{&own, 1.0}, {&student, 1.0}, {&joint, -1.0}})};
}

AllRows with_extra_rows(const RankInput& input) {
  const std::size_t n = input.student.features.size();
  const std::size_t extra = input.extra.student->size();
  std::vector<std::size_t> codes(input.groups.codes().begin(), input.groups.codes().end());
  for (std::size_t i = 0; i < extra; ++i) {
    codes.push_back(input.extra.groups.empty() ? n + i : input.extra.groups[i]);
  }
  AllRows out{stacked(input.student.features, *input.extra.student), {}, Groups::from(codes)};
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    out.teachers.push_back(stacked(input.teachers[t].features, input.extra.teachers[t]));
  }
  return out;
}

std::optional<Estimate> on_all_rows(const RankInput& input, std::size_t teacher,
                                    const EstimatorOptions& estimator, const RankOptions& options,
                                    const Execution& exec) {
  if (!input.extra.student || input.extra.teachers.size() != input.teachers.size()) {
    return std::nullopt;
  }
  RankInput one{input.student, {input.teachers[teacher]}, input.labels, input.groups, input.extra};
  one.extra.teachers = {input.extra.teachers[teacher]};
  AllRows all = with_extra_rows(one);
  const auto rows = information_rows(all.student.size(), options.exact, exec.seed);
  if (!rows.empty()) {
    all = {all.student.select(rows), {all.teachers.front().select(rows)}, all.groups.select(rows)};
  }
  std::vector<Warning> ignored;  // the same as those of the labelled rows
  const Measurement measured(estimator, scaled(all.teachers.front(), options.scale, ignored, exec),
                             scaled(all.student, options.scale, ignored, exec), all.groups, exec);
  return with_error_bar(measured, exec);
}

}  // namespace cch::detail
