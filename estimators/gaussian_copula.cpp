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
                                          .most_columns_a_row = options.most_columns_a_row},
                          exec);
  out.method = "gaussian-copula";
  out.warnings.insert(out.warnings.begin(), warnings.begin(), warnings.end());
  return out;
}

}  // namespace cch
