#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/experiments/training.hpp"

/// What both ways of training share: first weights, order of rows, rates. Both get them from here,
/// so that they train the same networks.
namespace cch::detail {

/// Row indices of every step, in order; `labelled_count` rows of the concatenation (labelled,
/// unlabelled) come first in its numbering.
class BatchOrder {
 public:
  BatchOrder(const TrainingFit& fit, const Optimisation& optimisation);

  [[nodiscard]] std::size_t steps() const { return steps_; }
  [[nodiscard]] std::size_t steps_per_pass() const { return per_pass_; }
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  /// Rows of the data of step s; steps are asked for in ascending order. Valid until the next call.
  std::span<const std::size_t> step(std::size_t s);
  /// Whether each row of the last step is labelled.
  [[nodiscard]] std::span<const std::uint8_t> labelled() const { return batch_labelled_; }
  /// N/N_labelled, the weight of a labelled row's hard loss.
  [[nodiscard]] double hard_scale() const { return hard_scale_; }
  /// Whether a point of the curve is kept after this step.
  [[nodiscard]] bool recorded(std::size_t s) const;
  /// Whether the validation loss is looked at after this step: at every point of the curve, and
  /// after every pass, about 500 times at most.
  [[nodiscard]] bool validated(std::size_t s) const;

 private:
  std::vector<std::size_t> rows_;  // labelled, then unlabelled
  std::size_t labelled_count_ = 0;
  std::size_t batch_ = 0;
  std::size_t per_pass_ = 0;
  std::size_t steps_ = 0;
  std::size_t record_every_ = 1;
  std::size_t validate_every_ = 1;
  double hard_scale_ = 1.0;
  std::uint64_t seed_ = 1;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> batch_rows_;
  std::vector<std::uint8_t> batch_labelled_;
};

/// The rate of step s.
double learning_rate(const Optimisation& optimisation, std::size_t s, std::size_t steps);

/// The first weights of a network, in the order of weight_shapes.
std::vector<double> first_weights(const std::vector<std::vector<std::size_t>>& shapes,
                                  std::uint64_t seed);

/// Mean over rows of the cross-entropy, or of the squared error summed over columns; row i of the
/// outputs z belongs to rows[i].
double hard_loss(const TrainingData& data, std::span<const std::size_t> rows, const Matrix& z);

/// Takes in the validation loss after step `s`, at the last point of the curve where that is of
/// this step; true: it is the least so far, and `out.best` wants the weights.
bool note_validation(TrainedNetwork& out, std::size_t s, double loss);

/// Whether `patience` points of the curve came after the best weights; 0: never.
bool out_of_patience(const TrainedNetwork& out, std::size_t patience);

// What follows wants as many weight decays as the fit has jobs.

/// Whether own kernels train it: linear networks and multilayer perceptrons on the processor,
/// without dropout and losses on hidden features.
bool is_dense(const NetworkSpec& network, const std::vector<TrainingJob>& jobs,
              const std::string& device);

/// Such networks.
std::vector<TrainedNetwork> train_dense(const TrainingData& data, const TrainingFit& fit,
                                        const NetworkSpec& network,
                                        const Optimisation& optimisation, const Execution& exec);

/// Those of the caller's own; they choose weight decays and stops themselves.
std::vector<TrainedNetwork> train_own(const TrainingData& data, const TrainingFit& fit,
                                      const OwnNetwork& network, const Execution& exec);

class TrainingBackend {
 public:
  virtual ~TrainingBackend() = default;
  /// Checked inputs; device of exec resolved. One thread on the processor.
  [[nodiscard]] virtual std::vector<TrainedNetwork> train(const TrainingData& data,
                                                          const TrainingFit& fit,
                                                          const NetworkSpec& network,
                                                          const Optimisation& optimisation,
                                                          const Execution& exec) const = 0;
};

/// Changes whenever a struct that crosses the border does: a module of another build is refused.
inline constexpr int kTrainingInterface = 6;
/// What the module exports, under the name "cch_training_backend".
using TrainingEntry = const TrainingBackend* (*)(int interface_number);

/// The module; a usage Error "no-libtorch" that says why when it cannot be had.
const TrainingBackend& training_backend();

}  // namespace cch::detail
