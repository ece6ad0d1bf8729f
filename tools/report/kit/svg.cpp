#include "tools/report/kit/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "tools/report/kit/escape.hpp"

namespace cch::report {
namespace {

std::string point_list(const std::vector<std::pair<double, double>>& points) {
  std::string list;
  for (const auto& [x, y] : points) list += fmt::format("{},{} ", svg_length(x), svg_length(y));
  return list;
}

double nice_step(double range, int most) {
  const double raw = range / std::max(most, 1);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

}  // namespace

std::string svg_length(double value) {
  std::string out = fmt::format("{:.2f}", value);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

Svg::Svg(std::string id, double width, double height, std::string_view title,
         std::string_view description)
    : id_(std::move(id)),
      width_(width),
      height_(height),
      head_(fmt::format("<title id=\"{0}-title\">{1}</title>\n<desc id=\"{0}-desc\">{2}</desc>\n",
                        id_, escape_html(title), escape_html(description))) {}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
  body_ += fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", style,
                       svg_length(x1), svg_length(y1), svg_length(x2), svg_length(y2));
}

void Svg::rect(double x, double y, double width, double height, std::string_view style) {
  body_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", style,
                       svg_length(x), svg_length(y), svg_length(width), svg_length(height));
}

void Svg::text(double x, double y, std::string_view style, std::string_view words,
               std::string_view attributes) {
  body_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" {}>{}</text>\n", style, svg_length(x),
                       svg_length(y), attributes, escape_html(words));
}

void Svg::circle(double x, double y, double radius, std::string_view style,
                 std::string_view attributes) {
  body_ += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\" {}/>\n", style,
                       svg_length(x), svg_length(y), svg_length(radius), attributes);
}

void Svg::polygon(const std::vector<std::pair<double, double>>& points, std::string_view style,
                  std::string_view attributes) {
  body_ += fmt::format("<polygon class=\"{}\" points=\"{}\" {}/>\n", style, point_list(points),
                       attributes);
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view style) {
  body_ += fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", style, point_list(points));
}

void Svg::path(std::string_view commands, std::string_view style, std::string_view attributes) {
  body_ += fmt::format("<path class=\"{}\" d=\"{}\"{}{}/>\n", style, commands,
                       attributes.empty() ? "" : " ", attributes);
}

void Svg::open_group(std::string_view title) {
  body_ += fmt::format("<g><title>{}</title>\n", escape_html(title));
}

std::string Svg::finish(std::string_view style) const {
  return fmt::format(
      "<svg class=\"{0}\" role=\"img\" viewBox=\"0 0 {1} {2}\" width=\"{1}\" height=\"{2}\" "
      "aria-labelledby=\"{3}-title {3}-desc\">\n{4}{5}</svg>\n",
      style, svg_length(width_), svg_length(height_), id_, head_, body_);
}

std::string Svg::finish_hidden(std::string_view style) const {
  return fmt::format(
      "<svg class=\"{0}\" aria-hidden=\"true\" viewBox=\"0 0 {1} {2}\" width=\"{1}\" "
      "height=\"{2}\">{3}</svg>",
      style, svg_length(width_), svg_length(height_), body_);
}

double centre_within(double x, double half, double left, double right) {
  if (right - left < 2 * half) return (left + right) / 2;
  return std::clamp(x, left + half, right - half);
}

Axis axis_around(const std::vector<double>& values, double left, double right, int most_ticks) {
  double low = 0.0;
  double high = 0.0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (high - low <= 0) high = 1.0;
  const double step = nice_step(high - low, most_ticks);
  return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, left, right};
}

std::vector<double> ticks_of(const Axis& axis, int most) {
  const double step = nice_step(axis.high - axis.low, most);
  std::vector<double> ticks;
  const double slack = 1e-6 * step;
  for (double i = std::ceil((axis.low - slack) / step); i * step <= axis.high + slack; ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

int tick_decimals(const std::vector<double>& ticks) {
  if (ticks.size() < 2) return 1;
  const double step = ticks[1] - ticks[0];
  return std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 9);
}

}  // namespace cch::report
