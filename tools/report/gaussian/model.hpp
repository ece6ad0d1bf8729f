#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/report/kit/field.hpp"

namespace cch::report {

/// A mean over simulated training sets or draws.
struct SweepMean {
  std::optional<double> mean;
  std::optional<double> standard_error;
};

/// What a law or a simulation is about: the squared error, or the cosine between student and s.
enum class About { risk, direction };
inline constexpr About kAbouts[] = {About::risk, About::direction};
const char* name_of(About about);

/// One λ of a cell.
struct SweepPoint {
  double lambda = 0.0;
  std::optional<double> excess_risk;
  std::optional<double> gain;
  std::optional<double> cosine_gain;
  std::string says_risk;
  std::string says_direction;
  std::string says_cch;
  SweepMean simulated_risk;
  SweepMean simulated_gain;
  SweepMean simulated_cosine;
  [[nodiscard]] const std::string& law(About about) const;
  [[nodiscard]] const SweepMean& simulated(About about) const;
};

struct SweepEstimate {
  struct Side {
    SweepMean value;
    std::optional<double> truth;
  };
  std::string estimator;
  Side teacher_student;
  Side student_labels;
  std::string failed;
};

/// One combination of the grid's values.
struct SweepCell {
  std::optional<std::int64_t> number;
  std::vector<std::size_t> places;  ///< a place an axis among its values; kNowhere if not there
  bool exact = true;  ///< the formula is about this very teacher, not about one of fresh rows
  std::optional<double> margin;
  std::optional<double> kappa;
  std::optional<double> noise_variance;
  std::optional<double> beta_e;
  std::optional<double> lambda_star;
  std::vector<SweepPoint> points;
  std::vector<SweepEstimate> estimates;
  const json* source = nullptr;
};
inline constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

struct SweepAxis {
  std::string name;
  std::vector<json> values;
  [[nodiscard]] std::string words(std::size_t place) const;
};

/// The parts of a sweep document that pictures need, with types; points at the document.
struct Sweep {
  const json* document = nullptr;
  std::vector<SweepAxis> axes;
  std::vector<double> lambdas;
  std::vector<SweepCell> cells;
  bool simulated = false;
  bool estimated = false;
};

/// Errors: "document-schema" for another schema or kind, "document-field-type".
Sweep read_sweep(const json& document);

/// The point of the cell at this λ; nullptr without one.
const SweepPoint* point_at(const SweepCell& cell, double lambda);

/// "teacher-noise 0.3 · n 50"; leaves out the axes named by `without`.
std::string cell_words(const Sweep& sweep, const SweepCell& cell,
                       const std::vector<std::size_t>& without = {});

/// At most `most` of `count` places, evenly spread, with the first and the last.
std::vector<std::size_t> spread(std::size_t count, std::size_t most);

/// About `most` of `count` places, or all: a fixed sequence that does not keep step with any axis.
std::vector<std::size_t> thinned(std::size_t count, std::size_t most);

/// At most `most` cells whose places fill the grid evenly on every axis at once (a Kronecker
/// sequence: nothing of their results has a say), in the order of the document.
std::vector<std::size_t> spread_cells(const Sweep& sweep, std::size_t most);

/// The CCH (the theorem's, "helps" or silent) against the truth of one cell and λ.
enum class Outcome { hit, false_alarm, miss, rejection, undecided, unknown };
inline constexpr std::size_t kOutcomes = 5;  ///< without unknown

/// The truth is the exact law where the formula is about the cell's teacher, else the simulated
/// gain, undecided within 2 standard errors of zero.
Outcome outcome_of(const SweepCell& cell, const SweepPoint& point, About about);

/// Whether the simulated gain lies beyond 2 standard errors on the other side of zero than the
/// exact law says.
bool contradicted(const SweepCell& cell, const SweepPoint& point, About about);

/// E(0) = E(λ) + gain(λ), the excess risk without distillation; empty where no λ has both or where
/// it is not above zero.
std::optional<double> risk_alone(const SweepCell& cell);

/// (mean − truth)/SE; empty without one of them or where the SE is zero.
std::optional<double> z_score(const SweepMean& simulated, std::optional<double> truth);

}  // namespace cch::report
