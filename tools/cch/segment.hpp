#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cch/experiments/segmentation_study.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/train.hpp"

namespace cch {

/// Whether a study's [task] is called "segmentation".
bool is_segmentation_study(const TrainSettings& s);

/// `cch train` of such a study.
int run_segmentation(TrainSettings s, const std::vector<std::string>& given,
                     Invocation& invocation);

/// Reads the study; where its data lie comes from `s`. Usage Errors of config files, "bad-study".
SegmentationStudy read_segmentation_study(TrainSettings& s, const std::vector<std::string>& given);

// --- documents (experiments/segmentation/README.md)

/// The study with every default, set-ups apart: they may change in a folder.
nlohmann::json segmentation_config_json(const SegmentationStudy& study);
nlohmann::json setup_json(const SegmentationSetup& setup);
nlohmann::json scores_json(const SegmentationScores& scores,
                           const std::vector<std::string>& classes);

/// Names runs by what they depend on: data, network, training, set-up, seed, device, evaluation and
/// the runs that they need.
std::string segmentation_key(const SegmentationStudy& study, std::size_t setup, std::uint64_t seed,
                             const nlohmann::json& inputs, const std::string& device,
                             const std::vector<std::string>& needed_keys);

/// The same for all runs of a study however its set-ups and seeds grow, another for other settings
/// or data.
std::string segmentation_study_key(const SegmentationStudy& study, const nlohmann::json& inputs);

/// What a run is within its study, for readers of results: study, task, setup, unit (without its
/// seed), role (student, distilled), teacher, loss and the keys of the runs that it needs and is
/// compared with. `keys` are those of the set-ups of its seed.
nlohmann::json run_description(const SegmentationStudy& study, std::size_t setup,
                               const std::vector<std::string>& keys);

/// All runs as one document, cch.segmentation/1: levels of every set-up, and gains over the first
/// one of the same modalities and seed (interval of Student's t over seeds; of one seed by drawing
/// test images).
nlohmann::json segmentation_document(const nlohmann::json& head,
                                     const std::vector<nlohmann::json>& runs,
                                     const std::string& folder);

std::string segmentation_table(const nlohmann::json& document);

/// The confusion matrices of every test image and subset, under the first condition.
std::string confusions_npy(const SegmentationScores& scores);

}  // namespace cch
