#pragma once

#include <span>
#include <vector>

#include "estimators/neural/torch/training.hpp"

namespace cch::neural {

/// Trains mixtures q(y|x) and q(y) of every fold and compares them on its test rows. See doe().
std::vector<detail::DensityFit> fit_densities(const detail::NeuralData& data,
                                              std::span<const detail::NeuralFold> folds,
                                              const DoeOptions& options, const Execution& exec);

}  // namespace cch::neural
