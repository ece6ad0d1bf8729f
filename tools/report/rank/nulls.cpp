#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

std::vector<PlotBar> bars_of(const documents::NullTest& null) {
  std::vector<PlotBar> bars;
  for (std::size_t i = 0; i < null.counts.size() && i + 1 < null.edges.size(); ++i) {
    const auto low = null.edges[i];
    const auto high = null.edges[i + 1];
    if (low && high) bars.push_back({*low, *high, static_cast<double>(null.counts[i])});
  }
  return bars;
}

std::string null_picture(const std::string& id, const std::string& name,
                         const documents::NullTest& null, const std::vector<PlotBar>& bars) {
  const auto observed = null.observed;
  const std::string p = p_value(null.p_value);
  Plot plot{id, "Permutation null, " + name,
            fmt::format("Observed {} nats, p {}.", fixed(observed, 3), p),
            "statistic of exchanged data, nats", "permutations"};
  plot.bars = bars;
  double tallest = 0;
  for (const PlotBar& bar : bars) tallest = std::max(tallest, bar.height);
  if (observed) {
    plot.marks.push_back({*observed, 0.85 * tallest, "observed " + fixed(observed, 3)});
  }
  return render_plot(plot);
}

std::vector<std::string> row_of(const JudgedTeacher& teacher) {
  const documents::NullTest& null = *teacher.null;
  std::string scheme = escape_html(fit(or_missing(null.scheme), 200));
  if (null.rows_left_out > 0) {
    scheme += fmt::format("; {} rows left out", count(null.rows_left_out));
  }
  return {teacher_cell(teacher.name),
          fixed(null.observed, 3),
          escape_html(p_value(null.p_value)),
          count(null.permutations),
          escape_html(fit(or_missing(null.statistic), 40)),
          scheme};
}

}  // namespace

std::string null_section(const RankDocument& document) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (!teacher.null) continue;
    const documents::NullTest& null = *teacher.null;
    const std::string& name = teacher.name;
    const std::vector<PlotBar> bars = bars_of(null);
    if (!bars.empty() && pictures.size() < kTeachersWithPictures) {
      headings.push_back(name_html(fit_middle(name, 40)) +
                         escape_html(", p " + p_value(null.p_value)));
      pictures.push_back(
          null_picture(fmt::format("null-{}", pictures.size()), fit(name, 60), null, bars));
    }
    rows.push_back(row_of(teacher));
  }
  if (rows.empty()) return "";
  const std::string grid =
      pictures.empty() ? ""
                       : plot_grid(headings, pictures,
                                   "Statistics of data whose pairing was exchanged (bars) and "
                                   "of the data as they are (◆, an arrow where beyond the axis)." +
                                       first_only(rows.size()));
  return section(
      "null", "Is there any information at all?",
      "<p>A permutation test of I(T;S) = 0 and of nothing else: a small p says that teacher and "
      "student are not independent, not that distillation helps. p = (1 + permutations at or above "
      "the observed value) / (1 + permutations).</p>\n" +
          grid +
          html_table("Permutation tests of I(T;S) = 0; p not adjusted over the teachers.",
                     {{"Teacher", false},
                      {"Observed, nats", true},
                      {"p", true},
                      {"Permutations", true},
                      {"Statistic", false},
                      {"Exchanged", false}},
                     rows, "cards"));
}

}  // namespace cch::report
