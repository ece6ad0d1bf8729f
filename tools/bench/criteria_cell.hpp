#pragma once

// One cell of the comparison of criteria: the true gain of a linear student, and what each
// criterion said beforehand.

#include <compare>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/criterion/pilot.hpp"
#include "tools/bench/criteria_sets.hpp"

namespace cch::bench {

struct Cell {
  std::string set;
  std::string teacher;
  std::string student;
  std::string scenario;
  std::size_t n = 0;
  std::uint64_t seed = 0;
  friend auto operator<=>(const Cell&, const Cell&) = default;
};

/// A criterion's name, in the words of the table, and its score; nothing where it has none.
using Score = std::pair<std::string, std::optional<double>>;

struct CellResult {
  Cell cell;
  double gain = 0.0;                    ///< nats, (a, T) picked on inner folds
  std::optional<double> gain_accuracy;  ///< share of rows, a = .5, T = 1; classes only
  std::vector<Score> scores;            ///< larger: rather distil
  std::string prediction_outcome;       ///< of the prediction-level CCH: holds, fails, undecided
  double seconds = 0.0;
};

nlohmann::json to_json(const CellResult& result);
CellResult cell_result(const nlohmann::json& line);

/// Whether the set has rows enough: n labelled ones beside the test rows, and n/2 further ones
/// where the scenario needs them.
bool has_rows(const Split& split, const Cell& cell);

/// The true gain comes from the pilot's own training code, with the n labelled rows (and the
/// scenario's further rows) as the training part of one outer fold and the test rows as its test
/// part. The pilot sees the labelled and the further rows, all other criteria the labelled rows
/// alone; no criterion sees a test row.
CellResult measure(const DataSet& set, const Split& split, const Cell& cell, const Execution& exec);

}  // namespace cch::bench
