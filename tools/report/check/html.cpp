#include "cch/report/check.hpp"
#include "tools/report/check/sections.hpp"
#include "tools/report/kit/html_page.hpp"

namespace cch::report {
namespace {

constexpr PagePart<CheckDocument> kCheckParts[] = {{"headline", check_headline},
                                                   {"margins", check_margins, true},
                                                   {"bias", check_bias, true},
                                                   {"sizes", check_sizes, true},
                                                   {"consistency", check_consistency, true},
                                                   {"facts", check_facts},
                                                   {"methods", check_methods}};

}  // namespace

std::string render_check_html(const CheckDocument& document) {
  return page_of({"Feasibility check", document.version, "check.json has its numbers"}, kCheckParts,
                 document, check_downloads);
}

}  // namespace cch::report
