#include <fmt/format.h>

#include "cch/report/rank.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

constexpr const char* kElsewhere = "<code>cch rank --json</code> prints it";

}  // namespace

std::string reproduce_section(const RankDocument& document) {
  std::string html;
  if (!document.command.empty()) html += code_block(document.command);
  const documents::Machine& machine = document.machine;
  html += facts_list(
      {{"Version", escape_html("cch " + or_missing(document.version))},
       {"Seed", escape_html(general(static_cast<double>(document.seed)))},
       {"Machine",
        escape_html(fmt::format("{}, {} threads, {}", or_missing(machine.processor),
                                count(machine.threads), or_missing(machine.instruction_set)))},
       {"Time", duration(document.seconds)}});
  html += folded("Resolved configuration", code_block(documents::settings_text(document.config)));
  return section("reproduce", "Reproduce", html);
}

std::string downloads_section(const RankDocument& document, std::size_t room) {
  const std::string whole = documents::to_text(document);
  const std::string table = download("ranking.csv", "text/csv", render_rank_csv(document),
                                     "The ranking as CSV", kElsewhere, room);
  return section("downloads", "Downloads",
                 element("ul", download("rank.json", "application/json", whole,
                                        "Everything as JSON", kElsewhere, room) +
                                   table) +
                     '\n');
}

}  // namespace cch::report
