#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/cch/command.hpp"
#include "tools/cch/rank/settings.hpp"
#include "tools/cch/share/status.hpp"

namespace cch {

/// Several study files with the flags of one command line.
struct ManyRankings {
  RankSettings settings;           ///< what the flags say
  std::vector<std::string> given;  ///< names of those flags
  std::vector<std::string> studies;
  /// Ranks the study of the settings into their folder; the exit code.
  std::function<int(const RankSettings&, Invocation&)> rank;
};

/// Ranks each study into a folder of its name in the folder of the settings, and says a sentence a
/// study. A ranking that is there with the same settings, files and version is not made again; one
/// that is refused does not keep the others from being made. Other processes may share the folder
/// (ShareOptions). Usage Errors "no-folder", "same-name" (of two study files), "bad-arguments" (one
/// document or page for all).
int rank_many(const ManyRankings& asked, Invocation& invocation);

/// How far the rankings of such a folder are: those that are there, whatever their settings, and
/// those that were refused. Data Errors of read_planned.
documents::StudyStatus rankings_status(const std::string& folder);

}  // namespace cch
