#pragma once

#include "cch/gaussian/shared_private_model.hpp"

namespace cch {

/// What two sources say about a target, taken apart; nats, no part is negative.
struct InformationDecomposition {
  double redundancy = 0.0;  ///< both say it
  double unique_x1 = 0.0;   ///< only the first source says it
  double unique_x2 = 0.0;   ///< only the second
  double synergy = 0.0;     ///< only both together say it
};

/// Partial information decomposition with the minimal mutual information (MMI) as redundancy, after
/// A. B. Barrett, Physical Review E 91, 052802 (2015):
///
///   R = min{I(x1;y), I(x2;y)},   U_1 = I(x1;y) − R,   U_2 = I(x2;y) − R,   S = I(x1;y|x2) − U_1
///
/// Barrett shows that for Gaussian sources of any size and a scalar Gaussian target every
/// decomposition whose redundancy depends on the two marginals p(x1,y), p(x2,y) alone is this one;
/// for a vector target it is one choice among several. One of U_1 and U_2 is always 0.
InformationDecomposition decompose_information(const ModelInformation& information);

}  // namespace cch
