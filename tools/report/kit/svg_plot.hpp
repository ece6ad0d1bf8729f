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
  std::string kind = "first";  ///< colour: first, second, … sixth or plain
  bool marks = true;           ///< a mark at every point
  bool dashed = false;
  bool line = true;              ///< false: marks alone
  std::string shape = "circle";  ///< of the marks: circle, square, diamond, triangle or down
};

/// Many points that share one mark, drawn as one path.
struct PlotCloud {
  std::vector<PlotPoint> points;
  std::string kind = "first";
  bool square = false;  ///< squares in place of dots
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
  std::vector<PlotCloud> clouds = {};
  std::vector<double> x_reach = {};       ///< values that the x axis takes in as well
  bool quadrants = false;                 ///< an upright line at x = 0
  std::vector<std::string> corners = {};  ///< words: top right, top left, bottom left, bottom right
};

std::string render_plot(const Plot& plot);

/// The pictures beside each other, each with its heading; `headings_html` are markup.
std::string plot_grid(const std::vector<std::string>& headings_html,
                      const std::vector<std::string>& pictures, const std::string& caption_html);

}  // namespace cch::report
