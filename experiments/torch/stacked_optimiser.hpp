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
  /// The first dimension of weight i are networks; decays[i] has the weight decay of each.
  StackedOptimiser(const Optimisation& optimisation, std::vector<Tensor> weights,
                   const std::vector<Tensor>& decays);

  /// One step along the gradients, in the order of the weights; those undefined are left out.
  void step(const std::vector<Tensor>& gradients, double rate);

 private:
  /// Where networks have decays of their own: of weight i, or added to its gradient.
  void decay_each(std::size_t i, Tensor& g, double rate) const;
  void update(Tensor w, Tensor g, Tensor first, Tensor second, double rate) const;

  const Optimisation& o_;
  std::vector<Tensor> weights_;
  double decay_ = 0.0;          // of all networks, where they have the same
  std::vector<Tensor> decays_;  // of each; empty where they have the same
  std::vector<Tensor> first_;   // velocity, or mean of gradients
  std::vector<Tensor> second_;  // mean of squared gradients
  int steps_ = 0;
};

}  // namespace cch::training
