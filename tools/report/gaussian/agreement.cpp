#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"

namespace cch::report {
namespace {

constexpr double kReach = 5.0;  // of the histogram; what lies beyond is in its last bars
constexpr double kBarWidth = 0.5;
constexpr std::size_t kLargest = 5;

/// Standard errors between simulation and formula at one cell and λ.
struct Gap {
  double z;
  std::size_t cell;
  const StudyPoint* point;
};

using Formula = std::optional<double> (*)(const StudyPoint& point);

struct Quantity {
  const char* name;
  SimulatedValue SimulatedGains::*simulated;
  Formula formula;
};

constexpr Quantity kQuantities[] = {
    {"excess risk", &SimulatedGains::excess_risk,
     [](const StudyPoint& point) { return std::optional(point.excess_risk); }},
    {"gain", &SimulatedGains::gain,
     [](const StudyPoint& point) { return std::optional(point.gain); }},
    {"gain in cosine", &SimulatedGains::cosine_gain,
     [](const StudyPoint& point) { return point.cosine_gain; }}};

std::vector<Gap> gaps_of(const Sweep& sweep, const Quantity& quantity, bool exact) {
  std::vector<Gap> gaps;
  for (std::size_t i = 0; i < sweep.document.cells.size(); ++i) {
    const SweepCell& cell = sweep.document.cells[i];
    if (cell.exact() != exact) continue;
    for (const StudyPoint& point : cell.points) {
      if (!point.simulated) continue;
      const auto z = z_score((*point.simulated).*quantity.simulated, quantity.formula(point));
      if (z) gaps.push_back({*z, i, &point});
    }
  }
  return gaps;
}

FormulaAgreement agreement_of(const std::vector<Gap>& gaps) {
  FormulaAgreement out;
  for (const Gap& gap : gaps) out.add(gap.z);
  return out;
}

std::vector<PlotBar> bars_of(const std::vector<Gap>& gaps) {
  std::vector<PlotBar> bars;
  for (double low = -kReach; low < kReach - kBarWidth / 2; low += kBarWidth) {
    bars.push_back({low, low + kBarWidth, 0});
  }
  for (const Gap& gap : gaps) {
    const double place = (std::clamp(gap.z, -kReach, kReach) + kReach) / kBarWidth;
    ++bars[std::min(static_cast<std::size_t>(place), bars.size() - 1)].height;
  }
  return bars;
}

/// Expected heights if every z were standard normal.
PlotCurve normal_curve(double points) {
  PlotCurve curve{{}, "sixth", false, true};
  for (double z = -kReach; z <= kReach + 1e-9; z += 0.25) {
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    curve.points.emplace_back(z, points * kBarWidth * density);
  }
  return curve;
}

std::string histogram(const Quantity& quantity, const std::vector<Gap>& gaps, std::size_t number) {
  const FormulaAgreement all = agreement_of(gaps);
  Plot plot{fmt::format("z-{}", number),
            fmt::format("Simulation minus formula in standard errors, {}", quantity.name),
            fmt::format("{} values, {} beyond 2, {} beyond 4, largest {}.", all.points,
                        all.beyond_2se, all.beyond_4se, fixed(all.largest_z, 1)),
            "z = (simulation − formula)/SE", "values"};
  plot.bars = bars_of(gaps);
  plot.curves = {normal_curve(static_cast<double>(gaps.size()))};
  return render_plot(plot);
}

std::vector<std::string> gap_row(const Sweep& sweep, const Gap& gap, const Quantity& quantity) {
  const SimulatedValue& simulated = (*gap.point->simulated).*quantity.simulated;
  const int decimals = decimals_for(simulated.standard_error);
  return {escape_html(cell_words(sweep, gap.cell)), general(gap.point->lambda),
          fixed(quantity.formula(*gap.point), decimals),
          with_error(simulated.mean, simulated.standard_error), fixed(gap.z, 1)};
}

std::string largest_table(const Sweep& sweep, std::vector<Gap> gaps, const Quantity& quantity) {
  const std::size_t shown = std::min(gaps.size(), kLargest);
  std::partial_sort(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(shown), gaps.end(),
                    [](const Gap& a, const Gap& b) { return std::abs(a.z) > std::abs(b.z); });
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < shown; ++i) rows.push_back(gap_row(sweep, gaps[i], quantity));
  return html_table(
      fmt::format("The largest gaps in {}", quantity.name),
      {{"Cell", false}, {"λ", true}, {"Formula", true}, {"Simulation", true}, {"z", true}}, rows,
      "cards quiet");
}

/// How far the formula of fresh rows is from teachers on the student's own.
std::string own_rows(const Sweep& sweep) {
  const std::vector<Gap> gaps = gaps_of(sweep, kQuantities[1], false);
  if (gaps.empty()) return "";
  const auto turned = std::count_if(gaps.begin(), gaps.end(), [](const Gap& gap) {
    return contradicts(*gap.point, About::risk);
  });
  return element("p",
                 escape_html(fmt::format(
                     "Teachers on the student's own rows have no formula; that of fresh rows is "
                     "no stand-in for them: of {} gains {} lie more than 2 standard errors from "
                     "it, and {} have the other sign beyond 2 standard errors.",
                     gaps.size(), agreement_of(gaps).beyond_2se, turned))) +
         '\n';
}

std::string counts_words(const std::optional<FormulaAgreement>& check) {
  if (!check) return "";
  return element("p",
                 escape_html(fmt::format(
                     "{} simulated values were compared with the formula: {} lie more than 2 "
                     "standard errors away (4.6 % would by chance), {} more than 4; the largest "
                     "|z| is {}. Values of one cell at several λ share their training sets.",
                     count(check->points), count(check->beyond_2se), count(check->beyond_4se),
                     fixed(check->largest_z, 1)))) +
         '\n';
}

}  // namespace

std::string sweep_agreement(const Sweep& sweep) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  std::string table;
  for (const Quantity& quantity : kQuantities) {
    const std::vector<Gap> gaps = gaps_of(sweep, quantity, true);
    if (gaps.empty()) continue;
    const FormulaAgreement of = agreement_of(gaps);
    headings.push_back(fmt::format("{}: {} of {} beyond 2, largest {}", quantity.name,
                                   of.beyond_2se, of.points, fixed(of.largest_z, 1)));
    pictures.push_back(histogram(quantity, gaps, pictures.size()));
    if (table.empty()) table = largest_table(sweep, gaps, quantity);
  }
  std::string html = counts_words(sweep.document.agreement);
  if (!pictures.empty()) {
    html += plot_grid(headings, pictures,
                      "Standard errors between simulation and formula; dashed: what a standard "
                      "normal would give. Values beyond 5 stand in the last bars.") +
            table;
  }
  return section("agreement", "Formula against simulation", html + own_rows(sweep));
}

}  // namespace cch::report
