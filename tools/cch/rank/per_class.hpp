#pragma once

#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch {

/// The ranking for one class against all others.
struct ClassRanking {
  std::string name;
  std::size_t rows = 0;  ///< of the class
  RankResult result;
  std::string refused;  ///< why there is none, else empty
};

/// One ranking a class, with the first estimator and without planted bias, curves, controls and
/// permutations: the pilot, both levels of CCH and the verdict. Usage Error "no-classes" for real
/// labels and for two classes, where the ranking itself is that. Cost: a ranking a class.
std::vector<ClassRanking> rank_per_class(const RankInput& input, const RankOptions& options,
                                         const Execution& exec);

/// Refuses before anything is estimated.
void check_per_class(const RankInput& input);

}  // namespace cch
