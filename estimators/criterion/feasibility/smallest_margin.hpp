#pragma once

#include <optional>
#include <string>

#include "cch/criterion/feasibility.hpp"
#include "estimators/criterion/feasibility/margin_power.hpp"
#include "estimators/criterion/feasibility/measured_draws.hpp"

namespace cch::detail {

/// What was found, and what it was read from.
struct MarginSearch {
  FamilyPower found;
  Readings readings;
  double seconds = 0.0;  ///< of the processor, one teacher of one draw at one margin
  /// None was found in favour, but nearly: more draws would tell.
  bool doubtful = false;
  /// The bias of the largest margin in favour is that of a margin of 0, as far as can be told.
  bool even_bias = false;
};

/// Where a search for the smallest margin in favour begins.
struct SearchStart {
  std::optional<double> expected;  ///< none: where chance alone would put it
  bool zero = true;                ///< plant a margin of 0 too; always without `expected`
};

/// Plants margins of both signs until the smallest that can be decided is bracketed, or a further
/// one would not move it beyond chance, or the line through the biases found so far leaves none.
MarginSearch search_smallest_margin(const MeasuredDraws& draws, const std::string& estimator,
                                    const TeacherShape& teacher, PlantedFamily family,
                                    const FeasibilityOptions& options, std::size_t teachers,
                                    double spread_factor, const SearchStart& start = {});

}  // namespace cch::detail
