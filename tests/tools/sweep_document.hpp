#pragma once

// Documents of Gaussian studies, made by the formulas of a model with one factor of a kind and one
// column that carries it, so that every law in them is true; and what tests ask of pages.

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/tag_fault.hpp"
#include "tools/report/gaussian/counts.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::test {

using nlohmann::json;

/// A study: its axes (each one of the parameters of `SweepModel`) and λ.
struct SweepStudy {
  std::vector<std::pair<std::string, std::vector<json>>> axes;
  std::vector<double> lambdas{0.1, 0.5, 1.0};
  bool simulated = true;
  bool estimated = true;
};

/// y = a z_c + b z_1 + e_y, x1 = (z_c, z_1) + s1 N, x2 = z_c + s2 N in p2 columns, t = g E[y | x1].
struct SweepModel {
  double a, b, s1, s2, sy, scale, n, p2;
  double vs, ve, vt, cov_ts, c, beta_s, beta_e, vr, vh, bend, kappa;

  explicit SweepModel(const json& p)
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
inline double sweep_wobble(std::size_t i) {
  const double at = std::sin(static_cast<double>(i) * 12.9898) * 43758.5453;
  return (at - std::floor(at) - 0.5) * 3.46;
}

inline json sweep_mean(double value, double standard_error) {
  return {{"mean", value}, {"standard_error", standard_error}};
}

inline const char* sweep_effect(double gain) {
  return gain > 0 ? "helps" : "harms";
}

inline json sweep_point(const SweepModel& m, double lambda, bool simulated, std::size_t noise) {
  const double u = lambda / (1 + lambda);
  const double gain = m.risk(0) - m.risk(u);
  const double turn = m.cosine(u) - m.cosine(0);
  json point = {{"lambda", lambda},
                {"excess_risk", m.risk(u)},
                {"gain", gain},
                {"cosine_gain", turn},
                {"accuracy_change", 0.3 * turn},
                {"says",
                 {{"risk", sweep_effect(gain)},
                  {"direction", sweep_effect(turn)},
                  {"small_lambda_risk", sweep_effect(1 - m.beta_e)},
                  {"small_lambda_direction", sweep_effect(m.beta_s - m.beta_e)},
                  {"cch", m.i_ts() > m.i_sy() ? "helps" : "silent"}}},
                {"simulated", nullptr}};
  if (!simulated) return point;
  const double se = 0.02 * m.risk(0);
  point["simulated"] = {
      {"excess_risk", sweep_mean(m.risk(u) + se * sweep_wobble(3 * noise), se)},
      {"gain", sweep_mean(gain + se / 2 * sweep_wobble(3 * noise + 1), se / 2)},
      {"cosine_gain", sweep_mean(turn + 0.002 * sweep_wobble(3 * noise + 2), 0.002)}};
  return point;
}

inline json sweep_estimate(const SweepModel& m, const char* name, double share, std::size_t noise) {
  auto side = [&](double truth, double shift) {
    json value = sweep_mean(truth * share / (1 + m.p2 / 40) + shift, 0.01);
    value["truth"] = truth;
    return value;
  };
  return {{"estimator", name},
          {"i_teacher_student", side(m.i_ts(), 0.01 * sweep_wobble(noise))},
          {"i_student_labels", side(m.i_sy(), 0.01 * sweep_wobble(noise + 1))},
          {"failed", nullptr}};
}

inline json sweep_cell(const SweepStudy& study, std::size_t number, const json& parameters) {
  const SweepModel m(parameters);
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
    cell["risk"].push_back(sweep_point(m, lambda, study.simulated,
                                       number * study.lambdas.size() + cell["risk"].size()));
  }
  if (study.estimated) {
    cell["estimates"] = {sweep_estimate(m, "ksg1", 0.9, number),
                         sweep_estimate(m, "cca-ksg", 1.05, number + 7)};
  }
  return cell;
}

/// The counts of one criterion over the cells, by λ, as the program writes them.
inline void add_confusion(json& document, const char* criterion, const char* about) {
  const std::string law = std::string(criterion) == "cch" ? "cch" : about;
  const char* key = std::string(about) == "risk" ? "gain" : "cosine_gain";
  for (const json& lambda : document["lambdas"]) {
    report::Counts c;
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

inline json sweep_document(const SweepStudy& study) {
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
    document["cells"].push_back(sweep_cell(study, document["cells"].size(), parameters));
  }
  for (const char* about : {"risk", "direction"}) {
    add_confusion(document, "cch", about);
    add_confusion(document, std::string(about) == "risk" ? "risk-law" : "direction-law", about);
  }
  return document;
}

inline std::vector<json> sweep_steps(double from, double to, int count) {
  std::vector<json> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(std::round(1000 * (from + (to - from) * i / (count - 1))) / 1000);
  }
  return values;
}

inline SweepStudy small_study() {
  return {{{"teacher-noise", {0.3, 1.0, 3.0}}, {"n", {50, 100}}, {"p2", {5, 20}}}};
}

inline SweepStudy middle_study() {
  return {{{"teacher-noise", sweep_steps(0.1, 4, 10)},
           {"n", {50, 100, 300, 1000}},
           {"p2", {2, 5, 10, 20, 40}}}};
}

inline SweepStudy large_study() {
  SweepStudy study{{{"teacher-noise", sweep_steps(0.1, 4, 25)},
                    {"teacher-weight", sweep_steps(0, 2, 20)},
                    {"n", {60, 100, 300, 1000}},
                    {"teacher-scale", {0.5, 1.0, 1.5, 2.0, 3.0}}}};
  study.lambdas = {0.1, 0.3, 1.0, 3.0, 10.0};
  return study;
}

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Whether a number was written that is none ("nan" or "inf" as a word).
inline bool has_no_number(const std::string& page) {
  for (const char* word : {"nan", "inf"}) {
    for (std::size_t at = page.find(word, 1); at != std::string::npos;
         at = page.find(word, at + 1)) {
      const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
      if (!letter(page[at - 1]) && !letter(page[at + 3])) return true;
    }
  }
  return false;
}

inline void check_page(const std::string& page) {
  CHECK(tag_fault(page) == "");
  for (const char* never : {"<script", "<img", "@import", "url(", "src=\"", "href=\"http"}) {
    CAPTURE(never);
    CHECK_FALSE(holds(page, never));
  }
  CHECK_FALSE(has_no_number(page));
  CHECK(page.size() < 1'000'000);
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (const std::string& line : lines_of(text))
    widest = std::max(widest, report::display_width(line));
  return widest;
}

}  // namespace cch::test
