#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "support/sample_rank_document.hpp"

namespace cch::test {

/// {value, standard_error, interval95}: the form of quantities that are not nats.
inline json sample_quantity(double value, double standard_error) {
  json quantity = sample_value(value, standard_error);
  quantity["value"] = quantity["nats"];
  quantity.erase("nats");
  return quantity;
}

/// "low" when the interval lies below zero, "high" above, else "open".
inline std::string side_of(const json& value, const char* high, const char* low, const char* open) {
  if (value["interval95"][0] > 0.0) return high;
  return value["interval95"][1] < 0.0 ? low : open;
}

inline json sample_pilot(double gain, double standard_error) {
  const json value = sample_value(gain, standard_error);
  return {{"gain_cross_entropy", value},
          {"gain_over_uninformed", sample_value(gain - 0.0037, standard_error)},
          {"gain_accuracy", sample_quantity(0.6 * gain, standard_error)},
          {"outcome", side_of(value, "helps", "harms", "undecided")},
          {"equivalent", false},
          {"weight", 0.5},
          {"temperature", 1.0},
          {"weights", {0.5, 0.5, 0.3, 0.5, 0.5}},
          {"temperatures", {1.0, 1.0, 1.0, 2.0, 1.0}},
          {"teacher_score", 0.34}};
}

inline json sample_prediction_level(double r_teacher_student, double r_student_labels) {
  const auto information = [](double r) { return -0.5 * std::log(1 - r * r); };
  return {{"r_teacher_student", r_teacher_student},
          {"r_student_labels", r_student_labels},
          {"i_teacher_student", information(r_teacher_student)},
          {"i_student_labels", information(r_student_labels)},
          {"beta_s", sample_quantity(0.91, 0.02)},
          {"beta_e", sample_quantity(0.22, 0.03)},
          {"beta_difference", 0.69},
          {"predicted_gain", 0.0031},
          {"lambda", 1.0},
          {"gaussian", {{"i_teacher_student", 2.7}, {"i_student_labels", 1.9}}},
          {"mixed_ksg", {{"i_teacher_student", 1.6}, {"i_student_labels", 1.3}}}};
}

inline json sample_prediction_outcome(const json& level) {
  json margin =
      sample_quantity(double(level["i_teacher_student"]) - double(level["i_student_labels"]), 0.03);
  return {{"outcome", side_of(margin, "holds", "fails", "undecided")},
          {"margin", margin["value"]},
          {"standard_error", 0.03},
          {"interval95", margin["interval95"]},
          {"p_above", 0.002},
          {"p_below", 0.998},
          {"capped", false},
          {"opposed", false}};
}

inline json sample_planted_bias(double margin) {
  json curve = json::array();
  for (const double truth : {0.0, 0.5, 1.0, 2.0, 4.0}) {
    curve.push_back(
        {{"truth", truth}, {"mean", 0.78 * truth + 0.01}, {"standard_error", 0.012}, {"sd", 0.04}});
  }
  return {{"teacher_student",
           {{"bias", -0.44}, {"standard_error", 0.02}, {"truth", 2.06}, {"resolved", true}}},
          {"student_labels",
           {{"bias", -0.09}, {"standard_error", 0.01}, {"truth", 1.28}, {"resolved", true}}},
          {"margin_bias", -0.35},
          {"interval95", {margin - 0.71, margin + 0.71}},
          {"could_flip", false},
          {"curve", curve},
          {"repeats", 8},
          {"diagnostics", {{"rows", 2000.0}}}};
}

inline json sample_null(double observed) {
  json edges = json::array();
  for (int i = 0; i <= 20; ++i) edges.push_back(0.08 + 0.004 * i);
  const std::vector<int> counts = {1,   3,  8,  19, 41, 66, 93, 120, 131, 127,
                                   112, 91, 70, 49, 31, 18, 10, 6,   2,   1};
  return {{"p_value", 0.001},     {"resolution", 0.001},
          {"permutations", 999},  {"observed", observed},
          {"statistic", "wilks"}, {"scheme", "rows"},
          {"rows_left_out", 0},   {"histogram", {{"edges", edges}, {"counts", counts}}}};
}

/// Adds everything beside the representation level to a teacher of sample_teacher().
inline void complete_teacher(json& teacher, double gain, double r_teacher_student) {
  const double margin = teacher["margin"]["nats"];
  teacher["i_teacher_labels_given_student"] = sample_value(0.41, 0.03);
  teacher["i_teacher_labels_given_student"]["estimator"] = "label-bound";
  teacher["pilot"] = sample_pilot(gain, 0.0051);
  teacher["prediction_level"] = sample_prediction_level(r_teacher_student, 0.86);
  teacher["cch"]["prediction"] = sample_prediction_outcome(teacher["prediction_level"]);
  teacher["cch"]["representation"]["verdict"] = teacher["verdict"];
  teacher["cch"]["representation"]["reasons"] = teacher["reasons"];
  teacher["cch"]["representation"]["bias_could_flip"] = false;
  teacher["cch"]["representation"]["i_student_labels_upper"] = 1.31;
  teacher["planted_bias"] = sample_planted_bias(margin);
  teacher["null"] = sample_null(teacher["i_teacher_student"]["nats"]);
  teacher["stability"] = {{"top1", teacher["rank"] == 1 ? 0.97 : 0.01},
                          {"best", teacher["rank"]},
                          {"worst", teacher["rank"]},
                          {"mean_rank", teacher["rank"]}};
  const std::string outcome = teacher["pilot"]["outcome"];
  teacher["verdict"] = outcome == "helps"   ? "distil"
                       : outcome == "harms" ? "do_not_distil"
                                            : "inconclusive";
  teacher["reasons"] = {
      "The pilot student " +
          std::string(outcome == "helps"   ? "gained from this teacher"
                      : outcome == "harms" ? "lost by this teacher"
                                           : "could go either way") +
          " on held-out rows.",
      "CCH on predictions " + teacher["cch"]["prediction"]["outcome"].get<std::string>() + "."};
}

inline json sample_controls() {
  json clone = sample_teacher("control: student clone", 1, 6, 3.1, 1.19, 0.03);
  complete_teacher(clone, -0.0031, 0.99);
  clone["cch"]["representation"]["trivially_satisfied"] = true;
  clone["verdict"] = "inconclusive";
  json shuffled = sample_teacher("control: shuffled teacher", 2, 216, 0.01, 1.19, 0.03);
  complete_teacher(shuffled, -0.0213, 0.02);
  shuffled["verdict"] = "do_not_distil";
  return {clone, shuffled};
}

/// I(T;S) against rows and against neighbours for each teacher of the document.
inline json sample_curves(const json& teachers) {
  json curves = json::array();
  for (const json& teacher : teachers) {
    const double nats = teacher["i_teacher_student"]["nats"];
    json rows = json::array();
    for (const int n : {250, 500, 1000, 2000}) {
      rows.push_back({{"rows", n}, {"nats", nats * (1 - 90.0 / n)}});
    }
    json neighbours = json::array();
    for (const int k : {2, 3, 4, 6, 10, 16}) {
      neighbours.push_back({{"k", k}, {"nats", nats - 0.012 * (k - 4)}});
    }
    curves.push_back({{"name", teacher["name"]}, {"by_rows", rows}, {"by_neighbours", neighbours}});
  }
  return curves;
}

inline json sample_sensitivity(const json& teachers) {
  json grid = json::array();
  double shift = 0.1;
  for (const char* estimator : {"cca-ksg", "gaussian-copula"}) {
    for (const char* preprocessing : {"zscore", "rank", "rank, 16 components"}) {
      json row = {
          {"estimator", estimator}, {"preprocessing", preprocessing}, {"k", nullptr},
          {"rows", 2000},           {"i_student_labels", 1.19},       {"teachers", json::array()}};
      if (row["estimator"] == "cca-ksg") row["k"] = 4;
      shift -= 0.06;
      for (const json& teacher : teachers) {
        const double nats = double(teacher["i_teacher_student"]["nats"]) + shift;
        row["teachers"].push_back(
            {{"name", teacher["name"]}, {"i_teacher_student", nats}, {"margin", nats - 1.19}});
      }
      grid.push_back(row);
    }
  }
  return grid;
}

/// A cch.rank/2 document with every part that `cch rank` can write: invented numbers, a verdict of
/// each of three kinds, decided by pilot and prediction level together.
inline json full_rank_document() {
  json document = sample_rank_document();
  const std::vector<double> gains = {0.0204, 0.0042, -0.0018, -0.0167};
  const std::vector<double> correlations = {0.93, 0.90, 0.86, 0.78};
  for (std::size_t i = 0; i < gains.size(); ++i) {
    complete_teacher(document["teachers"][i], gains[i], correlations[i]);
  }
  document["scenario"] = "same-rows";
  document["decided_by"] = "combined";
  document["pilot"] = {{"score_alone", 0.873},
                       {"accuracy_alone", 0.713},
                       {"rows", 2000},
                       {"extra_rows", 0},
                       {"unit", "nats"}};
  document["top1_stability"] = {{"fac", 0.97}, {"pix", 0.03}, {"kar", 0.0}, {"fou", 0.0}};
  document["stability_method"] = "multivariate t about the estimates";
  document["controls"] = sample_controls();
  document["curves"] = sample_curves(document["teachers"]);
  document["sensitivity"] = sample_sensitivity(document["teachers"]);
  document["estimators"][0]["rank_correlation"] = nullptr;
  document["estimators"][1]["rank_correlation"] = 1.0;
  document["config"]["scenario"] = "same-rows";
  document["config"]["decide-by"] = "combined";
  document["config"]["lambda"] = "auto";
  document["config"]["permutations"] = 999;
  document["config"]["controls"] = true;
  document["warnings"].erase(1);
  return document;
}

/// One entry of `chances`: what the sentences and pictures of a page need.
inline json sample_chance(const std::string& scenario, const std::string& model, double expected,
                          double p_gain, double p_worthwhile) {
  return {{"scenario", scenario},
          {"student_model", model},
          {"metric", "accuracy"},
          {"worthwhile", 0.005},
          {"p_gain", p_gain},
          {"p_worthwhile", p_worthwhile},
          {"expected_gain", expected},
          {"interval80", {expected - 0.012, expected + 0.012}},
          {"in_range", true},
          {"basis", "corpus"},
          {"contributions",
           json::array({{{"evidence", "linear pilot"}, {"value", 0.03}, {"effect", 0.015}},
                        {{"evidence", "I(T;Y) − I(S;Y)"}, {"value", 0.31}, {"effect", 0.006}}})},
          {"rows", 300},
          {"further_rows", scenario == "same-rows" ? 0 : 4000},
          {"networks", 185},
          {"verdict", p_gain >= 0.9         ? "distil"
                      : p_worthwhile <= 0.1 ? "do_not_distil"
                                            : "inconclusive"},
          {"network_rows", 300},
          {"lambda", 2.0},
          {"temperature", 3.0}};
}

/// The same decided by chances: fac gains with unlabelled pairs and not on the same rows.
inline json chance_rank_document() {
  json document = full_rank_document();
  document["decided_by"] = "chance";
  document["config"]["decide-by"] = "chance";
  document["config"]["risk"] = 0.05;
  double expected = 0.021;
  double p_gain = 0.96;
  for (json& teacher : document["teachers"]) {
    teacher["chances"] =
        json::array({sample_chance("same-rows", "linear", -0.006, 0.12, 0.04),
                     sample_chance("unlabelled-pairs", "linear", expected, p_gain, p_gain - 0.1),
                     sample_chance("unlabelled-pairs", "mlp:64", 0.03, 0.7, 0.6)});
    expected -= 0.008;
    p_gain -= 0.3;
  }
  return document;
}

}  // namespace cch::test
