#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cch/experiments/segmentation_training.hpp"

/// The border between the parts with and without LibTorch. Arrays cross it as plain numbers.
namespace cch::detail {

/// Images of the modalities of a network, in its order: each count × C × H × W, normalised.
struct ImageBatch {
  std::size_t count = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<std::size_t> channels;
  std::vector<std::vector<float>> modalities;
};

/// What becomes of a missing modality: it takes no part in the mean, or its image is 0 everywhere
/// (after normalisation).
enum class Missing { dropped, zeroed };

class SegmentationModel {
 public:
  virtual ~SegmentationModel() = default;
  /// Class codes, subsets × count × H × W: the largest logit after bilinear resizing.
  virtual void predict(const ImageBatch& batch, std::span<const Subset> subsets, Missing missing,
                       std::span<std::uint8_t> out) const = 0;
  /// With all modalities there, resized bilinearly to the image: count × K × H × W.
  virtual void logits(const ImageBatch& batch, std::span<float> out) const = 0;
  /// Fused features with all modalities there, of an encoder stage (1, 2, …) or, 0, of the head
  /// before its last map: count × C × h × w; sizes go to `shape` (C, h, w). A usage Error
  /// "no-head-features" for a selection, which has two heads.
  [[nodiscard]] virtual std::vector<float> features(const ImageBatch& batch, std::size_t stage,
                                                    std::vector<std::size_t>& shape) const = 0;
};

/// A loss on given numbers, for its tests: in double precision.
struct LossCase {
  /// Of features M × B × C × h × w; of logits 1 × B × K × H × W.
  std::vector<std::size_t> shape;
  std::vector<double> student;
  std::vector<double> teacher;
  std::vector<std::uint8_t> labels;  ///< B × H × W, of the images
  std::size_t height = 0;            ///< of the labels
  std::size_t width = 0;
  std::size_t classes = 0;
  std::vector<std::size_t> permutation;  ///< π of HPDM
};
struct LossValue {
  double value = 0.0;
  std::vector<double> gradient;  ///< by the student's numbers
};
/// The selection of FSM on given numbers: candidates × B × C × h × w.
struct SelectionCase {
  std::vector<std::size_t> shape;
  std::vector<double> candidates;
  std::vector<double> depthwise;  ///< candidates × C × 3 × 3
  std::vector<double> pointwise;  ///< candidates × C × C
  Selection selection = Selection::softmax;
  double temperature = 0.2;
};
struct SelectionValue {
  std::vector<double> selected;            ///< B × C × h × w
  std::vector<double> depthwise_gradient;  ///< of Σ selected · weight, weight = 1, 2, 3, …
};

class SegmentationBackend {
 public:
  virtual ~SegmentationBackend() = default;
  [[nodiscard]] virtual SegmentationFit train(const SegmentationSet& set,
                                              const SegmentationJob& job,
                                              const Execution& exec) const = 0;
  /// `channels` of the network's modalities.
  [[nodiscard]] virtual std::unique_ptr<SegmentationModel> load(
      const TrainedSegmentation& network, const std::vector<std::size_t>& channels,
      std::size_t classes, const Execution& exec) const = 0;
  [[nodiscard]] virtual LossValue loss(const SegmentationLoss& loss, const LossCase& c) const = 0;
  /// L_pre.
  [[nodiscard]] virtual LossValue label_loss(bool ohem, const LossCase& c) const = 0;
  [[nodiscard]] virtual SelectionValue select(const SelectionCase& c) const = 0;
  /// Names and shapes of a network's weights, in order.
  [[nodiscard]] virtual SegmentationWeights first_weights(
      const SegmentationNetwork& network, const std::vector<std::string>& modalities,
      const std::vector<std::size_t>& channels, std::size_t classes, std::uint64_t seed) const = 0;
};

/// Changes whenever a struct that crosses the border does: a module of another build is refused.
inline constexpr int kSegmentationInterface = 5;

/// The module; a usage Error "no-libtorch" that says why when it cannot be had.
const SegmentationBackend& segmentation_backend();

/// Index of each name among those that are there; usage Error "unknown-modality" with the nearest.
std::vector<std::size_t> modality_indices(const std::vector<std::string>& there,
                                          const std::vector<std::string>& names);
/// Index of each name among the modalities of the set; likewise.
std::vector<std::size_t> modality_indices(const SegmentationSet& set,
                                          const std::vector<std::string>& names);

/// Images that a network sees together outside of training: 16, of large ones as many as have 2^21
/// pixels, so that their logits stay within memory.
std::size_t images_at_once(const SegmentationSet& set);

/// Images of a set as a network reads them.
ImageBatch batch_of(const SegmentationSet& set, std::span<const std::size_t> modalities,
                    std::span<const std::size_t> rows);

}  // namespace cch::detail
