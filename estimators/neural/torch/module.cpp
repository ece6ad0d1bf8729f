// What the module exports.
#include "estimators/neural/torch/critic.hpp"
#include "estimators/neural/torch/density.hpp"
#include "estimators/neural/torch/latent.hpp"

namespace cch::neural {
namespace {

class TorchBackend : public detail::NeuralBackend {
 public:
  std::string torch_version() const override { return neural::torch_version(); }
  bool cuda() const override { return torch::cuda::is_available(); }

  std::vector<detail::CriticFit> fit_critics(const detail::NeuralData& data,
                                             std::span<const detail::NeuralFold> folds,
                                             const detail::CriticSettings& settings,
                                             const Execution& exec) const override {
    return neural::fit_critics(data, folds, settings, exec);
  }
  std::vector<detail::LatentFit> fit_latents(const detail::NeuralData& data,
                                             std::span<const detail::NeuralFold> folds,
                                             const detail::LatentSettings& settings,
                                             const Execution& exec) const override {
    return neural::fit_latents(data, folds, settings, exec);
  }
  std::vector<detail::DensityFit> fit_densities(const detail::NeuralData& data,
                                                std::span<const detail::NeuralFold> folds,
                                                const DoeOptions& options,
                                                const Execution& exec) const override {
    return neural::fit_densities(data, folds, options, exec);
  }
};

}  // namespace
}  // namespace cch::neural

extern "C" __attribute__((visibility("default"))) const cch::detail::NeuralBackend*
cch_neural_backend(int interface_number) {
  static const cch::neural::TorchBackend backend;
  return interface_number == cch::detail::kNeuralInterface ? &backend : nullptr;
}
