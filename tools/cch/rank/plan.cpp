#include "tools/cch/rank/plan.hpp"

#include "cch/estimators/catalog.hpp"
#include "tools/cch/document_parts.hpp"

namespace cch {
namespace {

documents::RankPlan::Teacher planned(const RankSettings& s, const RankInput& input,
                                     const Modality& teacher) {
  const bool automatic = s.estimators.front() == "auto";
  const EstimatorChoice choice =
      automatic ? choose_estimator(teacher.features, input.student.features, input.groups)
                : EstimatorChoice{default_options(s.estimators.front()), "as asked for"};
  return {teacher.name, teacher.features.dim(), std::string(entry_of(choice.options).name),
          choice.why};
}

std::size_t extra_rows(const ExtraRows& extra) {
  return extra.teachers.empty() ? 0 : extra.teachers.front().size();
}

}  // namespace

documents::RankPlan rank_plan(const RankSettings& settings, const RankInputs& inputs,
                              const std::string& command_line) {
  const RankInput& input = inputs.input;
  documents::RankPlan out;
  out.rows = input.student.features.size();
  out.labelled = settings.labelled;
  out.extra_rows = extra_rows(input.extra) + extra_rows(inputs.further);
  out.scenario = settings.all_scenarios() ? "auto" : to_string(settings.own_scenario());
  out.decided_by = to_string(settings.decide_by);
  out.student = {input.student.name, input.student.features.dim()};
  for (const Modality& teacher : input.teachers) {
    out.teachers.push_back(planned(settings, input, teacher));
  }
  out.labels = {is_discrete(input.labels) ? "discrete" : "continuous", inputs.labels_reason};
  if (input.groups.grouped()) out.groups = input.groups.count();
  out.alignment = inputs.alignment;
  out.warnings = documents::distinct(inputs.warnings);
  out.inputs = inputs.record;
  out.version = version();
  out.command = command_line;
  out.seed = settings.common.seed;
  return out;
}

}  // namespace cch
