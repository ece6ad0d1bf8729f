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

using documents::CriterionNumbers;

bool predicts(const ComparedCriterion& criterion, const std::string& metric) {
  return std::find(criterion.foretells.begin(), criterion.foretells.end(), metric) !=
         criterion.foretells.end();
}

/// The entry of a criterion over the pairs of one metric: the whole where there is one metric.
const CriterionNumbers* in_metric(const ComparedCriterion& criterion, const std::string& metric,
                                  bool one_metric) {
  if (one_metric) return &criterion;
  for (const CriterionSlice& slice : criterion.slices) {
    if (slice.by == "metric" && slice.value == documents::Fact(metric)) return &slice;
  }
  return nullptr;
}

Plot plot_of(const CriterionNumbers& entry, const std::string& criterion, const std::string& metric,
             std::size_t number_of) {
  const GainUnit unit = gain_unit(metric);
  Plot plot{fmt::format("calibration-{}", number_of),
            "Observed against predicted gain, " + fit_middle(criterion, 60), "",
            "predicted, " + unit.name, "observed, " + unit.name};
  PlotCurve bins;
  double low = 0;
  double high = 0;
  for (const documents::GainBin& bin : entry.calibration) {
    const auto predicted = bin.predicted;
    const auto observed = bin.observed;
    if (!predicted || !observed) continue;
    bins.points.emplace_back(*predicted * unit.factor, *observed * unit.factor);
    low = std::min(low, *predicted * unit.factor);
    high = std::max(high, *predicted * unit.factor);
    if (!bin.low || !bin.high) continue;
    plot.strokes.push_back(
        {*predicted * unit.factor, *bin.low * unit.factor, *bin.high * unit.factor, "first"});
  }
  bins.line = false;
  PlotCurve right{{{low, low}, {high, high}}, "plain", false, true};
  plot.description =
      fmt::format("{} bins; slope {}.", bins.points.size(), measured_words(entry.slope, 2));
  plot.curves = {std::move(right), std::move(bins)};
  return plot;
}

}  // namespace

std::string compare_calibration(const CompareDocument& document) {
  const std::vector<std::string> metrics = metrics_in(document);
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const std::string& metric : metrics) {
    for (const ComparedCriterion& criterion : document.criteria) {
      if (!predicts(criterion, metric)) continue;
      const CriterionNumbers* entry = in_metric(criterion, metric, metrics.size() == 1);
      if (entry == nullptr || entry->calibration.empty()) continue;
      const std::string& name = criterion.criterion;
      headings.push_back(name_html(fit_middle(name, 60)) +
                         escape_html(", slope " + measured_words(entry->slope, 2)));
      pictures.push_back(render_plot(plot_of(*entry, name, metric, pictures.size())));
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
