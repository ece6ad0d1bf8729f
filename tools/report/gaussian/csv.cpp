#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cch/report/sweep.hpp"
#include "tools/report/gaussian/model.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/fact.hpp"

namespace cch::report {
namespace {

/// What varies from document to document.
struct Columns {
  std::set<std::string> parameters;
  std::vector<std::string> estimators;
};

Columns columns_of(const SweepDocument& document) {
  Columns columns;
  std::set<std::string> seen;
  for (const SweepCell& cell : document.cells) {
    for (const auto& [name, value] : cell.parameters) columns.parameters.insert(name);
    for (const CellEstimate& estimate : cell.estimates) {
      if (seen.insert(estimate.estimator).second) columns.estimators.push_back(estimate.estimator);
    }
  }
  return columns;
}

std::string headings(const Columns& columns) {
  std::string out = "cell";
  for (const std::string& name : columns.parameters) out += ',' + csv_field(name);
  out +=
      ",n_over_p,basis,i_teacher_student_nats,i_student_labels_nats,cch_margin_nats,cch_holds,"
      "i_blocks_teacher_student_nats,i_blocks_student_labels_nats,i_blocks_teacher_labels_nats,"
      "i_blocks_teacher_labels_given_student_nats,beta_s,beta_e,kappa,lambda_star,best_gain,"
      "noise_variance,lambda,excess_risk,gain,cosine_gain,accuracy_change,says_risk,says_direction,"
      "says_small_lambda_risk,says_small_lambda_direction,says_cch,simulated_excess_risk,"
      "simulated_excess_risk_standard_error,simulated_gain,simulated_gain_standard_error,"
      "simulated_cosine_gain,simulated_cosine_gain_standard_error";
  for (const std::string& estimator : columns.estimators) {
    for (const char* name : {"i_teacher_student", "i_student_labels"}) {
      for (const char* part : {"", "_standard_error", "_truth"}) {
        out += ',' + csv_field(fmt::format("{}_{}_nats{}", estimator, name, part));
      }
    }
    out += ',' + csv_field(estimator + "_failed");
  }
  return out + "\r\n";
}

/// ",0.1,0.2": numbers in full, nothing for none.
template <class... Numbers>
std::string fields(const Numbers&... numbers) {
  std::string out;
  const auto add = [&out](std::optional<double> x) {
    out += ',';
    if (x) fmt::format_to(std::back_inserter(out), "{}", *x);
  };
  (add(numbers), ...);
  return out;
}

std::string cell_fields(const SweepCell& cell, const Columns& columns) {
  std::string out = cell.number ? std::to_string(*cell.number) : "";
  for (const std::string& name : columns.parameters) {
    const auto found = cell.parameters.find(name);
    out += ',' + (found == cell.parameters.end() ? "" : csv_value(found->second));
  }
  const BlockInformation& blocks = cell.blocks;
  return out + fields(cell.n_over_p) + ',' + std::string(to_string(cell.basis)) +
         fields(cell.i_teacher_student, cell.i_student_labels, cell.cch_margin) +
         (cell.cch_holds ? ",true" : ",false") +
         fields(blocks.teacher_student, blocks.student_labels, blocks.teacher_labels,
                blocks.teacher_labels_given_student, cell.beta_s, cell.beta_e, cell.kappa,
                cell.lambda_star, cell.best_gain, cell.noise_variance);
}

std::string mean_fields(const SimulatedValue& value) {
  return fields(value.mean, value.standard_error);
}

std::string point_fields(const StudyPoint& point) {
  const StudyReadings& says = point.says;
  std::string out = fields(point.lambda, point.excess_risk, point.gain, point.cosine_gain,
                           point.accuracy_change) +
                    fmt::format(",{},{},{},{},{}", to_string(says.risk), to_string(says.direction),
                                to_string(says.small_lambda_risk),
                                to_string(says.small_lambda_direction), to_string(says.cch));
  const auto& simulated = point.simulated;
  if (!simulated) return out + ",,,,,,";
  return out + mean_fields(simulated->excess_risk) + mean_fields(simulated->gain) +
         mean_fields(simulated->cosine_gain);
}

std::string information_fields(const std::optional<EstimatedInformation>& information) {
  if (!information) return ",,,";
  return mean_fields(information->value) + fields(information->truth);
}

std::string estimate_fields(const SweepCell& cell, const Columns& columns) {
  std::string out;
  for (const std::string& name : columns.estimators) {
    const auto found =
        std::find_if(cell.estimates.begin(), cell.estimates.end(),
                     [&name](const CellEstimate& one) { return one.estimator == name; });
    const CellEstimate estimate = found == cell.estimates.end() ? CellEstimate{} : *found;
    out += information_fields(estimate.teacher_student) +
           information_fields(estimate.student_labels) + ',' + csv_field(estimate.failed);
  }
  return out;
}

}  // namespace

std::string sweep_csv(const SweepDocument& document) {
  const Columns columns = columns_of(document);
  std::string out = headings(columns);
  for (const SweepCell& cell : document.cells) {
    const std::string before = cell_fields(cell, columns);
    const std::string after = estimate_fields(cell, columns) + "\r\n";
    for (const StudyPoint& point : cell.points) out += before + point_fields(point) + after;
  }
  return out;
}

}  // namespace cch::report
