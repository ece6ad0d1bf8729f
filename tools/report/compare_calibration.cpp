#include <fmt/format.h>

#include <algorithm>

#include "tools/report/compare_model.hpp"
#include "tools/report/compare_sections.hpp"
#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/svg_plot.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

bool predicts(const json& criterion, const std::string& metric) {
  for (const json& name : elements(field(criterion, "foretells"))) {
    if (text(name) == metric) return true;
  }
  return false;
}

/// The entry of a criterion over the pairs of one metric: the whole where there is one metric.
const json& in_metric(const json& criterion, const std::string& metric, bool one_metric) {
  static const json none;
  if (one_metric) return criterion;
  for (const json& slice : elements(field(criterion, "slices"))) {
    if (text(field(slice, "by")) == "metric" && text(field(slice, "value")) == metric) return slice;
  }
  return none;
}

Plot plot_of(const json& entry, const std::string& criterion, const std::string& metric,
             std::size_t number_of) {
  const GainUnit unit = gain_unit(metric);
  Plot plot{fmt::format("calibration-{}", number_of),
            "Observed against predicted gain, " + fit_middle(criterion, 60), "",
            "predicted, " + unit.name, "observed, " + unit.name};
  PlotCurve bins;
  double low = 0;
  double high = 0;
  for (const json& bin : elements(field(entry, "calibration"))) {
    const auto predicted = number(field(bin, "predicted"));
    const auto observed = number(field(bin, "observed"));
    if (!predicted || !observed) continue;
    bins.points.emplace_back(*predicted * unit.factor, *observed * unit.factor);
    low = std::min(low, *predicted * unit.factor);
    high = std::max(high, *predicted * unit.factor);
    const std::vector<json>& ends = elements(field(bin, "interval95"));
    if (ends.size() != 2 || ends[0].is_null() || ends[1].is_null()) continue;
    plot.strokes.push_back({*predicted * unit.factor, *number(ends[0]) * unit.factor,
                            *number(ends[1]) * unit.factor, "first"});
  }
  bins.line = false;
  PlotCurve right{{{low, low}, {high, high}}, "plain", false, true};
  plot.description = fmt::format("{} bins; slope {}.", bins.points.size(),
                                 measured_words(field(entry, "slope"), 2));
  plot.curves = {std::move(right), std::move(bins)};
  return plot;
}

}  // namespace

std::string compare_calibration(const json& document) {
  const std::vector<std::string> metrics = metrics_in(document);
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const std::string& metric : metrics) {
    for (const json& criterion : elements(field(document, "criteria"))) {
      if (!predicts(criterion, metric)) continue;
      const json& entry = in_metric(criterion, metric, metrics.size() == 1);
      if (elements(field(entry, "calibration")).empty()) continue;
      const std::string name = text(field(criterion, "criterion"));
      headings.push_back(name_html(fit_middle(name, 60)) +
                         escape_html(", slope " + measured_words(field(entry, "slope"), 2)));
      pictures.push_back(render_plot(plot_of(entry, name, metric, pictures.size())));
    }
  }
  if (pictures.empty()) return "";
  return section(
      "calibration", "Predicted against observed gain",
      element("p",
              "Criteria that predict a gain in the unit in which it is measured, in bins of equal "
              "counts. On the dashed line what was predicted is what came; a slope below 1 means "
              "that the criterion promises too much.") +
          '\n' +
          plot_grid(headings, pictures,
                    "Bars: 95 % bootstrap intervals of the mean observed gain of a bin."));
}

}  // namespace cch::report
