#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cch/experiments/runner.hpp"
#include "cch/experiments/segmentation_study.hpp"
#include "cch/experiments/store.hpp"

namespace cch {

/// One training of a study: a set-up with a seed.
struct SegmentationCell {
  std::size_t setup = 0;
  std::uint64_t seed = 1;
  std::vector<std::size_t> needs;  ///< cells of its teacher and candidates
  std::string key;                 ///< of its record; the owner's
};
/// Seed after seed, in each the set-ups in their order.
std::vector<SegmentationCell> segmentation_cells(const SegmentationStudy& study);

/// What the validation images of a run said.
struct SegmentationChoice {
  Checkpoint weights = Checkpoint::best;  ///< that count
  std::optional<std::size_t> best_epoch;  ///< nothing where no loss was finite
  std::optional<double> best_loss;        ///< nats a pixel
  std::optional<std::size_t> stopped;     ///< early, after this epoch
  std::optional<SubsetScores> last;       ///< by the last weights where the best count, under the
                                          ///< first condition
  std::optional<double> calibration;      ///< τ of the network as a teacher
};

/// What became of a cell.
struct SegmentationRun {
  std::string failure;   ///< empty: its numbers count
  bool trained = false;  ///< false: the rest is empty
  std::vector<Warning> warnings;
  double seconds = 0.0;  ///< of training
  double images_per_second = 0.0;
  double peak_megabytes = 0.0;  ///< of the process so far
  std::vector<std::string> classes;
  std::optional<SegmentationScores> scores;
  std::optional<SegmentationChoice> chosen;  ///< where images are held out
};

/// What the owner of a study's records does. `record` and `finished` are called one at a time.
struct SegmentationRecords {
  /// The text of the record of a cell.
  std::function<std::string(std::size_t cell, const SegmentationRun& run)> record;
  /// Takes in the record that another process has stored; which there is.
  std::function<Stored(std::size_t cell)> find;
  std::function<void(std::size_t cell, const SegmentationRun& run)> finished;
  /// After each epoch of a cell.
  std::function<void()> epoch;
};

/// The images of each seed, made when the first cell asks and kept while one uses them.
class SegmentationSets {
 public:
  SegmentationSets(const SegmentationTask& task, const Execution& exec)
      : task_(task), exec_(exec.serial()) {}

  std::shared_ptr<const SegmentationSet> of(std::uint64_t seed);
  /// Takes the images of a seed that are there already.
  void put(std::uint64_t seed, const std::shared_ptr<const SegmentationSet>& set);

 private:
  const SegmentationTask& task_;
  Execution exec_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::weak_ptr<const SegmentationSet>> sets_;
};

/// The trained network of a finished cell. Data Errors of its files.
std::shared_ptr<const TrainedSegmentation> trained_network(
    const SegmentationStudy& study, const std::vector<SegmentationCell>& cells,
    const SegmentationCell& cell, const RunStore& store);

/// Trains and evaluates the cells that are not `stored` and puts their records into the store as
/// result.json, beside them train.jsonl (a line an epoch), last.safetensors, best.safetensors where
/// images are held out, confusions.npy (subsets × test images × K × K) and examples.npy; while a
/// cell is at work checkpoint.safetensors, from which it goes on to the same bits. `shared`: other
/// processes may have cells of the study.
RunCounts run_segmentation_cells(const SegmentationStudy& study,
                                 const std::vector<SegmentationCell>& cells,
                                 const std::vector<bool>& stored, const RunStore& store,
                                 SegmentationSets& sets, const SegmentationRecords& records,
                                 bool shared, const RunOptions& options, const Execution& exec);

}  // namespace cch
