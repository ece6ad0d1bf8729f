#pragma once

#include <vector>

#include "cch/experiments/training.hpp"

namespace cch::training {

/// Trains all networks of a fit side by side: see train_networks. exec.device is one of LibTorch's.
/// Features are compared before dropout. Learned maps of features take part in the optimisation,
/// not in the gradients' norms nor in the weights that are handed back. A network that fails keeps
/// the weights that it had then; what its place computes from then on is thrown away, and touches
/// no other. Errors: usage "bad-training" for a contrastive loss on more than 4096 rows a step;
/// kind run "training-failed" with LibTorch's reason, such as too little memory.
std::vector<TrainedNetwork> train_fit(const TrainingData& data, const TrainingFit& fit,
                                      const NetworkSpec& network, const Optimisation& optimisation,
                                      const Execution& exec);

}  // namespace cch::training
