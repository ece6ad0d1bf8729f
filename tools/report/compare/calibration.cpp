#include <fmt/format.h>

#include <algorithm>

#include "tools/report/compare/model.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

using documents::ScoredCriterion;

bool predicts(const ComparedCriterion& criterion, const std::string& metric) {
  return std::find(criterion.predicts.begin(), criterion.predicts.end(), metric) !=
         criterion.predicts.end();
}

/// The entry of a criterion over the pairs of one metric: the whole where there is one metric.
const ScoredCriterion* in_metric(const ComparedCriterion& criterion, const std::string& metric,
                                 bool one_metric) {
  if (one_metric) return &criterion;
  for (const CriterionSlice& slice : criterion.slices) {
    if (slice.score.facet == "metric" && slice.value == documents::Fact(metric)) return &slice;
  }
  return nullptr;
}

Plot plot_of(const ScoredCriterion& entry, const std::string& criterion, const std::string& metric,
             std::size_t number_of) {
  const GainUnit unit = gain_unit(metric);
  Plot plot{fmt::format("calibration-{}", number_of),
            "Observed against predicted gain, " + fit_middle(criterion, 60), "",
            "predicted, " + unit.name, "observed, " + unit.name};
  PlotCurve bins;
  double low = 0;
  double high = 0;
  for (const CalibrationBin& bin : entry.score.calibration) {
    bins.points.emplace_back(bin.predicted * unit.factor, bin.observed * unit.factor);
    low = std::min(low, bin.predicted * unit.factor);
    high = std::max(high, bin.predicted * unit.factor);
    if (!bin.interval95) continue;
    plot.strokes.push_back({bin.predicted * unit.factor, bin.interval95->lo * unit.factor,
                            bin.interval95->hi * unit.factor, "first"});
  }
  bins.line = false;
  PlotCurve right{{{low, low}, {high, high}}, "plain", false, true};
  plot.description =
      fmt::format("{} bins; slope {}.", bins.points.size(), measured_words(entry.score.slope, 2));
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
      const ScoredCriterion* entry = in_metric(criterion, metric, metrics.size() == 1);
      if (entry == nullptr || entry->score.calibration.empty()) continue;
      const std::string& name = criterion.score.criterion;
      headings.push_back(name_html(fit_middle(name, 60)) +
                         escape_html(", slope " + measured_words(entry->score.slope, 2)));
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
