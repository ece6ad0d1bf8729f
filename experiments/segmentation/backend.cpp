#include "experiments/segmentation/backend.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cch/core/nearest_name.hpp"
#include "cch/core/random.hpp"
#include "core/load_module.hpp"

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

std::size_t images_at_once(const SegmentationSet& set) {
  constexpr std::size_t kMost = 16;
  constexpr std::size_t kPixelsAtOnce = std::size_t{1} << 21;
  return std::clamp<std::size_t>(kPixelsAtOnce / set.pixels(), 1, kMost);
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

SegmentationRows rows_of(const SegmentationSet& set, const SegmentationJob& job) {
  SegmentationRows out{labelled_rows(set, job.setup.labelled, job.order), {}};
  const double share = job.optimisation.validation;
  if (share == 0.0) return out;
  if (job.setup.labelled == 0) {
    out.validation = set.rows(Split::validation);
    if (!out.validation.empty()) return out;
  }
  std::set<std::size_t> numbers;
  for (const std::size_t row : out.fitted) numbers.insert(set.groups[row]);
  const std::vector<std::size_t> groups(numbers.begin(), numbers.end());
  const auto wanted = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::lround(share * static_cast<double>(groups.size()))));
  if (wanted >= groups.size()) {
    refuse_usage("bad-study", "set-up '" + job.setup.name + "' has no image left to be fitted on",
                 "its labelled images are of " + std::to_string(groups.size()) +
                     " groups, and validation takes " + std::to_string(wanted),
                 "Give weights = \"last\", a smaller validation share, or more labelled images");
  }
  const auto order = Random(derive_seed(job.order, "validation")).permutation(groups.size());
  std::set<std::size_t> held;
  for (std::size_t i = 0; i < wanted; ++i) held.insert(groups[order[i]]);
  const auto is_fitted = [&](std::size_t row) { return !held.contains(set.groups[row]); };
  const auto middle = std::stable_partition(out.fitted.begin(), out.fitted.end(), is_fitted);
  out.validation.assign(middle, out.fitted.end());
  out.fitted.erase(middle, out.fitted.end());
  return out;
}

SegmentationFit train_segmentation(const SegmentationSet& set, const SegmentationJob& job,
                                   const Execution& exec) {
  return detail::segmentation_backend().train(set, job, exec);
}

}  // namespace cch
