#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kCells = 12;
constexpr int kSteps = 40;

/// u = λ/(1 + λ), in which the excess risk is a parabola.
double weight(double lambda) {
  return lambda / (1 + lambda);
}

/// E(u)/E(0) over [0, end].
std::vector<PlotPoint> drawn(const RiskParabola& parabola, double end) {
  std::vector<PlotPoint> curve;
  for (int i = 0; i <= kSteps; ++i) {
    const double at = end * i / kSteps;
    curve.emplace_back(at, parabola.at(at));
  }
  return curve;
}

void add_simulation(Plot& plot, const SweepCell& cell, double alone) {
  PlotCurve marks;
  marks.kind = "second";
  marks.line = false;
  for (const StudyPoint& point : cell.points) {
    if (!point.simulated) continue;
    const SimulatedValue& risk = point.simulated->excess_risk;
    const double u = weight(point.lambda);
    const double half = 2 * risk.standard_error / alone;
    const double mean = risk.mean / alone;
    marks.points.emplace_back(u, mean);
    plot.strokes.push_back({u, mean - half, mean + half, "second"});
  }
  if (!marks.points.empty()) plot.curves.push_back(marks);
}

Plot risk_plot(const Sweep& sweep, std::size_t at, double alone, const RiskParabola& parabola) {
  const SweepCell& cell = sweep.document.cells[at];
  Plot plot{fmt::format("curve-{}", at), "Excess risk against λ, " + cell_words(sweep, at), "",
            "λ (equal steps of λ/(1+λ))", "excess risk ÷ without teacher"};
  double end = 0;
  plot.x_ticks.push_back({0.0, "0"});
  for (const StudyPoint& point : cell.points) {
    end = std::max(end, weight(point.lambda));
    plot.x_ticks.push_back({weight(point.lambda), general(point.lambda)});
    plot.description +=
        fmt::format("λ {}: {}. ", general(point.lambda), fixed(point.excess_risk / alone, 3));
  }
  plot.curves.push_back({{{0.0, 1.0}, {end, 1.0}}, "plain", false, true});
  plot.curves.push_back({drawn(parabola, end), "first", false});
  add_simulation(plot, cell, alone);
  const double best = cell.lambda_star ? weight(*cell.lambda_star) : 1.0;
  if (cell.exact() && best > 0 && best <= end) {
    const double share = best / end * kSteps;
    const auto near = static_cast<std::size_t>(std::lround(share));
    plot.marks.push_back({best, plot.curves[1].points[near].second, "best λ"});
  }
  return plot;
}

std::string chosen_words(const Sweep& sweep, std::size_t shown) {
  if (shown >= sweep.document.cells.size()) return "";
  return fmt::format(
      " {} of {} cells, spread over the grid on all axes at once, whatever their results.", shown,
      count(sweep.document.cells.size()));
}

}  // namespace

std::string sweep_curves(const Sweep& sweep) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  const std::vector<std::size_t> places = spread_cells(sweep, kCells);
  for (const std::size_t at : places) {
    const SweepCell& cell = sweep.document.cells[at];
    const auto alone = risk_alone(cell);
    const auto parabola = risk_parabola(cell);
    if (!alone || !parabola) continue;
    std::string heading = cell_words(sweep, at);
    if (heading.empty()) heading = "the only cell";
    if (!cell.exact()) heading += " (curve: fitted on fresh rows)";
    headings.push_back(escape_html(heading));
    pictures.push_back(render_plot(risk_plot(sweep, at, *alone, *parabola)));
  }
  if (pictures.empty()) return "";
  const std::string caption =
      "<span class=\"k-first\">Line</span>: closed form; "
      "dashed: no distillation, so that below it distillation helps; the diamond is the best λ" +
      std::string(sweep.simulated
                      ? "; <span class=\"k-second\">● with bars</span>: simulation ± 2 standard "
                        "errors."
                      : ".") +
      escape_html(chosen_words(sweep, places.size())) + " Each picture has its own upright scale.";
  return section("curves", "Excess risk against λ",
                 element("p",
                         "Expected squared error above that of the best linear prediction, as a "
                         "share of what it is without a teacher.") +
                     '\n' + plot_grid(headings, pictures, caption));
}

}  // namespace cch::report
