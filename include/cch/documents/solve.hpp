#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"
#include "cch/gaussian/laws.hpp"
#include "cch/gaussian/simulate_risk.hpp"

// The closed form of one Gaussian model, schema cch.gaussian/1 of cch gaussian solve. What is empty
// was not asked for, is infinite (a warning says so) or has no formula.

namespace cch::documents {

/// A covariance, weights or a model's file.
struct SolveInput : FileRecord {
  std::optional<std::string> name;  ///< this and the next two: of arrays
  std::optional<std::vector<std::size_t>> shape;
  std::optional<std::string> dtype;
};

struct SolveConfig {
  std::array<std::size_t, 3> dims{};  ///< columns of x1, x2 and y
  std::optional<std::size_t> n;
  bool intercept = false;
  std::string teacher;
  double teacher_scale = 1.0;
  std::vector<std::size_t> teachers;
  std::vector<double> ridge;
  std::vector<double> lambda;
};

/// DistillationMoments, Vr, Var t and Var y.
struct SolveMoments {
  double vs = 0.0;
  double ve = 0.0;
  double vh = 0.0;
  double c = 0.0;
  double b = 0.0;
  double vr = 0.0;
  double vt = 0.0;
  double vy = 0.0;
};

/// What the exact laws say at one λ > 0, and why they differ from others: sentences.
struct SolveReadings {
  Effect risk = Effect::neither;
  Effect direction = Effect::neither;
  std::vector<std::string> disagreements;
};

struct SolvePoint {
  double lambda = 0.0;
  double excess_risk = 0.0;
  double gain = 0.0;
  Number cosine;           ///< none where Vs = 0
  Number accuracy_change;  ///< none for vector labels
  std::optional<SolveReadings> says;
};

/// d/du at u = 0.
struct SmallLambda {
  double risk_slope = 0.0;
  Number direction_slope;
};

struct SolveDecomposition {
  double redundancy = 0.0;
  double unique_x1 = 0.0;
  double unique_x2 = 0.0;
  double synergy = 0.0;
  std::string definition;
};

struct SolveBlocks {
  Number x1_x2;
  Number x2_y;
  Number x1_y;
  Number x1_y_given_x2;
  std::optional<SolveDecomposition> decomposition;  ///< where all are finite
};

struct RidgePoint {
  double ridge = 0.0;
  double effective_ridge = 0.0;
  double lambda = 0.0;
  double excess_risk = 0.0;
  double gain = 0.0;  ///< over the same ridge without the teacher
};

struct RidgeBest {
  Number lambda;
  Number ridge;
  double excess_risk = 0.0;
};

struct SolveRidge {
  std::string approximation;
  std::vector<RidgePoint> risk;
  RidgeBest without_teacher;
  RidgeBest best;
  double tuned_gain = 0.0;
};

/// One of several teachers.
struct SolveTeacher {
  std::string name;
  std::size_t columns = 0;
  Number i_teacher_student;
  bool cch_holds = false;
  double beta_s = 0.0;
  double beta_e = 0.0;
  Number lambda_star;
  double best_gain = 0.0;
  double weight = 0.0;  ///< in the best mix of all
};

/// The best mix of all teachers.
struct SolveTogether {
  double label_weight = 0.0;
  double excess_risk = 0.0;
  double gain = 0.0;
  double gain_over_single = 0.0;
  std::optional<std::string> best_single;  ///< none where it abstains
  bool abstains = false;
  double optimality_gap = 0.0;
};

struct SolveSimulation {
  std::size_t repeats = 0;
  std::vector<SimulatedPoint> risk;  ///< `cosine` at λ, and its gain
};

struct SolveDocument {
  Number i_teacher_student;  ///< of the scalars t and s
  Number i_student_labels;
  Number margin;
  std::optional<bool> cch_holds;
  Number beta_s;
  Number beta_e;
  std::optional<SolveMoments> moments;
  Number kappa;
  Number lambda_star;
  Number best_gain;
  Number largest_helpful_lambda;
  std::optional<SmallLambda> small_lambda;
  std::vector<SolvePoint> risk;  ///< empty: none
  SolveBlocks i_blocks;
  std::optional<SolveRidge> ridge;
  std::vector<SolveTeacher> teachers;  ///< empty: not several
  std::optional<SolveTogether> together;
  std::optional<SolveSimulation> simulation;
  std::vector<Warning> warnings;
  std::vector<SolveInput> inputs;
  SolveConfig config;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

/// The document as JSON, in one line or indented.
std::string to_text(const SolveDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
SolveDocument parse_solve(std::string_view text);

}  // namespace cch::documents
