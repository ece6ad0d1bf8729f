#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

std::string leaves_table(const json& node, std::string_view caption) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : leaves(node)) {
    rows.push_back({element("code", escape_html(fit(name, 120))), escape_html(fit(value, 300))});
  }
  return html_table(caption, {{"Name", false}, {"Value", true}}, rows, "cards quiet");
}

std::string planted_bias(const json& document) {
  std::string html;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& bias = field(teacher, "planted_bias");
    if (bias.is_null()) continue;
    html += folded("Planted calibration: " + name_in_sentence(text(field(teacher, "name"))),
                   leaves_table(bias,
                                "What the estimators find where the truth is known, at this "
                                "size and dimension"));
  }
  return html;
}

}  // namespace

std::string controls_section(const json& document) {
  const json& controls = field(document, "controls");
  std::string html;
  if (!controls.is_null()) {
    html +=
        leaves_table(controls,
                     "Control teachers: a clone of the student and one without information must "
                     "not come out as distil where students are trained");
  }
  return section("controls", "Calibration and controls", html + planted_bias(document));
}

}  // namespace cch::report
