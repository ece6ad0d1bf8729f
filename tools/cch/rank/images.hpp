#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/cch/command.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// Ranking from the images of a segmentation study. It needs what trains, so the program that only
/// ranks has none.
struct RankFromImages {
  options::Table table;  ///< options beside those of every ranking
  /// Whether the study of the settings is one of segmentation.
  std::function<bool(const RankSettings& settings)> takes;
  std::function<int(RankSettings settings, const std::vector<std::string>& given,
                    FaultCollector refused, Invocation& invocation)>
      run;
};

/// `cch rank`, with or without it.
Command rank_command(CommandLine app, std::shared_ptr<const RankFromImages> images);

}  // namespace cch
