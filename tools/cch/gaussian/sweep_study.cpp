#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/sweep.hpp"
#include "tools/options/study_file.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostCells = 1'000'000;
constexpr const char* kTeacher = "teacher";

using options::FileTable;
using options::FileValue;
using options::FromFile;
using options::kStudyReader;
using options::named;
using options::Table;

GridValue value_of(const FileValue& value, const std::string& key) {
  if (key == kTeacher) return kStudyReader.text(value, key);
  return kStudyReader.number(value, key);
}

[[noreturn]] void refuse_range(const std::string& key, const std::string& why) {
  refuse_usage("bad-range", "the range of '" + key + "' cannot be laid out", why,
               "Give {from = A, to = B, count = K} with K of at least 2, and A, B above 0 for "
               "spacing = \"log\"");
}

struct Range {
  double from = std::nan("");
  double to = std::nan("");
  std::size_t count = 0;
  std::string spacing = "linear";
};

Table range_table(Range& r) {
  return {{"from", &r.from, "First value", {.standard = "none"}},
          {"to", &r.to, "Last value", {.standard = "none"}},
          {"count", &r.count, "Of values, at least 2"},
          {"spacing", &r.spacing, "linear or log", {.suggestions = {"linear", "log"}}}};
}

/// {from, to, count, spacing}.
std::vector<double> range_of(const FileTable& table, const std::string& key) {
  Range range;
  read_table(table, range_table(range), {"range of '" + key + "'", "study"});
  const auto& [from, to, count, spacing] = range;
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

std::vector<double> numbers_of(const FileValue& value, const std::string& key) {
  if (const auto* range = std::get_if<FileTable>(&value.value)) return range_of(*range, key);
  return kStudyReader.numbers(value, key);
}

GridAxis axis_of(const FileValue& node, const std::string& key) {
  GridAxis axis{key, {}};
  if (key == kTeacher) {
    for (const std::string& name : kStudyReader.texts(node, key)) axis.values.emplace_back(name);
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

// "0 to 1", "1 and more".
std::string bounds(const StudyParameter& p) {
  const std::string kind = p.whole ? "whole number" : "number";
  if (!std::isfinite(p.least) && !std::isfinite(p.most)) return kind;
  if (!std::isfinite(p.most)) return fmt::format("{} from {}", kind, p.least);
  return fmt::format("{}, {} to {}", kind, p.least, p.most);
}

/// Every parameter of the family, and `teacher`, with what is done with its value.
Table parameter_table(StudyFamily family, const FromFile& then, const std::string& schema) {
  Table out{{kTeacher, FromFile{then.read, "text", "{}"},
             "optimal, ols:N1 or same-rows[:FOLDS], as --teacher of `cch gaussian solve`"}};
  for (const StudyParameter& p : study_parameters(family)) {
    out.push_back(
        {std::string(p.name), FromFile{then.read, bounds(p), schema}, std::string(p.meaning)});
  }
  return out;
}

constexpr const char* kNumber = R"({"type": "number"})";
constexpr const char* kNumbers =
    R"({"anyOf": [{"type": ["number", "array"]}, {"$ref": "#/definitions/range"}]})";

Table model_table(SweepSettings& s) {
  return parameter_table(s.family,
                         {[&s](const FileValue& value, const std::string& key) {
                            s.fixed.emplace_back(key, value_of(value, key));
                          },
                          "", ""},
                         kNumber);
}

Table grid_table(SweepSettings& s) {
  return parameter_table(s.family,
                         {[&s](const FileValue& value, const std::string& key) {
                            s.axes.push_back(axis_of(value, key));
                          },
                          "", ""},
                         kNumbers);
}

StudyFamily parse_family(const std::string& name) {
  for (const StudyFamily family : {StudyFamily::shared_private, StudyFamily::shares}) {
    if (name == to_string(family)) return family;
  }
  refuse_usage("unknown-family", "there is no family of models '" + name + "'", {},
               "Did you mean '" +
                   nearest_name(name, std::vector<std::string>{"shared-private", "shares"}) + "'?");
}

void read_model(SweepSettings& s, const FileTable& model) {
  if (const FileValue* family = find(model, "family")) {
    s.family = parse_family(kStudyReader.text(*family, "family"));
  }
  read_table(model, model_table(s), {s.study, "model of the study"}, {}, {"family"});
}

Table estimates_table(SweepEstimates& e) {
  return {{"estimators", &e.estimators, "Names of the catalog, beside the closed form"},
          {"draws", &e.draws, "Data sets a cell, at least 2"},
          {"rows", &e.rows, "Of each, 0 = the student's n"},
          {"scale", named(e.scale, parse_scale, {"none", "zscore", "rank"}), "Of every column"}};
}

Table top_table(SweepSettings& s) {
  const FromFile lambdas{
      [&s](const FileValue& value, const std::string& key) { s.lambdas = numbers_of(value, key); },
      "numbers, or a range", kNumbers};
  return {{"title", &s.title, "Of the page"},
          {"seed", &s.common.seed, "Of simulation and draws"},
          {"intercept", &s.intercept, "The student fits one"},
          {"skip-impossible", &s.skip_impossible, "Cells that are no model are skipped"},
          {"lambda", lambdas, "Values of λ", {.standard = "[0.1, 0.5, 1]"}},
          {"simulate", &s.simulate, "Repeats of the simulation beside; 0 = none"}};
}

void read_estimates(SweepEstimates& e, const FileTable& table, const std::string& path) {
  read_table(table, estimates_table(e), {path, "estimates of the study"});
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
  const FileTable file = options::parse_file(s.study, "study");
  s.inputs.push_back(file_record("study", s.study));
  if (const FileTable* model = kStudyReader.part(file, "model")) read_model(s, *model);
  read_table(file, top_table(s), {s.study, "study"}, given, {"model", "grid", "estimates"});
  if (const FileTable* grid = kStudyReader.part(file, "grid")) {
    read_table(*grid, grid_table(s), {s.study, "grid of the study"});
  }
  if (const FileTable* estimates = kStudyReader.part(file, "estimates")) {
    read_estimates(s.estimates, *estimates, s.study);
  }
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

options::StudyFile sweep_study_file() {
  struct Shown {
    SweepSettings s;
    SweepSettings shares;
    Range range;
    StudyFamily family = StudyFamily::shared_private;
  };
  const auto shown = std::make_shared<Shown>();
  auto& [s, shares, range, family] = *shown;
  shares.family = StudyFamily::shares;
  return {"gaussian_sweep",
          "`cch gaussian sweep STUDY.toml`",
          {{"", top_table(s)},
           {"model",
            {{"family", named(family, parse_family, {"shared-private", "shares"}), "Of models"}}},
           {"model", model_table(s), "family", {"shared-private"}},
           {"model", model_table(shares), "family", {"shares"}},
           {"grid", grid_table(s), "", {}, false},
           {"grid", grid_table(shares), "", {}, false},
           {"{range}", range_table(range)},
           {"estimates", estimates_table(s.estimates)}},
          "`[grid]` has the parameters that vary, each a list or a range.\n\n",
          shown};
}

}  // namespace cch
