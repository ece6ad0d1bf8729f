#include "experiments/segmentation/backend.hpp"

#include <algorithm>

#include "cch/core/nearest_name.hpp"
#include "estimators/neural/load_module.hpp"

namespace cch {
namespace detail {

const SegmentationBackend& segmentation_backend() {
  static const auto module = load_module<SegmentationBackend>(
      "libcch_training.so", "cch_segmentation_backend", kSegmentationInterface);
  if (module.backend == nullptr) {
    refuse_usage("no-libtorch", "segmentation is trained with LibTorch", module.why_not,
                 "Build with CCH_WITH_TORCH=ON");
  }
  return *module.backend;
}

std::vector<std::size_t> modality_indices(const SegmentationSet& set,
                                          const std::vector<std::string>& names) {
  std::vector<std::string> there;
  for (const ModalityImages& m : set.modalities) there.push_back(m.name);
  std::vector<std::size_t> out;
  for (const std::string& name : names) {
    const auto at = std::find(there.begin(), there.end(), name);
    if (at == there.end()) {
      refuse_usage("unknown-modality", "there is no modality '" + name + "'", {},
                   "Did you mean '" + nearest_name(name, there) + "'?");
    }
    out.push_back(static_cast<std::size_t>(at - there.begin()));
  }
  return out;
}

}  // namespace detail

SegmentationFit train_segmentation(const SegmentationSet& set, const SegmentationJob& job,
                                   const Execution& exec) {
  return detail::segmentation_backend().train(set, job, exec);
}

}  // namespace cch
