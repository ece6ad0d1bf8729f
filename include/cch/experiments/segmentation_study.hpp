#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/criterion/pilot.hpp"
#include "cch/experiments/segmentation_evaluation.hpp"
#include "cch/experiments/segmentation_layouts.hpp"
#include "cch/experiments/segmentation_scenes.hpp"
#include "cch/experiments/segmentation_training.hpp"

namespace cch {

/// Where the images of a study come from.
struct SegmentationTask {
  std::string folder;            ///< of rasters, or of a published set
  Layout layout = Layout::none;  ///< of the published set; its classes and codes hold
  std::string manifest;          ///< table of files; without both, scenes are drawn for each seed
  SceneOptions scenes;
  LabelCodes codes;                     ///< of the manifest's label files
  ImageSize size;                       ///< of the manifest's or published images
  std::vector<std::string> modalities;  ///< of the folder or manifest; empty: all
  std::vector<std::string> classes;     ///< likewise
  /// Of both: true takes their split, false deals their groups anew for each seed.
  bool split_of_file = true;
  double validation_share = 0.0;
  double test_share = 0.3;
  /// Column of the manifest that says under which condition an image was taken; empty: none.
  std::string condition_column = {};
  /// Above 0 the test images are not looked at (set_test_aside), and this share of the training
  /// images is held out in their place.
  double held_out_share = 0.0;
};

/// What studies train by where nothing else is said: a fifth of the labelled images tells the best
/// weights, which count, stops a network after ten epochs without a lower loss, and calibrates it
/// as a teacher. Recipes that were published with the last weights have to say so.
inline SegmentationOptimisation usual_segmentation_training() {
  SegmentationOptimisation out;
  out.validation = 0.2;
  out.patience = 10;
  out.weights = Checkpoint::best;
  out.calibrate = true;
  return out;
}

struct SegmentationStudy {
  std::string title;
  SegmentationTask task;
  SegmentationNetwork network;
  std::string pretrained;  ///< .safetensors of the encoder; empty: from scratch
  SegmentationOptimisation training = usual_segmentation_training();
  std::vector<SegmentationSetup> setups;
  std::vector<Condition> conditions;
  AbsentClass absent = AbsentClass::excluded;
  std::vector<std::uint64_t> seeds{1, 2, 3};
};

/// Data Error "out-of-memory" where so many copies of the images of a manifest or of a published
/// set will not fit into the memory that is free; tells it from the first image. Other sources:
/// nothing.
void check_memory(const SegmentationTask& task, std::size_t copies);

/// The images of a seed as they are read or drawn, checked.
SegmentationSet read_segmentation(const SegmentationTask& task, std::uint64_t seed,
                                  std::vector<std::pair<std::string, SourceInfo>>& inputs,
                                  const Execution& exec);

/// The images of a seed, checked and normalised on its training images. `inputs` gets the files.
SegmentationSet load_segmentation(const SegmentationTask& task, std::uint64_t seed,
                                  std::vector<std::pair<std::string, SourceInfo>>& inputs,
                                  const Execution& exec);

/// Usage Errors "bad-study", "unknown-modality", "unknown-setup" before anything is trained: every
/// teacher and candidate is a set-up before the one that names it, losses fit the modalities of
/// both. Fills in the modalities that a set-up leaves open.
void check(SegmentationStudy& study, const std::vector<std::string>& modalities);

/// Usage Error "bad-study" where a set-up would have no image left to be fitted on: see rows_of.
void check_validation(const SegmentationStudy& study, const SegmentationSet& set,
                      std::uint64_t seed);

/// Indices of the set-ups whose networks a set-up needs.
std::vector<std::size_t> needs_of(const SegmentationStudy& study, std::size_t setup);

/// The set-up that gains of this one are measured from (its `student`, or the first with the same
/// modalities and labelled images); nothing for that one itself.
std::optional<std::size_t> student_of(const SegmentationStudy& study, std::size_t setup);

/// Which of the scenarios of the criterion the set-up's teacher makes: the teacher has seen no more
/// labels than the student (same_rows), more (more_labels), or also teaches on images whose labels
/// the student lacks (unlabelled_pairs). Nothing without a teacher or selection.
std::optional<Scenario> scenario_of(const SegmentationStudy& study, std::size_t setup);

/// Training images of a seed whose labels none of the set-ups sees, ascending.
std::vector<std::size_t> unseen_rows(const SegmentationStudy& study, const SegmentationSet& set,
                                     std::uint64_t seed);

/// What training one set-up with one seed takes, apart from the networks it needs: the first
/// weights, the order of images and their augmentation are the same for every set-up of a seed.
SegmentationJob job_of(const SegmentationStudy& study, std::size_t setup, std::uint64_t seed);

}  // namespace cch
