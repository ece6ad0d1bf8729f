#pragma once

#include "cch/experiments/segmentation_training.hpp"
#include "experiments/torch/segmentation/layers.hpp"

namespace cch::training {

/// AdamW (Loshchilov & Hutter 2019) on the flat weights of a network: β = .9, .999.
class FlatAdamW {
 public:
  FlatAdamW(WeightStore& store, const SegmentationOptimisation& optimisation);
  /// Clips the gradient, takes a step and returns the norm before clipping.
  double step(const std::vector<Tensor>& gradients, double rate);

  [[nodiscard]] SegmentationCheckpoint checkpoint() const;
  void resume(const SegmentationCheckpoint& checkpoint, std::size_t steps);

 private:
  WeightStore& store_;
  const SegmentationOptimisation& o_;
  Tensor first_;
  Tensor second_;
  std::size_t steps_ = 0;
};

/// A row of weights as numbers, and back into its place.
std::vector<float> to_floats(const Tensor& row);
void put(const std::vector<float>& values, const Tensor& to);

/// Linear warm-up from a tenth, then rate·(1 − t)^power with t from 0 to 1 over the rest.
double poly_rate(const SegmentationOptimisation& optimisation, std::size_t step,
                 std::size_t steps_per_epoch);

}  // namespace cch::training
