#pragma once

// Paired data sets of several modalities, and their cut into test, labelled and further rows.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/criterion/ranking.hpp"

namespace cch::bench {

/// One folder of .npy files with one row order.
struct DataSet {
  std::string name;
  std::vector<Modality> modalities;  ///< by name
  Variable labels;
  Groups groups = Groups::singletons(0);
};

/// Names of the folders below `root` that have a labels.npy, sorted.
std::vector<std::string> set_names(const std::filesystem::path& root);

/// Modalities are all arrays with columns; "groups" counts where it has at least 20 groups, since
/// fewer cannot be cut into folds again and again. Errors of the loaders, for example where a row
/// has more than one label.
DataSet load_set(const std::filesystem::path& root, const std::string& name);

/// Rows of one seed, the same for every pair of modalities, number of rows and scenario.
struct Split {
  std::vector<std::size_t> test;   ///< whole groups, at most 1000 rows and a third of all
  std::vector<std::size_t> order;  ///< all others at random: labelled rows first, then further rows
};
Split split_rows(const DataSet& set, std::uint64_t seed);

inline constexpr std::size_t kMostTest = 1000;
inline constexpr std::size_t kMostExtra = 500;

}  // namespace cch::bench
