#include "cch/estimators/gaussian_copula.hpp"

#include <utility>
#include <vector>

#include "cch/estimators/gaussian.hpp"
#include "cch/estimators/scale.hpp"

namespace cch {

Estimate gaussian_copula(const Samples& x, const Samples& y, const Groups& groups,
                         const GaussianCopulaOptions& options, const Execution& exec) {
  std::vector<Warning> warnings;
  const Samples scores_x = scaled(x, Scale::rank, warnings, exec);
  const Samples scores_y = scaled(y, Scale::rank, warnings, exec);
  Estimate out = gaussian(scores_x, scores_y, groups,
                          GaussianOptions{.bias_correction = options.bias_correction,
                                          .shrink_above = options.shrink_above},
                          exec);
  out.method = "gaussian-copula";
  out.warnings.insert(out.warnings.begin(), warnings.begin(), warnings.end());
  return out;
}

}  // namespace cch
