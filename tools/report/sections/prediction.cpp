#include <fmt/format.h>

#include "tools/report/escape.hpp"
#include "tools/report/evidence.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/forests.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

std::string quantity(const json& node) {
  return node.is_null() ? kMissing : value_html(node, true);
}

/// "0.5, 0.5, 0.3".
std::string listed(const json& numbers) {
  std::string out;
  for (const json& value : elements(numbers)) {
    out += (out.empty() ? "" : ", ") + general(number(value));
  }
  return out;
}

/// What most folds picked, with all of them below where they differ.
std::string picked(const json& pilot, const char* most, const char* all) {
  std::string html = general(number(field(pilot, most)));
  const json& folds = field(pilot, all);
  for (const json& value : elements(folds)) {
    if (number(value) == number(field(pilot, most))) continue;
    return html + element("span", "folds: " + listed(folds), "class=\"interval\"");
  }
  return html;
}

bool real_labels(const json& document) {
  return text(field(document, "pilot", "unit")) == "mse";
}

/// How well the student does alone.
std::string alone(const json& document) {
  const json& pilot = field(document, "pilot");
  const auto score = number(field(pilot, "score_alone"));
  if (!score) return "";
  const auto accuracy = number(field(pilot, "accuracy_alone"));
  std::string words =
      fmt::format("Without a teacher the linear student has {} {}", fixed(score, 4),
                  real_labels(document) ? "mean squared error" : "nats of held-out cross-entropy");
  if (accuracy) words += fmt::format(" and {} % accuracy", fixed(*accuracy * 100, 1));
  const auto extra = whole_number(field(pilot, "extra_rows"));
  words += fmt::format(" on {} rows", count(whole_number(field(pilot, "rows"))));
  if (extra && *extra > 0) words += fmt::format(", with {} further rows", count(extra));
  return element("p", escape_html(words + ". " + std::string(scenario_meaning(document)))) + '\n';
}

std::string pilot_table(const json& document) {
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& pilot = field(teacher, "pilot");
    if (pilot.is_null()) continue;
    rows.push_back(
        {teacher_cell(teacher), quantity(field(pilot, "gain_cross_entropy")),
         quantity(field(pilot, "gain_over_uninformed")), quantity(field(pilot, "gain_accuracy")),
         escape_html(fit(text(field(pilot, "outcome"), kMissing), 40)),
         fixed(number(field(pilot, "teacher_score")), 4), picked(pilot, "weight", "weights"),
         picked(pilot, "temperature", "temperatures")});
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
std::string other_margin(const json& level, const char* key) {
  const auto shared = number(field(level, key, "i_teacher_student"));
  const auto labels = number(field(level, key, "i_student_labels"));
  return shared && labels ? fixed(*shared - *labels, 3) : kMissing;
}

std::string outcome_html(const json& teacher) {
  const json& outcome = field(teacher, "cch", "prediction");
  std::string html = escape_html(fit(outcome_name(outcome), 40));
  if (boolean(field(outcome, "opposed")).value_or(false)) {
    html += element("span", "r(t,s) ≤ 0", "class=\"interval\"");
  }
  if (boolean(field(outcome, "capped")).value_or(false)) {
    html += element("span", "r² capped at .9999", "class=\"interval\"");
  }
  return html;
}

std::string margin_html(const json& teacher) {
  const Value margin = prediction_margin(teacher);
  std::string html = with_error(margin.nats, margin.standard_error);
  if (!margin.low || !margin.high) return html;
  return html + element("span",
                        interval(margin.low, margin.high, decimals_for(margin.standard_error)),
                        "class=\"interval\"");
}

std::string predictions_table(const json& document) {
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& level = field(teacher, "prediction_level");
    if (level.is_null()) continue;
    rows.push_back({teacher_cell(teacher), fixed(number(field(level, "i_teacher_student")), 3),
                    fixed(number(field(level, "i_student_labels")), 3), margin_html(teacher),
                    outcome_html(teacher), other_margin(level, "gaussian"),
                    other_margin(level, "mixed_ksg"), quantity(field(level, "beta_s")),
                    quantity(field(level, "beta_e")),
                    general(number(field(level, "predicted_gain")))});
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

std::string prediction_section(const json& document) {
  const std::string pilot = pilot_table(document);
  const std::string predictions = predictions_table(document);
  if (pilot.empty() && predictions.empty()) return "";
  return section("prediction", "Trained students and their predictions",
                 alone(document) + pilot + predictions);
}

}  // namespace cch::report
