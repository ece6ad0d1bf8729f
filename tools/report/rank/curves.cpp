#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

using documents::InformationCurves;
using Curves = std::vector<InformationCurves>;

/// (x, nats) of the points that have both.
std::vector<PlotPoint> points_of(const std::vector<documents::InformationPoint>& curve) {
  std::vector<PlotPoint> points;
  for (const auto& point : curve) {
    if (point.at && point.nats && *point.at > 0) points.emplace_back(*point.at, *point.nats);
  }
  std::sort(points.begin(), points.end());
  return points;
}

std::string path_words(const std::vector<PlotPoint>& points, const char* what) {
  if (points.empty()) return "";
  return fmt::format("From {} nats at {} {} to {} nats at {}.", fixed(points.front().second, 3),
                     what, general(points.front().first), fixed(points.back().second, 3),
                     general(points.back().first));
}

void add_interval(Plot& plot, double x, const RankDocument& document, const std::string& name) {
  for (const JudgedTeacher& teacher : document.teachers) {
    const Value& value = teacher.i_teacher_student;
    if (teacher.name != name) continue;
    if (value.low && value.high) plot.strokes.push_back({x, *value.low, *value.high, "first"});
    return;
  }
}

/// Against 1/N, so that a bias that falls as 1/N is a straight line towards its end at N = ∞.
Plot rows_plot(const std::string& id, const std::string& name,
               const std::vector<PlotPoint>& points) {
  Plot plot{id, "I(T;S) against the number of rows, " + name, path_words(points, "rows"),
            "rows (equal steps of 1/rows)", "nats"};
  plot.x_ticks.push_back({0.0, "∞"});
  PlotCurve curve;
  for (auto it = points.rbegin(); it != points.rend(); ++it) {
    curve.points.emplace_back(1 / it->first, it->second);
    plot.x_ticks.push_back({1 / it->first, general(it->first)});
  }
  plot.curves.push_back(curve);
  return plot;
}

Plot neighbours_plot(const std::string& id, const std::string& name,
                     const std::vector<PlotPoint>& points) {
  Plot plot{id, "I(T;S) against the number of neighbours, " + name, path_words(points, "k ="),
            "neighbours k", "nats"};
  for (const PlotPoint& point : points) plot.x_ticks.push_back({point.first, general(point.first)});
  plot.curves.push_back({points, "second"});
  return plot;
}

/// Every value of all curves: one y axis for all pictures, so that they can be compared.
std::vector<double> common_range(
    const Curves& curves, std::vector<documents::InformationPoint> InformationCurves::*list) {
  std::vector<double> values;
  for (const InformationCurves& curve : curves) {
    for (const PlotPoint& point : points_of(curve.*list)) {
      values.push_back(point.second);
    }
  }
  return values;
}

std::string rows_grid(const RankDocument& document, const Curves& curves) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (std::size_t i = 0; i < std::min(curves.size(), kTeachersWithPictures); ++i) {
    const std::string name = curves[i].name;
    const auto points = points_of(curves[i].by_rows);
    if (points.size() < 2) continue;
    Plot plot = rows_plot(fmt::format("rows-{}", i), fit(name, 60), points);
    add_interval(plot, 1 / points.back().first, document, name);
    plot.y_reach = common_range(curves, &InformationCurves::by_rows);
    headings.push_back(name_html(fit_middle(name, 40)));
    pictures.push_back(render_plot(plot));
  }
  if (pictures.empty()) return "";
  return plot_grid(
      headings, pictures,
      "I(T;S) against 1/rows, nats: means over disjoint parts of the data; the upright "
      "line is the 95 % interval at all rows." +
          first_only(curves.size()));
}

std::string neighbours_grid(const Curves& curves) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (std::size_t i = 0; i < std::min(curves.size(), kTeachersWithPictures); ++i) {
    const std::string name = curves[i].name;
    const auto points = points_of(curves[i].by_neighbours);
    if (points.size() < 2) continue;
    Plot plot = neighbours_plot(fmt::format("neighbours-{}", i), fit(name, 60), points);
    plot.y_reach = common_range(curves, &InformationCurves::by_neighbours);
    headings.push_back(name_html(fit_middle(name, 40)));
    pictures.push_back(render_plot(plot));
  }
  if (pictures.empty()) return "";
  return plot_grid(headings, pictures,
                   "I(T;S) against the number of neighbours k, nats." + first_only(curves.size()));
}

}  // namespace

std::string first_only(std::size_t teachers, std::size_t most) {
  if (teachers <= most) return "";
  return fmt::format(" First {} of {} teachers; the JSON document has all.", most, teachers);
}

std::string curves_section(const RankDocument& document) {
  const Curves& all = document.curves;
  const std::string words =
      "<p>An estimate that still climbs or falls towards the left end of its row picture has a "
      "bias that more rows would change; one that moves with k by more than its interval depends "
      "on a choice.</p>\n";
  const std::string rows = rows_grid(document, all);
  const std::string neighbours = neighbours_grid(all);
  if (rows.empty() && neighbours.empty()) return "";
  return section("curves", "How the estimates move with rows and neighbours",
                 words + rows + neighbours);
}

}  // namespace cch::report
