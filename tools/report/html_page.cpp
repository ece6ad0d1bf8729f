#include "tools/report/html_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/style.hpp"

namespace cch::report {
namespace {

std::string head(std::string_view title, bool pictures) {
  return "<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'" +
         std::string(pictures ? "; img-src data:" : "") + "\">\n" +
         element("title", escape_html(title)) + "\n<style>\n" + std::string(style_sheet()) +
         "</style>\n</head>\n";
}

std::string foot(const json& document) {
  return element(
             "footer",
             element("p", escape_html(fmt::format("Made by cch {} from saved results.",
                                                  text(field(document, "version"), kMissing))))) +
         '\n';
}

}  // namespace

std::string joined(std::vector<Room> rooms, std::size_t most, std::string_view elsewhere_html) {
  std::size_t total = 0;
  for (const Room& room : rooms) total += room.html.size();
  while (total > most) {
    const auto largest =
        std::max_element(rooms.begin(), rooms.end(), [](const Room& a, const Room& b) {
          return (a.may_go ? a.html.size() : 0) < (b.may_go ? b.html.size() : 0);
        });
    if (largest == rooms.end() || !largest->may_go) break;
    total -= largest->html.size();
    largest->html =
        section(largest->name, fmt::format("Left out: {}", largest->name),
                element("p", fmt::format("Too large for one page; {}.", elsewhere_html)) + '\n');
    largest->may_go = false;
    total += largest->html.size();
  }
  std::string html;
  for (const Room& room : rooms) html += room.html;
  return html;
}

std::string html_page(const json& document, std::string_view title, std::string_view body_html,
                      bool pictures) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n{}<body>\n<main>\n{}</main>\n{}</body>\n</html>\n",
      head(title, pictures), body_html, foot(document));
}

}  // namespace cch::report
