#include "cch/gaussian/distillation_risk.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "cch/core/error.hpp"

namespace cch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Moments that come from a covariance break their inequalities by rounding only, relative to the
/// largest of them.
constexpr double kSlack = 1e-9;

void check_moments(const DistillationMoments& m) {
  const double scale = std::max({m.vs, m.ve, m.vh, m.b});
  const bool finite = std::isfinite(scale) && std::isfinite(m.c) && std::isfinite(m.beta_s);
  const bool variances = m.vs >= 0.0 && m.ve > 0.0 && m.vh >= -kSlack * scale && m.b >= 0.0;
  if (finite && variances && m.c * m.c <= m.ve * m.vh + kSlack * scale * scale &&
      m.beside() >= -kSlack * scale * (1.0 + m.beta_s * m.beta_s)) {
    return;
  }
  refuse_usage("impossible-moments", "no distribution has these moments",
               "Vs, Vh and B must not be negative, Ve must be positive, c² ≤ Ve·Vh and "
               "B ≥ (1 − β_s)²·Vs",
               "Take them from a covariance with distillation_moments");
}

double weight_of(double lambda) {
  if (!(lambda >= 0.0)) {
    refuse_usage("bad-lambda", "λ = " + std::to_string(lambda) + " is not a weight",
                 "λ is the weight of the teacher against the labels", "Give a λ of at least 0");
  }
  return std::isinf(lambda) ? 1.0 : lambda / (1.0 + lambda);
}

double lambda_of(double u) {
  return u < 1.0 ? u / (1.0 - u) : kInfinity;
}

double squared(double x) {
  return x * x;
}

}  // namespace

double excess_noise_factor(std::size_t p, const StudentFit& fit) {
  const std::size_t least = p + (fit.intercept ? 3 : 2);
  if (fit.n < least) {
    refuse_usage("infinite-risk",
                 std::to_string(fit.n) + " rows are too few for least squares on " +
                     std::to_string(p) + " columns" + (fit.intercept ? " and an intercept" : ""),
                 "below " + std::to_string(least) + " rows the mean risk is infinite",
                 "Give at least " + std::to_string(least) + " rows, better " +
                     std::to_string(p + 8) + " or more");
  }
  const auto rows = static_cast<double>(fit.n);
  const auto columns = static_cast<double>(p);
  if (!fit.intercept) return columns / (rows - columns - 1.0);
  return 1.0 / rows + (1.0 + 1.0 / rows) * columns / (rows - columns - 2.0);
}

DistillationRisk::DistillationRisk(const DistillationMoments& moments, const StudentFit& fit)
    : m_(moments), fit_(fit), kappa_(excess_noise_factor(moments.p, fit)) {
  check_moments(m_);
}

double DistillationRisk::i_teacher_student() const {
  // 1 − r² = (Var t − β_s² Vs)/Var t, without the cancellation that 1 − r² has near r = 1.
  const double vt = m_.vt();
  if (!(vt > 0.0)) return 0.0;
  const double rest = m_.beside() + m_.vh;
  return rest > 0.0 ? -0.5 * std::log(rest / vt) : kInfinity;
}

double DistillationRisk::i_student_labels() const {
  return 0.5 * std::log(m_.vy() / m_.ve);
}

double DistillationRisk::cch_margin() const {
  return i_teacher_student() - i_student_labels();
}

double DistillationRisk::noise_at(double u) const {
  return kappa_ * (squared(1.0 - u) * m_.ve + 2.0 * u * (1.0 - u) * m_.c + squared(u) * m_.vh);
}

double DistillationRisk::excess_risk(double lambda) const {
  const double u = weight_of(lambda);
  return squared(u) * m_.b + noise_at(u);
}

double DistillationRisk::gain(double lambda) const {
  // E(0) − E(u) with E(0) = κVe taken out by hand, so that small gains keep their digits.
  const double u = weight_of(lambda);
  return u * (2.0 * kappa_ * (m_.ve - m_.c) - u * (m_.b + kappa_ * (m_.ve - 2.0 * m_.c + m_.vh)));
}

double DistillationRisk::uncapped_best_weight() const {
  const double top = kappa_ * (m_.ve - m_.c);
  if (top <= 0.0) return 0.0;
  const double bottom = m_.b + kappa_ * (m_.ve - 2.0 * m_.c + m_.vh);
  return bottom > 0.0 ? top / bottom : kInfinity;
}

double DistillationRisk::best_weight() const {
  return std::min(1.0, uncapped_best_weight());
}

double DistillationRisk::best_lambda() const {
  return lambda_of(best_weight());
}

double DistillationRisk::best_gain() const {
  return gain(best_lambda());
}

double DistillationRisk::largest_helpful_lambda() const {
  return lambda_of(2.0 * uncapped_best_weight());
}

double DistillationRisk::risk_slope() const {
  return 2.0 * kappa_ * (m_.c - m_.ve);
}

double DistillationRisk::direction_slope() const {
  const double cosine_0 = cosine_at(0.0);
  return cosine_0 * cosine_0 * cosine_0 * kappa_ * (m_.ve / m_.vs) * (m_.beta_s - m_.beta_e());
}

double DistillationRisk::cosine_at(double u) const {
  if (!(m_.vs > 0.0)) {
    refuse_data("no-signal", "the student's features say nothing about the labels", "Vs = 0",
                "there is no direction to find", "Use the risk alone");
  }
  const double along = 1.0 - u + u * m_.beta_s;
  const double length = squared(along) * m_.vs + squared(u) * m_.beside() + noise_at(u);
  return length > 0.0 ? along * std::sqrt(m_.vs / length) : 0.0;
}

double DistillationRisk::cosine(double lambda) const {
  return cosine_at(weight_of(lambda));
}

double DistillationRisk::accuracy_change(double lambda, double rho) const {
  if (m_.outputs != 1) {
    refuse_usage("vector-labels", "accuracy is defined for one label column",
                 "there are " + std::to_string(m_.outputs), "Take one column of y");
  }
  if (!(rho > 0.0 && rho <= 1.0)) {
    refuse_usage("bad-rho", "ρ = " + std::to_string(rho) + " is not in (0, 1]",
                 "it is the correlation of s with the latent variable behind the labels",
                 "Take it from latent_correlation");
  }
  return (std::acos(rho * cosine(0.0)) - std::acos(rho * cosine(lambda))) / std::numbers::pi;
}

double latent_correlation(const DistillationMoments& moments) {
  return std::sqrt(moments.vs / moments.vy());
}

double latent_correlation_of_signs(const DistillationMoments& moments) {
  const double rho = std::sqrt(moments.vs * std::numbers::pi / 2.0);
  if (rho <= 1.0 + kSlack) return std::min(rho, 1.0);
  refuse_usage("bad-rho", "Vs = " + std::to_string(moments.vs) + " is above 2/π",
               "labels ±1 of a Gaussian latent cannot be predicted so well by a linear map",
               "Give the moments of labels coded −1 and +1");
}

}  // namespace cch
