#include "cch/report/compare.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/html_page.hpp"

namespace cch::report {
namespace {

constexpr PagePart<CompareDocument> kCompareParts[] = {
    {"headline", compare_headline},     {"leaderboard", compare_leaderboard, true},
    {"scatter", compare_scatter, true}, {"calibration", compare_calibration, true},
    {"slices", compare_slices, true},   {"pairs", compare_pairs, true},
    {"methods", compare_methods}};

}  // namespace

std::string render_compare_html(const CompareDocument& document) {
  return page_of({"Criteria against gains", document.version, "compare.json has its numbers"},
                 kCompareParts, document, compare_downloads);
}

}  // namespace cch::report
