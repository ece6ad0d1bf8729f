#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/svg_tiles.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kPanels = 12;       // of each of risk and direction
constexpr std::size_t kPhaseLambdas = 6;  // where λ alone makes panels
constexpr std::size_t kFewLambdas = 3;    // where further axes make panels too
constexpr std::size_t kMostValues = 64;   // of an axis
constexpr std::size_t kRoom = 330'000;    // bytes of all pictures

constexpr std::array<TileSign, kOutcomes> kSigns = {TileSign::plus, TileSign::square,
                                                    TileSign::ring, TileSign::minus, TileSign::dot};
constexpr std::array<const char*, kOutcomes> kWords = {
    "CCH holds, distillation helps", "CCH holds, but it harms", "CCH silent, but it helps",
    "CCH silent, it harms", "undecided by the simulation"};

/// Which axes and values the pictures have.
struct Layout {
  std::vector<std::size_t> axes;  ///< of the picture: x, and y where there are two
  std::vector<std::size_t> xs;    ///< places on x that are shown
  std::vector<std::size_t> ys;
  std::vector<std::size_t> panels;  ///< a cell for each shown combination of the other axes
  std::size_t combinations = 1;     ///< of the other axes, shown or not
  std::vector<double> lambdas;
};

/// The two axes with the most values, the first of equals first; the longer one is x.
std::vector<std::size_t> picture_axes(const Sweep& sweep) {
  const std::vector<SweepAxis>& axes = sweep.document.axes;
  std::vector<std::size_t> order(axes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&axes](std::size_t a, std::size_t b) {
    return axes[a].values.size() > axes[b].values.size();
  });
  order.resize(std::min<std::size_t>(order.size(), 2));
  return order;
}

/// The places of a cell on the axes that are not in the picture.
std::vector<std::size_t> other_places(const Sweep& sweep, std::size_t cell, const Layout& layout) {
  std::vector<std::size_t> others = sweep.places[cell];
  for (const std::size_t axis : layout.axes) others[axis] = 0;
  return others;
}

Layout layout_of(const Sweep& sweep, std::size_t panels) {
  Layout layout;
  layout.axes = picture_axes(sweep);
  const std::vector<SweepAxis>& axes = sweep.document.axes;
  layout.xs = spread(axes[layout.axes[0]].values.size(), kMostValues);
  layout.ys = {0};
  if (layout.axes.size() > 1) {
    layout.ys = spread(axes[layout.axes[1]].values.size(), kMostValues);
  }
  std::vector<std::pair<std::vector<std::size_t>, std::size_t>> found;
  for (std::size_t i = 0; i < sweep.places.size(); ++i) {
    found.emplace_back(other_places(sweep, i, layout), i);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  found.erase(std::unique(found.begin(), found.end(),
                          [](const auto& a, const auto& b) { return a.first == b.first; }),
              found.end());
  layout.combinations = found.size();
  const std::size_t most = std::min(panels, layout.combinations == 1 ? kPhaseLambdas : kFewLambdas);
  const std::vector<double>& lambdas = sweep.document.lambdas;
  for (const std::size_t i : spread(lambdas.size(), most)) layout.lambdas.push_back(lambdas[i]);
  const std::size_t rest = panels / std::max<std::size_t>(layout.lambdas.size(), 1);
  for (const std::size_t i : spread(found.size(), std::max<std::size_t>(rest, 1))) {
    layout.panels.push_back(found[i].second);
  }
  return layout;
}

std::vector<std::string> tick_words(const SweepAxis& axis, const std::vector<std::size_t>& places) {
  std::vector<std::string> words;
  for (const std::size_t place : places) words.push_back(words_at(axis, place));
  return words;
}

void set_tile(Tiles& tiles, const Layout& layout, const Sweep& sweep, std::size_t at, double lambda,
              About about) {
  const SweepCell& cell = sweep.document.cells[at];
  const std::vector<std::size_t>& places = sweep.places[at];
  const auto x = std::find(layout.xs.begin(), layout.xs.end(), places[layout.axes[0]]);
  auto y = layout.ys.begin();
  if (layout.axes.size() > 1) {
    y = std::find(layout.ys.begin(), layout.ys.end(), places[layout.axes[1]]);
  }
  const StudyPoint* point = point_at(cell, lambda);
  if (x == layout.xs.end() || y == layout.ys.end() || !point) return;
  const auto place = static_cast<std::size_t>(y - layout.ys.begin()) * layout.xs.size() +
                     static_cast<std::size_t>(x - layout.xs.begin());
  const CellOutcome outcome = outcome_of(cell, *point, about);
  if (outcome == CellOutcome::unknown) return;
  tiles.signs[place] = kSigns[static_cast<std::size_t>(outcome)];
  tiles.outlined[place] = cell.exact() && contradicts(*point, about);
}

/// "12 of: CCH holds, distillation helps. …" for those who do not see the picture.
std::string described(const Tiles& tiles) {
  std::string words;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto times = std::count(tiles.signs.begin(), tiles.signs.end(), kSigns[i]);
    if (times > 0) words += fmt::format("{}: {} tiles. ", kWords[i], times);
  }
  return words;
}

std::string panel(const Sweep& sweep, const Layout& layout, std::size_t representative,
                  double lambda, About about, std::size_t number) {
  Tiles tiles;
  tiles.id = fmt::format("phase-{}-{}", to_string(about), number);
  tiles.title = fmt::format("CCH against the {}, λ = {}", to_string(about), general(lambda));
  tiles.x_label = sweep.document.axes[layout.axes[0]].name;
  tiles.x_words = tick_words(sweep.document.axes[layout.axes[0]], layout.xs);
  tiles.y_words = {""};
  if (layout.axes.size() > 1) {
    tiles.y_label = sweep.document.axes[layout.axes[1]].name;
    tiles.y_words = tick_words(sweep.document.axes[layout.axes[1]], layout.ys);
  }
  tiles.signs.assign(layout.xs.size() * layout.ys.size(), TileSign::absent);
  tiles.outlined.assign(tiles.signs.size(), false);
  const std::vector<std::size_t> others = other_places(sweep, representative, layout);
  for (std::size_t i = 0; i < sweep.places.size(); ++i) {
    if (other_places(sweep, i, layout) == others) set_tile(tiles, layout, sweep, i, lambda, about);
  }
  tiles.description = described(tiles);
  return tiles.description.empty() ? "" : render_tiles(tiles);
}

bool all_exact(const Sweep& sweep) {
  const std::vector<SweepCell>& cells = sweep.document.cells;
  return std::all_of(cells.begin(), cells.end(),
                     [](const SweepCell& cell) { return cell.exact(); });
}

std::string legend(const Sweep& sweep) {
  std::string items;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (kSigns[i] == TileSign::dot && all_exact(sweep)) continue;
    items += element("li", tile_swatch(kSigns[i]) + kWords[i]) + '\n';
  }
  if (sweep.simulated) {
    items += element("li", tile_swatch(TileSign::minus, true) +
                               "outline: the simulation contradicts the exact law beyond 2 "
                               "standard errors") +
             '\n';
  }
  return element("ul", items, "class=\"legend\"") + '\n';
}

std::string caption(const Sweep& sweep, const Layout& layout, About about) {
  std::string words = fmt::format("Against the exact {} law at each λ.", to_string(about));
  if (!all_exact(sweep)) {
    words += " Teachers on the student's own rows: against the simulated gain.";
  }
  if (layout.panels.size() < layout.combinations) {
    words += fmt::format(" {} of {} combinations of the other axes, evenly spread.",
                         layout.panels.size(), layout.combinations);
  }
  if (layout.lambdas.size() < sweep.document.lambdas.size()) {
    words += fmt::format(" {} of {} λ.", layout.lambdas.size(), sweep.document.lambdas.size());
  }
  for (std::size_t i = 0; i < layout.axes.size(); ++i) {
    const SweepAxis& axis = sweep.document.axes[layout.axes[i]];
    const std::size_t shown = i == 0 ? layout.xs.size() : layout.ys.size();
    if (shown == axis.values.size()) continue;
    words += fmt::format(" {} of {} values of {}.", shown, axis.values.size(), axis.name);
  }
  return escape_html(words);
}

std::string grid(const Sweep& sweep, const Layout& layout, About about) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const std::size_t representative : layout.panels) {
    for (const double lambda : layout.lambdas) {
      std::string picture = panel(sweep, layout, representative, lambda, about, pictures.size());
      if (picture.empty()) continue;
      const std::string others = cell_words(sweep, representative, layout.axes);
      headings.push_back(
          escape_html("λ " + general(lambda) + (others.empty() ? "" : " · ") + others));
      pictures.push_back(std::move(picture));
    }
  }
  if (pictures.empty()) return "";
  return element("h3", about == About::risk ? "Risk" : "Direction") + '\n' +
         plot_grid(headings, pictures, caption(sweep, layout, about));
}

}  // namespace

std::string sweep_phases(const Sweep& sweep) {
  if (sweep.document.axes.empty() || sweep.document.lambdas.empty()) return "";
  for (std::size_t panels = kPanels; panels > 0; panels /= 2) {
    const Layout layout = layout_of(sweep, panels);
    const std::string html =
        grid(sweep, layout, About::risk) + grid(sweep, layout, About::direction);
    if (html.empty()) return "";
    if (html.size() > kRoom && panels > 1) continue;
    return section("phases", "Where the CCH is right", legend(sweep) + html);
  }
  return "";
}

}  // namespace cch::report
