#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<RankPlan::Student> auto& x) {
  v("name", x.name, "dim", x.dim);
}

template <class V>
void describe(V& v, Of<RankPlan::Teacher> auto& x) {
  v("name", x.name, "dim", x.dim, "estimator", x.estimator, "why", x.why);
}

template <class V>
void describe(V& v, Of<RankPlan::Labels> auto& x) {
  v("kind", x.kind, "reason", x.reason);
}

template <class V>
void describe(V& v, Of<RankPlan> auto& x) {
  v.schema("cch.rank-plan/1");
  v("rows", x.rows, "labelled", x.labelled, "extra_rows", x.extra_rows, "scenario", x.scenario,
    "decided_by", x.decided_by, "student", x.student, "teachers", x.teachers, "labels", x.labels,
    "groups", x.groups, "alignment", x.alignment, "warnings", x.warnings, "inputs", x.inputs,
    "version", x.version, "command", x.command, "seed", x.seed);
}

nlohmann::json to_json(const RankPlan& plan) {
  return encode(plan);
}

RankPlan read_rank_plan(const nlohmann::json& plan) {
  return read<RankPlan>(plan);
}

std::string to_text(const RankPlan& plan, int indent) {
  return text_of(encode(plan), indent);
}

RankPlan parse_rank_plan(std::string_view text) {
  return read_rank_plan(parse(text));
}

}  // namespace cch::documents
