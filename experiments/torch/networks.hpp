#pragma once

#include <vector>

#include "cch/core/random.hpp"
#include "cch/experiments/training.hpp"
#include "experiments/torch/tensors.hpp"

namespace cch::training {

/// What M networks say about B rows.
struct Outputs {
  Tensor z;         ///< M × B × K
  Tensor features;  ///< M × B × m: the last hidden layer, before dropout; undefined without one
};

/// M networks of one kind. They see the same rows, so that the first layer of all is one product
/// with M times as many outputs; in later layers each has its own inputs.
/// Every weight is a tensor with the networks as its first dimension, in the order of
/// weight_shapes.
class Networks {
 public:
  Networks(const TrainingData& data, const std::vector<TrainingJob>& jobs,
           const NetworkSpec& network, const TensorOptions& options);

  /// B × D inputs. With dropout, every network draws its mask from a stream of its own.
  [[nodiscard]] Outputs in_training(const Tensor& x);
  [[nodiscard]] Outputs in_use(const Tensor& x) const;

  [[nodiscard]] const std::vector<Tensor>& weights() const { return weights_; }
  [[nodiscard]] std::vector<double> weights_of(std::size_t job) const;
  void put_weights(std::size_t job, std::span<const double> values);
  /// Columns of the last hidden layer; 0 without one.
  [[nodiscard]] std::size_t features() const { return features_; }
  /// Values that the widest layer of all networks has for a row.
  [[nodiscard]] std::size_t values_per_row() const { return values_per_row_; }

 private:
  template <class Drop>
  Outputs dense(const Tensor& x, const Drop& drop) const;
  template <class Drop>
  Outputs convolved(const Tensor& x, const Drop& drop) const;
  template <class Drop>
  Outputs run(const Tensor& x, const Drop& drop) const;
  [[nodiscard]] Tensor dropped(const Tensor& h);

  NetworkSpec network_;
  ImageShape shape_;
  std::size_t features_ = 0;
  std::size_t values_per_row_ = 0;
  std::vector<Tensor> weights_;
  std::vector<Random> dropout_;
};

}  // namespace cch::training
