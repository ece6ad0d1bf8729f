#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cch/documents/rank.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

struct Ranked {
  documents::RankDocument document;  ///< as its file gives it back
  Verdict first = Verdict::inconclusive;
};

/// The ranking of checked settings with its document. `begin` is when reading began; `tell` gets a
/// line for each chance that has become firm.
Ranked ranked(const RankSettings& settings, const RankInputs& inputs,
              const std::string& command_line, std::chrono::steady_clock::time_point begin,
              const Execution& exec, const std::function<void(const std::string& line)>& tell = {});

}  // namespace cch
