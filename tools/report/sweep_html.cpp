#include <algorithm>

#include "tools/report/html_page.hpp"
#include "tools/report/sweep.hpp"
#include "tools/report/sweep_sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

/// Bytes of the rooms: the rest is for head and style.
constexpr std::size_t kLargestBody = 930'000;

struct Part {
  const char* name;
  std::string (*render)(const Sweep& sweep);
  bool may_go = false;
};

constexpr Part kParts[] = {
    {"headline", sweep_headline},           {"curves", sweep_curves, true},
    {"phases", sweep_phases, true},         {"confusion", sweep_confusion, true},
    {"margins", sweep_margins, true},       {"agreement", sweep_agreement, true},
    {"estimators", sweep_estimators, true}, {"methods", sweep_methods}};

}  // namespace

std::string render_sweep_html(const json& document) {
  const Sweep sweep = read_sweep(document);
  std::vector<Room> rooms;
  for (const Part& part : kParts) rooms.push_back({part.name, part.render(sweep), part.may_go});
  std::string body = joined(std::move(rooms), kLargestBody, "sweep.json has its numbers");
  const std::string name = text(field(document, "title"));
  const std::string title = name.empty() ? "Gaussian study" : "Gaussian study: " + fit(name, 60);
  const std::size_t used = html_page(document, title, body).size();
  body += sweep_downloads(sweep, kLargestPage - std::min(kLargestPage, used));
  return html_page(document, title, body);
}

}  // namespace cch::report
