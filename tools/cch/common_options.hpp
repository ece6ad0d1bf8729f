#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

#include "cch/core/execution.hpp"
#include "cch/data/held_arrays.hpp"
#include "tools/options/option.hpp"

namespace cch {

/// Options that every computing command has.
struct CommonOptions {
  std::uint64_t seed = 1;
  unsigned threads = 0;
  std::string device = "auto";
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  Held held = {};  ///< arrays in memory, where a front end has some
};

options::Table common_table(CommonOptions& options);

/// `networks`: whether anything trains networks, for which "auto" looks for a GPU (loading LibTorch
/// takes a second).
Execution make_execution(const CommonOptions& options, std::stop_token stop, ProgressSink* sink,
                         bool networks = false);
/// Whether one of these estimator names ("auto" among them) trains networks.
bool any_networks(std::span<const std::string> estimators);

}  // namespace cch
