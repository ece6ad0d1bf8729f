#include "cch/report/rank.hpp"

#include "tools/report/kit/html_page.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

/// Bytes of the sections: the rest is for head and style, and for the CSV of a hundred teachers.
constexpr std::size_t kLargestBody = 850'000;

constexpr PagePart<RankDocument> kRankParts[] = {{"headline", headline_section},
                                                 {"chances", chances_section},
                                                 {"warnings", warnings_section},
                                                 {"ranking", ranking_section},
                                                 {"per-class", per_class_section, true},
                                                 {"prediction", prediction_section},
                                                 {"order", order_section},
                                                 {"agreement", agreement_section, true},
                                                 {"sensitivity", sensitivity_section, true},
                                                 {"curves", curves_section, true},
                                                 {"calibration", calibration_section, true},
                                                 {"null", null_section, true},
                                                 {"controls", controls_section},
                                                 {"diagnostics", diagnostics_section, true},
                                                 {"data", data_section},
                                                 {"methods", methods_section},
                                                 {"reproduce", reproduce_section}};

}  // namespace

std::string render_rank_html(const RankDocument& document) {
  const std::string student = fit(or_missing(document.student.name), 60);
  return page_of({"Teacher ranking for " + student, document.version,
                  "<code>cch rank --json</code> prints its numbers", kLargestBody},
                 kRankParts, document, downloads_section);
}

}  // namespace cch::report
