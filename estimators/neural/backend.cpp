#include "estimators/neural/backend.hpp"

#include "core/load_module.hpp"

namespace cch {
namespace detail {
namespace {

using Loaded = LoadedModule<NeuralBackend>;

const Loaded& loaded() {
  static const Loaded once =
      load_module<NeuralBackend>("libcch_neural.so", "cch_neural_backend", kNeuralInterface);
  return once;
}

}  // namespace

const NeuralBackend& neural_backend() {
  const Loaded& module = loaded();
  if (module.backend == nullptr) {
    refuse_usage("no-libtorch", "this estimator trains networks and needs LibTorch", module.why_not,
                 "Build with CCH_WITH_TORCH=ON, or use an estimator without networks (`cch doctor` "
                 "lists them)");
  }
  return *module.backend;
}

}  // namespace detail

NeuralSupport neural_support() {
  NeuralSupport support;
  const detail::Loaded& module = detail::loaded();
  support.available = module.backend != nullptr;
  support.why_not = module.why_not;
  if (support.available) {
    support.torch_version = module.backend->torch_version();
    support.cuda = module.backend->cuda();
  }
  return support;
}

std::string resolved_device(const std::string& name) {
  if (name == "cpu") return name;
  const bool cuda = name == "cuda" || name.starts_with("cuda:");
  if ((!cuda && name != "auto") || name == "cuda:all") {
    refuse_usage("unknown-device", "there is no device '" + name + "'", {},
                 name == "cuda:all"
                     ? "Use cuda or cuda:N: only cch train shares its work among GPUs"
                     : "Use auto, cpu, cuda or cuda:N");
  }
  const NeuralSupport support = neural_support();
  if (support.cuda) return cuda ? name : "cuda";
  if (!cuda) return "cpu";
  refuse_usage("device-missing", "device '" + name + "' is not available",
               support.available
                   ? "LibTorch " + support.torch_version + " sees no GPU"
                   : "this program has no LibTorch, so everything runs on the processor",
               "Use --device cpu or auto");
}

}  // namespace cch
