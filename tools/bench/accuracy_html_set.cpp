// One set on the page: errors by estimator, estimates against truths, tables.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "accuracy_html.hpp"
#include "accuracy_published.hpp"
#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/svg_forest.hpp"
#include "tools/report/svg_plot.hpp"

namespace cch::bench {
namespace {

using report::element;
using report::escape_html;
using report::fixed;
using report::HtmlColumn;

constexpr int kDecimals = 3;
constexpr double kCentral = 0.05;  // thick lines leave out so much of the tasks at either end
constexpr std::size_t kMostPictures = 24;
constexpr std::size_t kMostMarks = 80;  // more points become one path of small dots
constexpr std::array<const char*, 3> kKinds{"first", "second", "unreliable"};
constexpr std::array<const char*, 3> kGlyphs{"●", "■", "▲"};
constexpr std::array<const char*, 3> kWords{"this library", "another program on the same draws",
                                            "another program's number, draws of its own"};

std::size_t place(Source source) {
  return static_cast<std::size_t>(source);
}

std::string id_of(const AccuracySet& set, const char* what) {
  return fmt::format("{}-{}", set.name, what);
}

report::ForestRow error_row(const EstimatorSummary& summary) {
  report::ForestMark mark{{}, kKinds[place(summary.source)], {}};
  report::ForestRow row{summary.name, {}, ""};
  if (!summary.errors.empty()) {
    mark.value = {
        summary.mean_signed(), {}, summary.quantile(kCentral), summary.quantile(1.0 - kCentral)};
    mark.outer = {summary.quantile(0.0), summary.quantile(1.0)};
    row.words = fixed(summary.mean_absolute(), kDecimals);
  }
  row.marks.push_back(mark);
  return row;
}

std::string error_figure(const SetResults& results) {
  report::Forest forest{id_of(*results.set, "errors"), "Errors by estimator, " + results.set->name,
                        "For every estimator the mean of estimate minus truth over tasks, the "
                        "middle nine tenths of the tasks, and all of them.",
                        "estimate − truth, nats"};
  std::string marks;
  for (std::size_t s = 0; s < kGlyphs.size(); ++s) {
    const bool any = std::any_of(results.summaries.begin(), results.summaries.end(),
                                 [&](const auto& summary) { return place(summary.source) == s; });
    if (any)
      marks += fmt::format(" <span class=\"k-{}\">{}</span> {}.", kKinds[s], kGlyphs[s], kWords[s]);
  }
  for (const EstimatorSummary& summary : results.summaries) {
    forest.rows.push_back(error_row(summary));
  }
  return report::forest_figure(
      forest, 960,
      "Mark: mean of estimate − truth over the tasks; thick line: nine tenths of the tasks; thin "
      "line: all. Right of zero is too high. At the end of the row: mean absolute error." +
          marks);
}

// Own error bars decide where there are some, else the spread over seeds.
bool stands_above(const AccuracyRow& row, const AccuracyCell& cell) {
  const Share own = row.above_by_own(cell);
  if (own.of > 0) return 2 * own.count > own.of;
  return row.above(cell).value_or(false);
}

report::Plot truth_plot(const SetResults& results, const EstimatorSummary& summary,
                        std::size_t number) {
  report::Plot plot{id_of(*results.set, fmt::format("truths-{}", number).c_str()),
                    summary.name + " against truth, " + results.set->name, "", "truth, nats",
                    "estimate, nats"};
  double most = 0.0;
  report::PlotCurve within{{}, "first", true, false, false, "circle"};
  report::PlotCurve above{{}, "fifth", true, false, false, "triangle"};
  for (const AccuracyRow& row : results.rows) {
    most = std::max(most, row.truth.nats);
    const AccuracyCell* cell = row.cell_of(summary.name);
    if (summary.source == Source::reference) {
      if (const auto known = reference_of(*row.task, summary.name)) {
        within.points.emplace_back(row.truth.nats, *known);
      }
    } else if (cell != nullptr && !cell->nats.empty()) {
      auto& side = stands_above(row, *cell) ? above.points : within.points;
      side.emplace_back(row.truth.nats, cell->mean());
    }
  }
  plot.description =
      fmt::format("{} tasks, {} of them above the truth by more than 2 standard errors.",
                  within.points.size() + above.points.size(), above.points.size());
  plot.curves.push_back({{{0.0, 0.0}, {most, most}}, "plain", false, true});
  if (within.points.size() > kMostMarks) {
    plot.clouds.push_back({std::move(within.points), "first"});
  } else {
    plot.curves.push_back(std::move(within));
  }
  if (!above.points.empty()) plot.curves.push_back(std::move(above));
  return plot;
}

std::string truth_figure(const SetResults& results) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const EstimatorSummary& summary : results.summaries) {
    if (summary.errors.empty() || pictures.size() == kMostPictures) continue;
    headings.push_back(estimator_html(summary));
    pictures.push_back(report::render_plot(truth_plot(results, summary, pictures.size())));
  }
  if (pictures.empty()) return "";
  return "<h3>Estimate against truth</h3>\n" +
         report::plot_grid(headings, pictures,
                           "A point a task and size, mean over seeds; dashed: the truth. <span "
                           "class=\"k-first\">●</span> not above it; <span "
                           "class=\"k-fifth\">▲</span> above truth + 2 "
                           "standard errors (by most fits' own error bars where they have some, "
                           "else by the spread "
                           "over seeds). Each picture has its own upright scale.");
}

std::string summary_table(const SetResults& results) {
  const std::vector<HtmlColumn> columns = {
      {"estimator"},     {"tasks", true},    {"mean |error|", true},  {"mean error", true},
      {"lowest", true},  {"highest", true},  {"above, spread", true}, {"above, own SE", true},
      {"seconds", true}, {"no number", true}};
  std::vector<std::vector<std::string>> rows;
  for (const EstimatorSummary& summary : results.summaries) {
    const bool any = !summary.errors.empty();
    const auto value = [&](double v) { return fixed(v, kDecimals); };
    const bool ran = summary.source != Source::reference;
    rows.push_back({estimator_html(summary), fmt::format("{}", summary.errors.size()),
                    any ? value(summary.mean_absolute()) : report::kMissing,
                    any ? value(summary.mean_signed()) : report::kMissing,
                    any ? value(summary.quantile(0.0)) : report::kMissing,
                    any ? value(summary.quantile(1.0)) : report::kMissing,
                    share_html(summary.above_by_spread), share_html(summary.above_by_own),
                    ran ? fixed(summary.seconds, 1) : report::kMissing,
                    ran ? fmt::format("{}", summary.failed) : report::kMissing});
  }
  return report::html_table(
      "Errors are estimate − truth, nats, of the mean over seeds. “Above”: more than 2 standard "
      "errors above the truth, by the spread over seeds (of tasks) and by each fit's own error bar "
      "(of fits). Seconds: mean of a fit.",
      columns, rows, "cards");
}

std::string cell_html(const AccuracyRow& row, const EstimatorSummary& column) {
  if (column.source == Source::reference) {
    return fixed(reference_of(*row.task, column.name), kDecimals);
  }
  const AccuracyCell* cell = row.cell_of(column.name);
  if (cell == nullptr || !cell->run()) return report::kMissing;
  std::string html;
  if (!cell->nats.empty()) {
    html = fixed(cell->mean(), kDecimals);
    if (stands_above(row, *cell)) html += "\u00a0▲";
    if (cell->cut > 0) html += "\u00a0†";
    if (const auto sd = cell->sd()) {
      html += element("span", "± " + fixed(*sd, kDecimals), "class=\"interval\"");
    }
  }
  if (cell->failed == 0) return html;
  return html +
         element("span",
                 escape_html(fmt::format("{} × {}", cell->failed, fmt::join(cell->codes, ", "))),
                 "class=\"interval\"");
}

// As wide as it needs: the table scrolls, not the page.
std::string scrolling(const std::string& table) {
  return element("div", table, "style=\"overflow-x:auto\"") + '\n';
}

std::string task_table(const SetResults& results) {
  std::vector<HtmlColumn> columns = {{"task"}, {"N", true}, {"truth", true}};
  for (const EstimatorSummary& summary : results.summaries) columns.push_back({summary.name, true});
  std::vector<std::vector<std::string>> rows;
  for (const AccuracyRow& row : results.rows) {
    std::vector<std::string> cells = {escape_html(row.task->name), fmt::format("{}", row.n),
                                      fixed(row.truth.nats, kDecimals)};
    for (const EstimatorSummary& column : results.summaries)
      cells.push_back(cell_html(row, column));
    rows.push_back(std::move(cells));
  }
  return scrolling(
      report::html_table("Nats; mean ± standard deviation over seeds. ▲ above truth + 2 standard "
                         "errors; † training was "
                         "ended before it was done.",
                         columns, rows, "cards"));
}

std::string group_table(const SetResults& results) {
  std::vector<HtmlColumn> columns = {{"columns × rank"}};
  for (const EstimatorSummary& summary : results.summaries) columns.push_back({summary.name, true});
  for (const char* name : published_estimators())
    columns.push_back({fmt::format("{} [1]", name), true});
  std::vector<std::vector<std::string>> rows;
  for (const std::string& group : groups_of(results.rows)) {
    std::vector<std::string> cells = {escape_html(group)};
    for (const EstimatorSummary& summary : results.summaries) {
      const auto error = group_error(results.rows, group, summary.name);
      cells.push_back(error ? fixed(error->bits, kDecimals) : report::kMissing);
    }
    const auto published = published_errors(group);
    for (std::size_t i = 0; i < published_estimators().size(); ++i) {
      cells.push_back(published.empty() ? report::kMissing : fixed(published[i], kDecimals));
    }
    rows.push_back(std::move(cells));
  }
  return scrolling(report::html_table(
      "Mean of |estimate − truth| in <strong>bits</strong> over single draws. [1] Published at N = "
      "2000 over ten truths from 0 to 2 bits (Gowri et al. 2024).",
      columns, rows, "cards"));
}

}  // namespace

std::string estimator_html(const EstimatorSummary& summary) {
  const std::size_t source = place(summary.source);
  return fmt::format("<span class=\"k-{}\">{}</span> {}", kKinds[source], kGlyphs[source],
                     escape_html(summary.name));
}

std::string share_html(const Share& share) {
  if (share.of == 0) return report::kMissing;
  return fmt::format("{} of {}", share.count, share.of);
}

std::string accuracy_set_html(const SetResults& results) {
  const bool grouped = !groups_of(results.rows).empty();
  std::string summary = results.set->summary;
  summary.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(summary.front())));
  std::string html = element("p", escape_html(summary) + '.') + '\n';
  html += error_figure(results) + summary_table(results) + truth_figure(results);
  html += grouped ? report::folded("Errors by number of columns and rank", group_table(results))
                  : report::folded("Every task", task_table(results));
  const std::vector<std::string> versions = versions_beside(results.rows);
  if (!versions.empty()) {
    html += element("p", escape_html(fmt::format("Other programs on the same draws, {}: {}.",
                                                 kAsDrawn, fmt::join(versions, "; ")))) +
            '\n';
  }
  return report::section(results.set->name, results.set->name, html);
}

}  // namespace cch::bench
