#include "tools/cch/compare/rank.hpp"

#include <cmath>

#include "tools/report/rank/chances.hpp"

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

RankedTeacher named_teacher(const documents::RankDocument& document,
                            const documents::JudgedTeacher& teacher) {
  RankedTeacher out;
  out.student = document.student.name;
  out.teacher = teacher.name;
  out.scenario = document.scenario;
  for (const documents::InputRecord& input : document.inputs) {
    if (input.role == "student") out.student_hash = input.sha256;
    if (input.role == "teacher" && input.name == out.teacher) out.teacher_hash = input.sha256;
  }
  return out;
}

RankedTeacher ranked_teacher(const documents::RankDocument& document,
                             const documents::JudgedTeacher& teacher) {
  RankedTeacher out = named_teacher(document, teacher);
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

/// A chance decides the scenario that it is of; the teacher's verdict is that of the best one.
void add_chance(const documents::JudgedTeacher& teacher, const report::ChanceOfGain& of,
                RankedTeacher& out) {
  const bool best = &of == report::deciding_chance(teacher);
  const bool unreliable = teacher.verdict == "unreliable";
  out.scenario = of.scenario;
  out.decisions["cch rank: verdict"] =
      verdict_value(best || unreliable ? teacher.verdict : of.verdict);
  if (of.p_gain) out.scores["cch rank: chance of a gain"] = *of.p_gain;
  if (!of.expected_gain) return;
  const bool named = of.metric == "f1" || of.metric == "auc";
  out.scores["cch rank: expected gain" + (named ? ", " + of.metric : "")] = *of.expected_gain;
}

/// One a scenario. What other levels say is of the document's own.
void add_chances(const documents::RankDocument& document, const documents::JudgedTeacher& teacher,
                 std::vector<RankedTeacher>& out) {
  for (const report::ChanceOfGain& of : *teacher.chances) {
    if (of.student_model != teacher.chances->front().student_model) continue;
    out.push_back(of.scenario == document.scenario ? ranked_teacher(document, teacher)
                                                   : named_teacher(document, teacher));
    add_chance(teacher, of, out.back());
  }
}

}  // namespace

std::vector<RankedTeacher> ranked_teachers(const documents::RankDocument& document) {
  std::vector<RankedTeacher> out;
  for (const documents::JudgedTeacher& teacher : document.teachers) {
    if (teacher.chances) {
      add_chances(document, teacher, out);
    } else {
      out.push_back(ranked_teacher(document, teacher));
    }
  }
  return out;
}

}  // namespace cch
