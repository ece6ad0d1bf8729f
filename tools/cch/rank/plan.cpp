#include "tools/cch/rank/plan.hpp"

#include <fmt/format.h>

#include "cch/estimators/catalog.hpp"
#include "tools/cch/document_parts.hpp"

namespace cch {
namespace {

using nlohmann::json;

json teacher_json(const RankSettings& s, const RankInput& input, const Modality& teacher) {
  const bool automatic = s.estimators.front() == "auto";
  const EstimatorChoice choice =
      automatic ? choose_estimator(teacher.features, input.student.features, input.groups)
                : EstimatorChoice{default_options(s.estimators.front()), "as asked for"};
  return {{"name", teacher.name},
          {"dim", teacher.features.dim()},
          {"estimator", entry_of(choice.options).name},
          {"why", choice.why}};
}

std::size_t extra_rows(const ExtraRows& extra) {
  if (!extra.teachers.empty()) return extra.teachers.front().size();
  return 0;
}

}  // namespace

json rank_plan(const RankSettings& settings, const RankInputs& inputs,
               const std::string& command_line) {
  const RankInput& input = inputs.input;
  json teachers = json::array();
  for (const Modality& teacher : input.teachers) {
    teachers.push_back(teacher_json(settings, input, teacher));
  }
  const bool discrete = is_discrete(input.labels);
  const json groups = input.groups.grouped() ? json(input.groups.count()) : json();
  return {{"schema", "cch.rank-plan/1"},
          {"version", version()},
          {"command", command_line},
          {"seed", settings.common.seed},
          {"inputs", documents::to_json(inputs.record)},
          {"alignment", documents::to_json(inputs.alignment)},
          {"rows", input.student.features.size()},
          {"labelled", optional_json(settings.labelled)},
          {"extra_rows", extra_rows(input.extra) + extra_rows(inputs.further)},
          {"scenario", settings.all_scenarios() ? "auto" : to_string(settings.own_scenario())},
          {"decided_by", to_string(settings.decide_by)},
          {"student", {{"name", input.student.name}, {"dim", input.student.features.dim()}}},
          {"teachers", std::move(teachers)},
          {"labels",
           {{"kind", discrete ? "discrete" : "continuous"}, {"reason", inputs.labels_reason}}},
          {"groups", groups},
          {"warnings", warnings_json(inputs.warnings)}};
}

std::string render_rank_plan(const json& plan) {
  const auto text = [](const json& node) { return node.get<std::string>(); };
  const auto count = [](const json& node) { return node.get<std::size_t>(); };
  std::string out = fmt::format("student {}: {} rows, {} columns\n", text(plan["student"]["name"]),
                                count(plan["rows"]), count(plan["student"]["dim"]));
  for (const json& teacher : plan["teachers"]) {
    out += fmt::format("teacher {}: {} columns; estimator {} ({})\n", text(teacher["name"]),
                       count(teacher["dim"]), text(teacher["estimator"]), text(teacher["why"]));
  }
  out += "labels: " + text(plan["labels"]["reason"]) + '\n';
  if (const std::size_t aside = count(plan["alignment"]["labels_set_aside"]); aside > 0) {
    out += fmt::format("labels set aside: {}, as --labelled {} asks\n", aside,
                       count(plan["labelled"]));
  }
  const bool grouped = !plan["groups"].is_null();
  out += "groups: " + (grouped ? plan["groups"].dump() : std::string("none")) + '\n';
  if (count(plan["extra_rows"]) > 0) {
    out += fmt::format("rows beside the labelled pairs: {}\n", count(plan["extra_rows"]));
  }
  for (const json& warning : plan["warnings"]) {
    out += "warning: " + text(warning["message"]) + '\n';
  }
  return out + "dry run: all inputs can be used; nothing was estimated\n";
}

}  // namespace cch
