#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/samples.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/joint_gaussian.hpp"
#include "cch/gaussian/shared_private_model.hpp"
#include "cch/gaussian/simulate_risk.hpp"
#include "cch/gaussian/teacher.hpp"

namespace cch {

/// How a cell's model is written down.
enum class StudyFamily {
  shared_private,  ///< SharedPrivateModel: factors, weights, noises
  shares,          ///< t = β_s s + β_e e + r itself, for maps of the laws
};
std::string_view to_string(StudyFamily family);

/// One point of a study's grid: a model, a teacher and the student's rows. All of it is numbers, so
/// that a grid may run over any of them.
///
/// shared_private: a, b and d are `*_factors` equal weights with norms `*_weight` (even_weights),
/// so that what factors say together does not depend on how many they are.
///
/// shares: x1 = t alone (w1 = 1), s = √Vs x2_0, and r is independent of s and e:
///
///   t = β_s s + β_e e + r,  Var r = `residual`,  x2 predicts the share `seen` of it (x2_1)
///
/// so that Vh = β_e²Ve + (1 − seen)Vr, c = β_e Ve, B = (1 − β_s)²Vs + seen Vr.
struct StudyCell {
  StudyFamily family = StudyFamily::shared_private;
  // shared_private
  std::size_t common_factors = 1;
  std::size_t teacher_factors = 1;
  std::size_t student_factors = 1;
  std::size_t nuisance = 0;
  double common_weight = 1.0;
  double teacher_weight = 1.0;
  double student_weight = 1.0;
  double nuisance_size = 1.0;
  double teacher_noise = 1.0;
  double student_noise = 1.0;
  std::size_t teacher_dim = 0;  ///< p1; 0 = as many as factors
  // shares
  double beta_s = 1.0;
  double beta_e = 0.0;
  double residual = 1.0;
  double seen = 0.0;
  double student_signal = 1.0;  ///< Vs
  // both
  double label_noise = 1.0;     ///< s_y; in shares √Ve
  std::size_t student_dim = 0;  ///< p2; 0 = as many as factors (shares: 2)
  std::size_t n = 100;          ///< the student's rows
  double teacher_scale = 1.0;   ///< t → scale · t
  Teacher teacher = OptimalTeacher{};
  std::string teacher_name = "optimal";

  [[nodiscard]] std::size_t p1() const;
  [[nodiscard]] std::size_t p2() const;
  /// The model of the first family.
  [[nodiscard]] SharedPrivateModel shared_private() const;
};

/// A number of StudyCell by its name in files. `share` is |a|²/(|a|² + |b|² + |d|²): setting it
/// keeps the sum and the ratio of |b| to |d|.
struct StudyParameter {
  std::string_view name;
  std::string_view meaning;
  bool whole;    ///< takes whole numbers alone
  double least;  ///< smallest value that means something
  double most;
  double (*get)(const StudyCell&);
  void (*set)(StudyCell&, double);
};
/// Those of one family, in the order in which they are to be set.
std::span<const StudyParameter> study_parameters(StudyFamily family);

/// Sets a parameter. Usage Errors "unknown-parameter" (with the nearest name) and
/// "parameter-range".
void set_parameter(StudyCell& cell, std::string_view name, double value);

/// named_teacher, with its name kept. Set n before it. Usage Error "bad-teacher".
void set_teacher(StudyCell& cell, const std::string& name);

/// What the formulas say of a cell. A teacher on the student's own rows has none: there the numbers
/// are those of one fitted on as many fresh rows, and as_if_fresh says so.
struct CellClosedForm {
  DistillationRisk risk;
  ModelInformation blocks;  ///< of x1 (in shares: t), x2 and y
  bool as_if_fresh = false;
};
/// Errors as DistillationRisk ("infinite-risk" first of all) and SharedPrivateModel. Cost O(number
/// of factors), whatever p.
CellClosedForm closed_form(const StudyCell& cell, bool intercept = false);

/// Usage Error "no-residual" for shares with Vr = 0 or seen = 1, where t is a function of x2 and y
/// and its covariance is singular: such cells have a closed form and no rows.
void check_simulation(const StudyCell& cell);

/// Monte-Carlo risk of a cell (simulate_risk). Errors as check_simulation and simulate_risk.
SimulatedRisk simulate_cell(const StudyCell& cell, bool intercept, const SimulationOptions& options,
                            const Execution& exec);

/// Estimates one information from rows; its nats. May throw Error where the rows do not do.
using InformationEstimator =
    std::function<double(const Samples& x, const Samples& y, const Execution& exec)>;

struct NamedEstimator {
  std::string name;
  InformationEstimator estimate;
};

/// Mean over draws of an estimator, beside the closed form.
struct EstimatedInformation {
  SimulatedValue value;
  std::optional<double> truth;  ///< empty: infinite
};

/// An estimator on a cell's blocks: I(x1;x2) and I(x2;y), which are empty where it failed.
struct CellEstimate {
  std::string estimator;
  std::optional<EstimatedInformation> teacher_student;
  std::optional<EstimatedInformation> student_labels;
  std::size_t draws = 0;
  std::size_t says_cch = 0;  ///< draws in which the first estimate is above the second
  std::string failed;        ///< why there is none; empty otherwise
};

/// Every estimator on the same `draws` ≥ 2 data sets of `rows` rows (0 = the student's n). An Error
/// of an estimator becomes `failed`. Cost: the estimators'.
std::vector<CellEstimate> estimate_cell(const StudyCell& cell,
                                        std::span<const NamedEstimator> estimators,
                                        std::size_t draws, std::size_t rows, const Execution& exec);

}  // namespace cch
