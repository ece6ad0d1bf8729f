// What the module exports.
#include "experiments/torch/trainer.hpp"
#include "experiments/training_backend.hpp"

namespace cch::training {
namespace {

class TorchTraining : public detail::TrainingBackend {
 public:
  [[nodiscard]] std::vector<TrainedNetwork> train(const TrainingData& data, const TrainingFit& fit,
                                                  const NetworkSpec& network,
                                                  const Optimisation& optimisation,
                                                  const Execution& exec) const override {
    return train_fit(data, fit, network, optimisation, exec);
  }
};

}  // namespace
}  // namespace cch::training

extern "C" __attribute__((visibility("default"))) const cch::detail::TrainingBackend*
cch_training_backend(int interface_number) {
  static const cch::training::TorchTraining backend;
  return interface_number == cch::detail::kTrainingInterface ? &backend : nullptr;
}
