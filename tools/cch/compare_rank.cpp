#include "tools/cch/compare_rank.hpp"

#include <cmath>

#include "tools/report/field.hpp"

namespace cch {
namespace {

using nlohmann::json;
using report::field;

double verdict_value(const std::string& verdict) {
  if (verdict == "distil") return 1.0;
  if (verdict == "do_not_distil") return -1.0;
  return 0.0;
}

double outcome_value(const std::string& outcome) {
  if (outcome == "holds") return 1.0;
  if (outcome == "fails") return -1.0;
  return 0.0;
}

RankedTeacher ranked_teacher(const json& document, const json& teacher) {
  RankedTeacher out;
  const json& student = field(document, "student");
  out.student = report::text(student.is_string() ? student : field(student, "name"));
  out.teacher = report::text(field(teacher, "name"));
  out.scenario = report::text(field(document, "scenario"));
  for (const json& input : report::elements(field(document, "inputs"))) {
    const std::string role = report::text(field(input, "role"));
    const std::string name = report::text(field(input, "name"));
    const std::string hash = report::text(field(input, "sha256"));
    if (role == "student") out.student_hash = hash;
    if (role == "teacher" && name == out.teacher) out.teacher_hash = hash;
  }
  const auto add = [&](const char* name, const json& node) {
    const auto value = report::value_of(node).nats;
    if (value && std::isfinite(*value)) out.scores[name] = *value;
  };
  const json& levels = field(teacher, "cch");
  add("cch rank: representation-level CCH margin", field(teacher, "margin"));
  add("cch rank: prediction-level CCH margin", field(levels, "prediction", "margin"));
  add("cch rank: predicted direction gain", field(teacher, "prediction_level", "predicted_gain"));
  add("cch rank: β_s − β_e", field(teacher, "prediction_level", "beta_difference"));
  add("cch rank: pilot, nats", field(teacher, "pilot", "gain_cross_entropy"));
  add("cch rank: pilot, accuracy", field(teacher, "pilot", "gain_accuracy"));
  const auto decide = [&](const char* name, const json& node, double (*value)(const std::string&)) {
    if (!node.is_null()) out.decisions[name] = value(report::text(node));
  };
  decide("cch rank: verdict", field(teacher, "verdict"), verdict_value);
  decide("cch rank: representation-level CCH", field(levels, "representation", "verdict"),
         verdict_value);
  decide("cch rank: prediction-level CCH", field(levels, "prediction", "outcome"), outcome_value);
  return out;
}

}  // namespace

std::vector<RankedTeacher> ranked_teachers(const json& document) {
  std::vector<RankedTeacher> out;
  for (const json& teacher : report::elements(field(document, "teachers"))) {
    out.push_back(ranked_teacher(document, teacher));
  }
  return out;
}

}  // namespace cch
