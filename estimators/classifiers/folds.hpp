#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/groups.hpp"

namespace cch::detail {

/// Fold of every row, 0..folds−1. Whole groups go to one fold; groups are dealt from the largest to
/// the smallest (equal sizes in random order), each to the fold where Σ_c n_fc² / N_c over the
/// classes grows least, which balances every class as far as groups allow. Cost O(folds · N).
std::vector<std::size_t> stratified_folds(const std::vector<int>& codes, std::size_t classes,
                                          const Groups& groups, std::size_t folds,
                                          std::uint64_t seed);

}  // namespace cch::detail
