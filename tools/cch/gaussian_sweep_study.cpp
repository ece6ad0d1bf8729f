#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian_sweep.hpp"
#include "tools/cch/toml_keys.hpp"
#include "tools/cch/toml_values.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostCells = 1'000'000;
constexpr const char* kTeacher = "teacher";

const TomlValues kValues("study");

GridValue value_of(const toml::node& node, const std::string& key) {
  if (key == kTeacher) return kValues.text(node, key);
  return kValues.number(node, key);
}

[[noreturn]] void refuse_range(const std::string& key, const std::string& why) {
  refuse_usage("bad-range", "the range of '" + key + "' cannot be laid out", why,
               "Give {from = A, to = B, count = K} with K of at least 2, and A, B above 0 for "
               "spacing = \"log\"");
}

/// {from, to, count, spacing}.
std::vector<double> range_of(const toml::table& table, const std::string& key) {
  double from = std::nan("");
  double to = std::nan("");
  std::size_t count = 0;
  std::string spacing = "linear";
  apply_toml(table,
             {{"from", [&](const auto& n, const auto& k) { from = kValues.number(n, k); }},
              {"to", [&](const auto& n, const auto& k) { to = kValues.number(n, k); }},
              {"count", [&](const auto& n, const auto& k) { count = kValues.count(n, k); }},
              {"spacing", [&](const auto& n, const auto& k) { spacing = kValues.text(n, k); }}},
             {}, "range of '" + key + "'", "study");
  if (!std::isfinite(from) || !std::isfinite(to)) refuse_range(key, "an end is missing");
  if (count < 2 || count > kMostCells) refuse_range(key, "its count is not from 2 to a million");
  const bool log = spacing == "log";
  if (!log && spacing != "linear") refuse_range(key, "spacing is 'linear' or 'log'");
  if (log && !(from > 0.0 && to > 0.0)) refuse_range(key, "an end is not above 0");
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) {
    const double at = static_cast<double>(i) / static_cast<double>(count - 1);
    // The ends exactly as given.
    const double inside = log ? from * std::pow(to / from, at) : from + at * (to - from);
    out.push_back(i + 1 == count ? to : inside);
  }
  return out;
}

std::vector<double> numbers_of(const toml::node& node, const std::string& key) {
  if (const toml::table* range = node.as_table()) return range_of(*range, key);
  return kValues.numbers(node, key);
}

GridAxis axis_of(const toml::node& node, const std::string& key) {
  GridAxis axis{key, {}};
  if (key == kTeacher) {
    for (const std::string& name : kValues.texts(node, key)) axis.values.emplace_back(name);
  } else {
    for (const double number : numbers_of(node, key)) axis.values.emplace_back(number);
  }
  if (axis.values.empty()) {
    refuse_usage("empty-grid", "the grid has no value for '" + key + "'",
                 "a grid of nothing has no cells", "Give a list of values, or leave it out");
  }
  std::set<GridValue> seen;
  for (const GridValue& value : axis.values) {
    if (seen.insert(value).second) continue;
    refuse_usage("repeated-value", "the grid has a value of '" + key + "' twice",
                 "its cells would be counted twice", "Leave one of them out");
  }
  return axis;
}

/// Every parameter of the family, and `teacher`, with what is done with its value.
std::map<std::string, TomlSetter> parameter_setters(StudyFamily family, const TomlSetter& then) {
  std::map<std::string, TomlSetter> out{{kTeacher, then}};
  for (const StudyParameter& p : study_parameters(family)) out[std::string(p.name)] = then;
  return out;
}

StudyFamily family_of(const toml::table& model) {
  const toml::node* node = model.get("family");
  if (node == nullptr) return StudyFamily::shared_private;
  const std::string name = kValues.text(*node, "family");
  for (const StudyFamily family : {StudyFamily::shared_private, StudyFamily::shares}) {
    if (name == to_string(family)) return family;
  }
  refuse_usage("unknown-family", "there is no family of models '" + name + "'", {},
               "Did you mean '" +
                   nearest_name(name, std::vector<std::string>{"shared-private", "shares"}) + "'?");
}

void read_model(SweepSettings& s, const toml::table& model, const std::string& path) {
  s.family = family_of(model);
  auto known = parameter_setters(s.family, [&](const toml::node& node, const std::string& key) {
    s.fixed.emplace_back(key, value_of(node, key));
  });
  known["family"] = [](const toml::node&, const std::string&) {};
  apply_toml(model, known, {}, path, "model of the study");
}

void read_grid(SweepSettings& s, const toml::table& grid, const std::string& path) {
  const auto known =
      parameter_setters(s.family, [&](const toml::node& node, const std::string& key) {
        s.axes.push_back(axis_of(node, key));
      });
  apply_toml(grid, known, {}, path, "grid of the study");
}

void read_estimates(SweepEstimates& e, const toml::table& table, const std::string& path) {
  apply_toml(
      table,
      {{"estimators", [&](const auto& n, const auto& k) { e.estimators = kValues.texts(n, k); }},
       {"draws", [&](const auto& n, const auto& k) { e.draws = kValues.count(n, k); }},
       {"rows", [&](const auto& n, const auto& k) { e.rows = kValues.count(n, k); }},
       {"scale", [&](const auto& n, const auto& k) { e.scale = kValues.text(n, k); }}},
      {}, path, "estimates of the study");
  parse_scale(e.scale);
  for (const std::string& name : e.estimators) {
    if (name == "auto") continue;
    const CatalogEntry& entry = entry_of(default_options(name));
    if (entry.x != Accepts::labels && entry.y != Accepts::labels) continue;
    refuse_usage("wrong-variable-kind", "'" + name + "' takes labels",
                 "in a Gaussian study x1, x2 and y are real", "Name another estimator");
  }
  if (e.draws < 2) {
    refuse_usage("bad-draws", "estimates need at least 2 draws", "one has no standard error",
                 "Give draws = 5 or more");
  }
}

void check_lambdas(const std::vector<double>& lambdas) {
  if (lambdas.empty()) {
    refuse_usage("empty-grid", "there is no λ to study", {}, "Give lambda = [0.1, 0.5, 1]");
  }
  for (const double lambda : lambdas) {
    if (lambda > 0.0 && std::isfinite(lambda)) continue;
    refuse_usage("bad-lambda", "λ = " + std::to_string(lambda) + " cannot be studied",
                 lambda == 0.0 ? "it is the student without distillation, which is always there"
                               : "λ is the weight of the teacher against the labels",
                 "Give finite λ above 0");
  }
}

std::string place_of(const SweepSettings& s, const std::vector<std::size_t>& at) {
  std::string out;
  for (std::size_t a = 0; a < at.size(); ++a) {
    const GridValue& value = s.axes[a].values[at[a]];
    const auto* number = std::get_if<double>(&value);
    out += (a > 0 ? ", " : "") + s.axes[a].name + " = " +
           (number ? nlohmann::json(*number).dump() : std::get<std::string>(value));
  }
  return out;
}

StudyCell cell_at(const SweepSettings& s, const std::vector<std::size_t>& at) {
  std::map<std::string, GridValue> values(s.fixed.begin(), s.fixed.end());
  for (std::size_t a = 0; a < at.size(); ++a) values[s.axes[a].name] = s.axes[a].values[at[a]];
  StudyCell cell;
  cell.family = s.family;
  for (const StudyParameter& p : study_parameters(s.family)) {
    const auto found = values.find(std::string(p.name));
    if (found != values.end()) set_parameter(cell, p.name, std::get<double>(found->second));
  }
  const auto teacher = values.find(kTeacher);
  if (teacher != values.end()) set_teacher(cell, std::get<std::string>(teacher->second));
  return cell;
}

/// The next cell of the grid; false after the last.
bool advance(const SweepSettings& s, std::vector<std::size_t>& at) {
  for (std::size_t a = at.size(); a-- > 0;) {
    if (++at[a] < s.axes[a].values.size()) return true;
    at[a] = 0;
  }
  return false;
}

}  // namespace

void read_sweep_study(SweepSettings& s, const std::vector<std::string>& given) {
  const toml::table table = parse_toml(s.study, "study");
  s.inputs.push_back(file_input_json("study", s.study));
  if (const toml::node* model = table.get("model")) {
    read_model(s, kValues.table(*model, "model"), s.study);  // the family comes first
  }
  apply_toml(
      table,
      {{"title", [&](const auto& n, const auto& k) { s.title = kValues.text(n, k); }},
       {"seed", [&](const auto& n, const auto& k) { s.common.seed = kValues.count(n, k); }},
       {"intercept", [&](const auto& n, const auto& k) { s.intercept = kValues.flag(n, k); }},
       {"skip-impossible",
        [&](const auto& n, const auto& k) { s.skip_impossible = kValues.flag(n, k); }},
       {"lambda", [&](const auto& n, const auto& k) { s.lambdas = numbers_of(n, k); }},
       {"simulate", [&](const auto& n, const auto& k) { s.simulate = kValues.count(n, k); }},
       {"model", [](const auto&, const auto&) {}},
       {"grid", [&](const auto& n, const auto& k) { read_grid(s, kValues.table(n, k), s.study); }},
       {"estimates",
        [&](const auto& n, const auto& k) {
          read_estimates(s.estimates, kValues.table(n, k), s.study);
        }}},
      given, s.study, "study");
  check_lambdas(s.lambdas);
  if (s.simulate == 1) {
    refuse_usage("bad-repeats", "a simulation needs at least 2 training sets",
                 "one has no standard error", "Give simulate = 100 or more, or 0");
  }
}

SweepCells make_cells(const SweepSettings& s) {
  std::size_t count = 1;
  for (const GridAxis& axis : s.axes) {
    count *= axis.values.size();
    if (count > kMostCells) {
      refuse_usage("grid-too-large", "the grid has more than a million cells",
                   "its table could not be read", "Give fewer values");
    }
  }
  SweepCells out;
  std::vector<std::size_t> at(s.axes.size(), 0);
  do {
    StudyCell cell = cell_at(s, at);
    try {
      closed_form(cell, s.intercept);
      if (s.simulate > 0) check_simulation(cell);
    } catch (const Error& error) {
      Fault fault = error.faults().front();
      if (fault.code == "infinite-risk" && s.skip_impossible) {
        ++out.skipped;
        continue;
      }
      if (fault.where.empty()) fault.where = s.axes.empty() ? s.study : "at " + place_of(s, at);
      if (fault.code == "infinite-risk") fault.action += ", or set skip-impossible = true";
      throw Error(error.kind(), fault);
    }
    out.cells.push_back(std::move(cell));
  } while (advance(s, at));
  if (out.cells.empty()) {
    refuse_usage("empty-grid", "every cell of the grid was left out",
                 "none has a finite risk, which needs n > p + 1", "Raise n or lower student-dim");
  }
  return out;
}

}  // namespace cch
