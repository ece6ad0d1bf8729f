#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cch::report {

/// A picture as inline SVG, styled by the classes of the page (style.cpp). Lengths are in user
/// units, which are CSS pixels at the picture's natural size.
class Svg {
 public:
  /// `id` is unique in the page; title and description are what a screen reader says.
  Svg(std::string id, double width, double height, std::string_view title,
      std::string_view description);

  void line(double x1, double y1, double x2, double y2, std::string_view style);
  void rect(double x, double y, double width, double height, std::string_view style);
  /// `attributes` are appended to the element as they are.
  void text(double x, double y, std::string_view style, std::string_view words,
            std::string_view attributes = "");
  void circle(double x, double y, double radius, std::string_view style,
              std::string_view attributes = "");
  /// A closed polygon through the points.
  void polygon(const std::vector<std::pair<double, double>>& points, std::string_view style,
               std::string_view attributes = "");
  /// Straight lines through the points, not closed.
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view style);
  /// A path from its commands, coordinates as they are.
  void path(std::string_view commands, std::string_view style, std::string_view attributes = "");
  void open_group(std::string_view title);
  void close_group() { body_ += "</g>\n"; }

  [[nodiscard]] std::string finish(std::string_view style) const;
  /// A picture that only repeats the words beside it: screen readers pass it over.
  [[nodiscard]] std::string finish_hidden(std::string_view style) const;

 private:
  std::string id_;
  double width_;
  double height_;
  std::string head_;
  std::string body_;
};

/// A length as pictures write it: two decimals at most, none that are zero.
std::string svg_length(double value);

/// A linear axis: at(value) lies between `left` (value low) and `right` (value high).
struct Axis {
  double low = 0.0;
  double high = 1.0;
  double left = 0.0;
  double right = 1.0;
  [[nodiscard]] double at(double value) const {
    return left + (value - low) / (high - low) * (right - left);
  }
  [[nodiscard]] bool holds(double value) const { return value >= low && value <= high; }
};

/// The centre of words of half width `half`, as near to x as they stay between left and right; in
/// the middle if there is no room for them.
double centre_within(double x, double half, double left, double right);

/// An axis whose ends are ticks and which holds every finite value and zero.
Axis axis_around(const std::vector<double>& values, double left, double right, int most_ticks);

/// Multiples of 1, 2 or 5 times a power of ten inside the axis, at most about `most`.
std::vector<double> ticks_of(const Axis& axis, int most);

/// Decimals that tell neighbouring ticks apart.
int tick_decimals(const std::vector<double>& ticks);

}  // namespace cch::report
