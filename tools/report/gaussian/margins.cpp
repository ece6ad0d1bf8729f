#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_plot.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kMarginLambdas = 6;
constexpr std::size_t kPoints = 1500;  // of a picture
constexpr double kFloor = -1.0;        // share of the risk gained: worse ones are drawn here

/// What one picture shows and what it leaves out.
struct Panel {
  Plot plot;
  std::size_t cells = 0;
  std::size_t shown = 0;
  std::size_t below = 0;
  std::size_t infinite = 0;
};

std::string corner(const char* words, std::size_t count_of) {
  return fmt::format("{}: {}", words, count(count_of));
}

/// A sixth of the drawn height above and below the points, for the words of the corners.
void leave_room(Plot& plot) {
  double low = 0;
  double high = 0;
  for (const PlotCloud& cloud : plot.clouds) {
    for (const PlotPoint& point : cloud.points) {
      low = std::min(low, point.second);
      high = std::max(high, point.second);
    }
  }
  const double room = (high - low) / 6;
  plot.y_reach = {low - room, high + room};
}

/// The order of the clouds: hit, false alarm, miss, correct rejection, undecided.
std::vector<PlotCloud> empty_clouds() {
  return {{{}, "first", false},
          {{}, "fifth", true},
          {{}, "fourth", true},
          {{}, "plain", false},
          {{}, "sixth", false}};
}

void add_cell(Panel& panel, std::array<std::size_t, kOutcomes>& counts, const SweepCell& cell,
              const StudyPoint& point, About about, bool shown) {
  const CellOutcome outcome = outcome_of(cell, point, about);
  const auto gain = shown_gain(cell, point, about);
  if (outcome == CellOutcome::unknown || !gain) return;
  const auto kind = static_cast<std::size_t>(outcome);
  ++counts[kind];
  ++panel.cells;
  if (!cell.cch_margin) {
    ++panel.infinite;
    return;
  }
  if (!shown) return;
  const double floor = about == About::risk ? kFloor : -2.0;
  panel.below += *gain < floor;
  ++panel.shown;
  panel.plot.clouds[kind].points.emplace_back(*cell.cch_margin, std::max(*gain, floor));
}

Panel panel_of(const Sweep& sweep, double lambda, About about, std::size_t number) {
  Panel panel;
  panel.plot = {fmt::format("margin-{}-{}", to_string(about), number),
                fmt::format("Gain in {} against the margin of the CCH, λ = {}", to_string(about),
                            general(lambda)),
                "", "margin of the CCH, nats",
                about == About::risk ? "share of the excess risk gained" : "gain in cosine"};
  panel.plot.clouds = empty_clouds();
  panel.plot.quadrants = true;
  panel.plot.x_reach = {-0.1, 0.1};
  const std::vector<SweepCell>& cells = sweep.document.cells;
  std::vector<bool> shown(cells.size(), false);
  for (const std::size_t i : thinned(cells.size(), kPoints)) shown[i] = true;
  std::array<std::size_t, kOutcomes> counts{};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const StudyPoint* point = point_at(cells[i], lambda);
    if (point) add_cell(panel, counts, cells[i], *point, about, shown[i]);
  }
  leave_room(panel.plot);
  panel.plot.corners = {corner("holds, helps", counts[0]), corner("silent, helps", counts[2]),
                        corner("silent, harms", counts[3]), corner("holds, harms", counts[1])};
  panel.plot.description = fmt::format(
      "CCH holds and it helps: {}; holds, but harms: {}; silent, but helps: {}; silent and harms: "
      "{}; undecided: {}.",
      counts[0], counts[1], counts[2], counts[3], counts[4]);
  return panel;
}

std::string caption(const Panel& sum, std::size_t shown, std::size_t lambdas, About about) {
  std::string words =
      "Dots: the CCH is right; squares: it is not. The numbers count all cells of the picture.";
  if (shown < lambdas) words += fmt::format(" {} of {} λ.", shown, lambdas);
  if (sum.shown + sum.infinite < sum.cells) {
    words += fmt::format(" {} of {} points are drawn.", count(sum.shown), count(sum.cells));
  }
  if (sum.infinite > 0) {
    words += fmt::format(" {} have an infinite margin and are not drawn.", sum.infinite);
  }
  if (sum.below > 0 && about == About::risk) {
    words += fmt::format(" {} lie below −1 and are drawn there.", sum.below);
  }
  return escape_html(words);
}

std::string grid(const Sweep& sweep, About about) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  Panel sum;
  const std::vector<double>& lambdas = sweep.document.lambdas;
  for (const std::size_t i : spread(lambdas.size(), kMarginLambdas)) {
    const Panel panel = panel_of(sweep, lambdas[i], about, pictures.size());
    if (panel.shown == 0) continue;
    headings.push_back("λ " + general(lambdas[i]));
    pictures.push_back(render_plot(panel.plot));
    sum.cells += panel.cells;
    sum.shown += panel.shown;
    sum.below += panel.below;
    sum.infinite += panel.infinite;
  }
  if (pictures.empty()) return "";
  return element("h3", about == About::risk ? "Risk" : "Direction") + '\n' +
         plot_grid(headings, pictures, caption(sum, pictures.size(), lambdas.size(), about));
}

}  // namespace

std::string sweep_margins(const Sweep& sweep) {
  const std::string html = grid(sweep, About::risk) + grid(sweep, About::direction);
  if (html.empty()) return "";
  return section(
      "margins", "Gain against the margin of the CCH",
      element("p",
              "Each point is a cell. Right of the upright line the CCH holds, I(w1ᵀx1; w*ᵀx2) > "
              "I(w*ᵀx2; y); above the level line distillation helps. A criterion that ranks well "
              "gives points that climb from the lower left to the upper right.") +
          '\n' + html);
}

}  // namespace cch::report
