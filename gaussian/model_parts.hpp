#pragma once

#include <numeric>
#include <vector>

#include "cch/gaussian/shared_private_model.hpp"

namespace cch::detail {

inline double squared(double x) {
  return x * x;
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Usage Error "bad-model" for a model without a distribution.
void check_model(const SharedPrivateModel& model);
/// Data Error "singular-covariance" for a column of x1 or x2 that is constant.
void check_columns_vary(const SharedPrivateModel& model);

}  // namespace cch::detail
