#include "tools/cch/compare/rank.hpp"

#include <cmath>

namespace cch {
namespace {

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

RankedTeacher ranked_teacher(const documents::RankDocument& document,
                             const documents::JudgedTeacher& teacher) {
  RankedTeacher out;
  out.student = document.student.name;
  out.teacher = teacher.name;
  out.scenario = document.scenario;
  for (const documents::InputRecord& input : document.inputs) {
    if (input.role == "student") out.student_hash = input.sha256;
    if (input.role == "teacher" && input.name == out.teacher) out.teacher_hash = input.sha256;
  }
  const auto add = [&](const char* name, const documents::Number& value) {
    if (value && std::isfinite(*value)) out.scores[name] = *value;
  };
  add("cch rank: representation-level CCH margin", teacher.margin.nats);
  out.decisions["cch rank: verdict"] = verdict_value(teacher.verdict);
  out.decisions["cch rank: representation-level CCH"] =
      verdict_value(teacher.representation.verdict);
  if (teacher.prediction) {
    add("cch rank: prediction-level CCH margin", teacher.prediction->margin.nats);
    out.decisions["cch rank: prediction-level CCH"] = outcome_value(teacher.prediction->outcome);
  }
  if (teacher.prediction_level) {
    add("cch rank: predicted direction gain", teacher.prediction_level->predicted_gain);
    add("cch rank: β_s − β_e", teacher.prediction_level->beta_difference);
  }
  if (teacher.pilot) {
    add("cch rank: pilot, nats", teacher.pilot->gain_cross_entropy.nats);
    if (const auto& gain = teacher.pilot->gain_accuracy)
      add("cch rank: pilot, accuracy", gain->nats);
  }
  return out;
}

}  // namespace

std::vector<RankedTeacher> ranked_teachers(const documents::RankDocument& document) {
  std::vector<RankedTeacher> out;
  for (const documents::JudgedTeacher& teacher : document.teachers) {
    out.push_back(ranked_teacher(document, teacher));
  }
  return out;
}

}  // namespace cch
