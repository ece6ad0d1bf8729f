#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/forests.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

using documents::Number;

template <class Part>
std::string quantity(const std::optional<Part>& value) {
  return value ? value_html(*value, true) : kMissing;
}

/// "0.5, 0.5, 0.3".
std::string listed(const std::vector<Number>& numbers) {
  std::string out;
  for (const Number& value : numbers) out += (out.empty() ? "" : ", ") + general(value);
  return out;
}

/// What most folds picked, with all of them below where they differ.
std::string picked(const Number& most, const std::vector<Number>& folds) {
  std::string html = general(most);
  for (const Number& value : folds) {
    if (value == most) continue;
    return html + element("span", "folds: " + listed(folds), "class=\"interval\"");
  }
  return html;
}

/// How well the student does alone.
std::string alone(const RankDocument& document) {
  if (!document.pilot || !document.pilot->score_alone) return "";
  const documents::PilotWithout& pilot = *document.pilot;
  std::string words =
      fmt::format("Without a teacher the linear student has {} {}", fixed(pilot.score_alone, 4),
                  real_labels(document) ? "mean squared error" : "nats of held-out cross-entropy");
  if (const auto accuracy = pilot.accuracy_alone) {
    words += fmt::format(" and {} % accuracy", fixed(*accuracy * 100, 1));
  }
  words += fmt::format(" on {} rows", count(pilot.rows));
  if (pilot.unpaired_rows) {
    words +=
        fmt::format(", with {} labelled rows that a teacher lacks", count(*pilot.unpaired_rows));
  }
  if (pilot.extra_rows > 0) {
    words += fmt::format(", with {} further rows", count(pilot.extra_rows));
  }
  return element("p", escape_html(words + ". " + std::string(scenario_meaning(document)))) + '\n';
}

std::string pilot_table(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (!teacher.pilot) continue;
    const documents::Pilot& pilot = *teacher.pilot;
    rows.push_back({teacher_cell(teacher.name), value_html(pilot.gain_cross_entropy, true),
                    quantity(pilot.gain_over_uninformed), quantity(pilot.gain_accuracy),
                    escape_html(fit(or_missing(pilot.outcome), 40)), fixed(pilot.teacher_score, 4),
                    picked(pilot.weight, pilot.weights),
                    picked(pilot.temperature, pilot.temperatures)});
  }
  if (rows.empty()) return "";
  const std::string gain = real_labels(document)
                               ? "½ ln of the ratio of mean squared errors, nats"
                               : "held-out cross-entropy in nats, accuracy as share of rows";
  return html_table(
      "Pilot: gain of a linear student trained with the teacher over one without; " + gain +
          "; positive is better. Over uninformed: the gain less that "
          "by the student's own soft labels or by those of noise, whichever is larger: these "
          "regularise without telling anything. Weight a of the teacher's "
          "labels, λ = a/(1 − a), "
          "and temperature T.",
      {{"Teacher", false},
       {real_labels(document) ? "Gain" : "Gain, cross-entropy", true},
       {"Over uninformed", true},
       {"Gain, accuracy", true},
       {"Reading", false},
       {"Teacher alone", true},
       {"Weight", true},
       {"T", true}},
      rows, "cards");
}

/// Margins of the other two estimators of prediction level.
std::string other_margin(const std::optional<documents::Sides>& sides) {
  if (!sides || !sides->i_teacher_student || !sides->i_student_labels) return kMissing;
  return fixed(*sides->i_teacher_student - *sides->i_student_labels, 3);
}

std::string outcome_html(const JudgedTeacher& teacher) {
  std::string html = escape_html(fit(outcome_name(teacher.prediction), 40));
  if (teacher.prediction && teacher.prediction->opposed) {
    html += element("span", "r(t,s) ≤ 0", "class=\"interval\"");
  }
  if (teacher.prediction && teacher.prediction->capped) {
    html += element("span", "r² capped at .9999", "class=\"interval\"");
  }
  return html;
}

std::string predictions_table(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (!teacher.prediction_level) continue;
    const documents::PredictionNumbers& level = *teacher.prediction_level;
    rows.push_back({teacher_cell(teacher.name), fixed(level.i_teacher_student, 3),
                    fixed(level.i_student_labels, 3), value_html(prediction_margin(teacher), true),
                    outcome_html(teacher), other_margin(level.gaussian),
                    other_margin(level.mixed_ksg), value_html(level.beta_s, true),
                    value_html(level.beta_e, true), general(level.predicted_gain)});
  }
  if (rows.empty()) return "";
  return html_table(
      "CCH on predictions: information of cross-fitted linear predictions t of the teacher and s "
      "of the student, nats, from their pooled correlation; beside it the margins of a "
      "multivariate Gaussian and of nearest neighbours. βₛ and βₑ: how much t follows the "
      "student's signal and its errors. Predicted gain: closed form, cosine, without unit.",
      {{"Teacher", false},
       {"I(t;s)", true},
       {"I(s;Y)", true},
       {"Margin", true},
       {"CCH", false},
       {"Gaussian", true},
       {"Mixed-KSG", true},
       {"βₛ", true},
       {"βₑ", true},
       {"Predicted gain", true}},
      rows, "cards");
}

}  // namespace

std::string prediction_section(const RankDocument& document) {
  const std::string pilot = pilot_table(document);
  const std::string predictions = predictions_table(document);
  if (pilot.empty() && predictions.empty()) return "";
  return section("prediction", "Trained students and their predictions",
                 alone(document) + pilot + predictions);
}

}  // namespace cch::report
