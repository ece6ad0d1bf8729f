#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/cch/segment.hpp"

namespace cch {

/// One training: a set-up with a seed.
struct SegmentationCell {
  std::size_t setup = 0;
  std::uint64_t seed = 1;
  std::string key;
  std::vector<std::size_t> needs;  ///< cells
  nlohmann::json description;      ///< run_description(), with its seed
  nlohmann::json result;           ///< null: to be trained
};

/// The images of each seed, made when the first run asks and kept while one uses them.
class SegmentationSets {
 public:
  SegmentationSets(const SegmentationTask& task, const Execution& exec)
      : task_(task), exec_(exec.serial()) {}

  std::shared_ptr<const SegmentationSet> of(std::uint64_t seed);

 private:
  const SegmentationTask& task_;
  Execution exec_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::weak_ptr<const SegmentationSet>> sets_;
};

/// The trained network of a finished run in the folder `out`.
std::shared_ptr<const TrainedSegmentation> trained_network(
    const SegmentationStudy& study, const std::vector<SegmentationCell>& cells,
    const SegmentationCell& cell, const std::string& out);

/// Trains and evaluates what is open and writes it to DIR/runs/KEY; `head` is part of every result.
void run_cells(const TrainSettings& s, const SegmentationStudy& study,
               std::vector<SegmentationCell>& cells, nlohmann::json head, SegmentationSets& sets,
               Terminal& terminal, const Execution& exec);

}  // namespace cch
