#include "cch/gaussian/information_decomposition.hpp"

#include <algorithm>

namespace cch {

InformationDecomposition decompose_information(const JointGaussian& joint, const BlockNames& first,
                                               const BlockNames& second, const BlockNames& target) {
  BlockNames both = first;
  both.insert(both.end(), second.begin(), second.end());
  const double i_first = joint.information(first, target);
  const double i_second = joint.information(second, target);
  InformationDecomposition out;
  out.total = joint.information(both, target);
  out.redundancy = std::min(i_first, i_second);
  out.unique_first = i_first - out.redundancy;
  out.unique_second = i_second - out.redundancy;
  out.synergy = out.total - i_first - i_second + out.redundancy;
  return out;
}

}  // namespace cch
