#pragma once

#include "cch/gaussian/joint_gaussian.hpp"

namespace cch {

/// What two sources say about a target, taken apart; nats, no part is negative.
struct InformationDecomposition {
  double redundancy = 0.0;     ///< both say it
  double unique_first = 0.0;   ///< only the first source says it
  double unique_second = 0.0;  ///< only the second
  double synergy = 0.0;        ///< only both together say it
  double total = 0.0;          ///< I(first, second; target), the sum of the four
};

/// Partial information decomposition with the minimal mutual information (MMI) as redundancy, after
/// A. B. Barrett, Physical Review E 91, 052802 (2015):
///
///   R = min{I(A;Y), I(B;Y)},   U_A = I(A;Y) − R,   U_B = I(B;Y) − R,
///   S = I(A,B;Y) − I(A;Y) − I(B;Y) + R
///
/// Barrett shows that for Gaussian sources of any size and a scalar Gaussian target every
/// decomposition whose redundancy depends on the two marginals p(A,Y), p(B,Y) alone is this one;
/// for a vector target it is one choice among several. One of U_A and U_B is always 0. Cost O(D³).
InformationDecomposition decompose_information(const JointGaussian& joint, const BlockNames& first,
                                               const BlockNames& second, const BlockNames& target);

}  // namespace cch
