#include "tools/report/kit/scoped_style.hpp"

#include <string_view>

#include "tools/report/kit/style.hpp"

namespace cch::report {
namespace {

// Twice, so that one class of ours outweighs a class and an element of the page around.
constexpr std::string_view kRoom = ".cch-report.cch-report";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

struct Rule {
  std::string_view selectors;
  std::string_view body;  ///< between the braces
};

/// Takes the first rule, with what is nested in it, from the text.
Rule take_rule(std::string_view& css) {
  const auto open = css.find('{');
  if (open == std::string_view::npos) {
    css = {};
    return {};
  }
  std::size_t at = open + 1;
  for (int depth = 1; depth > 0 && at < css.size(); ++at) {
    if (css[at] == '{') ++depth;
    if (css[at] == '}') --depth;
  }
  const Rule rule{trimmed(css.substr(0, open)), trimmed(css.substr(open + 1, at - open - 2))};
  css.remove_prefix(at);
  return rule;
}

std::string scoped(std::string_view selector) {
  if (selector == ":root" || selector == "html" || selector == "body") return std::string(kRoom);
  return std::string(kRoom) + " " + std::string(selector);
}

/// Commas between parentheses part no selectors.
std::string scoped_list(std::string_view selectors) {
  std::string out;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at <= selectors.size(); ++at) {
    if (at < selectors.size()) {
      if (selectors[at] == '(') ++depth;
      if (selectors[at] == ')') --depth;
      if (selectors[at] != ',' || depth > 0) continue;
    }
    out += (out.empty() ? "" : ", ") + scoped(trimmed(selectors.substr(begin, at - begin)));
    begin = at + 1;
  }
  return out;
}

std::string rule_text(const std::string& selectors, std::string_view body) {
  return selectors + " { " + std::string(body) + " }\n";
}

/// For elements of the class below any of the places.
std::string themed(std::initializer_list<std::string_view> places, std::string_view variables) {
  std::string selectors;
  for (const std::string_view place : places) {
    selectors += (selectors.empty() ? "" : ", ") + std::string(place) + " " + std::string(kRoom);
  }
  return rule_text(selectors, variables);
}

}  // namespace

std::string scoped_style_sheet() {
  // First what the page around may have said of plain elements.
  std::string out = rule_text(scoped_list("p, li, th, td, strong, summary"), "color: inherit") +
                    rule_text(scoped_list("table, tr, th, td"), "border: 0; background: none");
  std::string_view light;
  std::string_view dark;
  for (std::string_view css = style_sheet(); !trimmed(css).empty();) {
    const Rule rule = take_rule(css);
    if (rule.selectors.starts_with("@media (prefers-color-scheme: dark)")) {
      std::string_view inner = rule.body;
      dark = take_rule(inner).body;
      out += rule_text(std::string(rule.selectors), rule_text(scoped(":root"), dark));
    } else if (!rule.selectors.empty() && !rule.selectors.starts_with('@')) {
      if (rule.selectors == ":root") light = rule.body;
      out += rule_text(scoped_list(rule.selectors), rule.body);
    }
  }
  out += themed({"[data-jp-theme-light=true]", ".vscode-light"}, light);
  out += themed({"[data-jp-theme-light=false]", ".vscode-dark"}, dark);
  out += rule_text(std::string(kRoom),
                   "font-size: 15px; padding: 14px 18px; border-radius: 8px; max-width: 1000px");
  out += rule_text(scoped("table"), "margin: 0 0 14px; width: 100%; display: table; float: none");
  out += rule_text(scoped("figure"), "max-width: 700px");
  return out;
}

}  // namespace cch::report
