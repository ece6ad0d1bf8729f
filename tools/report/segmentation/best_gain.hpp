#pragma once

#include <string>

#include "cch/documents/segmentation.hpp"

namespace cch::report {

/// The set-up with the largest gain over its baseline.
struct BestGain {
  const documents::SegmentedSetup* setup = nullptr;  ///< none where nothing is compared
  std::size_t compared = 0;

  [[nodiscard]] const documents::MeanOverSeeds& gain() const { return *setup->gains[0]; }
  /// "gains most over", "loses against" or "loses least against".
  [[nodiscard]] std::string verb() const {
    if (gain().value > 0.0) return "gains most over";
    return compared > 1 ? "loses least against" : "loses against";
  }
  /// What its 95 % interval says.
  [[nodiscard]] std::string sureness() const {
    if (gain().interval95 && gain().interval95->lo > 0.0) return "beyond its 95 % interval";
    if (gain().interval95 && gain().interval95->hi < 0.0) return "so that it is shown to lose";
    return "which is not distinguished from zero";
  }
};

inline BestGain best_gain(const documents::SegmentationDocument& document) {
  BestGain out;
  for (const documents::SegmentedSetup& setup : document.results) {
    if (!setup.gains[0]) continue;
    ++out.compared;
    if (out.setup == nullptr || setup.gains[0]->value > out.gain().value) out.setup = &setup;
  }
  return out;
}

}  // namespace cch::report
