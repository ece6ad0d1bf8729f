#pragma once

#include <span>
#include <vector>

#include "estimators/neural/torch/training.hpp"

namespace cch::neural {

/// Trains encoders and decoders of every fold, and codes its validation and test rows. See
/// latent().
std::vector<detail::LatentFit> fit_latents(const detail::NeuralData& data,
                                           std::span<const detail::NeuralFold> folds,
                                           const detail::LatentSettings& settings,
                                           const Execution& exec);

}  // namespace cch::neural
