#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

#include "cch/core/execution.hpp"
#include "tools/cch/command_line.hpp"

namespace cch {

/// Options that every computing command has.
struct CommonOptions {
  std::uint64_t seed = 1;
  unsigned threads = 0;
  std::string device = "auto";
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

void add_common_options(CommandLine app, CommonOptions& options);

/// `networks`: whether anything trains networks, for which "auto" looks for a GPU (loading LibTorch
/// takes a second).
Execution make_execution(const CommonOptions& options, std::stop_token stop, ProgressSink* sink,
                         bool networks = false);
/// Whether one of these estimator names ("auto" among them) trains networks.
bool any_networks(std::span<const std::string> estimators);

inline constexpr const char* kPoolHelp =
    "Of arrays N x T x D, sequences of T steps: mean takes the mean over the steps, padding left "
    "out; flatten takes T x D columns, as none does with a warning";
inline constexpr const char* kLengthsHelp =
    "PATH[:KEY] of the steps of each row that are no padding, for --pool mean; without it steps of "
    "zeros at the ends are padding";

}  // namespace cch
