#include "tools/report/kit/svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr double kWidth = 340;
constexpr double kHeight = 226;
constexpr double kTop = 26;      // the name of the y axis stands above it
constexpr double kBottom = 180;  // below: ticks and the name of the x axis
constexpr double kRight = 326;
constexpr double kCharacter = 7.2;
constexpr int kTicks = 5;
constexpr double kNoise = 0.04;  // of the largest value: drawn, but not given room of its own

struct Frame {
  Axis x;
  Axis y;  // left is its bottom
};

void add(std::vector<double>& values, double value) {
  if (std::isfinite(value)) values.push_back(value);
}

std::vector<double> x_values(const Plot& plot) {
  std::vector<double> values;
  for (const PlotCurve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) add(values, point.first);
  }
  for (const PlotBar& bar : plot.bars) {
    add(values, bar.low);
    add(values, bar.high);
  }
  for (const PlotCloud& cloud : plot.clouds) {
    for (const PlotPoint& point : cloud.points) add(values, point.first);
  }
  for (const double value : plot.x_reach) add(values, value);
  return values;
}

std::vector<double> y_values(const Plot& plot) {
  std::vector<double> values;
  for (const PlotCurve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) add(values, point.second);
  }
  for (const PlotStroke& stroke : plot.strokes) {
    add(values, stroke.low);
    add(values, stroke.high);
  }
  for (const PlotBar& bar : plot.bars) add(values, bar.height);
  for (const PlotMark& mark : plot.marks) add(values, mark.y);
  for (const PlotCloud& cloud : plot.clouds) {
    for (const PlotPoint& point : cloud.points) add(values, point.second);
  }
  for (const double value : plot.y_reach) add(values, value);
  // A point that is below zero by noise alone must not give the axis a whole step below it.
  double most = 0;
  for (const double value : values) most = std::max(most, value);
  std::erase_if(values, [most](double value) { return value < 0 && value > -kNoise * most; });
  return values;
}

/// Marks belong to the axis unless they would squeeze the rest into a third of it.
std::vector<double> with_marks(const Plot& plot, std::vector<double> values) {
  double reach = 0;
  for (const double value : values) reach = std::max(reach, std::abs(value));
  for (const PlotMark& mark : plot.marks) {
    if (std::isfinite(mark.x) && (reach == 0 || std::abs(mark.x) <= 3 * reach)) {
      values.push_back(mark.x);
    }
  }
  return values;
}

double label_width(const std::vector<double>& ticks) {
  std::size_t widest = 1;
  const int decimals = tick_decimals(ticks);
  for (const double tick : ticks) widest = std::max(widest, display_width(fixed(tick, decimals)));
  return kCharacter * static_cast<double>(widest);
}

Frame frame_of(const Plot& plot) {
  Frame frame;
  frame.y = axis_around(y_values(plot), kBottom, kTop, kTicks);
  const double left = 14 + label_width(ticks_of(frame.y, kTicks));
  frame.x = axis_around(with_marks(plot, x_values(plot)), left, kRight, kTicks);
  return frame;
}

void draw_y_axis(Svg& svg, const Plot& plot, const Frame& frame) {
  const std::vector<double> ticks = ticks_of(frame.y, kTicks);
  for (const double tick : ticks) {
    const double y = frame.y.at(tick);
    const bool zero = std::abs(tick) < 1e-12;
    svg.line(frame.x.left, y, frame.x.right, y, zero ? "zero" : "grid");
    svg.text(frame.x.left - 7, y + 4.5, "tick", fixed(tick, tick_decimals(ticks)),
             fmt::format("text-anchor=\"end\" data-value=\"{}\"", tick));
  }
  svg.text(2, 13, "axis", plot.y_label);
}

std::vector<PlotTick> x_ticks(const Plot& plot, const Axis& axis) {
  if (!plot.x_ticks.empty()) return plot.x_ticks;
  const std::vector<double> at = ticks_of(axis, kTicks);
  std::vector<PlotTick> ticks;
  for (const double tick : at) ticks.push_back({tick, fixed(tick, tick_decimals(at))});
  return ticks;
}

void draw_x_axis(Svg& svg, const Plot& plot, const Frame& frame) {
  double free_from = -1e9;
  for (const PlotTick& tick : x_ticks(plot, frame.x)) {
    if (!frame.x.holds(tick.at)) continue;
    const double x = frame.x.at(tick.at);
    const double half = kCharacter * static_cast<double>(display_width(tick.words)) / 2;
    svg.line(x, kBottom, x, kBottom + 4, "grid");
    const double centre = centre_within(x, half, 0, kWidth);
    if (centre - half < free_from) continue;
    free_from = centre + half + 5;
    svg.text(centre, kBottom + 19, "tick", tick.words,
             fmt::format("text-anchor=\"middle\" data-value=\"{}\"", tick.at));
  }
  svg.text((frame.x.left + frame.x.right) / 2, kBottom + 39, "axis", plot.x_label,
           "text-anchor=\"middle\"");
}

void draw_bars(Svg& svg, const Plot& plot, const Frame& frame) {
  for (const PlotBar& bar : plot.bars) {
    if (!std::isfinite(bar.low + bar.high + bar.height) || bar.height <= 0) continue;
    const double left = frame.x.at(bar.low);
    const double top = frame.y.at(bar.height);
    svg.rect(left + 0.5, top, std::max(frame.x.at(bar.high) - left - 1, 1.0), kBottom - top, "bar");
  }
}

void draw_shape(Svg& svg, const std::string& shape, double x, double y, const std::string& style) {
  if (shape == "square") {
    svg.polygon({{x - 4, y - 4}, {x + 4, y - 4}, {x + 4, y + 4}, {x - 4, y + 4}}, style);
  } else if (shape == "diamond") {
    svg.polygon({{x, y - 5.5}, {x + 5.5, y}, {x, y + 5.5}, {x - 5.5, y}}, style);
  } else if (shape == "triangle") {
    svg.polygon({{x, y - 5.5}, {x + 5, y + 4}, {x - 5, y + 4}}, style);
  } else if (shape == "down") {
    svg.polygon({{x, y + 5.5}, {x + 5, y - 4}, {x - 5, y - 4}}, style);
  } else {
    svg.circle(x, y, 4, style);
  }
}

void draw_curve(Svg& svg, const Frame& frame, const PlotCurve& curve) {
  std::vector<PlotPoint> path;
  for (const auto& [x, y] : curve.points) {
    if (std::isfinite(x) && std::isfinite(y)) path.emplace_back(frame.x.at(x), frame.y.at(y));
  }
  if (curve.line) {
    svg.polyline(path, fmt::format("curve {} k-{}", curve.dashed ? "dashed" : "whole", curve.kind));
  }
  if (!curve.marks) return;
  for (const auto& [x, y] : path) draw_shape(svg, curve.shape, x, y, "mark k-" + curve.kind);
}

/// Strokes of no length: their caps are the points.
void draw_cloud(Svg& svg, const Frame& frame, const PlotCloud& cloud) {
  std::string commands;
  for (const auto& [x, y] : cloud.points) {
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    commands += fmt::format("M{:.1f} {:.1f}h0", frame.x.at(x), frame.y.at(y));
  }
  if (commands.empty()) return;
  svg.path(commands, fmt::format("cloud {} k-{}", cloud.square ? "square" : "round", cloud.kind));
}

void draw_corners(Svg& svg, const Plot& plot, const Frame& frame) {
  for (std::size_t i = 0; i < plot.corners.size(); ++i) {
    const bool right = i == 0 || i == 3;
    svg.text(right ? frame.x.right : frame.x.left + 4, i < 2 ? kTop + 12 : kBottom - 6, "words",
             plot.corners[i], right ? "text-anchor=\"end\"" : "");
  }
}

void draw_mark(Svg& svg, const Frame& frame, const PlotMark& mark) {
  if (!std::isfinite(mark.x) || !std::isfinite(mark.y)) return;
  const double y = frame.y.at(mark.y);
  const double half = kCharacter * static_cast<double>(display_width(mark.words)) / 2;
  const double x = frame.x.at(std::clamp(mark.x, frame.x.low, frame.x.high));
  if (frame.x.holds(mark.x)) {
    svg.polygon({{x, y - 7.5}, {x + 7.5, y}, {x, y + 7.5}, {x - 7.5, y}}, "mark k-second",
                fmt::format("data-value=\"{}\"", mark.x));
  } else {
    const double side = mark.x > frame.x.high ? 1 : -1;
    svg.polygon({{x + 7 * side, y}, {x - 5 * side, y - 6}, {x - 5 * side, y + 6}}, "end k-second");
  }
  svg.text(centre_within(x, half, frame.x.left, kWidth - 2), y < kBottom - 34 ? y + 23 : y - 13,
           "words", mark.words, "text-anchor=\"middle\"");
}

}  // namespace

std::string render_plot(const Plot& plot) {
  const Frame frame = frame_of(plot);
  Svg svg(plot.id, kWidth, kHeight, plot.title, plot.description);
  draw_y_axis(svg, plot, frame);
  draw_x_axis(svg, plot, frame);
  if (plot.quadrants && frame.x.holds(0)) {
    svg.line(frame.x.at(0), kTop, frame.x.at(0), kBottom, "zero");
  }
  draw_bars(svg, plot, frame);
  for (const PlotCloud& cloud : plot.clouds) draw_cloud(svg, frame, cloud);
  for (const PlotStroke& stroke : plot.strokes) {
    if (!std::isfinite(stroke.x + stroke.low + stroke.high) || !frame.x.holds(stroke.x)) continue;
    const double x = frame.x.at(stroke.x);
    svg.line(x, frame.y.at(stroke.low), x, frame.y.at(stroke.high), "interval k-" + stroke.kind);
  }
  for (const PlotCurve& curve : plot.curves) draw_curve(svg, frame, curve);
  for (const PlotMark& mark : plot.marks) draw_mark(svg, frame, mark);
  draw_corners(svg, plot, frame);
  return svg.finish("plot");
}

std::string plot_grid(const std::vector<std::string>& headings_html,
                      const std::vector<std::string>& pictures, const std::string& caption_html) {
  std::string html;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    html += element("div", element("p", headings_html[i], "class=\"plot-name\"") + pictures[i]);
  }
  return element("figure",
                 element("div", html, "class=\"plots\"") + element("figcaption", caption_html)) +
         '\n';
}

}  // namespace cch::report
