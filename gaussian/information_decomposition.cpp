#include "cch/gaussian/information_decomposition.hpp"

#include <algorithm>

namespace cch {

InformationDecomposition decompose_information(const ModelInformation& i) {
  InformationDecomposition out;
  out.redundancy = std::min(i.x1_y, i.x2_y);
  out.unique_x1 = i.x1_y - out.redundancy;
  out.unique_x2 = i.x2_y - out.redundancy;
  out.synergy = i.x1_y_given_x2 - out.unique_x1;
  return out;
}

}  // namespace cch
