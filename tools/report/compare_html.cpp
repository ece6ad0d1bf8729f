#include <algorithm>

#include "tools/report/compare.hpp"
#include "tools/report/compare_sections.hpp"
#include "tools/report/html_page.hpp"

namespace cch::report {
namespace {

/// Bytes of the rooms: the rest is for head and style.
constexpr std::size_t kLargestBody = 930'000;
constexpr const char* kTitle = "Criteria against gains";

struct Part {
  const char* name;
  std::string (*render)(const json& document);
  bool may_go = false;
};

constexpr Part kParts[] = {
    {"headline", compare_headline},     {"leaderboard", compare_leaderboard, true},
    {"scatter", compare_scatter, true}, {"calibration", compare_calibration, true},
    {"slices", compare_slices, true},   {"pairs", compare_pairs, true},
    {"methods", compare_methods}};

}  // namespace

std::string render_compare_html(const json& document) {
  require_schema(document, "cch.compare/1");
  std::vector<Room> rooms;
  for (const Part& part : kParts) {
    rooms.push_back({part.name, part.render(document), part.may_go});
  }
  std::string body = joined(std::move(rooms), kLargestBody, "compare.json has its numbers");
  const std::size_t used = html_page(document, kTitle, body).size();
  body += compare_downloads(document, kLargestPage - std::min(kLargestPage, used));
  return html_page(document, kTitle, body);
}

}  // namespace cch::report
