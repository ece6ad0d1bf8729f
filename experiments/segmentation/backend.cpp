#include "experiments/segmentation/backend.hpp"

#include <algorithm>
#include <map>

#include "cch/core/nearest_name.hpp"
#include "cch/core/random.hpp"
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

std::vector<std::size_t> modality_indices(const std::vector<std::string>& there,
                                          const std::vector<std::string>& names) {
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

std::vector<std::size_t> modality_indices(const SegmentationSet& set,
                                          const std::vector<std::string>& names) {
  std::vector<std::string> there;
  for (const ModalityImages& m : set.modalities) there.push_back(m.name);
  return modality_indices(there, names);
}

ImageBatch batch_of(const SegmentationSet& set, std::span<const std::size_t> modalities,
                    std::span<const std::size_t> rows) {
  ImageBatch out;
  out.count = rows.size();
  out.height = set.height;
  out.width = set.width;
  for (const std::size_t m : modalities) {
    out.channels.push_back(set.modalities[m].channels);
    auto& values = out.modalities.emplace_back();
    values.reserve(rows.size() * set.modalities[m].channels * set.pixels());
    for (const std::size_t row : rows) {
      const auto image = set.image(m, row);
      values.insert(values.end(), image.begin(), image.end());
    }
  }
  return out;
}

}  // namespace detail

std::vector<std::size_t> labelled_rows(const SegmentationSet& set, std::size_t count,
                                       std::uint64_t order) {
  std::vector<std::size_t> rows = set.rows(Split::train);
  if (count == 0 || count >= rows.size()) return rows;
  std::map<std::size_t, std::vector<std::size_t>> groups;
  for (const std::size_t row : rows) groups[set.groups[row]].push_back(row);
  std::vector<const std::vector<std::size_t>*> by_index;
  for (const auto& [group, members] : groups) by_index.push_back(&members);
  rows.clear();
  for (const std::size_t g : Random(derive_seed(order, "labelled")).permutation(by_index.size())) {
    const auto& members = *by_index[g];
    const std::size_t wanted = std::min(count - rows.size(), members.size());
    rows.insert(rows.end(), members.begin(), members.begin() + static_cast<std::ptrdiff_t>(wanted));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

SegmentationFit train_segmentation(const SegmentationSet& set, const SegmentationJob& job,
                                   const Execution& exec) {
  return detail::segmentation_backend().train(set, job, exec);
}

}  // namespace cch
