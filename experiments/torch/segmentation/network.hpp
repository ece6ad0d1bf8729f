#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/torch/segmentation/encoder.hpp"

namespace cch::training {

/// Features of every modality by itself, M × B × C × h × w for each stage; one such list for each
/// network (FSM has two).
using Encoded = std::vector<std::vector<Tensor>>;

struct Decoded {
  std::vector<Tensor> fused;  ///< by stage, B × C × h × w
  Tensor logits;              ///< B × K × H/4 × W/4
};

/// A network that can be trained and asked.
class SegmentationNet {
 public:
  virtual ~SegmentationNet() = default;
  /// Images of each modality, B × C_m × H × W.
  [[nodiscard]] virtual Encoded encode(const std::vector<Tensor>& images) const = 0;
  /// `present` is M × B, 1 or 0, at least one 1 an image.
  [[nodiscard]] virtual Decoded decode(const Encoded& encoded, const Tensor& present) const = 0;
  [[nodiscard]] virtual WeightStore& store() = 0;
  /// Fused features of all modalities: see detail::SegmentationModel.
  [[nodiscard]] virtual Tensor features(const Encoded& encoded, const Tensor& present,
                                        std::size_t stage) const = 0;
};

struct NetShape {
  std::vector<std::string> modalities;
  std::vector<std::size_t> channels;
  std::size_t classes = 0;
};

/// Encoder, fusion and head: see Fusion.
class FusionNet : public SegmentationNet {
 public:
  FusionNet(const SegmentationNetwork& network, const NetShape& shape, std::uint64_t seed,
            const TensorOptions& options);
  [[nodiscard]] Encoded encode(const std::vector<Tensor>& images) const override;
  [[nodiscard]] Decoded decode(const Encoded& encoded, const Tensor& present) const override;
  [[nodiscard]] std::vector<Tensor> fuse(const std::vector<Tensor>& single,
                                         const Tensor& present) const;
  [[nodiscard]] Tensor head(const std::vector<Tensor>& fused) const;
  /// What the head's last map sees, B × C × H/4 × W/4.
  [[nodiscard]] Tensor head_features(const std::vector<Tensor>& fused) const;
  [[nodiscard]] WeightStore& store() override { return store_; }
  [[nodiscard]] Tensor features(const Encoded& encoded, const Tensor& present,
                                std::size_t stage) const override;
  [[nodiscard]] const std::vector<std::size_t>& widths() const { return network_.widths; }

 private:
  [[nodiscard]] Tensor adapted(const Tensor& images, std::size_t modality) const;

  SegmentationNetwork network_;
  WeightStore store_;
  std::vector<std::optional<Filter>> adapters_;
  std::unique_ptr<MixTransformer> encoder_;
  std::unique_ptr<MixTransformer> others_;  // hub: of the other modalities
  std::vector<Filter> gates_;               // hub: by stage
  std::vector<Linear> stage_maps_;
  Norm head_norm_;
  Linear classify_;
};

/// score_i = σ(conv1×1(dwconv3×3(x_i))) for candidates x_i (B × C × h × w each), then one of them
/// elementwise: see Selection.
Tensor select(const std::vector<Tensor>& candidates, const std::vector<Tensor>& depthwise,
              const std::vector<Tensor>& pointwise, Selection how, double temperature);

/// FSM (RMMSS, stage 2): features of two frozen networks are selected from at each stage; both
/// heads decode what was selected, and their logits are selected from in turn.
class SelectionNet : public SegmentationNet {
 public:
  SelectionNet(std::vector<std::unique_ptr<FusionNet>> candidates, std::size_t classes,
               Selection how, double temperature, std::uint64_t seed, const TensorOptions& options);
  [[nodiscard]] Encoded encode(const std::vector<Tensor>& images) const override;
  [[nodiscard]] Decoded decode(const Encoded& encoded, const Tensor& present) const override;
  [[nodiscard]] WeightStore& store() override { return store_; }
  [[nodiscard]] Tensor features(const Encoded& encoded, const Tensor& present,
                                std::size_t stage) const override;

 private:
  struct Scores {
    std::vector<WeightStore::Slot> depthwise;
    std::vector<WeightStore::Slot> pointwise;
  };
  [[nodiscard]] Tensor selected(const Scores& scores, const std::vector<Tensor>& candidates) const;

  std::vector<std::unique_ptr<FusionNet>> candidates_;
  Selection how_;
  double temperature_;
  WeightStore store_;
  std::vector<Scores> scores_;  // by stage, then of the logits
};

/// The network with its weights, frozen.
std::unique_ptr<SegmentationNet> load_net(const TrainedSegmentation& trained, const NetShape& shape,
                                          const TensorOptions& options);

}  // namespace cch::training
