#include "cch/core/version.hpp"
#include "cch/documents/from_result.hpp"

namespace cch::documents {

EstimateDocument estimate_document(const Estimate& estimate, const std::string& why, Scale scale,
                                   const Execution& exec, const Provenance& from) {
  EstimateDocument out;
  out.value = value(estimate);
  out.estimator = estimate.method;
  out.why = why;
  out.scale = to_string(scale);
  out.n = estimate.n;
  out.dim_x = estimate.dim_x;
  out.dim_y = estimate.dim_y;
  out.diagnostics = facts(estimate.diagnostics);
  std::vector<Warning> warnings = from.warnings;
  warnings.insert(warnings.end(), estimate.warnings.begin(), estimate.warnings.end());
  out.warnings = distinct(warnings);
  out.inputs = from.inputs;
  out.config = from.config.value_or(Facts{});
  out.version = kVersion;
  out.command = from.command;
  out.seed = exec.seed;
  out.machine = machine_of(exec);
  return out;
}

}  // namespace cch::documents
