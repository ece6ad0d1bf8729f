#pragma once

#include <string_view>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/samples.hpp"

namespace cch {

/// How columns are put on one scale before neighbours are searched. Mutual information does not
/// change under any of these maps; nearest-neighbour estimates do.
enum class Scale {
  none,    ///< as they come
  zscore,  ///< (x − mean) / sd (N in the denominator)
  rank,  ///< Φ⁻¹(rank / (N + 1)), mid-ranks for ties: unit-free, tames heavy tails (the default)
};

/// "none", "zscore" or "rank"; a usage Error that names the nearest one otherwise.
Scale parse_scale(std::string_view name);
std::string_view to_string(Scale scale);

/// Applies the map to every column. Constant columns become 0 and are named in a warning (code
/// "constant-column"), as are tied values under `rank` ("tied-values", when more than 5 % of a
/// column's rows share their value). Cost O(N D log N).
Samples scaled(const Samples& x, Scale scale, std::vector<Warning>& warnings,
               const Execution& exec);

}  // namespace cch
