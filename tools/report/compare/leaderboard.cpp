#include "tools/report/compare/model.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

/// A number with its interval on a line below.
std::string measured_html(const Measured& measured, int decimals, double factor = 1.0) {
  if (!measured.value) return kMissing;
  const std::string html = fixed(*measured.value * factor, decimals);
  if (!measured.interval95) return html;
  return html + element("span",
                        interval(measured.interval95->lo * factor, measured.interval95->hi * factor,
                                 decimals),
                        "class=\"interval\"");
}

std::string share_html(const MeasuredShare& share) {
  return escape_html(share_words(share)) +
         element("span", wilson_words(share), "class=\"interval\"");
}

}  // namespace

std::string compare_leaderboard(const CompareDocument& document) {
  const std::vector<std::string> metrics = metrics_in(document);
  const GainUnit unit = gain_unit(metrics.size() == 1 ? metrics.front() : "");
  std::vector<std::vector<std::string>> rows;
  for (const ComparedCriterion& criterion : document.criteria) {
    rows.push_back(
        {name_html(fit_middle(or_missing(criterion.score.criterion), 60)),
         measured_html(criterion.score.sign_auroc, 2), share_html(criterion.score.hits),
         share_html(criterion.score.false_holds),
         measured_html(criterion.score.top1_regret, unit.factor > 1 ? 2 : 4, unit.factor),
         measured_html(criterion.score.kendall_tau, 2),
         measured_html(criterion.score.kendall_tau_overall, 2), count(criterion.score.cells)});
  }
  if (rows.empty()) return "";
  const std::string caption =
      "Best AUROC first. Sign right: of the pairs that gain or lose those whose sign is the "
      "score's, with the 95 % interval of Wilson, in per cent. False holds: of the runs of losing "
      "pairs those in which the criterion said distil. Regret: gain that its choice among the "
      "teachers of a setting leaves behind, " +
      escape_html(metrics.size() == 1 ? unit.name : "given by metric alone") +
      ". τ: Kendall's τ<sub>b</sub> of score and gain. A score that is never negative "
      "(kernel alignment, discrete information) says distil always: its order counts, not its "
      "sign.";
  return section("leaderboard", "Criteria",
                 html_table(caption,
                            {{"Criterion"},
                             {"AUROC", true},
                             {"Sign right", true},
                             {"False holds", true},
                             {"Regret", true},
                             {"τ in groups", true},
                             {"τ overall", true},
                             {"Pairs", true}},
                            rows, "cards quiet"));
}

}  // namespace cch::report
