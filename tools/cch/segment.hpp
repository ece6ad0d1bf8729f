#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cch/documents/segmentation.hpp"
#include "cch/experiments/segmentation_run.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/train.hpp"
#include "tools/documents/segmentation_run.hpp"

namespace cch {

/// Whether a study's [task] is called "segmentation".
bool is_segmentation_study(const TrainSettings& s);

/// `cch train` of such a study.
int run_segmentation(TrainSettings s, const std::vector<std::string>& given,
                     Invocation& invocation);

/// Reads the study; where its data lie comes from `s`. Usage Errors of config files, "bad-study".
SegmentationStudy read_segmentation_study(TrainSettings& s, const std::vector<std::string>& given);

/// Its [task]. Usage Errors "bad-task", "no-data-folder"; a data Error "dataset-missing".
void read_segmentation_task(const options::FileTable& table, SegmentationTask& task,
                            TrainSettings& s);
/// Its keys with their defaults, of settings that live as long as they are kept.
options::Table segmentation_task_table(std::shared_ptr<void>& settings);
/// Its keys, for the reference pages.
options::StudyFile segmentation_study_file();

// --- documents (experiments/segmentation/README.md)

/// The study with every default, set-ups apart: they may change in a folder.
nlohmann::json segmentation_config_json(const SegmentationStudy& study);
nlohmann::json setup_json(const SegmentationSetup& setup);

/// Names runs by what they depend on: data, network, training, set-up, seed, device, evaluation and
/// the runs that they need.
std::string segmentation_key(const SegmentationStudy& study, std::size_t setup, std::uint64_t seed,
                             const std::vector<documents::FileRecord>& inputs,
                             const std::string& device,
                             const std::vector<std::string>& needed_keys);

/// The same for all runs of a study however its set-ups and seeds grow, another for other settings
/// or data.
std::string segmentation_study_key(const SegmentationStudy& study,
                                   const std::vector<documents::FileRecord>& inputs);

/// What a run is within its study, without its study's key and its seed. `keys` are those of the
/// set-ups of its seed.
documents::SegmentationQuestion run_description(const SegmentationStudy& study, std::size_t setup,
                                                const std::vector<std::string>& keys);

/// A study's cells with what is known of them.
struct SegmentationPlan {
  std::vector<SegmentationCell> cells;
  std::vector<documents::SegmentationQuestion> descriptions;
  /// Records; none: to be trained.
  std::vector<std::optional<documents::SegmentationRunDocument>> results;

  [[nodiscard]] bool done(std::size_t i) const { return results[i] && results[i]->done(); }
};

/// The record of a cell, without what all records of a process share: command and inputs.
documents::SegmentationRunDocument segmentation_run(const SegmentationPlan& plan, std::size_t cell,
                                                    const SegmentationRun& run);

/// All runs as one document: levels of every set-up, and gains over its baseline (SetupSummary).
documents::SegmentationDocument segmentation_document(
    const documents::StudyHead& head, const std::vector<documents::SegmentationRunDocument>& runs,
    const RunStore& store);

}  // namespace cch
