#include <fmt/format.h>

#include "tools/report/compare/model.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kListedPairs = 120;
constexpr std::size_t kControls = 120;

std::string gain_html(const GainSummary& gain, const std::string& metric) {
  const ShownGain shown = shown_gain(gain, metric);
  std::string html = escape_html(with_error(shown.mean, shown.standard_error));
  if (!shown.low || !shown.high) return html;
  return html + element("span", interval(shown.low, shown.high, decimals_for(shown.standard_error)),
                        "class=\"interval\"");
}

std::string says_html(const ComparedPair& pair) {
  const std::string says = pair.predicted ? pair.predicted->says : "";
  if (says == "distil") return verdict_html("distil");
  if (says == "do-not-distil") return verdict_html("do_not_distil");
  if (says == "undecided") return verdict_html("inconclusive");
  return kMissing;
}

std::string agrees_words(const ComparedPair& pair) {
  const auto agrees = pair.agrees;
  if (!agrees) return kMissing;
  return *agrees ? "✓ agrees" : "✗ differs";
}

/// The metric's own name is in each row where a page has several.
std::string metric_words(const ComparedPair& pair) {
  return fit_middle(pair.metric, 30);
}

std::vector<std::string> pair_row(const ComparedPair& pair) {
  return {escape_html(teacher_words(pair)) +
              element("span", escape_html(unit_words(pair)), "class=\"interval\""),
          escape_html(loss_words(pair)),
          says_html(pair),
          gain_html(pair.observed_gain, pair.metric),
          count(pair.observed_gain.seeds),
          escape_html(metric_words(pair)),
          escape_html(agrees_words(pair))};
}

std::string pairs_table(const CompareDocument& document) {
  const std::vector<ComparedPair>& pairs = document.pairs;
  std::vector<std::vector<std::string>> rows;
  for (const std::size_t i : spread(pairs.size(), kListedPairs)) rows.push_back(pair_row(pairs[i]));
  std::string caption = "Gain ± standard error, 95 % interval of Student's t over seeds.";
  if (rows.size() < pairs.size()) {
    caption += fmt::format(" {} of {} pairs, evenly spread; compare.csv has all.", rows.size(),
                           count(static_cast<std::int64_t>(pairs.size())));
  }
  return html_table(escape_html(caption),
                    {{"Teacher and setting"},
                     {"Loss"},
                     {"Predicted"},
                     {"Gain", true},
                     {"Seeds", true},
                     {"Metric"},
                     {"Agreement"}},
                    rows, "cards quiet");
}

std::string more_words(const PairControl& control) {
  const auto more = control.teacher_gains_more;
  if (!more) return kMissing;
  return *more ? "yes" : "! no: the control does as well";
}

std::string controls_table(const CompareDocument& document) {
  std::vector<std::vector<std::string>> rows;
  std::size_t found = 0;
  std::size_t no_more = 0;
  for (const ComparedPair& pair : document.pairs) {
    const std::string& metric = pair.metric;
    for (const PairControl& control : pair.controls) {
      ++found;
      no_more += control.teacher_gains_more.value_or(true) ? 0 : 1;
      if (rows.size() == kControls) continue;
      rows.push_back({escape_html(teacher_words(pair)) +
                          element("span", escape_html(unit_words(pair) + " · " + loss_words(pair)),
                                  "class=\"interval\""),
                      escape_html(fit_middle(control.control, 30)),
                      gain_html(pair.observed_gain, metric), gain_html(control.gain, metric),
                      control.difference ? gain_html(*control.difference, metric) : kMissing,
                      escape_html(more_words(control))});
    }
  }
  if (rows.empty()) return "";
  std::string caption = fmt::format(
      "A control has the teacher's place without its knowledge. In {} of {} comparisons the "
      "teacher "
      "gains no more than the control.",
      no_more, found);
  if (rows.size() < found) caption += fmt::format(" The first {} are shown.", rows.size());
  return element("h3", "Controls") + '\n' +
         folded("Gains of controls beside those of teachers",
                html_table(escape_html(caption),
                           {{"Teacher and setting"},
                            {"Control"},
                            {"Gain of the teacher", true},
                            {"Gain of the control", true},
                            {"Difference", true},
                            {"Teacher gains more"}},
                           rows, "cards quiet"),
                true);
}

}  // namespace

std::string compare_pairs(const CompareDocument& document) {
  if (document.pairs.empty()) return "";
  return section("pairs", "Pairs",
                 folded("Every pair: predicted and observed", pairs_table(document), true) +
                     controls_table(document));
}

}  // namespace cch::report
