#include <fmt/format.h>

#include <algorithm>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/svg_plot.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

std::vector<PlotBar> bars_of(const json& histogram) {
  const std::vector<json>& edges = elements(field(histogram, "edges"));
  const std::vector<json>& counts = elements(field(histogram, "counts"));
  std::vector<PlotBar> bars;
  for (std::size_t i = 0; i < counts.size() && i + 1 < edges.size(); ++i) {
    const auto low = number(edges[i]);
    const auto high = number(edges[i + 1]);
    const auto height = number(counts[i]);
    if (low && high && height) bars.push_back({*low, *high, *height});
  }
  return bars;
}

std::string null_picture(const std::string& id, const std::string& name, const json& null,
                         const std::vector<PlotBar>& bars) {
  const auto observed = number(field(null, "observed"));
  const std::string p = p_value(number(field(null, "p_value")));
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

std::vector<std::string> row_of(const json& teacher) {
  const json& null = field(teacher, "null");
  const auto left_out = whole_number(field(null, "rows_left_out"));
  std::string scheme = escape_html(fit(text(field(null, "scheme"), kMissing), 200));
  if (left_out && *left_out > 0) scheme += fmt::format("; {} rows left out", count(left_out));
  return {teacher_cell(teacher),
          fixed(number(field(null, "observed")), 3),
          escape_html(p_value(number(field(null, "p_value")))),
          count(whole_number(field(null, "permutations"))),
          escape_html(fit(text(field(null, "statistic"), kMissing), 40)),
          scheme};
}

}  // namespace

std::string null_section(const json& document) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& null = field(teacher, "null");
    if (null.is_null()) continue;
    const std::string name = text(field(teacher, "name"));
    const std::vector<PlotBar> bars = bars_of(field(null, "histogram"));
    if (!bars.empty() && pictures.size() < kTeachersWithPictures) {
      headings.push_back(name_html(fit_middle(name, 40)) +
                         escape_html(", p " + p_value(number(field(null, "p_value")))));
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
