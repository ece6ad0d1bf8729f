#include "tools/report/kit/html_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

std::string cell_html(const HtmlColumn& column, const std::string& html, bool heading) {
  const std::string attributes =
      fmt::format("role=\"{}\" data-label=\"{}\"{}{}", heading ? "rowheader" : "cell",
                  escape_html(column.heading), column.numeric ? " class=\"number\"" : "",
                  heading ? " scope=\"row\"" : "");
  return element(heading ? "th" : "td", element("div", html), attributes);
}

std::string head_html(const std::vector<HtmlColumn>& columns) {
  std::string cells;
  for (const HtmlColumn& column : columns) {
    cells += element("th", escape_html(column.heading),
                     fmt::format("role=\"columnheader\" scope=\"col\"{}",
                                 column.numeric ? " class=\"number\"" : ""));
  }
  return element("thead", element("tr", cells, "role=\"row\""), "role=\"rowgroup\"");
}

}  // namespace

std::string element(std::string_view tag, std::string_view html, std::string_view attributes) {
  return fmt::format("<{0}{1}{2}>{3}</{0}>", tag, attributes.empty() ? "" : " ", attributes, html);
}

std::string name_html(std::string_view name) {
  return element("bdi", escape_html(name));
}

std::string section(std::string_view id, std::string_view heading, std::string_view html) {
  if (html.empty()) return "";
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 id=\"{0}-heading\">{1}"
      "</h2>\n{2}</section>\n",
      id, escape_html(heading), html);
}

std::string folded(std::string_view summary, std::string_view html, bool open) {
  return fmt::format("<details{}><summary>{}</summary>\n<div class=\"fold\">{}</div></details>\n",
                     open ? " open" : "", escape_html(summary), html);
}

std::string sentences(const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string html;
  for (const std::string& item : items) html += element("li", escape_html(item)) + '\n';
  return element("ul", html) + '\n';
}

std::string warnings_box(std::vector<std::string> warnings, std::string_view file, std::size_t most,
                         std::string_view more) {
  if (warnings.empty()) return "";
  const std::size_t found = warnings.size();
  if (found > most) {
    warnings.resize(most);
    warnings.push_back(fmt::format("{} more stand in {}.", found - most, file));
  }
  return element("section",
                 fmt::format("<h2 id=\"warnings-heading\">{} {}</h2>\n", found,
                             found == 1 ? "warning" : "warnings") +
                     sentences(warnings) + std::string(more),
                 "class=\"warnings\" id=\"warnings\" aria-labelledby=\"warnings-heading\"") +
         '\n';
}

std::string facts_list(const std::vector<Fact>& facts) {
  std::string html;
  for (const Fact& fact : facts) {
    html +=
        "<div>" + element("dt", escape_html(fact.label)) + element("dd", fact.html) + "</div>\n";
  }
  return element("dl", html, "class=\"facts\"") + '\n';
}

std::string html_table(std::string_view caption_html, const std::vector<HtmlColumn>& columns,
                       const std::vector<std::vector<std::string>>& rows_html,
                       std::string_view style) {
  const auto first_text = std::find_if(columns.begin(), columns.end(),
                                       [](const HtmlColumn& column) { return !column.numeric; });
  const auto heading = static_cast<std::size_t>(first_text - columns.begin());
  std::string body;
  for (const std::vector<std::string>& row : rows_html) {
    std::string cells;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      cells += cell_html(columns[c], row[c], c == heading);
    }
    body += element("tr", cells, "role=\"row\"") + '\n';
  }
  const std::string table = element("table",
                                    element("caption", caption_html) + head_html(columns) +
                                        element("tbody", body, "role=\"rowgroup\""),
                                    fmt::format("role=\"table\" class=\"{}\"", style));
  return element("div", table, "class=\"scroll\" tabindex=\"0\"") + '\n';
}

std::string wide(const std::string& html) {
  return "<div class=\"wide\">" + html + "</div>";
}

std::string code_block(std::string_view words) {
  return element("pre", element("code", escape_html(words)), "tabindex=\"0\"") + '\n';
}

std::string download(std::string_view name, std::string_view type, std::string_view bytes,
                     std::string_view words_html, std::string_view elsewhere_html,
                     std::size_t& room) {
  const std::string size = fmt::format("{:.1f} kB", static_cast<double>(bytes.size()) / 1000);
  if ((bytes.size() + 2) / 3 * 4 > room) {
    return element("li", fmt::format("{} ({}) is too large for this page; {}.", words_html, size,
                                     elsewhere_html)) +
           '\n';
  }
  const std::string encoded = base64(bytes);
  room -= std::min(room, encoded.size());
  const std::string attributes =
      fmt::format("download=\"{}\" href=\"data:{};base64,{}\"", name, type, encoded);
  return element("li", element("a", words_html, attributes) + " (" + size + ")") + '\n';
}

std::string value_html(const Value& value, bool with_interval) {
  std::string html = escape_html(with_error(value.nats, value.standard_error));
  if (!with_interval || !value.low || !value.high) return html;
  return html + element("span", interval(value.low, value.high, decimals_for(value.standard_error)),
                        "class=\"interval\"");
}

std::string stacked_html(const Value& value) {
  const int decimals = decimals_for(value.standard_error);
  const std::string html = fixed(value.nats, decimals);
  if (!value.nats || !value.standard_error) return html;
  return html + element("span", "± " + fixed(value.standard_error, decimals), "class=\"interval\"");
}

std::string verdict_html(std::string_view verdict) {
  if (verdict.empty()) return kMissing;
  return element("span",
                 element("span", verdict_symbol(verdict), "class=\"symbol\" aria-hidden=\"true\"") +
                     ' ' + escape_html(verdict_name(verdict)),
                 fmt::format("class=\"verdict k-{}\"", verdict_class(verdict)));
}

}  // namespace cch::report
