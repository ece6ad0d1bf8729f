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
  const SweepCell* cell;
  const SweepPoint* point;
};

struct Quantity {
  const char* name;
  SweepMean SweepPoint::*simulated;
  std::optional<double> SweepPoint::*formula;
};

constexpr Quantity kQuantities[] = {
    {"excess risk", &SweepPoint::simulated_risk, &SweepPoint::excess_risk},
    {"gain", &SweepPoint::simulated_gain, &SweepPoint::gain},
    {"gain in cosine", &SweepPoint::simulated_cosine, &SweepPoint::cosine_gain}};

std::vector<Gap> gaps_of(const Sweep& sweep, const Quantity& quantity, bool exact) {
  std::vector<Gap> gaps;
  for (const SweepCell& cell : sweep.cells) {
    if (cell.exact != exact) continue;
    for (const SweepPoint& point : cell.points) {
      const auto z = z_score(point.*quantity.simulated, point.*quantity.formula);
      if (z) gaps.push_back({*z, &cell, &point});
    }
  }
  return gaps;
}

std::size_t beyond(const std::vector<Gap>& gaps, double limit) {
  return static_cast<std::size_t>(std::count_if(
      gaps.begin(), gaps.end(), [limit](const Gap& gap) { return std::abs(gap.z) > limit; }));
}

double largest(const std::vector<Gap>& gaps) {
  double most = 0;
  for (const Gap& gap : gaps) most = std::max(most, std::abs(gap.z));
  return most;
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
  Plot plot{fmt::format("z-{}", number),
            fmt::format("Simulation minus formula in standard errors, {}", quantity.name),
            fmt::format("{} values, {} beyond 2, {} beyond 4, largest {}.", gaps.size(),
                        beyond(gaps, 2), beyond(gaps, 4), fixed(largest(gaps), 1)),
            "z = (simulation − formula)/SE", "values"};
  plot.bars = bars_of(gaps);
  plot.curves = {normal_curve(static_cast<double>(gaps.size()))};
  return render_plot(plot);
}

std::vector<std::string> gap_row(const Sweep& sweep, const Gap& gap, const Quantity& quantity) {
  const SweepMean& simulated = gap.point->*quantity.simulated;
  const int decimals = decimals_for(simulated.standard_error);
  return {escape_html(cell_words(sweep, *gap.cell)), general(gap.point->lambda),
          fixed(gap.point->*quantity.formula, decimals),
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
  std::size_t turned = 0;
  for (const Gap& gap : gaps) {
    const auto z = z_score(gap.point->simulated_gain, 0.0);
    const std::string& law = gap.point->says_risk;
    turned += z && ((law == "helps" && *z < -2) || (law == "harms" && *z > 2));
  }
  return element("p",
                 escape_html(fmt::format(
                     "Teachers on the student's own rows have no formula; that of fresh rows is "
                     "no stand-in for them: of {} gains {} lie more than 2 standard errors from "
                     "it, and {} have the other sign beyond 2 standard errors.",
                     gaps.size(), beyond(gaps, 2), turned))) +
         '\n';
}

std::string counts_words(const json& check) {
  if (check.is_null()) return "";
  return element("p",
                 escape_html(fmt::format(
                     "{} simulated values were compared with the formula: {} lie more than 2 "
                     "standard errors away (4.6 % would by chance), {} more than 4; the largest "
                     "|z| is {}. Values of one cell at several λ share their training sets.",
                     count(whole_number(field(check, "points"))),
                     count(whole_number(field(check, "beyond_2se"))),
                     count(whole_number(field(check, "beyond_4se"))),
                     fixed(number(field(check, "largest_z")), 1)))) +
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
    headings.push_back(fmt::format("{}: {} of {} beyond 2, largest {}", quantity.name,
                                   beyond(gaps, 2), gaps.size(), fixed(largest(gaps), 1)));
    pictures.push_back(histogram(quantity, gaps, pictures.size()));
    if (table.empty()) table = largest_table(sweep, gaps, quantity);
  }
  std::string html = counts_words(field(*sweep.document, "formula_against_simulation"));
  if (!pictures.empty()) {
    html += plot_grid(headings, pictures,
                      "Standard errors between simulation and formula; dashed: what a standard "
                      "normal would give. Values beyond 5 stand in the last bars.") +
            table;
  }
  return section("agreement", "Formula against simulation", html + own_rows(sweep));
}

}  // namespace cch::report
