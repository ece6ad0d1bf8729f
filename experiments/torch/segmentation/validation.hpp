#pragma once

#include <cstdint>
#include <vector>

#include "cch/core/execution.hpp"
#include "experiments/segmentation/backend.hpp"
#include "experiments/torch/segmentation/network.hpp"

namespace cch::training {

/// Images of each modality on the device, B × C_m × H × W; they look into `batch`.
std::vector<Tensor> images_of(const detail::ImageBatch& batch, const TensorOptions& options);

/// Modality dropout of one training: which modalities of a batch are there.
class Presence {
 public:
  Presence(std::size_t modalities, double dropout) : modalities_(modalities), dropout_(dropout) {}

  /// M × B of 1 and 0; of each image one at least stays.
  [[nodiscard]] Tensor draw(std::size_t images, std::uint64_t seed,
                            const TensorOptions& options) const;
  [[nodiscard]] bool drops() const { return dropout_ > 0.0; }

 private:
  std::size_t modalities_;
  double dropout_;
};

/// Cross-entropy of a network on images that no step sees, as they are.
class Validation {
 public:
  /// `modalities` of the set, in the network's order. Images do without the modalities that
  /// `presence` draws by `seed`, the same at every call.
  Validation(const SegmentationSet& set, std::vector<std::size_t> rows,
             std::vector<std::size_t> modalities, Presence presence, std::uint64_t seed,
             const TensorOptions& options, const Execution& exec);

  /// Mean over valid pixels and draws, nats, rounded to single precision so that a checkpoint keeps
  /// it whole. Cost: a pass forward of every image, and a decoding for each draw.
  [[nodiscard]] double loss(const SegmentationNet& net) const;

 private:
  const SegmentationSet& set_;
  std::vector<std::size_t> rows_;
  std::vector<std::size_t> modalities_;
  Presence presence_;
  std::uint64_t seed_;
  TensorOptions options_;
  const Execution& exec_;
};

}  // namespace cch::training
