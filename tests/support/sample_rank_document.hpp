#pragma once

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cch/documents/estimate.hpp"
#include "cch/documents/rank.hpp"
#include "tools/documents/json.hpp"

namespace cch::test {

using nlohmann::json;

/// {nats, standard_error, interval95} with a normal 95 % interval.
inline json sample_value(double nats, double standard_error) {
  return {{"nats", nats},
          {"standard_error", standard_error},
          {"interval95", {nats - 1.96 * standard_error, nats + 1.96 * standard_error}}};
}

/// One teacher of a cch.rank/2 document; its verdict and CCH outcome follow from the interval.
inline json sample_teacher(const std::string& name, int rank, int dim, double teacher_student,
                           double student_labels, double standard_error) {
  json margin = sample_value(teacher_student - student_labels, standard_error);
  const double low = margin["interval95"][0];
  const double high = margin["interval95"][1];
  const std::string outcome = low > 0 ? "holds" : high < 0 ? "fails" : "undecided";
  const std::string verdict = low > 0 ? "distil" : high < 0 ? "do_not_distil" : "inconclusive";
  margin["p_above"] = low > 0 ? 0.0004 : 0.61;
  margin["p_below"] = high < 0 ? 0.002 : 0.39;
  const json representation = {
      {"outcome", outcome},     {"margin", margin["nats"]},       {"trivially_satisfied", false},
      {"mixed_families", true}, {"i_student_labels_upper", 1.31}, {"bias_could_flip", nullptr},
      {"verdict", verdict},     {"reasons", json::array()}};
  return {
      {"name", name},
      {"dim", dim},
      {"rank", rank},
      {"i_teacher_student", sample_value(teacher_student, 0.8 * standard_error)},
      {"i_student_labels", sample_value(student_labels, 0.019)},
      {"i_teacher_labels", sample_value(1.9 - 0.1 * rank, 0.02)},
      {"i_teacher_labels_given_student", nullptr},
      {"i_teacher_student_all_rows", nullptr},
      {"margin", margin},
      {"cch", {{"representation", representation}, {"prediction", nullptr}}},
      {"prediction_level", nullptr},
      {"pilot", nullptr},
      {"planted_bias", nullptr},
      {"null", nullptr},
      {"stability", nullptr},
      {"verdict", verdict},
      {"reasons", {"The interval of the margin decides at the 5 % level (Holm over teachers)."}},
      {"diagnostics", {{"rung", "joint"}, {"pairs", 3}, {"query_standard_error", 0.0042}}}};
}

/// Teachers as an estimator pair has them: representations alone.
inline json represented(json teachers) {
  for (json& teacher : teachers) {
    teacher["cch"].erase("prediction");
    for (const char* key :
         {"i_teacher_labels_given_student", "i_teacher_student_all_rows", "prediction_level",
          "pilot", "planted_bias", "null", "stability", "verdict", "reasons"}) {
      teacher.erase(key);
    }
  }
  return teachers;
}

/// An estimator pair with its teachers.
inline json sample_pair(const std::string& teacher_student, const std::string& why,
                        const json& teachers) {
  return {{"teacher_student", teacher_student},
          {"student_labels", "label-bound"},
          {"why", why},
          {"i_student_labels", sample_value(1.19, 0.019)},
          {"student_labels_diagnostics", {{"folds", 5.0}}},
          {"rank_correlation", nullptr},
          {"teachers", represented(teachers)}};
}

inline json sample_input(const std::string& role, const std::string& name, int columns) {
  const std::string digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  return {{"role", role},     {"name", name},       {"source", "features/" + name + ".npy"},
          {"sha256", digest}, {"dtype", "float64"}, {"shape", {2000, columns}}};
}

/// A cch.rank/2 document of the shape that `cch rank` writes, with invented numbers: four teachers
/// with three kinds of verdicts, two estimators, fields of later stages null.
inline json sample_rank_document() {
  const json teachers = {sample_teacher("fac", 1, 216, 1.62, 1.19, 0.027),
                         sample_teacher("pix", 2, 240, 1.47, 1.19, 0.031),
                         sample_teacher("kar", 3, 64, 1.21, 1.19, 0.034),
                         sample_teacher("fou", 4, 76, 0.94, 1.19, 0.040)};
  const json second = {sample_teacher("fac", 1, 216, 1.41, 1.19, 0.035),
                       sample_teacher("pix", 2, 240, 1.33, 1.19, 0.036),
                       sample_teacher("kar", 3, 64, 1.09, 1.19, 0.031),
                       sample_teacher("fou", 4, 76, 0.88, 1.19, 0.044)};
  json gap = sample_value(0.15, 0.022);
  gap["first"] = "fac";
  gap["second"] = "pix";
  json document = {{"schema", "cch.rank/2"}, {"version", "0.1.0"}, {"seed", 1}, {"seconds", 12.3}};
  document["command"] =
      "cch rank --student mor=features/mor.npy --teacher fac=features/fac.npy "
      "--teacher pix=features/pix.npy --labels features/digit.npy --seed 1";
  document["config"] = {{"scale", "rank"}, {"estimator", {"cca-ksg", "gaussian-copula"}}, {"k", 4}};
  document["machine"] = {
      {"processor", "a processor"}, {"threads", 2}, {"device", "cpu"}, {"instruction_set", "avx2"}};
  document["inputs"] = {sample_input("student", "mor", 6), sample_input("teacher", "fac", 216),
                        sample_input("teacher", "pix", 240), sample_input("labels", "digit", 1)};
  document["alignment"] = {{"by", "row-order"},     {"verified", false},
                           {"rows", 2000},          {"rows_without_label", 0},
                           {"labels_set_aside", 0}, {"lost", {{{"name", "mor"}, {"rows", 0}}}}};
  document["student"] = {{"name", "mor"}, {"dim", 6}};
  document["rows"] = 2000;
  document["labels"] = {{"kind", "discrete"},
                        {"classes", 10},
                        {"class_names", nullptr},
                        {"class_rows", nullptr},
                        {"entropy_nats", std::log(10.0)},
                        {"reason", "64-bit integers, 10 distinct values: taken as classes"}};
  document["groups"] = nullptr;
  document["scenario"] = "same-rows";
  document["scale"] = "rank";
  document["decided_by"] = "cch";
  document["teachers"] = teachers;
  document["differences"] = json::array({gap});
  for (const char* later :
       {"pilot", "top1_stability", "curves", "sensitivity", "controls", "per_class"}) {
    document[later] = nullptr;
  }
  document["stability_method"] = "";
  document["estimators"] = {sample_pair("cca-ksg", "the joint dimension is above 6", teachers),
                            sample_pair("gaussian-copula", "asked for", second)};
  document["warnings"] = {
      {{"code", "mixed-families"},
       {"message",
        "I(T;S) comes from cca-ksg and I(S;Y) from label-bound, which is a lower bound: the margin "
        "leans towards distil."}},
      {{"code", "planted-bias-missing"},
       {"message", "planted_bias is null: the planted calibration was not run."}}};
  return document;
}

/// The ranking that a document holds.
inline documents::RankDocument typed(const json& document) {
  return documents::read_rank(document);
}

/// An estimate with invented numbers.
inline documents::EstimateDocument sample_estimate_document() {
  json document = sample_value(0.432, 0.021);
  document["schema"] = "cch.estimate/1";
  document["version"] = "0.1.0";
  document["command"] = "cch estimate x.npy y.npy";
  document["seed"] = 1;
  document["inputs"] = {sample_input("x", "x", 3), sample_input("y", "y", 2)};
  document["estimator"] = "ksg1";
  document["why"] = "both sides are continuous and the joint dimension is 5";
  document["scale"] = "rank";
  document["n"] = 2000;
  document["dim_x"] = 3;
  document["dim_y"] = 2;
  document["diagnostics"] = {{"seconds", 0.31}, {"query_standard_error", nullptr}};
  document["config"] = {{"scale", "rank"}, {"k", nullptr}};
  document["machine"] = {
      {"processor", "a processor"}, {"threads", 2}, {"device", "cpu"}, {"instruction_set", "avx2"}};
  document["warnings"] = json::array();
  return documents::read_estimate(document);
}

}  // namespace cch::test
