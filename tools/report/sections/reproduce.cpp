#include <fmt/format.h>

#include "tools/report/csv.hpp"
#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"

namespace cch::report {
namespace {

constexpr const char* kElsewhere = "<code>cch rank --json</code> prints it";

}  // namespace

std::string reproduce_section(const json& document) {
  std::string html;
  const std::string command = text(field(document, "command"));
  if (!command.empty()) html += code_block(command);
  const json& machine = field(document, "machine");
  html += facts_list(
      {{"Version", escape_html("cch " + text(field(document, "version"), kMissing))},
       {"Seed", escape_html(plain_value(field(document, "seed")))},
       {"Machine",
        escape_html(fmt::format("{}, {} threads, {}", text(field(machine, "processor"), kMissing),
                                count(whole_number(field(machine, "threads"))),
                                text(field(machine, "instruction_set"), kMissing)))},
       {"Time", duration(number(field(document, "seconds")))}});
  const json& config = field(document, "config");
  if (!config.is_null()) {
    html += folded("Resolved configuration",
                   code_block(config.dump(2, ' ', false, json::error_handler_t::replace)));
  }
  return section("reproduce", "Reproduce", html);
}

std::string downloads_section(const json& document, std::size_t room) {
  const std::string whole = document.dump(-1, ' ', false, json::error_handler_t::replace);
  const std::string table = download("ranking.csv", "text/csv", render_rank_csv(document),
                                     "The ranking as CSV", kElsewhere, room);
  return section("downloads", "Downloads",
                 element("ul", download("rank.json", "application/json", whole,
                                        "Everything as JSON", kElsewhere, room) +
                                   table) +
                     '\n');
}

}  // namespace cch::report
