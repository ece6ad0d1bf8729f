#include <fmt/format.h>

#include <algorithm>

#include "tools/report/compare/model.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kCriteriaInHeadline = 14;

ForestMark mark_of(const Value& value, const std::string& kind) {
  return {value, kind == "baseline" ? "second" : "first", {}};
}

std::string figure(const CompareDocument& document) {
  Forest forest{
      "auroc-forest", "How well each criterion predicts the sign of the gain",
      "Area under the ROC curve of each criterion for the sign of the observed gain, with "
      "95 % bootstrap intervals. One half is chance.",
      "AUROC of the sign"};
  forest.references = {{0.5, "chance"}};
  forest.reach = 1.0;
  for (const ComparedCriterion& criterion : document.criteria) {
    const Measured& auroc = criterion.score.sign_auroc;
    Value value{auroc.value, {}, {}, {}};
    if (auroc.interval95) {
      value.low = auroc.interval95->lo;
      value.high = auroc.interval95->hi;
    }
    if (!value.nats) continue;
    if (forest.rows.size() == kCriteriaInHeadline) break;
    forest.rows.push_back({fit_middle(criterion.score.criterion, 44),
                           {mark_of(value, criterion.kind)},
                           fixed(value.nats, 2)});
  }
  if (forest.rows.empty()) return "";
  return forest_figure(forest, 620,
                       "AUROC of the sign of the gain with 95 % intervals: "
                       "<span class=\"k-first\">● criteria</span>, <span class=\"k-second\">■ "
                       "baselines</span>. Left of the chance line a criterion misleads.");
}

/// The best of the criteria by AUROC, in words.
std::string best_words(const CompareDocument& document) {
  for (const ComparedCriterion& criterion : document.criteria) {
    if (!criterion.score.sign_auroc.value) continue;
    if (criterion.kind == "baseline") continue;
    return fmt::format("Best by AUROC of the sign: {}, {}.",
                       name_in_sentence(criterion.score.criterion),
                       measured_words(criterion.score.sign_auroc, 2));
  }
  return "No AUROC can be told: it needs pairs that gain and pairs that lose.";
}

std::string predicted_words(const CompareDocument& document) {
  std::vector<std::string> names;
  for (const ComparedPair& pair : document.pairs) {
    const std::string name = pair.predicted ? pair.predicted->by : "";
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(name);
  }
  std::vector<std::string> shown;
  for (const std::string& name : names) shown.push_back(name_in_sentence(name));
  return shown.empty() ? "No criterion predicts these pairs."
                       : "Predicted by: " + list_in_words(shown, 4) + '.';
}

std::string reading_panel() {
  return element("div",
                 "<h2>How to read this</h2>\n" +
                     sentences({"A pair is a teacher, a student and a loss; its gain is what the "
                                "distilled student has over the same student trained without a "
                                "teacher, a mean over seeds.",
                                "A pair gains or loses where the mean lies more than 2 standard "
                                "errors from zero; all others are undecided.",
                                "The pairs are those of studies that someone chose, not a sample: "
                                "shares and intervals describe these studies."}),
                 "class=\"panel\"") +
         '\n';
}

std::string warnings(const CompareDocument& document) {
  const Messages messages = messages_of(document.warnings);
  std::vector<std::string> all = messages.warnings;
  all.insert(all.end(), messages.notes.begin(), messages.notes.end());
  return warnings_box(std::move(all), "compare.json");
}

}  // namespace

std::string compare_headline(const CompareDocument& document) {
  const std::string words = element("p", escape_html(compare_lead(document)), "class=\"lead\"") +
                            '\n' + element("p", escape_html(best_words(document))) + '\n' +
                            element("p", escape_html(predicted_words(document))) + '\n';
  return "<header>\n<p class=\"kicker\">Criteria against gains · cch</p>\n" +
         element("h1", escape_html(compare_sentence(document)), "class=\"long\"") + '\n' +
         element("div", element("div", words) + '\n' + figure(document), "class=\"first\"") +
         "\n</header>\n" +
         element("section", reading_panel(), "class=\"panels\" aria-label=\"How to read this\"") +
         '\n' + warnings(document);
}

}  // namespace cch::report
