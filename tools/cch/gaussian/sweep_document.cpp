#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "cch/gaussian/confusion.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/sweep.hpp"

namespace cch {
namespace {

using nlohmann::json;

constexpr double kClear = 2.0;  // standard errors beyond which a simulated gain has a sign

json grid_value_json(const GridValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::get<std::string>(value);
}

json axes_json(const std::vector<GridAxis>& axes) {
  json out = json::array();
  for (const GridAxis& axis : axes) {
    if (axis.values.size() < 2) continue;
    json values = json::array();
    for (const GridValue& value : axis.values) values.push_back(grid_value_json(value));
    out.push_back({{"name", axis.name}, {"values", values}});
  }
  return out;
}

json config_json(const SweepSettings& s) {
  json model = {{"family", to_string(s.family)}};
  for (const auto& [name, value] : s.fixed) model[name] = grid_value_json(value);
  json grid = json::object();
  for (const GridAxis& axis : s.axes) {
    grid[axis.name] = json::array();
    for (const GridValue& value : axis.values) grid[axis.name].push_back(grid_value_json(value));
  }
  json out = {{"title", s.title},       {"model", model},
              {"grid", grid},           {"lambda", s.lambdas},
              {"simulate", s.simulate}, {"intercept", s.intercept},
              {"seed", s.common.seed},  {"skip_impossible", s.skip_impossible}};
  if (!s.estimates.estimators.empty()) {
    out["estimates"] = {{"estimators", s.estimates.estimators},
                        {"draws", s.estimates.draws},
                        {"rows", s.estimates.rows},
                        {"scale", to_string(s.estimates.scale)}};
  }
  return out;
}

/// Sign of a simulated gain, where it is clear.
std::optional<bool> clear_sign(const json& value) {
  const double mean = value.at("mean");
  const double se = value.at("standard_error");
  if (!(std::fabs(mean) > kClear * se)) return std::nullopt;
  return mean > 0.0;
}

/// Whether distillation truly helps at a point, and where that is known from. A teacher that is
/// fitted on the student's rows has no formula, so without a simulation nothing is known of it.
struct Truth {
  std::string from;
  std::optional<bool> helps;
};

Truth truth_of(const json& cell, const json& point, const std::string& about) {
  const char* field = about == "risk" ? "gain" : "cosine_gain";
  if (!point.at("simulated").is_null()) {
    return {"simulation", clear_sign(point.at("simulated").at(field))};
  }
  if (cell.at("basis") != "formula" || point.at(field).is_null()) return {"formula", std::nullopt};
  const double gain = point.at(field);
  if (gain == 0.0) return {"formula", std::nullopt};
  return {"formula", gain > 0.0};
}

struct Criterion {
  const char* name;
  bool (*helps)(const json& cell, const json& point);
};

bool says(const json& point, const char* law) {
  return point.at("says").at(law) == "helps";
}

bool blocks_hold(const json& cell) {
  const json& i = cell.at("i_blocks");
  if (i.at("student_labels").is_null()) return false;
  // Null is infinite.
  return i.at("teacher_student").is_null() ||
         i.at("teacher_student").get<double>() > i.at("student_labels").get<double>();
}

constexpr std::array kCriteria{
    Criterion{"cch", [](const json&, const json& p) { return says(p, "cch"); }},
    Criterion{"cch-blocks", [](const json& c, const json&) { return blocks_hold(c); }},
    Criterion{"beta-e", [](const json&, const json& p) { return says(p, "small_lambda_risk"); }},
    Criterion{"beta-s",
              [](const json&, const json& p) { return says(p, "small_lambda_direction"); }},
    Criterion{"risk-law", [](const json&, const json& p) { return says(p, "risk"); }},
    Criterion{"direction-law", [](const json&, const json& p) { return says(p, "direction"); }},
    Criterion{"always", [](const json&, const json&) { return true; }},
};

void add_cases(const json& cell, const json& point, const std::string& about,
               std::vector<CriterionCase>& cases) {
  const Truth truth = truth_of(cell, point, about);
  CriterionCase c{{},    about,      truth.from, point.at("lambda"), cell.at("n_over_p"),
                  false, truth.helps};
  for (const Criterion& criterion : kCriteria) {
    c.criterion = criterion.name;
    c.says_helps = criterion.helps(cell, point);
    cases.push_back(c);
  }
  for (const json& estimate : cell.at("estimates")) {
    if (!estimate.at("failed").is_null()) continue;
    c.criterion = "estimated:" + estimate.at("estimator").get<std::string>();
    const std::size_t holds = estimate.at("says_cch");
    const std::size_t draws = estimate.at("draws");
    for (const bool helps : {true, false}) {
      c.says_helps = helps;
      c.times = helps ? holds : draws - holds;
      if (c.times > 0) cases.push_back(c);
    }
    c.times = 1;
  }
}

json confusion_json(const std::vector<json>& cells) {
  std::vector<CriterionCase> cases;
  for (const json& cell : cells) {
    for (const json& point : cell.at("risk")) {
      for (const char* about : {"risk", "direction"}) add_cases(cell, point, about, cases);
    }
  }
  json out = json::array();
  for (const CriterionConfusion& c : count_confusion(cases)) {
    const json high = std::isfinite(c.n_over_p.high) ? json(c.n_over_p.high) : json();
    out.push_back({{"criterion", c.criterion},
                   {"about", c.about},
                   {"truth", c.truth},
                   {"lambda", c.lambda},
                   {"n_over_p", {c.n_over_p.low, high}},
                   {"hits", c.hits},
                   {"false_alarms", c.false_alarms},
                   {"misses", c.misses},
                   {"correct_rejections", c.correct_rejections},
                   {"undecided", c.undecided}});
  }
  return out;
}

/// Points at which the exact risk has a simulated one beside it, by |z|.
json agreement_json(const std::vector<json>& cells) {
  std::size_t points = 0;
  std::size_t beyond_2 = 0;
  std::size_t beyond_4 = 0;
  double largest = 0.0;
  for (const json& cell : cells) {
    if (cell.at("basis") != "formula") continue;
    for (const json& point : cell.at("risk")) {
      if (point.at("simulated").is_null()) continue;
      const json& simulated = point.at("simulated").at("excess_risk");
      const double se = simulated.at("standard_error");
      if (!(se > 0.0)) continue;
      const double z =
          std::fabs(simulated.at("mean").get<double>() - point.at("excess_risk").get<double>()) /
          se;
      ++points;
      beyond_2 += z > 2.0 ? 1 : 0;
      beyond_4 += z > 4.0 ? 1 : 0;
      largest = std::max(largest, z);
    }
  }
  if (points == 0) return nullptr;
  return {{"points", points},
          {"beyond_2se", beyond_2},
          {"beyond_4se", beyond_4},
          {"largest_z", largest}};
}

json warnings_of(const SweepCells& cells, const std::vector<json>& results) {
  json out = json::array();
  if (cells.skipped > 0) {
    out.push_back({{"code", "cells-skipped"},
                   {"message", std::to_string(cells.skipped) +
                                   " cells have no finite risk (n ≤ p + 1) and were left out"}});
  }
  std::map<std::string, std::pair<std::string, std::size_t>> told;  // one line a code
  for (const json& cell : results) {
    for (const json& warning : cell.at("warnings")) {
      auto& entry = told[warning.at("code")];
      entry.first = warning.at("message");
      ++entry.second;
    }
  }
  for (const auto& [code, entry] : told) {
    out.push_back({{"code", code},
                   {"message", std::to_string(entry.second) + " of " +
                                   std::to_string(results.size()) + " cells: " + entry.first}});
  }
  const auto own_rows = std::count_if(results.begin(), results.end(), [](const json& cell) {
    return cell.at("basis") == "as-if-fresh";
  });
  if (own_rows > 0) {
    out.push_back(
        {{"code", "dependent-teacher"},
         {"message", std::to_string(own_rows) +
                         " cells have a teacher that is fitted on the student's own rows, "
                         "which no formula covers: what the laws say there is said of "
                         "one fitted on as many fresh rows"}});
  }
  return out;
}

}  // namespace

nlohmann::json sweep_document(const SweepSettings& s, const SweepCells& cells,
                              std::vector<nlohmann::json> results, const Execution& exec) {
  json out = {{"schema", "cch.gaussian/1"}, {"kind", "sweep"},
              {"version", version()},       {"seed", s.common.seed},
              {"inputs", s.inputs},         {"title", s.title},
              {"config", config_json(s)},   {"machine", machine_json(exec)},
              {"axes", axes_json(s.axes)},  {"lambdas", s.lambdas},
              {"simulation", nullptr},      {"estimation", nullptr}};
  if (s.simulate > 0) out["simulation"] = {{"repeats", s.simulate}};
  if (!s.estimates.estimators.empty()) {
    out["estimation"] = {{"estimators", s.estimates.estimators},
                         {"repeats", s.estimates.draws},
                         {"rows", s.estimates.rows > 0 ? json(s.estimates.rows) : json()},
                         {"scale", to_string(s.estimates.scale)}};
  }
  out["warnings"] = warnings_of(cells, results);
  out["formula_against_simulation"] = agreement_json(results);
  out["confusion"] = confusion_json(results);
  for (std::size_t i = 0; i < results.size(); ++i) results[i]["cell"] = i;
  out["cells"] = std::move(results);
  return out;
}

}  // namespace cch
