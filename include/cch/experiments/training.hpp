#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "cch/experiments/network.hpp"

namespace cch {

/// Channels × height × width of a row; 0 channels: a row is no image.
struct ImageShape {
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;

  bool operator==(const ImageShape&) const = default;
};

/// What one teacher says about every row.
struct TeacherOutputs {
  Matrix outputs;   ///< N × K logits, or N × Dy predictions
  Matrix features;  ///< N × m, for losses on features; else empty
  /// Whether the teacher says anything about a row; empty: about all. Where it does not, a row adds
  /// no distillation loss, and its label counts in full even where weighting is mixed.
  std::vector<char> paired = {};

  [[nodiscard]] bool pairs(std::size_t row) const { return paired.empty() || paired[row] != 0; }
};

/// Inputs and labels of one modality, and what teachers say about its rows.
struct TrainingData {
  Matrix x;  ///< N × D; images channel after channel, row after row
  ImageShape shape;
  std::vector<int> y;       ///< N codes 0..K−1; empty for real labels
  std::size_t classes = 0;  ///< K
  Matrix targets;           ///< N × Dy for real labels
  std::vector<TeacherOutputs> teachers;

  [[nodiscard]] std::size_t outputs() const { return classes > 0 ? classes : targets.cols(); }
};

/// One network of a fit. All networks of a fit see the same rows in the same order.
struct TrainingJob {
  DistilLoss loss;
  std::optional<std::size_t> teacher;  ///< index into TrainingData::teachers; needed if λ > 0
  std::uint64_t start = 1;             ///< seed of the first weights (and of dropout)
  /// The labels are multiplied by this, for real labels: 1/(1 + λ) is the shrinkage that a teacher
  /// without information causes.
  double label_scale = 1.0;
};

struct TrainingFit {
  std::vector<std::size_t> labelled;    ///< rows with labels
  std::vector<std::size_t> unlabelled;  ///< rows that only the teacher labels
  std::vector<std::size_t> validation;  ///< labelled rows that only tell which weights are best
  std::uint64_t order = 1;              ///< seed of the order of rows
  std::vector<TrainingJob> jobs;
  bool keeps_features = true;  ///< false: no TrainedNetwork::features, which are large
};

/// Losses before a step: means over the steps since the last point; where every step has all rows,
/// of this step alone. Gradients are those of this step.
struct TrainingPoint {
  std::size_t step = 0;
  double loss = 0.0;           ///< what was minimised
  double hard = 0.0;           ///< without its weight
  double soft = 0.0;           ///< likewise
  double hard_gradient = 0.0;  ///< Euclidean norm over all weights, with its weight
  double soft_gradient = 0.0;  ///< likewise
  /// Hard loss on the validation rows after this step, labels unscaled; nothing without such rows.
  std::optional<double> validation;
};

/// The network with the least validation loss (the first of equals), which is looked at after every
/// pass, about 500 times at most: also between the points of the curve.
struct BestNetwork {
  std::size_t step = 0;
  double validation = 0.0;
  Matrix outputs;   ///< as TrainedNetwork::outputs
  Matrix features;  ///< as TrainedNetwork::features
  std::vector<double> weights;
};

struct TrainedNetwork {
  Matrix outputs;                      ///< N × K (or Dy), all rows of the data
  Matrix features;                     ///< N × m, last hidden layer; empty for a linear network
  std::vector<TrainingPoint> curve;    ///< at most about 50 points, the last step among them
  std::vector<double> weights;         ///< in the order of weight_shapes, after the last step
  std::optional<BestNetwork> best;     ///< where the fit has validation rows
  std::optional<std::size_t> stopped;  ///< the step after which its patience was at its end
  double weight_decay = 0.0;           ///< its own
  /// Empty, or why its numbers do not count: "diverged: …" (a loss that is not finite) or "no loss:
  /// …" (the loss was exactly 0, so nothing was learned).
  std::string failure;
};

/// The shapes of the weights of a network in their order: for each layer outputs × inputs (cnn:
/// channels × channels × 3 × 3), then its offsets.
std::vector<std::vector<std::size_t>> weight_shapes(const NetworkSpec& network, std::size_t inputs,
                                                    const ImageShape& shape, std::size_t outputs);

/// Trains the networks of a fit side by side: they share every batch, so their products with the
/// data become one. Linear networks and multilayer perceptrons on the processor, without
/// dropout and losses on hidden features, use own kernels, everything else LibTorch
/// ("no-libtorch" where it is missing). Equal to one network at a time up to rounding.
///
/// A step takes `batch` rows of labelled and unlabelled ones in a random order of each pass. The
/// hard loss of a row counts with N/N_labelled (0 for the others), so that its mean over a pass is
/// that over labelled rows; the distillation loss is a mean over all rows of the step.
///
/// Optimisation::patience stops each network for itself. Of several weight decays each network's
/// own is the one whose best weights have the least validation loss (the first of equals; of one
/// that failed there is none); only that network is returned. Optimisation::weights is for the
/// caller.
///
/// Checks: those of network.hpp; usage Error "bad-fit" where rows, labels and teachers do not fit
/// together. One thread; the same numbers on every run. Cost O(steps · batch · weights · jobs).
/// Cost with D weight decays: D times as much.
std::vector<TrainedNetwork> train_networks(const TrainingData& data, const TrainingFit& fit,
                                           const NetworkSpec& network,
                                           const Optimisation& optimisation, const Execution& exec);

}  // namespace cch
