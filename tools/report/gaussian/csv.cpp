#include <fmt/format.h>

#include <set>

#include "tools/report/gaussian/model.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/rank/csv.hpp"
#include "tools/report/sweep.hpp"

namespace cch::report {
namespace {

constexpr const char* kOfCell[] = {"i_teacher_student", "i_student_labels", "cch_margin"};
constexpr const char* kOfBlocks[] = {"teacher_student", "student_labels", "teacher_labels",
                                     "teacher_labels_given_student"};
constexpr const char* kShapeColumns[] = {"beta_s",      "beta_e",    "kappa",
                                         "lambda_star", "best_gain", "noise_variance"};
constexpr const char* kOfPoint[] = {"lambda", "excess_risk", "gain", "cosine_gain",
                                    "accuracy_change"};
constexpr const char* kSays[] = {"risk", "direction", "small_lambda_risk", "small_lambda_direction",
                                 "cch"};
constexpr const char* kSimulated[] = {"excess_risk", "gain", "cosine_gain"};
constexpr const char* kEstimated[] = {"i_teacher_student", "i_student_labels"};

/// What varies from document to document.
struct Columns {
  std::set<std::string> parameters;
  std::vector<std::string> estimators;
};

Columns columns_of(const json& document) {
  Columns columns;
  std::set<std::string> seen;
  for (const json& cell : elements(field(document, "cells"))) {
    const json& parameters = field(cell, "parameters");
    if (parameters.is_object()) {
      for (const auto& [name, value] : parameters.items()) columns.parameters.insert(name);
    }
    for (const json& estimate : elements(field(cell, "estimates"))) {
      const std::string name = text(field(estimate, "estimator"));
      if (seen.insert(name).second) columns.estimators.push_back(name);
    }
  }
  return columns;
}

std::string headings(const Columns& columns) {
  std::string out = "cell";
  for (const std::string& name : columns.parameters) out += ',' + csv_field(name);
  out += ",n_over_p,basis";
  for (const char* name : kOfCell) out += fmt::format(",{}_nats", name);
  out += ",cch_holds";
  for (const char* name : kOfBlocks) out += fmt::format(",i_blocks_{}_nats", name);
  for (const char* name : kShapeColumns) out += fmt::format(",{}", name);
  for (const char* name : kOfPoint) out += fmt::format(",{}", name);
  for (const char* name : kSays) out += fmt::format(",says_{}", name);
  for (const char* name : kSimulated) {
    out += fmt::format(",simulated_{0},simulated_{0}_standard_error", name);
  }
  for (const std::string& estimator : columns.estimators) {
    for (const char* name : kEstimated) {
      for (const char* part : {"", "_standard_error", "_truth"}) {
        out += ',' + csv_field(fmt::format("{}_{}_nats{}", estimator, name, part));
      }
    }
    out += ',' + csv_field(estimator + "_failed");
  }
  return out + "\r\n";
}

std::string cell_fields(const json& cell, const Columns& columns) {
  std::string out = csv_value(field(cell, "cell"));
  for (const std::string& name : columns.parameters) {
    out += ',' + csv_value(field(cell, "parameters", name));
  }
  out += ',' + csv_value(field(cell, "n_over_p")) + ',' + csv_value(field(cell, "basis"));
  for (const char* name : kOfCell) out += ',' + csv_value(field(cell, name));
  out += ',' + csv_value(field(cell, "cch_holds"));
  for (const char* name : kOfBlocks) out += ',' + csv_value(field(cell, "i_blocks", name));
  for (const char* name : kShapeColumns) out += ',' + csv_value(field(cell, name));
  return out;
}

std::string point_fields(const json& point) {
  std::string out;
  for (const char* name : kOfPoint) out += ',' + csv_value(field(point, name));
  for (const char* name : kSays) out += ',' + csv_value(field(point, "says", name));
  for (const char* name : kSimulated) {
    const json& simulated = field(point, "simulated", name);
    out += ',' + csv_value(field(simulated, "mean")) + ',' +
           csv_value(field(simulated, "standard_error"));
  }
  return out;
}

const json& estimate_named(const json& cell, const std::string& name) {
  static const json none;
  for (const json& estimate : elements(field(cell, "estimates"))) {
    if (text(field(estimate, "estimator")) == name) return estimate;
  }
  return none;
}

std::string estimate_fields(const json& cell, const Columns& columns) {
  std::string out;
  for (const std::string& name : columns.estimators) {
    const json& estimate = estimate_named(cell, name);
    for (const char* side : kEstimated) {
      for (const char* part : {"mean", "standard_error", "truth"}) {
        out += ',' + csv_value(field(estimate, side, part));
      }
    }
    out += ',' + csv_value(field(estimate, "failed"));
  }
  return out;
}

}  // namespace

std::string sweep_csv(const json& document) {
  read_sweep(document);  // refuses what is not a sweep
  const Columns columns = columns_of(document);
  std::string out = headings(columns);
  for (const json& cell : elements(field(document, "cells"))) {
    const std::string before = cell_fields(cell, columns);
    const std::string after = estimate_fields(cell, columns) + "\r\n";
    for (const json& point : elements(field(cell, "risk"))) {
      out += before + point_fields(point) + after;
    }
  }
  return out;
}

}  // namespace cch::report
