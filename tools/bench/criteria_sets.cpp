#include "tools/bench/criteria_sets.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "cch/core/random.hpp"
#include "cch/data/datasets.hpp"
#include "cch/data/source.hpp"

namespace cch::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFewestGroups = 20;

SourceSpec view_of(const std::string& dataset, const std::string& view) {
  return {dataset + ":" + view, dataset, view};
}

}  // namespace

std::vector<std::string> set_names(const fs::path& root) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (fs::is_regular_file(entry.path() / "labels.npy")) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

DataSet load_set(const fs::path& root, const std::string& name) {
  const std::string dataset = "dir:" + (root / name).string();
  DataSet set;
  set.name = name;
  set.labels = load_labels(view_of(dataset, "labels"), LabelKind::automatic).labels;
  std::optional<Groups> groups;
  for (const std::string& view : dataset_views(dataset)) {
    if (view == "labels" || view == "split") continue;
    if (view == "groups") {
      groups = load_groups(view_of(dataset, view)).groups;
      continue;
    }
    LoadedSamples loaded = load_samples(view_of(dataset, view), view);
    if (loaded.info.shape.size() < 2) continue;
    set.modalities.push_back({view, std::move(loaded.samples)});
  }
  const bool enough = groups && groups->count() >= kFewestGroups;
  set.groups = enough ? *groups : Groups::singletons(size(set.labels));
  return set;
}

Split split_rows(const DataSet& set, std::uint64_t seed) {
  const std::size_t rows = set.groups.rows();
  const std::size_t most = std::min(kMostTest, rows / 3);
  Random random(derive_seed(seed, set.name));
  Split split;
  for (const std::size_t g : random.permutation(set.groups.count())) {
    const auto members = set.groups.members(g);
    auto& part = split.test.size() + members.size() <= most ? split.test : split.order;
    part.insert(part.end(), members.begin(), members.end());
  }
  std::sort(split.order.begin(), split.order.end());
  random.shuffle(std::span(split.order));
  return split;
}

}  // namespace cch::bench
