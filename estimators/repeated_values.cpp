#include "estimators/repeated_values.hpp"

#include <algorithm>
#include <vector>

namespace cch::detail {

double repeated_share(const Samples& x) {
  double worst = 0.0;
  std::vector<double> column(x.size());
  for (std::size_t j = 0; j < x.dim(); ++j) {
    for (std::size_t i = 0; i < x.size(); ++i) column[i] = x(i, j);
    std::sort(column.begin(), column.end());
    std::size_t repeated = 0;
    for (std::size_t i = 0; i < column.size(); ++i) {
      const bool left = i > 0 && column[i - 1] == column[i];
      const bool right = i + 1 < column.size() && column[i + 1] == column[i];
      repeated += left || right ? 1 : 0;
    }
    worst = std::max(worst, static_cast<double>(repeated) / static_cast<double>(column.size()));
  }
  return worst;
}

}  // namespace cch::detail
