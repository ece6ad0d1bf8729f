#pragma once

#include <vector>

#include "cch/experiments/network.hpp"
#include "experiments/torch/tensors.hpp"

namespace cch::training {

/// SGD, Adam (β .9 and .999, ε 1e-8; Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019) as in
/// network.hpp. Every entry has a step of its own, so networks side by side do not touch each
/// other. On the processor weights are taken a few thousand at a time, which then stay in the cache
/// for all operations of a step.
class StackedOptimiser {
 public:
  StackedOptimiser(const Optimisation& optimisation, std::vector<Tensor> weights);

  /// One step along the gradients, in the order of the weights; those undefined are left out.
  void step(const std::vector<Tensor>& gradients, double rate);

 private:
  void update(Tensor w, Tensor g, Tensor first, Tensor second, double rate) const;

  const Optimisation& o_;
  std::vector<Tensor> weights_;
  std::vector<Tensor> first_;   // velocity, or mean of gradients
  std::vector<Tensor> second_;  // mean of squared gradients
  int steps_ = 0;
};

}  // namespace cch::training
