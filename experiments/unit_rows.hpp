#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cch/experiments/unit.hpp"

namespace cch::detail {

/// Rows that a network is fitted on, and labelled ones that only tell which weights are best.
struct HeldOutRows {
  std::vector<std::size_t> fitted;
  std::vector<std::size_t> validation;
};

/// Whole groups, until `share` of the rows are held out; 0: none. Data Error "too-few-rows" where
/// nothing is left to fit on.
HeldOutRows hold_out(const Groups& groups, const std::vector<std::size_t>& rows, double share,
                     std::uint64_t seed);

/// Folds of whole groups, as even as they come: fold of each of the rows. `stream` names the
/// random order of groups.
std::vector<std::size_t> folds_of(const Groups& groups, const std::vector<std::size_t>& rows,
                                  std::size_t folds, std::uint64_t seed, std::string_view stream);

/// Why a teacher is no better than chance on those test rows; empty if it is.
std::string why_at_chance(const StudyDraw& draw, const std::vector<std::size_t>& test,
                          const Metrics& metrics);

}  // namespace cch::detail
