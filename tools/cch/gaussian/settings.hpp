#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/documents/solve.hpp"
#include "cch/gaussian/joint_gaussian.hpp"
#include "cch/gaussian/shared_private_model.hpp"
#include "cch/gaussian/simulate_risk.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/options/study_file.hpp"

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
  std::size_t simulate = 0;    ///< training sets to simulate; 0 = none unless the teacher needs it
  double teacher_scale = 1.0;  ///< γ of γt
  std::vector<double> ridges;  ///< ℓ of a ridge student beside least squares; none = no part
  std::vector<std::size_t> teachers;  ///< columns of x1 that each of several teachers has
};

/// A question ready to be answered. A model answers by sums over its factors; `joint` is there for
/// a covariance, and for the several teachers of a model.
struct GaussianProblem {
  std::optional<SharedPrivateModel> model;
  std::optional<JointGaussian> joint;
  BlockNames teacher_blocks{"x1"};  ///< "x1.1", "x1.2", … of several teachers
  std::size_t d1 = 0;               ///< columns of x1, x2 and y
  std::size_t p = 0;
  std::size_t q = 1;
  Teacher teacher;
  double teacher_scale = 1.0;
  StudentFit fit;
  std::vector<documents::SolveInput> inputs;
  std::vector<Warning> warnings;  ///< about the files

  [[nodiscard]] ModalityBlocks blocks() const { return {teacher_blocks, {"x2"}, {"y"}}; }
  /// Of the scaled teacher.
  [[nodiscard]] DistillationMoments moments() const;
  [[nodiscard]] ModelInformation information() const;
};

/// The options of `cch gaussian solve`, which a model file may have too.
options::Table gaussian_table(GaussianSettings& settings);

/// Reads a model file: the fields of SharedPrivateModel with hyphens (a, b, d, nuisance,
/// nuisance-size, teacher-noise, student-noise, label-noise, teacher-dim, student-dim), and n,
/// lambda, teacher, teacher-scale, teachers, ridge, intercept, simulate and seed into the settings
/// unless `given` on the command line. Usage Errors "config-missing", "config-syntax",
/// "config-type", "unknown-key".
SharedPrivateModel read_gaussian_model(const std::string& path,
                                       const std::vector<std::string>& given,
                                       GaussianSettings& settings);

/// Its keys, for the reference pages.
options::StudyFile gaussian_model_file();

/// Reads everything that the settings name. `given` are the options on the command line.
GaussianProblem read_gaussian_problem(GaussianSettings& settings,
                                      const std::vector<std::string>& given);

/// The document's part on a ridge student: every ℓ × λ, and the best with and without the teacher.
documents::SolveRidge ridge_part(const GaussianSettings& settings, const GaussianProblem& problem,
                                 std::vector<Warning>& warnings);
/// Its parts on several teachers: each alone, and together. There must be rows enough.
void add_several_teachers(documents::SolveDocument& document, const GaussianProblem& problem);
/// A document has no infinity: nothing, and a warning that names the value.
documents::Number finite_number(double value, const std::string& name,
                                std::vector<Warning>& warnings);

/// The answers to all that was asked; its command is yet to be named.
documents::SolveDocument solve_document(const GaussianSettings& settings,
                                        const GaussianProblem& problem, const Execution& exec);

}  // namespace cch
