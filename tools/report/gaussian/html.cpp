#include "cch/report/sweep.hpp"
#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr PagePart<Sweep> kSweepParts[] = {
    {"headline", sweep_headline},           {"curves", sweep_curves, true},
    {"phases", sweep_phases, true},         {"confusion", sweep_confusion, true},
    {"margins", sweep_margins, true},       {"agreement", sweep_agreement, true},
    {"estimators", sweep_estimators, true}, {"methods", sweep_methods}};

}  // namespace

std::string render_sweep_html(const SweepDocument& document) {
  const std::string& name = document.title;
  return page_of({name.empty() ? "Gaussian study" : "Gaussian study: " + fit(name, 60),
                  document.version, "sweep.json has its numbers"},
                 kSweepParts, placed(document), sweep_downloads);
}

}  // namespace cch::report
