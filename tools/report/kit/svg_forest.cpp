#include "tools/report/kit/svg_forest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr double kCharacter = 7.4;  // width to keep free for one character of the row labels
constexpr double kHead = 6;         // above the rows
constexpr double kReferences = 22;  // more of it for the names of the reference lines
constexpr double kFoot = 46;        // room for ticks and the name of the axis
constexpr std::size_t kLongestLabel = 24;
constexpr double kMarkGap = 12;  // between the two marks of a row

struct Frame {
  Axis axis;
  double top = kHead;
  double bottom = 0;
  double row_height = 0;
  std::vector<double> ticks;
};

/// Ends of outer intervals, as far as they leave the marks a quarter of the axis; those beyond end
/// in arrows.
void add_outer(const Forest& forest, std::vector<double>& values) {
  double reach = 0;
  for (const double value : values) {
    if (std::isfinite(value)) reach = std::max(reach, std::abs(value));
  }
  for (const ForestRow& row : forest.rows) {
    for (const ForestMark& mark : row.marks) {
      if (!mark.outer) continue;
      for (const double end : {mark.outer->first, mark.outer->second}) {
        values.push_back(std::clamp(end, -4 * reach, 4 * reach));
      }
    }
  }
}

std::vector<double> all_values(const Forest& forest) {
  std::vector<double> values;
  for (const ForestRow& row : forest.rows) {
    for (const ForestMark& mark : row.marks) {
      for (const auto& value : {mark.value.nats, mark.value.low, mark.value.high}) {
        if (value) values.push_back(*value);
      }
    }
  }
  add_outer(forest, values);
  const double most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  if (forest.reach && *forest.reach <= 1.5 * most) values.push_back(*forest.reach);
  return values;
}

template <class Words>
double widest(const Forest& forest, std::size_t most, Words&& words) {
  std::size_t width = 0;
  for (const ForestRow& row : forest.rows) width = std::max(width, display_width(words(row)));
  return kCharacter * static_cast<double>(std::min(width, most));
}

bool any_reference(const Forest& forest, const Axis& axis) {
  return std::any_of(forest.references.begin(), forest.references.end(),
                     [&axis](const ReferenceLine& line) { return axis.holds(line.at); });
}

Frame frame_of(const Forest& forest, const ForestLayout& layout) {
  Frame frame;
  const bool above = layout.labels_above;
  const double label =
      widest(forest, kLongestLabel, [](const ForestRow& row) { return row.label; });
  const double words = widest(forest, 18, [](const ForestRow& row) { return row.words; });
  const double left = above ? 14 : label + 28;
  const double right = layout.width - (above || words == 0 ? 14 : words + 24);
  const int most = above ? 5 : 7;
  std::size_t marks = 1;
  for (const ForestRow& row : forest.rows) marks = std::max(marks, row.marks.size());
  frame.row_height = 34 + (marks > 1 ? kMarkGap : 0) + (above ? 16 : 0);
  frame.axis = axis_around(all_values(forest), left, right, most);
  if (any_reference(forest, frame.axis)) frame.top += kReferences;
  frame.bottom = frame.top + frame.row_height * static_cast<double>(forest.rows.size());
  frame.ticks = ticks_of(frame.axis, most);
  return frame;
}

void draw_axis(Svg& svg, const Forest& forest, const Frame& frame) {
  const int decimals = tick_decimals(frame.ticks);
  for (const double tick : frame.ticks) {
    const double x = frame.axis.at(tick);
    svg.line(x, frame.top, x, frame.bottom, std::abs(tick) < 1e-12 ? "zero" : "grid");
    svg.text(x, frame.bottom + 17, "tick", fixed(tick, decimals),
             fmt::format("text-anchor=\"middle\" data-value=\"{}\"", tick));
  }
  svg.text((frame.axis.left + frame.axis.right) / 2, frame.bottom + 38, "axis", forest.axis_label,
           "text-anchor=\"middle\"");
}

void draw_references(Svg& svg, const Forest& forest, const Frame& frame) {
  double free_from = -1e9;
  for (const ReferenceLine& reference : forest.references) {
    if (!frame.axis.holds(reference.at)) continue;
    const double x = frame.axis.at(reference.at);
    const double half = kCharacter * static_cast<double>(display_width(reference.label)) / 2;
    const double centre = std::max(
        centre_within(x, half, frame.axis.left - 12, frame.axis.right + 12), free_from + half);
    free_from = centre + half + 6;
    svg.line(x, frame.top - 6, x, frame.bottom, "reference");
    svg.text(centre, frame.top - 11, "reference-label", reference.label, "text-anchor=\"middle\"");
  }
}

void draw_arrow(Svg& svg, double x, double y, double direction, const std::string& style) {
  svg.polygon({{x + 7 * direction, y}, {x, y - 4}, {x, y + 4}}, style);
}

/// A line from one end to the other; ends outside the axis become arrows.
void draw_span(Svg& svg, const Axis& axis, double from, double to, double y,
               const std::string& style, const std::string& kind) {
  if (std::isnan(from) || std::isnan(to)) return;
  const double low = std::max(from, axis.low);
  const double high = std::min(to, axis.high);
  svg.line(axis.at(low), y, axis.at(high), y, style + " k-" + kind);
  if (low > from) draw_arrow(svg, axis.at(low), y, -1, "end k-" + kind);
  if (high < to) draw_arrow(svg, axis.at(high), y, 1, "end k-" + kind);
}

void draw_interval(Svg& svg, const Axis& axis, const ForestMark& mark, double y) {
  if (mark.outer) {
    const auto [low, high] = *mark.outer;
    draw_span(svg, axis, low, high, y, "outer", mark.kind);
    for (const double end : {low, high}) {
      if (axis.holds(end)) {
        svg.line(axis.at(end), y - 4, axis.at(end), y + 4, "outer k-" + mark.kind);
      }
    }
  }
  if (!mark.value.low || !mark.value.high) return;
  draw_span(svg, axis, *mark.value.low, *mark.value.high, y, "interval", mark.kind);
}

void draw_band(Svg& svg, const Forest& forest, const Frame& frame) {
  if (!forest.band) return;
  const double low = frame.axis.at(std::max(forest.band->first, frame.axis.low));
  const double high = frame.axis.at(std::min(forest.band->second, frame.axis.high));
  svg.rect(low, frame.top, high - low, frame.bottom - frame.top, "band");
}

void draw_shape(Svg& svg, const std::string& kind, double x, double y, const std::string& data) {
  const std::string style = "mark k-" + kind;
  if (kind == "do_not_distil" || kind == "second") {
    svg.polygon({{x - 5.5, y - 5.5}, {x + 5.5, y - 5.5}, {x + 5.5, y + 5.5}, {x - 5.5, y + 5.5}},
                style, data);
  } else if (kind == "inconclusive") {
    svg.polygon({{x, y - 7.5}, {x + 7.5, y}, {x, y + 7.5}, {x - 7.5, y}}, style, data);
  } else if (kind == "unreliable") {
    svg.polygon({{x, y - 7}, {x + 7, y + 6}, {x - 7, y + 6}}, style, data);
  } else {
    svg.circle(x, y, 6.5, style, data);
  }
}

void draw_mark(Svg& svg, const Frame& frame, const ForestMark& mark, double y) {
  const auto nats = mark.value.nats;
  if (!nats || !std::isfinite(*nats)) {
    svg.text(frame.axis.at(0) + 8, y + 4, "tick", nats ? fixed(nats, 0) : "no value");
    return;
  }
  svg.open_group(fmt::format(
      "{} {}", with_error(nats, mark.value.standard_error),
      interval(mark.value.low, mark.value.high, decimals_for(mark.value.standard_error))));
  draw_interval(svg, frame.axis, mark, y);
  draw_shape(svg, mark.kind, frame.axis.at(*nats), y, fmt::format("data-value=\"{}\"", *nats));
  svg.close_group();
}

void draw_row(Svg& svg, const Frame& frame, const ForestLayout& layout, const ForestRow& row,
              double top) {
  const double middle = top + frame.row_height / 2 + (layout.labels_above ? 9 : 0);
  const double label_y = layout.labels_above ? top + 15 : middle + 4.5;
  svg.text(layout.labels_above ? frame.axis.left + 6 : 8, label_y, "label",
           fit_middle(row.label, kLongestLabel));
  if (!row.words.empty()) {
    svg.text(layout.width - 8, label_y, "words", fit(row.words, 18), "text-anchor=\"end\"");
  }
  const double count = static_cast<double>(row.marks.size());
  for (std::size_t i = 0; i < row.marks.size(); ++i) {
    const double offset = (static_cast<double>(i) - (count - 1) / 2) * kMarkGap;
    draw_mark(svg, frame, row.marks[i], middle + offset);
  }
}

}  // namespace

std::string render_forest(const Forest& forest, const ForestLayout& layout) {
  const Frame frame = frame_of(forest, layout);
  Svg svg(forest.id + (layout.labels_above ? "-narrow" : "-wide"), layout.width,
          frame.bottom + kFoot, forest.title, forest.description);
  for (std::size_t i = 0; i < forest.rows.size(); i += 2) {
    svg.rect(0, frame.top + frame.row_height * static_cast<double>(i), layout.width,
             frame.row_height, "stripe");
  }
  draw_band(svg, forest, frame);
  draw_axis(svg, forest, frame);
  draw_references(svg, forest, frame);
  for (std::size_t i = 0; i < forest.rows.size(); ++i) {
    draw_row(svg, frame, layout, forest.rows[i],
             frame.top + frame.row_height * static_cast<double>(i));
  }
  return svg.finish(layout.labels_above ? "forest narrow" : "forest wide");
}

std::string forest_figure(const Forest& forest, double wide, const std::string& caption_html) {
  return "<figure>\n" + render_forest(forest, {wide, false}) + render_forest(forest, {360, true}) +
         "<figcaption>" + caption_html + "</figcaption>\n</figure>\n";
}

}  // namespace cch::report
