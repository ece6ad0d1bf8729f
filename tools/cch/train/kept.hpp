#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cch/documents/run.hpp"
#include "cch/experiments/key_list.hpp"
#include "cch/report/train.hpp"

namespace cch {

/// What a report needs of a run; a number that it has not is a NaN.
struct KeptRun {
  std::uint64_t seed = 0;
  std::uint32_t cell = 0;
  bool done = false;
  double accuracy = 0.0;
  double mse = 0.0;
  double cross_entropy = 0.0;
  double calibrated = 0.0;
  double temperature = 0.0;
  double last_accuracy = 0.0;  ///< by last weights, where the best count
  double last_mse = 0.0;
  double predicted_accuracy = 0.0;  ///< gains, by the closed form
  double predicted_mse = 0.0;
};

/// What runs share that differ in their seed alone.
struct CellName {
  std::string role;
  report::TrainPlace place;
  std::string control;

  bool operator<(const CellName& other) const;
};
/// Whether a coordinate comes before another of the same name.
bool coordinate_before(const report::TrainCoordinate& a, const report::TrainCoordinate& b);

/// Runs as they are read, one after the other, of which nothing stays but a KeptRun, two keys and,
/// once, their cell: some 160 bytes, whatever a record holds.
class KeptRuns {
 public:
  void add(const documents::RunDocument& run);

  /// Puts runs in the order of cell, seed and key, each seed of a cell once. Returns how many
  /// repeat one, and are left out.
  std::size_t sort();

  using Cells = std::map<CellName, std::uint32_t>;
  [[nodiscard]] const Cells& cells() const { return cells_; }
  /// Places of a cell's runs, by seed; after sort().
  [[nodiscard]] std::vector<std::uint32_t> of_cell(std::uint32_t cell) const;
  [[nodiscard]] const KeptRun& operator[](std::uint32_t run) const { return runs_[run]; }
  /// The student that a run is paired with, if it is there; after sort().
  [[nodiscard]] const KeptRun* student_of(std::uint32_t run) const;
  [[nodiscard]] std::string key_of(std::uint32_t run) const { return std::string(keys_[run]); }
  /// Rows of a run whose teacher lacks some.
  [[nodiscard]] std::optional<documents::PairedOfRun> paired(std::uint32_t run) const;

  [[nodiscard]] std::size_t size() const { return runs_.size(); }
  /// What all of it takes of memory, cells apart.
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::deque<KeptRun> runs_;
  KeyList keys_;
  KeyList students_;
  Cells cells_;
  std::map<std::uint32_t, documents::PairedOfRun> paired_;
  std::vector<std::uint32_t> by_key_;
  std::vector<std::uint32_t> by_cell_;
  std::vector<std::size_t> ends_;  ///< of each cell in by_cell_
};

}  // namespace cch
