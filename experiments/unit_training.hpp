#pragma once

#include <chrono>
#include <vector>

#include "cch/criterion/pilot.hpp"
#include "experiments/unit_rows.hpp"

// The parts of train_unit.

namespace cch::detail {

/// The rows that a unit is trained on, and those that it is measured on.
struct UnitPart {
  UnitRows rows;
  std::vector<std::size_t> test;
  bool inner = false;  ///< an inner fold: no closed form, and a teacher at chance is no fault
};

/// What every training of a part reads.
struct UnitContext {
  const Study& study;
  const StudyUnit& unit;
  const StudyDraw& draw;
  const UnitPart& part;
  Execution exec;

  [[nodiscard]] Scenario scenario() const { return parse_scenario(unit.scenario); }
  /// Whether a loss of the study compares hidden features.
  [[nodiscard]] bool compares_hidden() const;
};

TrainingData training_data(const StudyDraw& draw, const Matrix& x, const ImageShape& shape);

Metrics metrics_on(const StudyDraw& draw, const Matrix& outputs,
                   const std::vector<std::size_t>& rows);
/// On the part's test rows.
Metrics metrics_of(const UnitContext& of, const Matrix& outputs);

/// Where the best weights count, they take the place of the last in outputs and features.
void take_counted(const UnitContext& of, Checkpoint weights, TrainedNetwork& trained,
                  RunResult& result);

/// Moves what is kept of a network into its result; outputs and features are then of the weights
/// that count.
void keep(const UnitContext& of, const TrainingData& data, const NetworkSpec& network,
          Checkpoint weights, TrainedNetwork& trained, RunResult& result);

double seconds_since(std::chrono::steady_clock::time_point start);

/// Divides a teacher's logits by its temperature on rows that it was not fitted on, and gives it;
/// nothing where the study does not want it, where there are no classes or no such rows.
std::optional<double> calibrate(const UnitContext& of, const std::vector<std::size_t>& unseen,
                                Matrix& logits);

/// Trains the teacher of result.spec and says what it says about every row of the draw.
TeacherOutputs train_teacher(const UnitContext& of, RunResult& result);

/// Trains everything of a part, in the order of the specs. Specs have no candidates.
std::vector<RunResult> train_part(const UnitContext& of, std::vector<RunSpec> specs);

/// A spec for every candidate, or the spec itself where there are none.
std::vector<RunSpec> every_candidate(const std::vector<RunSpec>& specs);

/// Losses of each spec's candidates, as RunResult::candidate_losses.
std::vector<std::vector<std::optional<double>>> inner_losses(const UnitContext& of,
                                                             const std::vector<RunSpec>& specs);

}  // namespace cch::detail
