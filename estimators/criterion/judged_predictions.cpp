#include <utility>

#include "cch/criterion/levels.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/criterion/ranking_checks.hpp"

namespace cch {
namespace {

void adjust_predictions(std::vector<JudgedPredictions::Teacher>& teachers) {
  std::vector<Margin*> margins;
  for (auto& teacher : teachers) {
    margins.push_back(teacher.level ? &teacher.level->margin : nullptr);
  }
  detail::adjust_by_holm(margins);
  for (auto& [probe, level] : teachers) {
    if (level && level->margin.p_above && !level->opposed) {
      level->outcome = cch_outcome(level->margin);
    }
  }
}

// A clone of the student shares its values.
bool shares_values(const Samples& a, const Samples& b) {
  return a.view().data() == b.view().data();
}

}  // namespace

JudgedPredictions judge_predictions(const RankInput& input, const RankOptions& options,
                                    const Execution& outer) {
  Execution exec = outer;
  exec.sink = nullptr;  // only whole teachers are reported
  JudgedPredictions out;
  out.teachers.resize(input.teachers.size());
  const Samples& student = input.student.features;
  const auto probe_of = [&](const Modality& modality) {
    if (modality.stored) {
      return stored_probe(modality.features, std::get<ClassLabels>(input.labels), input.groups, {},
                          exec);
    }
    return linear_probe(modality.features, input.labels, input.groups, {}, exec);
  };
  out.student =
      detail::attempt("prediction-level", out.warnings, [&] { return probe_of(input.student); });
  if (!out.student) return out;
  PredictionLevelOptions level;
  level.lambda = options.lambda.value_or(level.lambda);
  for (std::size_t t = 0; t < out.teachers.size(); ++t) {
    const Modality& teacher = input.teachers[t];
    auto& judged = out.teachers[t];
    judged.level = detail::attempt("prediction-level", out.warnings, [&] {
      judged.probe = shares_values(teacher.features, student) ? *out.student : probe_of(teacher);
      return prediction_level(*judged.probe, *out.student, student, input.labels, input.groups,
                              level, exec);
    });
    outer.progress("prediction level", t + 1, out.teachers.size());
    if (!judged.level) continue;
    for (const Warning& warning : judged.level->warnings) {
      out.warnings.push_back(
          {warning.code, "predictions of '" + teacher.name + "': " + warning.message});
    }
  }
  if (options.holm) adjust_predictions(out.teachers);
  return out;
}

}  // namespace cch
