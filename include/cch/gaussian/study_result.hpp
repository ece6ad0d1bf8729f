#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/gaussian/confusion.hpp"
#include "cch/gaussian/laws.hpp"
#include "cch/gaussian/study.hpp"

namespace cch {

/// The number, or nothing where it is infinite or none.
std::optional<double> if_finite(double value);

/// What is asked of every cell of a study.
struct StudyQuestion {
  bool intercept = false;
  std::vector<double> lambdas;
  std::size_t simulate = 0;                ///< training sets; 0 = none
  std::vector<NamedEstimator> estimators;  ///< none = no estimates
  std::size_t draws = 5;
  std::size_t rows = 0;  ///< of a draw; 0 = the student's n
};

/// What the CCH says: it is one-directional, so that where it does not hold it says nothing.
enum class CchWord { helps, silent };
std::string_view to_string(CchWord word);

/// What each law says of one cell and λ (LawReadings).
struct StudyReadings {
  CchWord cch = CchWord::silent;
  Effect small_lambda_risk = Effect::neither;
  Effect small_lambda_direction = Effect::neither;
  Effect risk = Effect::neither;
  Effect direction = Effect::neither;
  /// The exact law at this λ.
  [[nodiscard]] Effect law(About about) const { return about == About::risk ? risk : direction; }
};

/// Means over the training sets of a cell.
struct SimulatedGains {
  SimulatedValue excess_risk;
  SimulatedValue gain;
  SimulatedValue cosine_gain;
  [[nodiscard]] const SimulatedValue& of(About about) const {
    return about == About::risk ? gain : cosine_gain;
  }
};

/// One λ of a cell.
struct StudyPoint {
  double lambda = 0.0;
  double excess_risk = 0.0;
  double gain = 0.0;
  std::optional<double> cosine_gain;      ///< cos(u) − cos(0); empty where Vs = 0
  std::optional<double> accuracy_change;  ///< on labels sign(y); empty where Vs = 0
  StudyReadings says;
  std::optional<SimulatedGains> simulated;
};

/// Whether the formulas are about the cell's teacher, or about one that is fitted on fresh rows.
enum class Basis { formula, as_if_fresh };
std::string_view to_string(Basis basis);

/// Informations of whole blocks; empty: infinite.
struct BlockInformation {
  std::optional<double> teacher_student;
  std::optional<double> student_labels;
  std::optional<double> teacher_labels;
  std::optional<double> teacher_labels_given_student;
};

/// One cell of a study with its answers, in plain values.
struct StudyResult {
  Basis basis = Basis::formula;
  std::optional<double> i_teacher_student;  ///< of the scalars t and s; empty: infinite
  std::optional<double> i_student_labels;
  std::optional<double> cch_margin;
  bool cch_holds = false;
  BlockInformation blocks;
  double beta_s = 0.0;
  double beta_e = 0.0;
  double kappa = 0.0;
  double noise_variance = 0.0;        ///< Ve
  double excess_risk_without = 0.0;   ///< E(0)
  std::optional<double> lambda_star;  ///< empty: infinite, the teacher alone
  double best_gain = 0.0;
  std::size_t p1 = 0;
  std::size_t p2 = 0;
  double n_over_p = 0.0;
  std::vector<StudyPoint> points;
  std::vector<CellEstimate> estimates;
  std::vector<Warning> warnings;
  [[nodiscard]] bool exact() const { return basis == Basis::formula; }
};

/// Answers one cell: the closed form at every λ > 0, and what else is asked. Random streams are of
/// exec.seed alone. Errors and cost as closed_form, simulate_cell and estimate_cell.
StudyResult study_result(const StudyCell& cell, const StudyQuestion& question,
                         const Execution& exec);

/// The point at this λ; nullptr without one.
const StudyPoint* point_at(const StudyResult& cell, double lambda);

/// Adds what every criterion says of a cell at every λ, about risk and direction, beside the truth:
/// the sign of the simulated gain where it is more than 2 standard errors from zero, else that of
/// the exact gain; a teacher on the student's own rows has no truth without a simulation. Criteria:
/// cch, cch-blocks, beta-e, beta-s, risk-law, direction-law, always, and estimated:NAME once a
/// draw.
void add_cases(const StudyResult& cell, std::vector<CriterionCase>& cases);

/// (mean − truth)/SE; empty without a truth or where the SE is zero.
std::optional<double> z_score(const SimulatedValue& simulated, std::optional<double> truth);

/// Simulated values against their formula, in standard errors.
struct FormulaAgreement {
  std::size_t points = 0;
  std::size_t beyond_2se = 0;
  std::size_t beyond_4se = 0;
  double largest_z = 0.0;  ///< of |z|
  void add(double z);
};
/// Adds the excess risks of a cell whose formula is about its teacher.
void add_agreement(const StudyResult& cell, FormulaAgreement& agreement);

/// The CCH against the truth of one cell and λ: the exact law where the formula is about the cell's
/// teacher, else the simulated gain, undecided within 2 standard errors of zero.
enum class CellOutcome { hit, false_alarm, miss, rejection, undecided, unknown };
inline constexpr std::size_t kOutcomes = 5;  ///< without unknown
CellOutcome outcome_of(const StudyResult& cell, const StudyPoint& point, About about);

/// Whether the simulated gain is more than 2 standard errors from zero with the other sign than the
/// law says.
bool contradicts(const StudyPoint& point, About about);

/// E(0), by which gains of cells of any size compare; empty where it is not above zero.
std::optional<double> risk_alone(const StudyResult& cell);

/// E(u)/E(0) = 1 + slope u + bend u², u = λ/(1 + λ): the slope is −2κVe(1 − β_e)/E(0), the bend
/// follows from the largest λ.
struct RiskParabola {
  double slope = 0.0;
  double bend = 0.0;
  [[nodiscard]] double at(double u) const { return 1 + slope * u + bend * u * u; }
};
/// Nothing where E(0) is not above zero or no λ is.
std::optional<RiskParabola> risk_parabola(const StudyResult& cell);

/// Mean of (estimate − closed form) over cells, with the standard error that the cells' give it.
struct MeanBias {
  double sum = 0.0;
  double variance = 0.0;  ///< of the sum
  double truth = 0.0;     ///< sum
  std::size_t cells = 0;
  /// Ignores an estimate without a finite truth.
  void add(const EstimatedInformation& estimate);
  [[nodiscard]] double mean() const { return sum / static_cast<double>(cells); }
  [[nodiscard]] double standard_error() const;
  [[nodiscard]] double mean_truth() const { return truth / static_cast<double>(cells); }
};

}  // namespace cch
