#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cch::report {

using PlotPoint = std::pair<double, double>;

/// Points joined by straight lines, in the order given.
struct PlotCurve {
  std::vector<PlotPoint> points;
  std::string kind = "first";  ///< colour: first, second or plain
  bool marks = true;           ///< a dot at every point
  bool dashed = false;
};

/// A vertical stroke from low to high at x: an interval.
struct PlotStroke {
  double x = 0.0;
  double low = 0.0;
  double high = 0.0;
  std::string kind = "plain";
};

/// A bar of a histogram over [low, high].
struct PlotBar {
  double low = 0.0;
  double high = 0.0;
  double height = 0.0;
};

/// A diamond with its words beside it. Outside the x axis it becomes an arrow at the end.
struct PlotMark {
  double x = 0.0;
  double y = 0.0;
  std::string words;
};

struct PlotTick {
  double at = 0.0;
  std::string words;
};

/// A small picture of y against x, both axes linear and holding zero. Everything that is not
/// finite is left out. It fills its column: a page sets several of them side by side.
struct Plot {
  std::string id;
  std::string title;
  std::string description;
  std::string x_label;
  std::string y_label;
  std::vector<PlotTick> x_ticks = {};  ///< empty: round numbers; those too close are left out
  std::vector<PlotCurve> curves = {};
  std::vector<PlotStroke> strokes = {};
  std::vector<PlotBar> bars = {};
  std::vector<PlotMark> marks = {};
  std::vector<double> y_reach = {};  ///< values that the y axis takes in as well
};

std::string render_plot(const Plot& plot);

/// The pictures beside each other, each with its heading; `headings_html` are markup.
std::string plot_grid(const std::vector<std::string>& headings_html,
                      const std::vector<std::string>& pictures, const std::string& caption_html);

}  // namespace cch::report
