#include "tools/report/gaussian/model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tools/report/kit/fact.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongestValue = 24;
constexpr std::size_t kLongestName = 40;
constexpr double kSame = 1e-9;  // relative: far below any step of a grid

std::optional<double> number_of(const documents::Fact& value) {
  return std::visit(
      [](const auto& v) -> std::optional<double> {
        using T = std::remove_cvref_t<decltype(v)>;
        if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
          return static_cast<double>(v);
        } else {
          return std::nullopt;
        }
      },
      value);
}

/// Equal, or numbers that differ by the rounding of what a parameter is made from.
bool same_value(const documents::Fact& a, const documents::Fact& b) {
  const auto x = number_of(a);
  const auto y = number_of(b);
  if (!x || !y) return a == b;
  return std::abs(*x - *y) <= kSame * std::max(std::abs(*x), std::abs(*y));
}

std::size_t place_of(const SweepAxis& axis, const documents::Facts& parameters) {
  const auto own = parameters.find(axis.name);
  if (own == parameters.end()) return kNowhere;
  const auto found =
      std::find_if(axis.values.begin(), axis.values.end(),
                   [&own](const documents::Fact& other) { return same_value(other, own->second); });
  return found == axis.values.end() ? kNowhere
                                    : static_cast<std::size_t>(found - axis.values.begin());
}

/// Place j of the additive sequence of the generalised golden ratio, in [0, 1) on every axis.
std::vector<double> kronecker(std::size_t j, std::size_t axes) {
  double ratio = 2.0;  // solves x^(d+1) = x + 1
  for (int i = 0; i < 40; ++i) ratio = std::pow(1 + ratio, 1 / (static_cast<double>(axes) + 1));
  std::vector<double> place(axes);
  for (std::size_t a = 0; a < axes; ++a) {
    const double at = 0.5 + static_cast<double>(j) * std::pow(ratio, -static_cast<double>(a + 1));
    place[a] = at - std::floor(at);
  }
  return place;
}

/// Squared distance of a cell from a place, on axes that are each one long.
double distance(const Sweep& sweep, std::size_t cell, const std::vector<double>& place) {
  double sum = 0;
  for (std::size_t a = 0; a < place.size(); ++a) {
    const std::size_t own = sweep.places[cell][a];
    if (own == kNowhere) continue;
    const double at = (static_cast<double>(own) + 0.5) /
                      static_cast<double>(sweep.document.axes[a].values.size());
    sum += (at - place[a]) * (at - place[a]);
  }
  return sum;
}

}  // namespace

std::string words_at(const SweepAxis& axis, std::size_t place) {
  return place < axis.values.size() ? fit_middle(plain_value(axis.values[place]), kLongestValue)
                                    : "–";
}

Sweep placed(const SweepDocument& document) {
  Sweep sweep{document, {}};
  for (const SweepCell& cell : document.cells) {
    std::vector<std::size_t>& places = sweep.places.emplace_back();
    for (const SweepAxis& axis : document.axes) places.push_back(place_of(axis, cell.parameters));
    sweep.estimated = sweep.estimated || !cell.estimates.empty();
    for (const StudyPoint& point : cell.points) {
      sweep.simulated = sweep.simulated || point.simulated.has_value();
    }
  }
  return sweep;
}

std::string cell_words(const Sweep& sweep, std::size_t cell,
                       const std::vector<std::size_t>& without) {
  std::string words;
  for (std::size_t a = 0; a < sweep.document.axes.size(); ++a) {
    if (std::find(without.begin(), without.end(), a) != without.end()) continue;
    if (!words.empty()) words += " · ";
    const SweepAxis& axis = sweep.document.axes[a];
    words += fit_middle(axis.name, kLongestValue) + ' ' + words_at(axis, sweep.places[cell][a]);
  }
  return words;
}

std::vector<std::size_t> spread_cells(const Sweep& sweep, std::size_t most) {
  const std::size_t count = sweep.document.cells.size();
  if (count <= most) return spread(count, most);
  std::vector<bool> taken(count, false);
  std::vector<std::size_t> chosen;
  for (std::size_t j = 0; j < most; ++j) {
    std::size_t nearest = count;
    double least = std::numeric_limits<double>::infinity();
    const std::vector<double> place = kronecker(j, sweep.document.axes.size());
    for (std::size_t i = 0; i < count; ++i) {
      const double gap = taken[i] ? least : distance(sweep, i, place);
      if (gap >= least) continue;
      least = gap;
      nearest = i;
    }
    taken[nearest] = true;
    chosen.push_back(nearest);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::string criterion_name(const std::string& criterion) {
  if (criterion == "cch") return "CCH";
  if (criterion == "cch-blocks") return "CCH on blocks";
  if (criterion == "beta-e") return "β_e < 1";
  if (criterion == "beta-s") return "β_s > β_e";
  if (criterion == "risk-law") return "risk law";
  if (criterion == "direction-law") return "direction law";
  if (criterion == "always") return "always distil";
  if (criterion.starts_with("estimated:")) {
    return "CCH by " + fit_middle(criterion.substr(10), kLongestName);
  }
  return fit_middle(criterion, kLongestName);
}

}  // namespace cch::report
