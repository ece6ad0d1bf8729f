#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/report/compare/model.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kAllPoints = 2400;  // of all pictures: one with its bar takes 200 bytes
constexpr std::size_t kFewestPoints = 30;
constexpr std::size_t kMostPictures = 60;
constexpr double kDecided = 2;  // standard errors: what decides the sign

/// Colour and shape of a Word: dots are right, squares and diamonds wrong, triangles undecided.
constexpr const char* kKinds[kWords] = {"first", "fifth", "fourth", "plain", "sixth"};
constexpr const char* kWordShapes[kWords] = {"circle", "square", "diamond", "circle", "triangle"};

struct Point {
  double score = 0;
  ShownGain gain;
  Word word = Word::open;
};

std::vector<Point> points_of(const CompareDocument& document, const std::string& criterion,
                             const std::string& metric) {
  std::vector<Point> out;
  for (const ComparedPair& pair : document.pairs) {
    if (pair.metric != metric) continue;
    const auto found = pair.scores.find(criterion);
    const ShownGain gain = shown_gain(pair.observed_gain, metric);
    if (found == pair.scores.end() || !found->second || !gain.mean) continue;
    const double score = *found->second;
    out.push_back({score, gain, word_of(pair.sign, score)});
  }
  return out;
}

/// Nothing is to be seen where all scores are one.
bool varies(const std::vector<Point>& points) {
  return std::any_of(points.begin(), points.end(),
                     [&](const Point& point) { return point.score != points.front().score; });
}

std::string corner(const char* words, std::size_t found) {
  return fmt::format("{}: {}", words, found);
}

void leave_room(Plot& plot) {
  double low = 0;
  double high = 0;
  for (const PlotStroke& stroke : plot.strokes) {
    low = std::min(low, stroke.low);
    high = std::max(high, stroke.high);
  }
  const double room = (high - low) / 6;
  plot.y_reach = {low - room, high + room};
}

Plot plot_of(const std::vector<Point>& points, const std::string& criterion,
             const std::string& metric, std::size_t number_of, std::size_t most) {
  Plot plot{fmt::format("scatter-{}", number_of), "Gain against " + fit_middle(criterion, 60), "",
            "score", gain_unit(metric).name};
  std::array<std::size_t, kWords> counts{};
  for (std::size_t word = 0; word < kWords; ++word) {
    plot.curves.push_back({{}, kKinds[word], true, false, false, kWordShapes[word]});
  }
  for (const Point& point : points) ++counts[static_cast<std::size_t>(point.word)];
  for (const std::size_t i : thinned(points.size(), most)) {
    const Point& point = points[i];
    const auto word = static_cast<std::size_t>(point.word);
    plot.curves[word].points.emplace_back(point.score, *point.gain.mean);
    const double bar = kDecided * point.gain.standard_error.value_or(0);
    plot.strokes.push_back(
        {point.score, *point.gain.mean - bar, *point.gain.mean + bar, kKinds[word]});
  }
  plot.quadrants = true;
  leave_room(plot);
  plot.corners = {corner("distil, gains", counts[0]), corner("not, gains", counts[2]),
                  corner("not, loses", counts[3]), corner("distil, loses", counts[1])};
  plot.description = fmt::format(
      "Score above zero and gain: {}; above zero and loss: {}; below and gain: {}; below and loss: "
      "{}; undecided: {}.",
      counts[0], counts[1], counts[2], counts[3], counts[4]);
  return plot;
}

struct Panel {
  std::string criterion;
  std::string metric;
  std::vector<Point> points;
};

std::vector<Panel> panels_of(const CompareDocument& document, const std::string& metric) {
  std::vector<Panel> out;
  for (const ComparedCriterion& criterion : document.criteria) {
    Panel panel{criterion.score.criterion, metric, {}};
    panel.points = points_of(document, panel.criterion, metric);
    if (varies(panel.points)) out.push_back(std::move(panel));
  }
  return out;
}

std::string caption(std::size_t shown, std::size_t found, std::size_t most, std::size_t largest) {
  std::string words =
      "Bars: 2 standard errors over seeds. Dots: the sign of the score is that of the gain; "
      "squares: "
      "the score says distil and the student lost; diamonds: it does not and the student gained; "
      "triangles: undecided. The numbers count all pairs of the picture.";
  if (shown < found) words += fmt::format(" {} of {} criteria.", shown, found);
  if (largest > most) words += fmt::format(" Of {} pairs {} or so are drawn.", largest, most);
  return escape_html(words);
}

std::string grid(const CompareDocument& document, const std::string& metric, std::size_t metrics,
                 std::size_t& number_of) {
  const std::vector<Panel> panels = panels_of(document, metric);
  if (panels.empty()) return "";
  const std::size_t shown = std::min(panels.size(), kMostPictures / metrics);
  const std::size_t most =
      std::max(kFewestPoints, kAllPoints / metrics / std::max<std::size_t>(shown, 1));
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    headings.push_back(name_html(fit_middle(panels[i].criterion, 60)));
    pictures.push_back(
        render_plot(plot_of(panels[i].points, panels[i].criterion, metric, number_of++, most)));
    largest = std::max(largest, panels[i].points.size());
  }
  const std::string html =
      plot_grid(headings, pictures, caption(shown, panels.size(), most, largest));
  if (metrics == 1) return html;
  return element("h3", escape_html("Gains in " + gain_unit(metric).name)) + '\n' + html;
}

}  // namespace

std::string compare_scatter(const CompareDocument& document) {
  const std::vector<std::string> metrics = metrics_in(document);
  std::size_t number_of = 0;
  std::string html;
  for (const std::string& metric : metrics) {
    html += grid(document, metric, metrics.size(), number_of);
  }
  if (html.empty()) return "";
  return section("scatter", "Gain against the score of each criterion",
                 element("p",
                         "Each point is a pair. Right of the upright line the criterion says "
                         "distil; above the level line the student gained. A criterion that ranks "
                         "well gives points that climb from the lower left to the upper right.") +
                     '\n' + html);
}

}  // namespace cch::report
