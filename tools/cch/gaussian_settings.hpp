#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cch/gaussian/joint_gaussian.hpp"
#include "cch/gaussian/shared_private_model.hpp"
#include "cch/gaussian/simulate_risk.hpp"
#include "tools/cch/common.hpp"

namespace cch {

/// What `cch gaussian solve` was asked.
struct GaussianSettings {
  CommonOptions common;
  std::string source;             ///< a covariance, or MODEL.toml
  std::vector<std::size_t> dims;  ///< D1, D2, DY of a covariance
  std::optional<std::size_t> n;   ///< the student's rows
  std::vector<double> lambdas{0.0, 0.1, 0.5, 1.0, 3.0};
  std::string teacher = "optimal";  ///< optimal, ols:N1, same-rows[:FOLDS] or a file of weights
  bool intercept = false;
  std::size_t simulate = 0;  ///< training sets to simulate; 0 = none unless the teacher needs it
};

/// A question ready to be answered.
struct GaussianProblem {
  JointGaussian joint;
  Teacher teacher;
  StudentFit fit;
  nlohmann::json inputs = nlohmann::json::array();
};

/// Reads a model file: the fields of SharedPrivateModel with hyphens (a, b, d, nuisance,
/// nuisance-size, teacher-noise, student-noise, label-noise, teacher-dim, student-dim), and n,
/// lambda, teacher, intercept, simulate and seed into the settings unless `given` on the command
/// line. Usage Errors "config-missing", "config-syntax", "config-type", "unknown-key".
SharedPrivateModel read_gaussian_model(const std::string& path,
                                       const std::vector<std::string>& given,
                                       GaussianSettings& settings);

/// Reads everything that the settings name. `given` are the options on the command line.
GaussianProblem read_gaussian_problem(GaussianSettings& settings,
                                      const std::vector<std::string>& given);

/// The cch.gaussian/1 document.
nlohmann::json gaussian_document(const GaussianSettings& settings, const GaussianProblem& problem,
                                 const Execution& exec);

/// That document for a terminal.
std::string render_gaussian(const nlohmann::json& document, bool quiet);

}  // namespace cch
