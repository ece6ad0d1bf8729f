#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kEstimators = 6;
constexpr std::size_t kPanels = 6;
constexpr std::size_t kBiasColumns = 8;
constexpr std::array kColours = {"first", "second", "third", "fourth", "fifth", "sixth"};
constexpr std::array kMarkShapes = {"circle", "square", "diamond", "triangle", "down", "circle"};
constexpr std::array kGlyphs = {"●", "■", "◆", "▲", "▼", "●"};

using SideMember = std::optional<EstimatedInformation> CellEstimate::*;

/// Estimators, the axis of the pictures (x), that of the panels (n), and the biases by their
/// places on both; kNowhere stands for an axis that does not vary.
struct Biases {
  std::vector<std::string> estimators;
  std::size_t x = kNowhere;
  std::size_t n = kNowhere;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, MeanBias> by;  // estimator, n, x
  [[nodiscard]] const MeanBias* at(std::size_t estimator, std::size_t panel,
                                   std::size_t place) const {
    const auto found = by.find({estimator, panel, place});
    return found == by.end() ? nullptr : &found->second;
  }
};

std::size_t axis_named(const Sweep& sweep, const char* name) {
  const std::vector<SweepAxis>& axes = sweep.document.axes;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (axes[a].name == name) return a;
  }
  return kNowhere;
}

/// The dimension where it varies, else the longest other axis, else n itself.
std::size_t x_axis(const Sweep& sweep) {
  for (const char* name : {"p2", "student-dim", "p1", "teacher-dim", "common-factors"}) {
    if (axis_named(sweep, name) != kNowhere) return axis_named(sweep, name);
  }
  const std::vector<SweepAxis>& axes = sweep.document.axes;
  std::size_t longest = kNowhere;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (axes[a].name == "n") continue;
    if (longest == kNowhere || axes[a].values.size() > axes[longest].values.size()) {
      longest = a;
    }
  }
  return longest == kNowhere ? axis_named(sweep, "n") : longest;
}

std::size_t place_on(const Sweep& sweep, std::size_t cell, std::size_t axis) {
  return axis == kNowhere ? 0 : sweep.places[cell][axis];
}

Biases biases_of(const Sweep& sweep, SideMember member) {
  Biases out;
  out.x = x_axis(sweep);
  out.n = axis_named(sweep, "n");
  if (out.n == out.x) out.n = kNowhere;
  for (std::size_t i = 0; i < sweep.document.cells.size(); ++i) {
    for (const CellEstimate& estimate : sweep.document.cells[i].estimates) {
      const std::optional<EstimatedInformation>& side = estimate.*member;
      if (!side || !side->truth) continue;
      auto found = std::find(out.estimators.begin(), out.estimators.end(), estimate.estimator);
      if (found == out.estimators.end()) found = out.estimators.insert(found, estimate.estimator);
      const auto e = static_cast<std::size_t>(found - out.estimators.begin());
      out.by[{e, place_on(sweep, i, out.n), place_on(sweep, i, out.x)}].add(*side);
    }
  }
  return out;
}

/// Places on the axis that are shown; the one place of an axis that does not vary.
std::vector<std::size_t> places_shown(const Sweep& sweep, std::size_t axis, std::size_t most) {
  return axis == kNowhere ? std::vector<std::size_t>{0}
                          : spread(sweep.document.axes[axis].values.size(), most);
}

std::string words_of(const Sweep& sweep, std::size_t axis, std::size_t place) {
  return axis == kNowhere
             ? "all cells"
             : sweep.document.axes[axis].name + ' ' + words_at(sweep.document.axes[axis], place);
}

/// One estimator's curve; marks of several stand side by side.
void add_curve(Plot& plot, const Biases& biases, std::size_t estimator, std::size_t panel,
               const std::vector<std::size_t>& xs) {
  PlotCurve curve;
  curve.kind = kColours[estimator];
  curve.shape = kMarkShapes[estimator];
  curve.dashed = estimator % 2 == 1;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const MeanBias* bias = biases.at(estimator, panel, xs[i]);
    if (!bias) continue;
    const double x = static_cast<double>(i) + 0.9 + 0.05 * static_cast<double>(estimator);
    curve.points.emplace_back(x, bias->mean());
    plot.strokes.push_back({x, bias->mean() - 2 * bias->standard_error(),
                            bias->mean() + 2 * bias->standard_error(), curve.kind});
  }
  if (!curve.points.empty()) plot.curves.push_back(curve);
}

/// Every drawn value: one upright axis for all panels of an information.
std::vector<double> reach_of(const Biases& biases) {
  std::vector<double> values;
  for (const auto& [key, bias] : biases.by) {
    if (std::get<0>(key) >= kEstimators) continue;
    values.push_back(bias.mean() - 2 * bias.standard_error());
    values.push_back(bias.mean() + 2 * bias.standard_error());
  }
  return values;
}

std::string picture(const Sweep& sweep, const Biases& biases, std::size_t panel,
                    const std::string& id, const std::string& name) {
  const std::vector<std::size_t> xs = places_shown(sweep, biases.x, kBiasColumns);
  Plot plot{id, fmt::format("Bias of estimates of {}, {}", name, words_of(sweep, biases.n, panel)),
            "Mean estimate minus closed form; the table has the numbers.",
            biases.x == kNowhere ? "" : sweep.document.axes[biases.x].name, "bias, nats"};
  for (std::size_t i = 0; i < xs.size(); ++i) {
    plot.x_ticks.push_back(
        {static_cast<double>(i) + 1,
         biases.x == kNowhere ? "all" : words_at(sweep.document.axes[biases.x], xs[i])});
  }
  plot.x_reach = {static_cast<double>(xs.size()) + 0.3};
  plot.y_reach = reach_of(biases);
  for (std::size_t e = 0; e < std::min(biases.estimators.size(), kEstimators); ++e) {
    add_curve(plot, biases, e, panel, xs);
  }
  return plot.curves.empty() ? "" : render_plot(plot);
}

std::string legend(const Biases& biases) {
  std::string items;
  for (std::size_t e = 0; e < std::min(biases.estimators.size(), kEstimators); ++e) {
    items += element("li", element("span", kGlyphs[e], fmt::format("class=\"k-{}\"", kColours[e])) +
                               ' ' + name_html(fit_middle(biases.estimators[e], 40))) +
             '\n';
  }
  return element("ul", items, "class=\"legend\"") + '\n';
}

std::string pictures(const Sweep& sweep, const Biases& biases, const std::string& id,
                     const std::string& name) {
  std::vector<std::string> headings;
  std::vector<std::string> drawn;
  for (const std::size_t panel : places_shown(sweep, biases.n, kPanels)) {
    std::string one = picture(sweep, biases, panel, fmt::format("{}-{}", id, drawn.size()), name);
    if (one.empty()) continue;
    headings.push_back(escape_html(words_of(sweep, biases.n, panel)));
    drawn.push_back(std::move(one));
  }
  if (drawn.empty()) return "";
  return plot_grid(headings, drawn,
                   "Mean estimate minus closed form, ± 2 standard errors of that mean; averaged "
                   "over the cells that share these values. Equal steps for unequal values.");
}

std::string cell_html(const MeanBias* bias) {
  if (!bias) return kMissing;
  const double error = bias->standard_error();
  const int decimals = std::min(decimals_for(error), 4);
  return fixed(bias->mean(), decimals) +
         element("span", "± " + fixed(error, decimals), "class=\"interval\"");
}

/// The mean closed form, from the first estimator that has it.
std::string truth_html(const Biases& biases, std::size_t panel, std::size_t place) {
  for (std::size_t e = 0; e < biases.estimators.size(); ++e) {
    if (const MeanBias* bias = biases.at(e, panel, place)) return fixed(bias->mean_truth(), 3);
  }
  return kMissing;
}

std::string table(const Sweep& sweep, const Biases& biases, const std::string& name) {
  const std::vector<std::size_t> xs = places_shown(sweep, biases.x, kBiasColumns);
  std::vector<HtmlColumn> columns = {{"Estimator", false}};
  for (const std::size_t place : xs) columns.push_back({words_of(sweep, biases.x, place), true});
  std::vector<std::vector<std::string>> rows;
  for (const std::size_t panel : places_shown(sweep, biases.n, kPanels)) {
    const std::string where = biases.n == kNowhere ? "" : ", " + words_of(sweep, biases.n, panel);
    rows.push_back({escape_html("closed form" + where)});
    for (const std::size_t place : xs) rows.back().push_back(truth_html(biases, panel, place));
    for (std::size_t e = 0; e < std::min(biases.estimators.size(), kEstimators); ++e) {
      rows.push_back({name_html(fit_middle(biases.estimators[e], 40)) + escape_html(where)});
      for (const std::size_t place : xs) {
        rows.back().push_back(cell_html(biases.at(e, panel, place)));
      }
    }
  }
  return folded("Bias in numbers, " + name,
                html_table(escape_html("Mean estimate minus closed form of " + name +
                                       ", nats, ± standard error"),
                           columns, rows, "cards quiet"));
}

std::string information(const Sweep& sweep, SideMember member, const std::string& id,
                        const std::string& name) {
  const Biases biases = biases_of(sweep, member);
  if (biases.by.empty()) return "";
  std::string more;
  if (biases.estimators.size() > kEstimators) {
    more = element("p", fmt::format("The first {} of {} estimators.", kEstimators,
                                    biases.estimators.size())) +
           '\n';
  }
  return element("h3", escape_html(name)) + '\n' + legend(biases) + more +
         pictures(sweep, biases, id, name) + table(sweep, biases, name);
}

/// "cca-ksg failed in 12 cells: too few rows".
std::string failures(const Sweep& sweep) {
  std::map<std::pair<std::string, std::string>, std::size_t> failed;
  for (const SweepCell& cell : sweep.document.cells) {
    for (const CellEstimate& estimate : cell.estimates) {
      if (!estimate.failed.empty()) ++failed[{estimate.estimator, estimate.failed}];
    }
  }
  std::vector<std::string> lines;
  for (const auto& [what, times] : failed) {
    if (lines.size() == kEstimators) break;
    lines.push_back(fmt::format("{} failed in {} {}: {}.", fit_middle(what.first, 40), times,
                                times == 1 ? "cell" : "cells", fit(what.second, 200)));
  }
  return sentences(lines);
}

}  // namespace

std::string sweep_estimators(const Sweep& sweep) {
  if (!sweep.estimated) return "";
  const std::string html =
      information(sweep, &CellEstimate::teacher_student, "bias-ts",
                  "I(x1; x2), teacher and student") +
      information(sweep, &CellEstimate::student_labels, "bias-sy", "I(x2; y), student and labels") +
      failures(sweep);
  if (html.empty()) return "";
  return section("estimators", "Estimators against the closed form",
                 element("p",
                         "The informations of whole blocks, as a user of data would estimate "
                         "them. A bias larger than the margin turns the criterion around.") +
                     '\n' + html);
}

}  // namespace cch::report
