#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"
#include "cch/gaussian/study_result.hpp"

// A Gaussian study, schema cch.gaussian/1 of kind "sweep": every cell of a grid of models, and how
// often each criterion was right.

namespace cch::documents {

/// A cell of the grid. Null: an infinite information, λ or high end of n/p; a gain in cosine and
/// accuracy where Vs = 0; a simulation or estimate that was not asked for.
struct SweepCell : StudyResult {
  std::optional<std::size_t> number;  ///< place among the document's cells; absent: on its own
  Facts parameters;                   ///< numbers, and the teacher's name
};

/// A parameter that varies.
struct SweepAxis {
  std::string name;
  std::vector<Fact> values;
};

struct SweepSimulation {
  std::size_t repeats = 0;  ///< training sets a cell
};

/// What the estimates of every cell are.
struct SweepEstimation {
  std::vector<std::string> estimators;
  std::size_t repeats = 0;
  std::optional<std::size_t> rows;  ///< of a draw; empty: the student's n
  std::string scale;
};

/// The study's file as it was understood.
struct SweepConfig {
  struct Estimates {
    std::vector<std::string> estimators;
    std::size_t draws = 0;
    std::size_t rows = 0;
    std::string scale;
  };
  std::string title;
  Facts model;  ///< parameters that do not vary, and "family"
  std::map<std::string, std::vector<Fact>> grid;
  std::vector<double> lambda;
  std::size_t simulate = 0;
  bool intercept = false;
  std::uint64_t seed = 0;
  bool skip_impossible = false;
  std::optional<Estimates> estimates;
};

struct SweepDocument {
  std::string kind = "sweep";
  std::string title;
  std::vector<SweepAxis> axes;
  std::vector<double> lambdas;
  std::optional<SweepSimulation> simulation;
  std::optional<SweepEstimation> estimation;
  std::optional<FormulaAgreement> agreement;  ///< empty: nothing was simulated
  std::vector<CriterionConfusion> confusion;
  std::vector<SweepCell> cells;
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  SweepConfig config;
  Machine machine;
  double seconds = 0.0;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

/// The document as JSON, in one line or indented.
std::string to_text(const SweepDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank, and "document-schema" for another
/// kind.
SweepDocument parse_sweep(std::string_view text);
/// The document as its file gives it back.
SweepDocument as_stored(const SweepDocument& document);
/// The settings as text, for people.
std::string to_text(const SweepConfig& config);

/// A study that was not run, schema cch.gaussian-plan/1.
struct SweepPlan {
  struct Axis {
    std::string name;
    std::size_t values = 0;
  };
  std::vector<Axis> axes;
  std::size_t cells = 0;
  std::size_t skipped = 0;  ///< have no finite risk
  std::size_t done = 0;     ///< are in the folder
  std::vector<double> lambdas;
  std::size_t simulate = 0;
  std::vector<std::string> estimators;
  std::string version;
};
/// The plan as JSON, in one line or indented.
std::string to_text(const SweepPlan& plan, int indent = -1);

}  // namespace cch::documents
