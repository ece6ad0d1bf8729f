#include "cch/estimators/machine.hpp"

#include "estimators/kNN/distances.hpp"

namespace cch {

std::string instruction_set() {
  return std::string(detail::distance_kernels().name);
}

}  // namespace cch
