#include "estimators/linalg/quantiles.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <numbers>

namespace cch::detail {
namespace {

/// Boost's default promotes to long double, ten times slower than the estimators need.
using DoublePolicy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

}  // namespace

double digamma(double x) {
  return boost::math::digamma(x, DoublePolicy());
}

double normal_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p, DoublePolicy());
}

double normal_quantile_precise(double p) {
  return boost::math::quantile(boost::math::normal(), p);
}

double students_t_quantile(double nu, double p) {
  return boost::math::quantile(boost::math::students_t(nu), p);
}

double students_t_above(double nu, double t) {
  return boost::math::cdf(boost::math::complement(boost::math::students_t(nu), t));
}

}  // namespace cch::detail
