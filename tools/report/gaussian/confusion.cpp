#include <fmt/format.h>

#include <algorithm>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kConfusionColumns = 8;
constexpr std::size_t kRows = 40;

/// "71 %" with "64–77" on a line below.
std::string share_html(const std::optional<Share>& share) {
  if (!share) return kMissing;
  const Interval& interval = share->interval95;
  return percent(share) +
         element("span",
                 fmt::format("{}–{}", fixed(100 * interval.lo, 0), fixed(100 * interval.hi, 0)),
                 "class=\"interval\"");
}

std::string about_words(About about, TruthFrom truth) {
  return fmt::format("{}, against {}", about == About::risk ? "Risk" : "Direction",
                     truth_words(truth));
}

std::string totals(const std::vector<CriterionTally>& all, About about, TruthFrom truth) {
  std::vector<std::vector<std::string>> rows;
  for (const CriterionTally& tally : all) {
    if (tally.about != about || tally.truth != truth || rows.size() == kRows) continue;
    const ConfusionCounts& c = tally.counts;
    rows.push_back({name_html(criterion_name(tally.criterion)), count(c.hits),
                    count(c.false_alarms), count(c.misses), count(c.correct_rejections),
                    count(c.undecided), percent(sensitivity(c)), percent(precision(c)),
                    share_html(share_right(c))});
  }
  return html_table(escape_html(about_words(about, truth)),
                    {{"Criterion", false},
                     {"Hits", true},
                     {"False alarms", true},
                     {"Misses", true},
                     {"Correct rejections", true},
                     {"Undecided", true},
                     {"Sensitivity", true},
                     {"Precision", true},
                     {"Right, 95 %", true}},
                    rows, "cards quiet");
}

std::string lambda_words(const CriterionConfusion& row) {
  return "λ " + general(row.lambda);
}

std::string range_words(const CriterionConfusion& row) {
  const RowsPerColumn& range = row.n_over_p;
  if (!range.high) return "n/p from " + general(range.low);
  return fmt::format("n/p {}–{}", general(range.low), general(range.high));
}

using Words = std::string (*)(const CriterionConfusion& row);

/// Values of one kind in their order of appearance.
std::vector<std::string> values_of(const std::vector<CriterionConfusion>& rows, Words words) {
  std::vector<std::string> values;
  for (const CriterionConfusion& row : rows) {
    const std::string value = words(row);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

bool belongs(const CriterionConfusion& row, const CriterionTally& tally) {
  return row.criterion == tally.criterion && row.about == tally.about && row.truth == tally.truth;
}

/// Share right of every criterion, a column a value.
std::string split_table(const std::vector<CriterionConfusion>& rows,
                        const std::vector<CriterionTally>& all, About about, TruthFrom truth,
                        Words words, const char* name) {
  const std::vector<std::string> values = values_of(rows, words);
  if (values.size() < 2) return "";
  const std::vector<std::size_t> shown = spread(values.size(), kConfusionColumns);
  std::vector<HtmlColumn> columns = {{"Criterion", false}};
  for (const std::size_t i : shown) columns.push_back({values[i], true});
  std::vector<std::vector<std::string>> cells;
  for (const CriterionTally& tally : all) {
    if (tally.about != about || tally.truth != truth || cells.size() == kRows) continue;
    cells.push_back({name_html(criterion_name(tally.criterion))});
    for (const std::size_t i : shown) {
      ConfusionCounts sum;
      for (const CriterionConfusion& row : rows) {
        if (belongs(row, tally) && words(row) == values[i]) sum += row.counts;
      }
      cells.back().push_back(share_html(share_right(sum)));
    }
  }
  return html_table(
      escape_html(fmt::format("{}: share right by {}{}", about_words(about, truth), name,
                              shown.size() < values.size() ? ", some values" : "")),
      columns, cells, "cards quiet");
}

/// Hits, false alarms, misses and correct rejections of the CCH at every λ and n/p.
std::string cross_table(const std::vector<CriterionConfusion>& rows, const CriterionTally& tally) {
  const std::vector<std::string> lambdas = values_of(rows, lambda_words);
  const std::vector<std::string> ranges = values_of(rows, range_words);
  if (lambdas.size() < 2 || ranges.size() < 2) return "";
  std::vector<HtmlColumn> columns = {{"λ", false}};
  const std::vector<std::size_t> shown = spread(ranges.size(), kConfusionColumns);
  for (const std::size_t i : shown) columns.push_back({ranges[i], true});
  std::vector<std::vector<std::string>> cells;
  for (const std::size_t l : spread(lambdas.size(), kRows)) {
    cells.push_back({escape_html(lambdas[l])});
    for (const std::size_t i : shown) {
      ConfusionCounts c;
      for (const CriterionConfusion& row : rows) {
        const bool here = lambda_words(row) == lambdas[l] && range_words(row) == ranges[i];
        if (here && belongs(row, tally)) c += row.counts;
      }
      cells.back().push_back(fmt::format("{} · {} · {} · {}", count(c.hits), count(c.false_alarms),
                                         count(c.misses), count(c.correct_rejections)));
    }
  }
  return html_table(escape_html(fmt::format(
                        "{}, {}: hits · false alarms · misses · correct rejections",
                        criterion_name(tally.criterion), about_words(tally.about, tally.truth))),
                    columns, cells, "cards quiet");
}

std::string details(const std::vector<CriterionConfusion>& rows,
                    const std::vector<CriterionTally>& all, About about, TruthFrom truth) {
  std::string html = split_table(rows, all, about, truth, lambda_words, "λ") +
                     split_table(rows, all, about, truth, range_words, "n/p");
  for (const CriterionTally& tally : all) {
    if (tally.about == about && tally.truth == truth && tally.criterion.starts_with("cch")) {
      html += cross_table(rows, tally);
    }
  }
  if (html.empty()) return "";
  return folded(about_words(about, truth) + ", by λ and n/p", html);
}

}  // namespace

std::string sweep_confusion(const Sweep& sweep) {
  const std::vector<CriterionConfusion>& rows = sweep.document.confusion;
  const std::vector<CriterionTally> all = tallies(rows);
  if (all.empty()) return "";
  std::vector<std::pair<About, TruthFrom>> kinds;
  for (const CriterionTally& tally : all) {
    const std::pair kind{tally.about, tally.truth};
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  }
  std::string tables;
  std::string finer;
  for (const auto& [about, truth] : kinds) {
    tables += totals(all, about, truth);
    finer += details(rows, all, about, truth);
  }
  return section(
      "confusion", "How often each criterion was right",
      element("p",
              "Over all cells and λ. Hit: the criterion says that distillation helps, and it does; "
              "false alarm: it says so and it harms; miss: it does not say so and it helps. "
              "Sensitivity: hits of all that helps; precision: hits of all that it says helps. "
              "“CCH” compares the theorem's scalars w1ᵀx1 and w*ᵀx2, “CCH on blocks” the whole of "
              "x1, x2 and y; “always distil” is what no criterion should fall below.") +
          '\n' + tables + finer);
}

}  // namespace cch::report
