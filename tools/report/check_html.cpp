#include <algorithm>

#include "tools/report/check.hpp"
#include "tools/report/check_sections.hpp"
#include "tools/report/html_page.hpp"

namespace cch::report {
namespace {

/// Bytes of the rooms: the rest is for head and style.
constexpr std::size_t kLargestBody = 930'000;
constexpr const char* kTitle = "Feasibility check";

struct Part {
  const char* name;
  std::string (*render)(const json& document);
  bool may_go = false;
};

constexpr Part kParts[] = {{"headline", check_headline},
                           {"margins", check_margins, true},
                           {"bias", check_bias, true},
                           {"sizes", check_sizes, true},
                           {"consistency", check_consistency, true},
                           {"facts", check_facts},
                           {"methods", check_methods}};

}  // namespace

std::string render_check_html(const json& document) {
  require_schema(document, "cch.check/1");
  std::vector<Room> rooms;
  for (const Part& part : kParts) {
    rooms.push_back({part.name, part.render(document), part.may_go});
  }
  std::string body = joined(std::move(rooms), kLargestBody, "check.json has its numbers");
  const std::size_t used = html_page(document, kTitle, body).size();
  body += check_downloads(document, kLargestPage - std::min(kLargestPage, used));
  return html_page(document, kTitle, body);
}

}  // namespace cch::report
