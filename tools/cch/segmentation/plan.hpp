#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tools/cch/segment.hpp"
#include "tools/cch/share/study.hpp"
#include "tools/cch/terminal.hpp"
#include "tools/cch/train/plan.hpp"

namespace cch {

/// What is said while networks train: a bar of epochs, and a line a finished run.
class EpochReport {
 public:
  EpochReport(Terminal& terminal, bool quiet, const Execution& exec, std::size_t epochs)
      : terminal_(terminal), quiet_(quiet), exec_(exec), epochs_(epochs) {}

  void epoch();
  void finished(const std::string& setup, std::uint64_t seed, const SegmentationRun& run);

 private:
  Terminal& terminal_;
  bool quiet_;
  const Execution& exec_;
  std::size_t epochs_;
  std::size_t done_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  ProgressPace pace_;
  std::mutex mutex_;
};

/// The cells of a study under their keys, nothing of them read. Usage Error "bad-study" where two
/// set-ups train the same.
SegmentationPlan make_plan(const SegmentationStudy& study,
                           const std::vector<documents::FileRecord>& inputs,
                           const std::string& device);

/// The record of a cell, where it is done.
std::optional<documents::SegmentationRunDocument> stored_run(const RunStore& store,
                                                             const SegmentationCell& cell,
                                                             std::vector<Warning>& damage);
/// The same, also where it failed and stays so.
std::optional<documents::SegmentationRunDocument> stored_run(const RunStore& store,
                                                             const SegmentationCell& cell,
                                                             const Redo& redo,
                                                             std::vector<Warning>& damage);

/// Runs that are there already may have been called otherwise, or be compared with others now.
void describe_again(SegmentationPlan& plan, const RunStore& store);

/// Records of a plan's cells, which go into its results; `stop` hears of each run that is finished.
SegmentationRecords records_of(const SegmentationStudy& study, SegmentationPlan& plan,
                               const RunStore& store, const documents::StudyHead& head,
                               EpochReport& report, const Redo& redo = {},
                               StopAfter* stop = nullptr);

std::vector<std::string> modality_names(const SegmentationSet& set);

}  // namespace cch
