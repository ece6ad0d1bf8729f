#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kPanels = 6;
constexpr std::size_t kLines = 4;              // a picture
constexpr std::size_t kLinesWithInterval = 2;  // more of them would hide each other
constexpr const char* kKinds[] = {"first", "second", "third", "fourth"};
constexpr const char* kShapes[] = {"circle", "square", "triangle", "diamond"};
constexpr const char* kSigns[] = {"●", "■", "▲", "◆"};

/// Pairs that differ in the axis alone.
struct AxisLine {
  std::string words;
  std::vector<std::pair<double, const TrainPair*>> points;
};
using AxisLines = std::vector<AxisLine>;
/// Lines of one setting.
using AxisPanel = std::pair<std::string, AxisLines>;

std::optional<double> number_at(const TrainPlace& place, const std::string& axis) {
  for (const TrainCoordinate& one : place) {
    if (one.name == axis) return one.number;
  }
  return std::nullopt;
}

TrainPlace without(const TrainPlace& place, const std::string& axis, bool settings) {
  TrainPlace out;
  for (const TrainCoordinate& one : place) {
    const bool setting = one.part == TrainCoordinate::Part::setting;
    if (one.name != axis && setting == settings) out.push_back(one);
  }
  return out;
}

template <class T>
T& at_name(std::vector<T>& list, const std::string& name, std::string T::*member) {
  for (T& one : list) {
    if (one.*member == name) return one;
  }
  list.emplace_back();
  list.back().*member = name;
  return list.back();
}

/// The pairs over an axis of numbers, by setting and line; lines of one point are left out.
std::vector<AxisPanel> panels_of(const TrainReport& report, const std::string& axis,
                                 const std::vector<std::string>& names) {
  std::vector<AxisPanel> out;
  for (const TrainPair& pair : report.pairs) {
    const auto at = number_at(pair.place, axis);
    if (!pair.gain || !at) continue;
    const std::string setting = place_words(without(pair.place, axis, true), names);
    auto panel = std::find_if(out.begin(), out.end(),
                              [&](const AxisPanel& one) { return one.first == setting; });
    if (panel == out.end()) panel = out.insert(out.end(), {setting, {}});
    const std::string words = place_words(without(pair.place, axis, false), names);
    at_name(panel->second, words, &AxisLine::words).points.emplace_back(*at, &pair);
  }
  for (AxisPanel& panel : out) {
    std::erase_if(panel.second, [](const AxisLine& line) { return line.points.size() < 2; });
    for (AxisLine& line : panel.second) {
      std::stable_sort(line.points.begin(), line.points.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
    }
  }
  std::erase_if(out, [](const AxisPanel& panel) { return panel.second.empty(); });
  return out;
}

std::string picture(const TrainReport& report, const AxisPanel& panel, const std::string& axis,
                    const std::vector<std::size_t>& chosen, const std::string& id) {
  const TrainUnit unit = unit_of(report);
  Plot plot{id, "Gain by " + axis_words(axis), "", axis_words(axis),
            report.classes ? "gain, points" : "gain"};
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const AxisLine& line = panel.second[chosen[k]];
    PlotCurve curve;
    curve.kind = kKinds[k];
    curve.shape = kShapes[k];
    for (const auto& [x, pair] : line.points) {
      curve.points.emplace_back(x, unit.factor * pair->gain->mean);
      const auto& interval95 = pair->gain->interval95;
      if (interval95 && chosen.size() <= kLinesWithInterval) {
        plot.strokes.push_back(
            {x, unit.factor * interval95->lo, unit.factor * interval95->hi, kKinds[k]});
      }
      plot.description +=
          fmt::format("{} at {}: {}. ", line.words, general(x), gain_words(*pair->gain, unit));
    }
    plot.curves.push_back(std::move(curve));
  }
  return render_plot(plot);
}

std::string legend_html(const AxisPanel& panel, const std::vector<std::size_t>& chosen) {
  std::string html;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const std::string& words = panel.second[chosen[k]].words;
    if (words.empty()) continue;
    html += fmt::format("{}<span class=\"k-{}\">{}</span> {}", html.empty() ? "" : " · ", kKinds[k],
                        kSigns[k], name_html(fit_middle(words, 60)));
  }
  return html;
}

std::string axis_html(const TrainReport& report, const std::string& axis, std::size_t number_of) {
  const std::vector<AxisPanel> panels = panels_of(report, axis, varying(report.pairs));
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  std::size_t lines = 0;
  std::size_t shown = 0;
  for (const AxisPanel& panel : panels) lines += panel.second.size();
  for (const std::size_t p : spread(panels.size(), kPanels)) {
    const AxisPanel& panel = panels[p];
    const std::vector<std::size_t> chosen = spread(panel.second.size(), kLines);
    shown += chosen.size();
    const std::string legend = legend_html(panel, chosen);
    headings.push_back(name_html(fit_middle(panel.first, 60)) +
                       (legend.empty() ? "" : element("span", legend, "class=\"legend-line\"")));
    pictures.push_back(
        picture(report, panel, axis, chosen, fmt::format("axis-{}-{}", number_of, p)));
  }
  if (pictures.empty()) return "";
  std::string caption = "Mean gain over seeds by " + axis_words(axis) +
                        ", everything else the same along a line; upright lines are 95 % "
                        "intervals where there is room for them.";
  if (shown < lines) {
    caption += fmt::format(" {} of {} lines, evenly spread over the study.", shown, lines);
  }
  return element("h3", escape_html("By " + axis_words(axis))) + '\n' +
         plot_grid(headings, pictures, escape_html(caption));
}

/// Axes of which the pairs have several numbers.
std::vector<std::string> number_axes(const TrainReport& report) {
  std::vector<std::string> out;
  for (const std::string& name : varying(report.pairs)) {
    std::vector<double> values;
    for (const TrainPair& pair : report.pairs) {
      const auto at = number_at(pair.place, name);
      if (at && std::find(values.begin(), values.end(), *at) == values.end()) values.push_back(*at);
    }
    if (values.size() > 1) out.push_back(name);
  }
  return out;
}

}  // namespace

std::string train_axes(const TrainReport& report) {
  std::string html;
  std::size_t number_of = 0;
  for (const std::string& axis : number_axes(report)) {
    html += axis_html(report, axis, number_of++);
  }
  return section("axes", "Where gains come from", html);
}

}  // namespace cch::report
