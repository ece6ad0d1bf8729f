#include "cch/gaussian/ridge_student.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "cch/core/error.hpp"
#include "gaussian/eigen.hpp"
#include "gaussian/moments.hpp"
#include "gaussian/whitened_model.hpp"

namespace cch {
namespace {

using detail::WhitenedModel;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Axes whose variances differ by rounding only are one.
constexpr double kSameVariance = 1e-12;
constexpr double kDecades = 6.0;
constexpr int kStepsPerDecade = 20;
constexpr int kRefinements = 60;  // golden sections: the bracket shrinks to 1e-12

double weight_of(double lambda) {
  if (!(lambda >= 0.0)) {
    refuse_usage("bad-lambda", "λ = " + std::to_string(lambda) + " is not a weight",
                 "λ is the weight of the teacher against the labels", "Give a λ of at least 0");
  }
  return std::isinf(lambda) ? 1.0 : lambda / (1.0 + lambda);
}

/// Slope errors of a teacher fitted on fresh rows have variance ve1·slope along every axis of z1.
double slope_variance(const WhitenedModel& w, const Teacher& teacher, bool intercept) {
  const auto* fresh = std::get_if<FreshRowsTeacher>(&teacher);
  if (!fresh) return 0.0;
  const double ve1 = w.syy.trace() - w.y1.squaredNorm();
  return ve1 /
         static_cast<double>(fresh->rows - static_cast<std::size_t>(w.d1()) - (intercept ? 2 : 1));
}

std::vector<RidgeAxis> axes_of(const WhitenedModel& w, const Teacher& teacher, bool intercept,
                               double scale) {
  const Eigen::MatrixXd& weights = w.fixed.size() > 0 ? w.fixed : w.y1;
  const Eigen::MatrixXd d = scale * (w.cross.transpose() * weights) - w.y2;
  const double errors = scale * scale * slope_variance(w, teacher, intercept);
  std::vector<RidgeAxis> all;
  for (Eigen::Index j = 0; j < w.p(); ++j) {
    all.push_back({w.variances(j), 1.0, w.y2.row(j).squaredNorm(), w.y2.row(j).dot(d.row(j)),
                   d.row(j).squaredNorm() + errors * w.cross.col(j).squaredNorm()});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.variance < b.variance; });
  std::vector<RidgeAxis> out;
  for (const RidgeAxis& axis : all) {
    if (out.empty() || axis.variance > out.back().variance * (1.0 + kSameVariance)) {
      out.push_back(axis);
      continue;
    }
    RidgeAxis& same = out.back();
    same.count += 1.0;
    same.ss += axis.ss;
    same.sd += axis.sd;
    same.dd += axis.dd;
  }
  return out;
}

}  // namespace

RidgeStudent::RidgeStudent(const JointGaussian& joint, const Teacher& teacher,
                           const StudentFit& fit, double teacher_scale,
                           const ModalityBlocks& blocks)
    : m_(scaled(distillation_moments(joint, teacher, fit.intercept, blocks), teacher_scale)),
      axes_(axes_of(detail::whiten(joint, teacher, blocks, detail::StudentAxes::principal), teacher,
                    fit.intercept, teacher_scale)),
      fit_(fit) {
  set_rows();
}

RidgeStudent::RidgeStudent(const SharedPrivateModel& model, const Teacher& teacher,
                           const StudentFit& fit, double teacher_scale)
    : m_(scaled(model.moments(teacher, fit.intercept), teacher_scale)),
      axes_(axes_of(detail::whiten(model, teacher), teacher, fit.intercept, teacher_scale)),
      fit_(fit) {
  set_rows();
}

void RidgeStudent::set_rows() {
  if (fit_.n < 2) {
    refuse_usage("infinite-risk", "a ridge student needs at least 2 rows", {}, "Give more rows");
  }
  double b = 0.0;
  for (const RidgeAxis& axis : axes_) b += axis.dd;
  constant_ = fit_.intercept ? std::max(0.0, m_.b - b) : 0.0;
}

double RidgeStudent::effective_ridge(double ridge) const {
  if (!(ridge >= 0.0)) {
    refuse_usage("bad-ridge", "ℓ = " + std::to_string(ridge) + " is not a penalty",
                 "it is the weight of |w|²", "Give an ℓ of at least 0");
  }
  if (std::isinf(ridge)) return kInfinity;
  if (ridge == 0.0) {
    excess_noise_factor(m_.p, fit_);
    return 0.0;
  }
  const auto n = static_cast<double>(fit_.n);
  const double rows = fit_.intercept ? n - 1.0 : n;
  const double penalty = ridge * n / rows;
  double r = penalty;
  for (const RidgeAxis& axis : axes_) r += axis.count * axis.variance / rows;
  // r − ℓ − (r/n) tr Σ(Σ + r)⁻¹ is convex and not negative at the start: Newton's method comes down
  // to the root without passing it.
  for (int step = 0; step < 200; ++step) {
    double value = r - penalty;
    double slope = 1.0;
    for (const RidgeAxis& axis : axes_) {
      const double kept = axis.variance / (axis.variance + r);
      value -= axis.count * r * kept / rows;
      slope -= axis.count * kept * kept / rows;
    }
    const double next = std::max(penalty, r - value / slope);
    if (!(next < r * (1.0 - 1e-15))) break;
    r = next;
  }
  return r;
}

RidgeStudent::Quadratic RidgeStudent::risk_at(double ridge) const {
  const double r = effective_ridge(ridge);
  const auto n = static_cast<double>(fit_.n);
  const double rows = fit_.intercept ? n - 1.0 : n;
  const double of_intercept = fit_.intercept ? 1.0 / n : 0.0;
  double gamma = 0.0;
  for (const RidgeAxis& axis : axes_) {
    const double kept = std::isinf(r) ? 0.0 : axis.variance / (axis.variance + r);
    gamma += axis.count * kept * kept / rows;
  }
  const double bias = (1.0 + of_intercept) / (1.0 - gamma);
  const double noise = bias * gamma + of_intercept;
  Quadratic out{noise * m_.ve, noise * (m_.c - m_.ve),
                noise * (m_.ve - 2.0 * m_.c + m_.vh) + constant_};
  for (const RidgeAxis& axis : axes_) {
    const double q = std::isinf(r) ? 1.0 : r / (axis.variance + r);
    out.constant += bias * q * q * axis.ss;
    out.linear += (bias * q - 1.0) * q * axis.sd;
    out.square += ((bias * q - 2.0) * q + 1.0) * axis.dd;
  }
  return out;
}

double RidgeStudent::Quadratic::best_u() const {
  if (linear >= 0.0) return 0.0;
  return square > 0.0 ? std::min(1.0, -linear / square) : 1.0;
}

double RidgeStudent::excess_risk(double lambda, double ridge) const {
  const double u = weight_of(lambda);
  return risk_at(ridge).at(u);
}

template <class Choose>
RidgeChoice RidgeStudent::search(const Choose& weight) const {
  auto choice = [&](double ridge) {
    const Quadratic risk = risk_at(ridge);
    const double u = weight(risk);
    return RidgeChoice{u < 1.0 ? u / (1.0 - u) : kInfinity, ridge, risk.at(u)};
  };
  double trace = 0.0;
  for (const RidgeAxis& axis : axes_) trace += axis.count * axis.variance;
  const double mean = trace / static_cast<double>(m_.p);
  auto at = [&](double log10_ridge) { return choice(mean * std::pow(10.0, log10_ridge)); };
  RidgeChoice best = choice(kInfinity);
  auto take = [&](const RidgeChoice& other) {
    const bool less = other.excess_risk < best.excess_risk;
    if (less) best = other;
    return less;
  };
  if (fit_.n >= m_.p + (fit_.intercept ? 3 : 2)) take(choice(0.0));
  constexpr double kStep = 1.0 / kStepsPerDecade;
  double middle = kInfinity;
  for (int i = 0; i <= 2 * static_cast<int>(kDecades) * kStepsPerDecade; ++i) {
    if (take(at(kStep * i - kDecades))) middle = kStep * i - kDecades;
  }
  if (std::isinf(middle)) return best;
  constexpr double kGolden = 0.6180339887498949;
  double low = middle - kStep;
  double high = middle + kStep;
  for (int i = 0; i < kRefinements; ++i) {
    const double left = high - kGolden * (high - low);
    const double right = low + kGolden * (high - low);
    (at(left).excess_risk < at(right).excess_risk ? high : low) =
        at(left).excess_risk < at(right).excess_risk ? right : left;
  }
  take(at(0.5 * (low + high)));
  return best;
}

RidgeChoice RidgeStudent::best_ridge(double lambda) const {
  const double u = weight_of(lambda);
  RidgeChoice out = search([u](const Quadratic&) { return u; });
  out.lambda = lambda;
  return out;
}

RidgeChoice RidgeStudent::best() const {
  const RidgeChoice mixed = search([](const Quadratic& risk) { return risk.best_u(); });
  const RidgeChoice without = best_ridge(0.0);
  return without.excess_risk <= mixed.excess_risk ? without : mixed;
}

double RidgeStudent::tuned_gain() const {
  return best_ridge(0.0).excess_risk - best().excess_risk;
}

}  // namespace cch
