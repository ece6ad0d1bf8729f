#include "tools/report/gaussian/model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cch/core/error.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

/// Beyond so many standard errors a simulated gain decides.
constexpr double kDecides = 2.0;
constexpr std::size_t kLongestValue = 24;
constexpr double kSame = 1e-9;  // relative: far below any step of a grid

SweepMean mean_of(const json& node) {
  return {number(field(node, "mean")), number(field(node, "standard_error"))};
}

std::optional<SweepPoint> read_point(const json& node) {
  const auto lambda = number(field(node, "lambda"));
  if (!lambda) return std::nullopt;
  SweepPoint point;
  point.lambda = *lambda;
  point.excess_risk = number(field(node, "excess_risk"));
  point.gain = number(field(node, "gain"));
  point.cosine_gain = number(field(node, "cosine_gain"));
  point.says_risk = text(field(node, "says", "risk"));
  point.says_direction = text(field(node, "says", "direction"));
  point.says_cch = text(field(node, "says", "cch"));
  point.simulated_risk = mean_of(field(node, "simulated", "excess_risk"));
  point.simulated_gain = mean_of(field(node, "simulated", "gain"));
  point.simulated_cosine = mean_of(field(node, "simulated", "cosine_gain"));
  return point;
}

SweepEstimate::Side read_side(const json& node) {
  return {mean_of(node), number(field(node, "truth"))};
}

SweepEstimate read_estimate(const json& node) {
  return {text(field(node, "estimator")), read_side(field(node, "i_teacher_student")),
          read_side(field(node, "i_student_labels")), text(field(node, "failed"))};
}

/// Equal, or numbers that differ by the rounding of what a parameter is made from.
bool same_value(const json& a, const json& b) {
  if (!a.is_number() || !b.is_number()) return a == b;
  const double gap = std::abs(a.get<double>() - b.get<double>());
  return gap <= kSame * std::max(std::abs(a.get<double>()), std::abs(b.get<double>()));
}

std::size_t place_of(const SweepAxis& axis, const json& value) {
  const auto found = std::find_if(axis.values.begin(), axis.values.end(),
                                  [&value](const json& other) { return same_value(other, value); });
  return found == axis.values.end() ? kNowhere
                                    : static_cast<std::size_t>(found - axis.values.begin());
}

SweepCell read_cell(const json& node, const std::vector<SweepAxis>& axes) {
  SweepCell cell;
  cell.source = &node;
  cell.number = whole_number(field(node, "cell"));
  cell.exact = text(field(node, "basis"), "formula") == "formula";
  cell.margin = number(field(node, "cch_margin"));
  cell.kappa = number(field(node, "kappa"));
  cell.noise_variance = number(field(node, "noise_variance"));
  cell.beta_e = number(field(node, "beta_e"));
  cell.lambda_star = number(field(node, "lambda_star"));
  for (const SweepAxis& axis : axes) {
    cell.places.push_back(place_of(axis, field(node, "parameters", axis.name)));
  }
  for (const json& risk : elements(field(node, "risk"))) {
    if (auto point = read_point(risk)) cell.points.push_back(std::move(*point));
  }
  for (const json& estimate : elements(field(node, "estimates"))) {
    cell.estimates.push_back(read_estimate(estimate));
  }
  return cell;
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
double distance(const Sweep& sweep, const SweepCell& cell, const std::vector<double>& place) {
  double sum = 0;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    if (cell.places[a] == kNowhere) continue;
    const double at = (static_cast<double>(cell.places[a]) + 0.5) /
                      static_cast<double>(sweep.axes[a].values.size());
    sum += (at - place[a]) * (at - place[a]);
  }
  return sum;
}

}  // namespace

const char* name_of(About about) {
  return about == About::risk ? "risk" : "direction";
}

const std::string& SweepPoint::law(About about) const {
  return about == About::risk ? says_risk : says_direction;
}

const SweepMean& SweepPoint::simulated(About about) const {
  return about == About::risk ? simulated_gain : simulated_cosine;
}

std::string SweepAxis::words(std::size_t place) const {
  return place < values.size() ? fit_middle(plain_value(values[place]), kLongestValue) : "–";
}

Sweep read_sweep(const json& document) {
  require_schema(document, "cch.gaussian/1");
  if (text(field(document, "kind")) != "sweep") {
    refuse_data("document-schema", "the document is not one of a sweep", "field kind",
                "cch gaussian solve writes the same schema for one model",
                "Render a document of cch gaussian sweep");
  }
  Sweep sweep;
  sweep.document = &document;
  for (const json& axis : elements(field(document, "axes"))) {
    sweep.axes.push_back({text(field(axis, "name")), elements(field(axis, "values"))});
  }
  for (const json& lambda : elements(field(document, "lambdas"))) {
    if (const auto value = number(lambda)) sweep.lambdas.push_back(*value);
  }
  for (const json& cell : elements(field(document, "cells"))) {
    sweep.cells.push_back(read_cell(cell, sweep.axes));
  }
  for (const SweepCell& cell : sweep.cells) {
    sweep.estimated = sweep.estimated || !cell.estimates.empty();
    for (const SweepPoint& point : cell.points) {
      sweep.simulated = sweep.simulated || point.simulated_gain.mean || point.simulated_risk.mean;
    }
  }
  return sweep;
}

const SweepPoint* point_at(const SweepCell& cell, double lambda) {
  for (const SweepPoint& point : cell.points) {
    if (point.lambda == lambda) return &point;
  }
  return nullptr;
}

std::string cell_words(const Sweep& sweep, const SweepCell& cell,
                       const std::vector<std::size_t>& without) {
  std::string words;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    if (std::find(without.begin(), without.end(), a) != without.end()) continue;
    if (!words.empty()) words += " · ";
    words +=
        fit_middle(sweep.axes[a].name, kLongestValue) + ' ' + sweep.axes[a].words(cell.places[a]);
  }
  return words;
}

std::vector<std::size_t> spread(std::size_t count, std::size_t most) {
  std::vector<std::size_t> places;
  const std::size_t shown = std::min(count, most);
  for (std::size_t i = 0; i < shown; ++i) {
    // The middle one where there is room for one alone.
    places.push_back(shown == 1 ? (count - 1) / 2
                                : (i * (count - 1) + (shown - 1) / 2) / (shown - 1));
  }
  return places;
}

std::vector<std::size_t> thinned(std::size_t count, std::size_t most) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  const double share = static_cast<double>(most) / static_cast<double>(std::max(count, most));
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) {
    const double at = kGoldenRatio * static_cast<double>(i);
    if (at - std::floor(at) < share) places.push_back(i);
  }
  return places;
}

std::vector<std::size_t> spread_cells(const Sweep& sweep, std::size_t most) {
  if (sweep.cells.size() <= most) return spread(sweep.cells.size(), most);
  std::vector<bool> taken(sweep.cells.size(), false);
  std::vector<std::size_t> chosen;
  for (std::size_t j = 0; j < most; ++j) {
    std::size_t nearest = sweep.cells.size();
    double least = std::numeric_limits<double>::infinity();
    const std::vector<double> place = kronecker(j, sweep.axes.size());
    for (std::size_t i = 0; i < sweep.cells.size(); ++i) {
      const double gap = taken[i] ? least : distance(sweep, sweep.cells[i], place);
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

Outcome outcome_of(const SweepCell& cell, const SweepPoint& point, About about) {
  if (point.says_cch.empty()) return Outcome::unknown;
  const bool says = point.says_cch == "helps";
  bool helps = point.law(about) == "helps";
  if (cell.exact) {
    if (point.law(about).empty()) return Outcome::unknown;
  } else {
    const auto z = z_score(point.simulated(about), 0.0);
    if (!z) return Outcome::unknown;
    if (std::abs(*z) <= kDecides) return Outcome::undecided;
    helps = *z > 0;
  }
  if (helps) return says ? Outcome::hit : Outcome::miss;
  return says ? Outcome::false_alarm : Outcome::rejection;
}

bool contradicted(const SweepCell& cell, const SweepPoint& point, About about) {
  const auto z = z_score(point.simulated(about), 0.0);
  if (!cell.exact || !z) return false;
  return (point.law(about) == "helps" && *z < -kDecides) ||
         (point.law(about) == "harms" && *z > kDecides);
}

std::optional<double> risk_alone(const SweepCell& cell) {
  std::optional<double> alone;
  for (const SweepPoint& point : cell.points) {
    if (point.excess_risk && point.gain) alone = *point.excess_risk + *point.gain;
  }
  if (!alone || !std::isfinite(*alone) || *alone <= 0) return std::nullopt;
  return alone;
}

std::optional<double> z_score(const SweepMean& simulated, std::optional<double> truth) {
  if (!simulated.mean || !simulated.standard_error || !truth) return std::nullopt;
  const double z = (*simulated.mean - *truth) / *simulated.standard_error;
  if (!std::isfinite(z)) return std::nullopt;
  return z;
}

}  // namespace cch::report
