#include "tools/report/html.hpp"

#include <algorithm>
#include <array>

#include "tools/report/html_page.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

/// Bytes of the rooms: the rest is for head and style, and for the CSV of a hundred teachers.
constexpr std::size_t kLargestBody = 850'000;

struct Part {
  const char* name;
  std::string (*render)(const json& document);
  bool may_go = false;
};

constexpr std::array kParts = {Part{"headline", headline_section},
                               Part{"warnings", warnings_section},
                               Part{"ranking", ranking_section},
                               Part{"per-class", per_class_section, true},
                               Part{"prediction", prediction_section},
                               Part{"order", order_section},
                               Part{"agreement", agreement_section, true},
                               Part{"sensitivity", sensitivity_section, true},
                               Part{"curves", curves_section, true},
                               Part{"calibration", calibration_section, true},
                               Part{"null", null_section, true},
                               Part{"controls", controls_section},
                               Part{"diagnostics", diagnostics_section, true},
                               Part{"data", data_section},
                               Part{"methods", methods_section},
                               Part{"reproduce", reproduce_section}};

}  // namespace

std::string render_rank_html(const json& document) {
  require_schema(document, "cch.rank/1");
  std::vector<Room> rooms;
  for (const Part& part : kParts) rooms.push_back({part.name, part.render(document), part.may_go});
  std::string body =
      joined(std::move(rooms), kLargestBody, "<code>cch rank --json</code> prints its numbers");
  const std::string title =
      "Teacher ranking for " + fit(text(field(document, "student", "name"), kMissing), 60);
  const std::size_t used = html_page(document, title, body).size();
  body += downloads_section(document, kLargestPage - std::min(kLargestPage, used));
  return html_page(document, title, body);
}

}  // namespace cch::report
