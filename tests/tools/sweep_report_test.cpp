// The report of Gaussian studies: counts, pictures, hostile text, missing values, size. The
// documents here are made by the formulas of the model with one factor of a kind and one column
// that carries it, so that every law in them is true.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tools/report/sweep.hpp"
#include "tools/report/sweep_counts.hpp"
#include "tools/report/sweep_model.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

using test::fault_code;
using test::near;

/// A study: its axes (each one of the parameters of `Model`) and λ.
struct Study {
  std::vector<std::pair<std::string, std::vector<json>>> axes;
  std::vector<double> lambdas{0.1, 0.5, 1.0};
  bool simulated = true;
  bool estimated = true;
};

/// y = a z_c + b z_1 + e_y, x1 = (z_c, z_1) + s1 N, x2 = z_c + s2 N in p2 columns, t = g E[y | x1].
struct Model {
  double a, b, s1, s2, sy, scale, n, p2;
  double vs, ve, vt, cov_ts, c, beta_s, beta_e, vr, vh, bend, kappa;

  explicit Model(const json& p)
      : a(p["common-weight"]),
        b(p["teacher-weight"]),
        s1(p["teacher-noise"]),
        s2(p["student-noise"]),
        sy(p["label-noise"]),
        scale(p["teacher-scale"]),
        n(p["n"]),
        p2(p["p2"]) {
    vs = a * a / (1 + s2 * s2);
    ve = a * a + b * b + sy * sy - vs;
    const double shrink = scale / (1 + s1 * s1);
    vt = scale * shrink * (a * a + b * b);
    cov_ts = shrink * vs;
    c = shrink * (a * a + b * b) - cov_ts;
    beta_s = cov_ts / vs;
    beta_e = c / ve;
    vr = vt - beta_s * beta_s * vs - beta_e * beta_e * ve;
    vh = vt - beta_s * beta_s * vs;
    bend = (1 - beta_s) * (1 - beta_s) * vs;
    kappa = p2 / (n - p2 - 1);
  }
  [[nodiscard]] double noise(double u) const {
    return kappa * ((1 - u) * (1 - u) * ve + 2 * u * (1 - u) * c + u * u * vh);
  }
  [[nodiscard]] double risk(double u) const { return u * u * bend + noise(u); }
  [[nodiscard]] double cosine(double u) const {
    const double m = 1 - u + u * beta_s;
    return m * std::sqrt(vs) / std::sqrt(m * m * vs + noise(u));
  }
  [[nodiscard]] double i_ts() const { return -0.5 * std::log(1 - cov_ts * cov_ts / (vt * vs)); }
  [[nodiscard]] double i_sy() const { return -0.5 * std::log(1 - vs / (vs + ve)); }
};

/// Noise between −1.7 and 1.7 that looks like noise and is the same every time.
double wobble(std::size_t i) {
  const double at = std::sin(static_cast<double>(i) * 12.9898) * 43758.5453;
  return (at - std::floor(at) - 0.5) * 3.46;
}

json mean(double value, double standard_error) {
  return {{"mean", value}, {"standard_error", standard_error}};
}

const char* effect(double gain) {
  return gain > 0 ? "helps" : "harms";
}

json point_of(const Model& m, double lambda, bool simulated, std::size_t noise) {
  const double u = lambda / (1 + lambda);
  const double gain = m.risk(0) - m.risk(u);
  const double turn = m.cosine(u) - m.cosine(0);
  json point = {{"lambda", lambda},
                {"excess_risk", m.risk(u)},
                {"gain", gain},
                {"cosine_gain", turn},
                {"accuracy_change", 0.3 * turn},
                {"says",
                 {{"risk", effect(gain)},
                  {"direction", effect(turn)},
                  {"small_lambda_risk", effect(1 - m.beta_e)},
                  {"small_lambda_direction", effect(m.beta_s - m.beta_e)},
                  {"cch", m.i_ts() > m.i_sy() ? "helps" : "silent"}}},
                {"simulated", nullptr}};
  if (!simulated) return point;
  const double se = 0.02 * m.risk(0);
  point["simulated"] = {{"excess_risk", mean(m.risk(u) + se * wobble(3 * noise), se)},
                        {"gain", mean(gain + se / 2 * wobble(3 * noise + 1), se / 2)},
                        {"cosine_gain", mean(turn + 0.002 * wobble(3 * noise + 2), 0.002)}};
  return point;
}

json estimate_of(const Model& m, const char* name, double share, std::size_t noise) {
  auto side = [&](double truth, double shift) {
    json value = mean(truth * share / (1 + m.p2 / 40) + shift, 0.01);
    value["truth"] = truth;
    return value;
  };
  return {{"estimator", name},
          {"i_teacher_student", side(m.i_ts(), 0.01 * wobble(noise))},
          {"i_student_labels", side(m.i_sy(), 0.01 * wobble(noise + 1))},
          {"failed", nullptr}};
}

json cell_of(const Study& study, std::size_t number, const json& parameters) {
  const Model m(parameters);
  json cell = {{"cell", number},
               {"parameters", parameters},
               {"n_over_p", m.n / m.p2},
               {"basis", "formula"},
               {"i_teacher_student", m.i_ts()},
               {"i_student_labels", m.i_sy()},
               {"cch_margin", m.i_ts() - m.i_sy()},
               {"cch_holds", m.i_ts() > m.i_sy()},
               {"i_blocks",
                {{"teacher_student", m.i_ts()},
                 {"student_labels", m.i_sy()},
                 {"teacher_labels", 0.5},
                 {"teacher_labels_given_student", 0.2}}},
               {"beta_s", m.beta_s},
               {"beta_e", m.beta_e},
               {"kappa", m.kappa},
               {"lambda_star", nullptr},
               {"best_gain", 0.1},
               {"noise_variance", m.ve},
               {"risk", json::array()},
               {"estimates", json::array()}};
  const double best = m.kappa * (m.ve - m.c) / (m.bend + m.kappa * (m.ve - 2 * m.c + m.vh));
  if (best < 1) cell["lambda_star"] = std::max(best, 0.0) / (1 - std::max(best, 0.0));
  for (const double lambda : study.lambdas) {
    cell["risk"].push_back(
        point_of(m, lambda, study.simulated, number * study.lambdas.size() + cell["risk"].size()));
  }
  if (study.estimated) {
    cell["estimates"] = {estimate_of(m, "ksg1", 0.9, number),
                         estimate_of(m, "cca-ksg", 1.05, number + 7)};
  }
  return cell;
}

/// The counts of one criterion over the cells, by λ, as the program writes them.
void add_confusion(json& document, const char* criterion, const char* about) {
  const std::string law = std::string(criterion) == "cch" ? "cch" : about;
  const char* key = std::string(about) == "risk" ? "gain" : "cosine_gain";
  for (const json& lambda : document["lambdas"]) {
    Counts c;
    for (const json& cell : document["cells"]) {
      for (const json& point : cell["risk"]) {
        if (point["lambda"] != lambda) continue;
        const json& value = point["simulated"].is_null() ? point : point["simulated"];
        const double gain = value[key].is_object() ? value[key]["mean"] : value[key];
        const double error = value[key].is_object() ? double(value[key]["standard_error"]) : 0.0;
        const bool says = point["says"][law] == "helps";
        if (std::abs(gain) <= 2 * error) {
          ++c.undecided;
        } else if (gain > 0) {
          ++(says ? c.hits : c.misses);
        } else {
          ++(says ? c.false_alarms : c.correct_rejections);
        }
      }
    }
    document["confusion"].push_back(
        {{"criterion", criterion},
         {"about", about},
         {"truth", document["simulation"].is_null() ? "formula" : "simulation"},
         {"lambda", lambda},
         {"n_over_p", {2.5, nullptr}},
         {"hits", c.hits},
         {"false_alarms", c.false_alarms},
         {"misses", c.misses},
         {"correct_rejections", c.correct_rejections},
         {"undecided", c.undecided}});
  }
}

json document_of(const Study& study) {
  json document = {
      {"schema", "cch.gaussian/1"},
      {"kind", "sweep"},
      {"version", "0.1.0"},
      {"command", "cch gaussian sweep study.toml -o out"},
      {"seed", 1},
      {"machine", {{"processor", "some processor"}, {"threads", 2}}},
      {"seconds", 12.3},
      {"inputs", {{{"role", "study"}, {"source", "study.toml"}, {"sha256", "00ff"}}}},
      {"warnings", {{{"code", "cells-skipped"}, {"message", "2 cells were left out"}}}},
      {"title", "Teacher noise and rows"},
      {"config", {{"model", {{"family", "shared-private"}}}}},
      {"axes", json::array()},
      {"lambdas", study.lambdas},
      {"simulation", nullptr},
      {"estimation", nullptr},
      {"cells", json::array()},
      {"formula_against_simulation", nullptr},
      {"confusion", json::array()}};
  if (study.simulated) {
    document["simulation"] = {{"repeats", 100}};
    document["formula_against_simulation"] = {
        {"points", 600}, {"beyond_2se", 28}, {"beyond_4se", 0}, {"largest_z", 3.4}};
  }
  if (study.estimated) {
    document["estimation"] = {{"estimators", {"ksg1", "cca-ksg"}}, {"repeats", 5}};
  }
  std::vector<json> grid = {{{"common-weight", 1.0},
                             {"teacher-weight", 0.5},
                             {"teacher-noise", 1.0},
                             {"student-noise", 1.0},
                             {"label-noise", 1.0},
                             {"p1", 20},
                             {"p2", 20},
                             {"n", 100},
                             {"teacher", "optimal"},
                             {"teacher-scale", 1.0}}};
  for (const auto& [name, values] : study.axes) {
    document["axes"].push_back({{"name", name}, {"values", values}});
    std::vector<json> finer;
    for (const json& parameters : grid) {
      for (const json& value : values) {
        finer.push_back(parameters);
        finer.back()[name] = value;
      }
    }
    grid = finer;
  }
  for (const json& parameters : grid) {
    document["cells"].push_back(cell_of(study, document["cells"].size(), parameters));
  }
  for (const char* about : {"risk", "direction"}) {
    add_confusion(document, "cch", about);
    add_confusion(document, std::string(about) == "risk" ? "risk-law" : "direction-law", about);
  }
  return document;
}

std::vector<json> steps(double from, double to, int count) {
  std::vector<json> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(std::round(1000 * (from + (to - from) * i / (count - 1))) / 1000);
  }
  return values;
}

Study small_study() {
  return {{{"teacher-noise", {0.3, 1.0, 3.0}}, {"n", {50, 100}}, {"p2", {5, 20}}}};
}

Study middle_study() {
  return {{{"teacher-noise", steps(0.1, 4, 10)},
           {"n", {50, 100, 300, 1000}},
           {"p2", {2, 5, 10, 20, 40}}}};
}

Study large_study() {
  Study study{{{"teacher-noise", steps(0.1, 4, 25)},
               {"teacher-weight", steps(0, 2, 20)},
               {"n", {60, 100, 300, 1000}},
               {"teacher-scale", {0.5, 1.0, 1.5, 2.0, 3.0}}}};
  study.lambdas = {0.1, 0.3, 1.0, 3.0, 10.0};
  return study;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The first fault in the nesting of tags, or "". Text and attribute values must have no bare '<'.
std::string tag_fault(const std::string& page) {
  static const std::vector<std::string> empty = {"meta",    "line",     "rect", "circle",
                                                 "polygon", "polyline", "path", "br"};
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    const std::string tag = page.substr(at + 1, end - at - 1);
    if (end == std::string::npos || tag.find('<') != std::string::npos) return "broken tag " + tag;
    if (tag.front() == '!') continue;
    const bool closing = tag.front() == '/';
    const std::string name = tag.substr(closing, tag.find_first_of(" /\n", 1) - closing);
    if (!closing && std::find(empty.begin(), empty.end(), name) == empty.end()) {
      open.push_back(name);
    } else if (closing && (open.empty() || open.back() != name)) {
      return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
    } else if (closing) {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back() + " is never closed";
}

/// Whether a number was written that is none ("nan" or "inf" as a word).
bool has_no_number(const std::string& page) {
  for (const char* word : {"nan", "inf"}) {
    for (std::size_t at = page.find(word, 1); at != std::string::npos;
         at = page.find(word, at + 1)) {
      const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
      if (!letter(page[at - 1]) && !letter(page[at + 3])) return true;
    }
  }
  return false;
}

void check_page(const std::string& page) {
  CHECK(tag_fault(page) == "");
  for (const char* never : {"<script", "<img", "@import", "url(", "src=\"", "href=\"http"}) {
    CAPTURE(never);
    CHECK_FALSE(holds(page, never));
  }
  CHECK_FALSE(has_no_number(page));
  CHECK(page.size() < 1'000'000);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (const std::string& line : lines_of(text)) widest = std::max(widest, display_width(line));
  return widest;
}

/// Every node below `node`, by JSON pointer; of long lists the first two elements.
void collect_paths(const json& node, const json::json_pointer& at,
                   std::vector<json::json_pointer>& paths) {
  if (!at.empty()) paths.push_back(at);
  if (node.is_object()) {
    for (const auto& [key, value] : node.items()) collect_paths(value, at / key, paths);
  } else if (node.is_array()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(node.size(), 2); ++i) {
      collect_paths(node[i], at / i, paths);
    }
  }
}

void null_all_leaves(json& node) {
  if (node.is_structured()) {
    for (json& child : node) null_all_leaves(child);
  } else {
    node = nullptr;
  }
}

/// Hits, false alarms, misses and correct rejections of the CCH about the risk, over two λ.
json with_confusion(std::array<int, 5> first, std::array<int, 5> second) {
  json document = document_of(small_study());
  document["confusion"] = json::array();
  for (const auto& [lambda, c] : {std::pair{0.1, first}, std::pair{1.0, second}}) {
    document["confusion"].push_back({{"criterion", "cch"},
                                     {"about", "risk"},
                                     {"truth", "simulation"},
                                     {"lambda", lambda},
                                     {"n_over_p", {2.0, nullptr}},
                                     {"hits", c[0]},
                                     {"false_alarms", c[1]},
                                     {"misses", c[2]},
                                     {"correct_rejections", c[3]},
                                     {"undecided", c[4]}});
  }
  return document;
}

SweepPoint says(const char* cch, const char* law) {
  SweepPoint point;
  point.says_cch = cch;
  point.says_risk = law;
  return point;
}

std::string svg_with_id(const std::string& page, const std::string& id) {
  const std::size_t name = page.find("\"" + id + "-title");
  if (name == std::string::npos) return "";
  const std::size_t start = page.rfind("<svg", name);
  return page.substr(start, page.find("</svg>", start) - start);
}

std::vector<std::pair<double, double>> number_pairs(const std::string& text,
                                                    const std::regex& pattern) {
  std::vector<std::pair<double, double>> pairs;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), last; it != last; ++it) {
    pairs.emplace_back(std::stod((*it)[1]), std::stod((*it)[2]));
  }
  return pairs;
}

/// Fields of a line of CSV without line breaks inside.
std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

const std::vector<std::string> kHostile = {"<script>alert(1)</script>",
                                           "\"><img src=https://example.org/x onerror='alert(1)'>",
                                           "]]></style></svg>",
                                           std::string(5000, 'x'),
                                           "\u202Eevil\u2066",
                                           "line\nbreak\ttab\x1b[31m",
                                           std::string("bad \xC3\x28 bytes \xFF"),
                                           ""};

/// Every string of the document that does not come from a closed list, and those that should.
json with_strings(const std::string& s) {
  json document = document_of(small_study());
  document["title"] = document["command"] = document["version"] = s;
  document["machine"] = {{s, s}};
  document["inputs"][0] = {{"role", s}, {"source", s}, {"sha256", s}};
  document["warnings"][0] = {{"code", s}, {"message", s}};
  document["config"] = {{s, s}, {"model", {{"family", s}}}};
  document["axes"][0]["name"] = s;
  document["axes"][0]["values"] = {0.3, 1.0, s};
  document["estimation"]["estimators"][0] = s;
  document["confusion"][0]["criterion"] = document["confusion"][1]["about"] = s;
  document["confusion"][2]["truth"] = s;
  document["confusion"][3]["criterion"] = "estimated:" + s;
  for (json& cell : document["cells"]) {
    cell["parameters"][s] = s;
    cell["estimates"][0]["estimator"] = s;
    cell["estimates"][1]["failed"] = s;
  }
  json& cell = document["cells"][0];
  cell["basis"] = s;
  cell["risk"][0]["says"]["cch"] = cell["risk"][0]["says"]["risk"] = s;
  return document;
}

/// Coordinates of pictures have two decimals; a parabola in 40 chords is as near.
constexpr double kPixel = 0.05;

}  // namespace

TEST_CASE("a known confusion: shares, Wilson's interval, in words, page and terminal") {
  const json document = with_confusion({20, 4, 10, 30, 3}, {10, 6, 10, 10, 2});
  const auto tally = tally_of(tallies(confusion_rows(document)), "cch", "risk");
  REQUIRE(tally);
  CHECK(tally->counts.hits == 30);
  CHECK(tally->counts.undecided == 5);
  // 70 of 100: (0.7 + 0.0192 ± 0.0918)/1.0384.
  constexpr double kFourDigits = 5e-5;
  const Share right = share_right(tally->counts);
  CHECK(*right.value == 0.7);
  CHECK(near(*right.low, 0.6042, kFourDigits));
  CHECK(near(*right.high, 0.7811, kFourDigits));
  CHECK(*sensitivity(tally->counts).value == 0.6);
  CHECK(*precision(tally->counts).value == 0.75);
  const std::string page = render_sweep_html(document);
  CHECK(holds(page, "The CCH was right about risk in 70\u00a0% of the decided cases."));
  CHECK(holds(page, "helped in 30 of 40 cases (75\u00a0%), so that there are 10 false alarms"));
  CHECK(holds(page, "missed 20 of the 50 cases"));
  CHECK(holds(page, "60–78"));
  const std::string table = render_sweep_table(document, false);
  CHECK(
      holds(table, "CCH     30     10      20        40     5       75\u00a0%  70\u00a0% (60–78)"));
}

TEST_CASE("Wilson's interval at the ends") {
  const Share none = wilson(0, 10);
  CHECK(*none.low == 0.0);
  constexpr double kThreeDigits = 5e-4;
  CHECK(near(*none.high, 0.278, kThreeDigits));  // z²/(n + z²)
  CHECK_FALSE(wilson(0, 0).value);
}

TEST_CASE("outcomes of one cell and λ") {
  SweepCell cell;
  CHECK(outcome_of(cell, says("helps", "helps"), About::risk) == Outcome::hit);
  CHECK(outcome_of(cell, says("helps", "harms"), About::risk) == Outcome::false_alarm);
  CHECK(outcome_of(cell, says("silent", "helps"), About::risk) == Outcome::miss);
  CHECK(outcome_of(cell, says("silent", "neither"), About::risk) == Outcome::rejection);
  CHECK(outcome_of(cell, says("", "helps"), About::risk) == Outcome::unknown);
  CHECK(outcome_of(cell, says("helps", ""), About::risk) == Outcome::unknown);
  // A teacher on the student's own rows: the simulation alone knows.
  cell.exact = false;
  SweepPoint point = says("helps", "helps");
  CHECK(outcome_of(cell, point, About::risk) == Outcome::unknown);
  point.simulated_gain = {-0.3, 0.1};
  CHECK(outcome_of(cell, point, About::risk) == Outcome::false_alarm);
  CHECK_FALSE(contradicted(cell, point, About::risk));
  point.simulated_gain = {-0.3, 0.2};
  CHECK(outcome_of(cell, point, About::risk) == Outcome::undecided);
}

TEST_CASE(
    "the picture of the grid counts what is there, and outlines what simulation contradicts") {
  Study study{{{"teacher-noise", {0.3, 1.0}}, {"n", {50, 100}}}};
  study.lambdas = {0.5};
  json document = document_of(study);
  for (json& cell : document["cells"]) {
    cell["risk"][0]["says"]["cch"] = "silent";
    cell["risk"][0]["says"]["risk"] = "harms";
    cell["risk"][0]["simulated"]["gain"] = mean(-1.0, 0.1);
  }
  document["cells"][2]["risk"][0]["says"]["cch"] = "helps";
  std::string picture = svg_with_id(render_sweep_html(document), "phase-risk-0");
  CHECK(holds(picture,
              "<desc id=\"phase-risk-0-desc\">CCH holds, but it harms: 1 tiles. CCH "
              "silent, it harms: 3 tiles. </desc>"));
  CHECK(holds(picture, "tile t-square"));
  CHECK_FALSE(holds(picture, "tile t-plus"));
  CHECK_FALSE(holds(picture, "outlined"));
  document["cells"][0]["risk"][0]["simulated"]["gain"] = mean(0.21, 0.1);
  picture = svg_with_id(render_sweep_html(document), "phase-risk-0");
  CHECK(holds(picture, "class=\"outlined\""));
}

TEST_CASE("the drawn curve goes through every risk of the document") {
  Study study = small_study();
  study.lambdas = {0.1, 0.5, 1.0, 3.0};
  json document = document_of(study);
  for (json& cell : document["cells"]) {
    for (json& point : cell["risk"])
      point["simulated"]["excess_risk"]["mean"] = point["excess_risk"];
  }
  const std::string page = render_sweep_html(document);
  static const std::regex pair("(-?[0-9.]+),(-?[0-9.]+)");
  static const std::regex circle("class=\"mark k-second\" cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"");
  for (std::size_t i = 0; i < document["cells"].size(); ++i) {
    CAPTURE(i);
    const std::string picture = svg_with_id(page, fmt::format("curve-{}", i));
    const std::size_t line = picture.find("curve whole k-first");
    REQUIRE(line != std::string::npos);
    const auto path = number_pairs(picture.substr(line, picture.find("/>", line) - line), pair);
    const auto marks = number_pairs(picture, circle);
    REQUIRE(marks.size() == study.lambdas.size());
    for (const auto& [x, y] : marks) {
      std::size_t k = 1;
      while (k + 1 < path.size() && path[k].first < x) ++k;
      const double share = (x - path[k - 1].first) / (path[k].first - path[k - 1].first);
      const double at = path[k - 1].second + share * (path[k].second - path[k - 1].second);
      CHECK(std::abs(at - y) <= kPixel);
    }
  }
}

TEST_CASE("gaps between formula and simulation are counted in standard errors") {
  Study study{{{"n", {50, 100}}}};
  study.lambdas = {0.5};
  json document = document_of(study);
  for (json& cell : document["cells"]) {
    const double formula = cell["risk"][0]["excess_risk"];
    cell["risk"][0]["simulated"]["excess_risk"] = mean(formula, 0.01);
  }
  const double formula = document["cells"][1]["risk"][0]["excess_risk"];
  document["cells"][1]["risk"][0]["simulated"]["excess_risk"] = mean(formula - 0.03, 0.01);
  CHECK(holds(render_sweep_html(document), "excess risk: 1 of 2 beyond 2, largest 3.0"));
}

TEST_CASE("bias is averaged over the cells that share dimension and rows") {
  Study study{{{"teacher-noise", {0.3, 1.0}}, {"p2", {5, 20}}}};
  json document = document_of(study);
  for (json& cell : document["cells"]) {
    const double shift = cell["parameters"]["teacher-noise"] == 0.3 ? -0.1 : -0.3;
    json& side = cell["estimates"][0]["i_teacher_student"];
    side = {{"mean", 1.0 + shift}, {"standard_error", 0.01}, {"truth", 1.0}};
  }
  // (−0.1 − 0.3)/2 with a standard error of √2 · 0.01/2.
  CHECK(holds(render_sweep_html(document),
              "<div>−0.2000<span class=\"interval\">± 0.0071</span></div>"));
}

TEST_CASE("an own-row teacher is marked and its simulated gains are counted apart") {
  json document = document_of(small_study());
  document["cells"][0]["basis"] = "as-if-fresh";
  document["cells"][0]["risk"][0]["says"]["risk"] = "helps";
  document["cells"][0]["risk"][0]["simulated"]["gain"] = mean(-1.0, 0.1);
  const std::string page = render_sweep_html(document);
  CHECK(holds(page, "(curve: fitted on fresh rows)"));
  CHECK(holds(page, "and 1 have the other sign beyond 2 standard errors"));
}

TEST_CASE("chosen cells are spread over every axis, none twice") {
  const json document = document_of(middle_study());
  const Sweep sweep = read_sweep(document);
  const std::vector<std::size_t> chosen = spread_cells(sweep, 12);
  REQUIRE(chosen.size() == 12);
  CHECK(std::adjacent_find(chosen.begin(), chosen.end()) == chosen.end());
  for (const std::size_t axis : {1U, 2U}) {  // of 4 and 5 values
    std::map<std::size_t, int> seen;
    for (const std::size_t i : chosen) ++seen[sweep.cells[i].places[axis]];
    CHECK(seen.size() == sweep.axes[axis].values.size());
  }
  CHECK(spread(10, 3) == std::vector<std::size_t>{0, 5, 9});
  CHECK(spread(2, 3) == std::vector<std::size_t>{0, 1});
  CHECK(thinned(100, 1500).size() == 100);
  const std::size_t kept = thinned(10'000, 1500).size();
  CHECK((kept > 1490 && kept < 1510));
}

TEST_CASE("values that a program computed find their place on an axis") {
  json document = document_of(small_study());
  for (json& cell : document["cells"]) {
    const double noise = cell["parameters"]["teacher-noise"];
    cell["parameters"]["teacher-noise"] = noise * (1 + 1e-15);
  }
  for (const SweepCell& cell : read_sweep(document).cells) CHECK(cell.places[0] != kNowhere);
}

TEST_CASE("the sweep page stays below a megabyte and says what it leaves out") {
  const std::string small = render_sweep_html(document_of(small_study()));
  check_page(small);
  CHECK(holds(small, "download=\"sweep.json\""));
  CHECK(holds(small, "download=\"sweep.csv\""));
  CHECK_FALSE(holds(small, "spread over the grid"));
  const std::string middle = render_sweep_html(document_of(middle_study()));
  check_page(middle);
  CHECK(holds(middle, "12 of 200 cells, spread over the grid"));
  const json large = document_of(large_study());
  REQUIRE(large["cells"].size() == 10'000);
  const std::string page = render_sweep_html(large);
  check_page(page);
  CHECK(holds(page, "12 of 10,000 cells, spread over the grid"));
  CHECK(holds(page, "of 50,000 points are drawn"));
  CHECK(holds(page, "sweep.json beside it has it"));
  CHECK_FALSE(holds(page, "Left out: "));
  CHECK(lines_of(render_sweep_table(large, false)).size() < 80);
}

TEST_CASE("a grid without any smooth region still fits") {
  Study study{{{"teacher-noise", steps(0.1, 4, 100)}, {"student-noise", steps(0.1, 4, 100)}}};
  study.estimated = false;
  study.lambdas = {0.1, 0.3, 1.0, 3.0, 10.0, 30.0};
  json document = document_of(study);
  std::size_t i = 0;
  for (json& cell : document["cells"]) {
    for (json& point : cell["risk"]) {
      point["says"]["risk"] = wobble(++i) > 0 ? "helps" : "harms";
      point["says"]["direction"] = wobble(++i) > 0 ? "helps" : "harms";
      point["simulated"]["gain"] = mean(wobble(++i), 0.1);
    }
  }
  check_page(render_sweep_html(document));
}

TEST_CASE("hostile strings of a sweep reach neither markup nor terminal") {
  for (const std::string& s : kHostile) {
    CAPTURE(s.substr(0, 60));
    const json document = with_strings(s);
    check_page(render_sweep_html(document));
    for (const bool quiet : {false, true}) {
      const std::string table = render_sweep_table(document, quiet);
      CHECK(widest_line(table) <= 80);
      CHECK(table.find('\x1b') == std::string::npos);
      CHECK_FALSE(holds(table, "\u202E"));
    }
    CHECK_FALSE(sweep_csv(document).empty());
  }
  CHECK(
      holds(render_sweep_html(with_strings(kHostile[0])), "&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST_CASE("any one value of a sweep may be null") {
  Study study{{{"teacher-noise", {0.3, 1.0}}, {"n", {50, 100}}}};
  study.lambdas = {0.1, 1.0};
  const json whole = document_of(study);
  std::vector<json::json_pointer> paths;
  collect_paths(whole, json::json_pointer(), paths);
  for (const json::json_pointer& path : paths) {
    if (path == "/schema"_json_pointer || path == "/kind"_json_pointer) continue;
    CAPTURE(path.to_string());
    json document = whole;
    document[path] = nullptr;
    const std::string page = render_sweep_html(document);
    CHECK(tag_fault(page) == "");
    CHECK_FALSE(has_no_number(page));
    CHECK(widest_line(render_sweep_table(document, false)) <= 80);
    CHECK_FALSE(sweep_csv(document).empty());
  }
}

TEST_CASE("all values of a sweep may be null, and all fields absent") {
  json document = document_of(small_study());
  null_all_leaves(document);
  const json bare = {{"schema", "cch.gaussian/1"}, {"kind", "sweep"}};
  document.update(bare);
  for (const json& empty : {document, bare}) {
    check_page(render_sweep_html(empty));
    CHECK(widest_line(render_sweep_table(empty, false)) <= 80);
  }
  CHECK(holds(render_sweep_html(bare), "A grid of 0 cells, each at 0 values of λ."));
  CHECK(lines_of(sweep_csv(bare)).size() == 1);
}

TEST_CASE("a document that is no sweep is refused") {
  json document = document_of(small_study());
  document["kind"] = nullptr;  // what cch gaussian solve writes
  CHECK(fault_code([&] { render_sweep_html(document); }) == "document-schema");
  CHECK(fault_code([&] { sweep_csv(document); }) == "document-schema");
  document["kind"] = "sweep";
  document["cells"][0]["cch_margin"] = "0.4";
  CHECK(fault_code([&] { render_sweep_html(document); }) == "document-field-type");
  document["schema"] = "cch.rank/1";
  CHECK(fault_code([&] { render_sweep_table(document, false); }) == "document-schema");
}

TEST_CASE("sweep CSV: a line a cell and λ, quotes doubled, numbers in full") {
  json document = document_of(small_study());
  document["cells"][0]["parameters"]["teacher"] = "a,\"b\"";
  document["cells"][1]["cch_margin"] = 0.1 + 0.2;
  document["cells"][1]["lambda_star"] = nullptr;
  const std::string csv = sweep_csv(document);
  const std::vector<std::string> lines = lines_of(csv);
  REQUIRE(lines.size() == 1 + document["cells"].size() * document["lambdas"].size());
  CHECK(holds(lines[1], ",\"a,\"\"b\"\"\","));
  const std::vector<std::string> names = csv_fields(lines[0]);
  for (const std::string& line : lines) {
    CHECK(line.ends_with('\r'));
    CHECK(csv_fields(line).size() == names.size());
  }
  std::map<std::string, std::string> row;
  const std::vector<std::string> fields = csv_fields(lines[1 + 3 + 1]);  // cell 1, second λ
  for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields[i];
  CHECK(row["cell"] == "1");
  CHECK(std::stod(row["lambda"]) == 0.5);
  CHECK(std::stod(row["cch_margin_nats"]) == 0.1 + 0.2);
  CHECK(row["lambda_star"].empty());
  const json& gain = document["cells"][1]["risk"][1]["simulated"]["gain"];
  CHECK(std::stod(row["simulated_gain_standard_error"]) == double(gain["standard_error"]));
  const json& estimate = document["cells"][1]["estimates"][1]["i_student_labels"];
  CHECK(std::stod(row["cca-ksg_i_student_labels_nats"]) == double(estimate["mean"]));
}

TEST_CASE("the terminal shows at most thirty cells, fewer words where quiet") {
  const json document = document_of(middle_study());
  const std::string table = render_sweep_table(document, false);
  CHECK(widest_line(table) <= 80);
  CHECK(holds(table, "30 of 200 cells, spread over the grid"));
  const std::string quiet = render_sweep_table(document, true);
  CHECK(holds(quiet, "About the risk, against the simulation"));
  CHECK_FALSE(holds(quiet, "cells, spread"));
  CHECK(table.starts_with(lines_of(quiet).front()));
}

TEST_CASE("the sweep page has headings, citations, descriptions and ids that are unique") {
  const std::string page = render_sweep_html(document_of(small_study()));
  for (const char* part :
       {"<html lang=\"en\">", "<h1", "arXiv 2510.13182", "Bartlett (1933)", "Wilson (1927)",
        "prefers-color-scheme: dark", "@media print", "cch gaussian sweep study.toml",
        "<desc id=\"margin-risk-0-desc\">", "silent, helps: ", "SHA-256 00ff"}) {
    CAPTURE(part);
    CHECK(holds(page, part));
  }
  static const std::regex identity(" id=\"([^\"]*)\"");
  std::map<std::string, int> seen;
  for (std::sregex_iterator it(page.begin(), page.end(), identity), last; it != last; ++it) {
    ++seen[(*it)[1]];
  }
  for (const auto& [id, times] : seen) {
    CAPTURE(id);
    CHECK(times == 1);
  }
}

}  // namespace cch::report
