#include "estimators/criterion/ranked_controls.hpp"

#include <numeric>

#include "cch/criterion/controls.hpp"
#include "estimators/criterion/gather.hpp"

namespace cch::detail {
namespace {

void append(const std::vector<Warning>& from, std::vector<Warning>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

// Controls of labelled and unlabelled rows together, then parted again.
void split_controls(const RankInput& input, const Execution& exec, RankedControls& out,
                    std::vector<Warning>& warnings) {
  const AllRows all = with_extra_rows(input);
  const RankInput whole{{input.student.name, all.student},
                        {{input.teachers.front().name, all.teachers.front()}},
                        all.student,
                        all.groups,
                        {}};
  const auto controls = control_teachers(whole, {}, exec);
  append(controls.warnings, warnings);
  const std::size_t n = input.student.features.size();
  std::vector<std::size_t> main(n);
  std::vector<std::size_t> extra(all.student.size() - n);
  std::iota(main.begin(), main.end(), std::size_t{0});
  std::iota(extra.begin(), extra.end(), n);
  out.input.extra.student = input.extra.student;
  out.input.extra.groups = input.extra.groups;
  for (const Modality& control : controls.teachers) {
    out.input.teachers.push_back({control.name, control.features.select(main)});
    out.input.extra.teachers.push_back(control.features.select(extra));
  }
}

}  // namespace

RankedControls ranked_controls(const RankInput& input, const RankOptions& options,
                               const Execution& exec, std::vector<Warning>& warnings) {
  RankedControls out{{input.student, {}, input.labels, input.groups, {}}, options.scenario};
  if (!options.controls) return out;
  if (options.scenario == Scenario::more_labels) {
    out.scenario = Scenario::same_rows;
    warnings.push_back({"controls-same-rows",
                        "further labelled rows have no student features, so the controls are "
                        "trained in the scenario same-rows"});
  }
  if (out.scenario == Scenario::unlabelled_pairs) {
    split_controls(input, exec, out, warnings);
  } else {
    auto controls = control_teachers(input, {}, exec);
    append(controls.warnings, warnings);
    out.input.teachers = std::move(controls.teachers);
  }
  return out;
}

Samples scaled_control(const Modality& control, const Samples& student, Scale scale,
                       const Execution& exec) {
  if (control.name == kCloneControl) return student;
  std::vector<Warning> known;  // of the student and the teacher that it was made from
  return scaled(control.features, scale, known, exec);
}

}  // namespace cch::detail
