#include "tools/report/kit/html_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/style.hpp"

namespace cch::report {
namespace {

/// Bytes of a page: downloads take what its sections leave of them.
constexpr std::size_t kLargestPage = 990'000;

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

std::string foot(std::string_view version) {
  return element("footer",
                 element("p", escape_html(fmt::format("Made by cch {} from saved results.",
                                                      version.empty() ? kMissing : version)))) +
         '\n';
}

/// The sections one after the other in at most `most` bytes where that is possible.
std::string joined(std::vector<PageSection> sections, std::size_t most,
                   std::string_view elsewhere_html) {
  std::size_t total = 0;
  for (const PageSection& one : sections) total += one.html.size();
  while (total > most) {
    const auto largest = std::max_element(
        sections.begin(), sections.end(), [](const PageSection& a, const PageSection& b) {
          return (a.may_go ? a.html.size() : 0) < (b.may_go ? b.html.size() : 0);
        });
    if (largest == sections.end() || !largest->may_go) break;
    total -= largest->html.size();
    largest->html =
        section(largest->name, fmt::format("Left out: {}", largest->name),
                element("p", fmt::format("Too large for one page; {}.", elsewhere_html)) + '\n');
    largest->may_go = false;
    total += largest->html.size();
  }
  std::string html;
  for (const PageSection& one : sections) html += one.html;
  return html;
}

}  // namespace

std::string page_of(const PageFrame& frame, std::vector<PageSection> sections,
                    const std::function<std::string(std::size_t room)>& downloads) {
  std::string body = joined(std::move(sections), frame.largest_body, frame.elsewhere_html);
  const std::size_t used = html_page(frame.version, frame.title, body).size();
  body += downloads(kLargestPage - std::min(kLargestPage, used));
  return html_page(frame.version, frame.title, body);
}

std::string html_page(std::string_view version, std::string_view title, std::string_view body_html,
                      bool pictures) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n{}<body>\n<main>\n{}</main>\n{}</body>\n</html>\n",
      head(title, pictures), body_html, foot(version));
}

}  // namespace cch::report
