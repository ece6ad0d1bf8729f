#include "tools/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/style.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

/// Bytes of the page, the foot not counted: the downloads take what is left of them.
constexpr std::size_t kLargestPage = 990'000;

std::string head(const json& document) {
  const std::string title =
      "Teacher ranking for " + fit(text(field(document, "student", "name"), kMissing), 60);
  return "<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n" +
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

std::string render_rank_html(const json& document) {
  require_schema(document, "cch.rank/1");
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">\n" + head(document) + "<body>\n<main>\n";
  for (const auto part :
       {headline_section, warnings_section, ranking_section, prediction_section, controls_section,
        agreement_section, diagnostics_section, data_section, methods_section, reproduce_section}) {
    page += part(document);
  }
  page += downloads_section(document, kLargestPage - std::min(kLargestPage, page.size()));
  return page + "</main>\n" + foot(document) + "</body>\n</html>\n";
}

}  // namespace cch::report
