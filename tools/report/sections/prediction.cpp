#include <fmt/format.h>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

std::string teacher_name(const json& teacher) {
  return name_html(fit(text(field(teacher, "name"), kMissing), 200));
}

std::string quantity(const json& node) {
  if (node.is_null() || node.is_number()) return general(number(node));
  return value_html(node, true);
}

std::string table_of(const json& document, const char* key, std::string_view caption,
                     const std::vector<std::pair<const char*, const char*>>& fields) {
  std::vector<HtmlColumn> columns = {{"Teacher", false}};
  for (const auto& [name, heading] : fields) columns.push_back({heading, true});
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& part = field(teacher, key);
    if (part.is_null()) continue;
    rows.push_back({teacher_name(teacher)});
    for (const auto& [name, heading] : fields) rows.back().push_back(quantity(field(part, name)));
  }
  return rows.empty() ? "" : html_table(caption, columns, rows, "cards");
}

}  // namespace

std::string prediction_section(const json& document) {
  const std::string predictions = table_of(document, "prediction_level",
                                           "CCH on predictions: information of cross-fitted probe "
                                           "outputs, nats; β_s and β_e: how much the "
                                           "teacher follows the student's signal and its errors.",
                                           {{"i_teacher_student", "I(t;s)"},
                                            {"i_student_labels", "I(s;Y)"},
                                            {"beta_s", "β_s"},
                                            {"beta_e", "β_e"},
                                            {"predicted_gain", "Predicted gain"},
                                            {"lambda", "λ"}});
  const std::string pilot = table_of(
      document, "pilot",
      "Pilot: gain of a linear student trained with the teacher over one without; cross-entropy in "
      "nats, positive is better.",
      {{"gain_cross_entropy", "Gain, cross-entropy"},
       {"gain_accuracy", "Gain, accuracy"},
       {"weight", "Weight"},
       {"temperature", "Temperature"}});
  return section("prediction", "Predictions and pilot", pilot + predictions);
}

}  // namespace cch::report
