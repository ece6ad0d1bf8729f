#include "cch/gaussian/several_teachers.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "cch/core/error.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/symmetric.hpp"
#include "gaussian/eigen.hpp"
#include "gaussian/moments.hpp"
#include "gaussian/shortest_mix.hpp"

namespace cch {
namespace {

using detail::index;

/// Weights and moments are off by rounding only, relative to the largest of them.
constexpr double kSlack = 1e-9;

/// Gram matrix of the label (0) and the teachers (1 + k): E(u) = wᵀMw, w = (1 − Σu, u).
Eigen::MatrixXd gram_of(const SeveralMoments& m, double kappa) {
  const Eigen::Index k = index(m.teachers());
  Eigen::MatrixXd out(k + 1, k + 1);
  out(0, 0) = kappa * m.ve;
  for (Eigen::Index i = 0; i < k; ++i) {
    out(0, i + 1) = out(i + 1, 0) = kappa * m.c[static_cast<std::size_t>(i)];
  }
  out.bottomRightCorner(k, k) = detail::to_eigen(m.b) + kappa * detail::to_eigen(m.h);
  return out;
}

void check_moments(const SeveralMoments& m, const StudentFit& fit) {
  const std::size_t k = m.teachers();
  auto square = [&](const Matrix& x) { return x.rows() == k && x.cols() == k; };
  bool possible = k > 0 && m.beta_s.size() == k && square(m.b) && square(m.h);
  for (std::size_t i = 0; possible && i < k; ++i) DistillationRisk(m.alone(i), fit);
  for (const Matrix* part : {&m.b, &m.h}) {
    if (!possible) break;
    const Eigen::MatrixXd x = detail::to_eigen(*part);
    const double scale = x.diagonal().maxCoeff();
    possible = x.allFinite() && (x - x.transpose()).cwiseAbs().maxCoeff() <= kSlack * scale &&
               detail::symmetric_eigenvalues(x)(0) >= -kSlack * scale;
  }
  if (possible) return;
  refuse_usage("impossible-moments", "no distribution has these moments of several teachers",
               "B and H are covariances, K × K, and c and β_s have one value a teacher",
               "Take them from a covariance with several_moments");
}

/// What the off-diagonal moments need of one teacher.
struct Part {
  BlockNames blocks;
  Eigen::MatrixXd w;  // mean weights, D_k × q
  Eigen::MatrixXd v;  // L2⁻¹ Σ2k W_k
};

}  // namespace

DistillationMoments SeveralMoments::alone(std::size_t k) const {
  DistillationMoments out;
  out.p = p;
  out.outputs = outputs;
  out.vs = vs;
  out.ve = ve;
  out.vh = h(k, k);
  out.c = c[k];
  out.b = b(k, k);
  out.beta_s = beta_s[k];
  return out;
}

SeveralMoments several_moments(const JointGaussian& joint,
                               const std::vector<ModalityTeacher>& teachers, bool intercept,
                               const BlockNames& student, const BlockNames& label) {
  const std::size_t count = teachers.size();
  if (count == 0) refuse_usage("no-teachers", "there is no teacher", {}, "Give one or more");
  SeveralMoments out;
  out.b = out.h = Matrix(count, count);
  std::vector<Part> parts;
  const detail::Cholesky l2(detail::to_eigen(joint.covariance(student, student)));
  const Eigen::MatrixXd s = l2.solve_lower(detail::to_eigen(joint.covariance(student, label)));
  for (std::size_t k = 0; k < count; ++k) {
    const auto cov = detail::modality_covariance(joint, {teachers[k].blocks, student, label});
    const auto m = detail::moments_of(cov, teachers[k].teacher, intercept);
    out.p = m.p;
    out.outputs = m.outputs;
    out.vs = m.vs;
    out.ve = m.ve;
    out.b(k, k) = m.b;
    out.h(k, k) = m.vh;
    out.c.push_back(m.c);
    out.beta_s.push_back(m.beta_s);
    const Eigen::MatrixXd w = detail::mean_weights(cov, teachers[k].teacher);
    parts.push_back({teachers[k].blocks, w, l2.solve_lower(cov.s12.transpose() * w)});
    for (std::size_t l = 0; l < k; ++l) {
      const Part& other = parts[l];
      const Eigen::MatrixXd s_kl =
          detail::to_eigen(joint.covariance(parts[k].blocks, other.blocks));
      out.b(k, l) = out.b(l, k) = (parts[k].v - s).cwiseProduct(other.v - s).sum();
      out.h(k, l) = out.h(l, k) =
          (s_kl * other.w).cwiseProduct(w).sum() - parts[k].v.cwiseProduct(other.v).sum();
    }
  }
  return out;
}

SeveralMoments scaled(const SeveralMoments& moments, double teacher_scale) {
  SeveralMoments out = moments;
  const double g = teacher_scale;
  const double rest = 1.0 - g;
  for (std::size_t k = 0; k < moments.teachers(); ++k) {
    const DistillationMoments alone = scaled(moments.alone(k), g);  // refuses a γ that is no number
    out.c[k] = alone.c;
    out.beta_s[k] = alone.beta_s;
    // γv − s = γ(v − s) − (1 − γ)s, and Cov(v − s, s) = (β_s − 1)Vs.
    for (std::size_t l = 0; l < moments.teachers(); ++l) {
      const double along = 2.0 - moments.beta_s[k] - moments.beta_s[l];
      out.h(k, l) = g * g * moments.h(k, l);
      out.b(k, l) = g * g * moments.b(k, l) + (g * along + rest) * rest * moments.vs;
    }
    out.b(k, k) = alone.b;
  }
  return out;
}

bool TeacherMix::abstains() const {
  return std::all_of(weights.begin(), weights.end(), [](double u) { return u == 0.0; });
}

SeveralTeachersRisk::SeveralTeachersRisk(SeveralMoments moments, const StudentFit& fit)
    : m_(std::move(moments)), fit_(fit), kappa_(excess_noise_factor(m_.p, fit)) {
  check_moments(m_, fit_);
}

void SeveralTeachersRisk::check_weights(std::span<const double> u) const {
  const bool above = std::all_of(u.begin(), u.end(), [](double x) { return x >= 0.0; });
  if (u.size() == m_.teachers() && above &&
      std::accumulate(u.begin(), u.end(), 0.0) <= 1.0 + kSlack) {
    return;
  }
  refuse_usage("bad-weights",
               "these are no weights of " + std::to_string(m_.teachers()) + " teachers",
               "each is at least 0, and together they are at most 1", "Give one a teacher");
}

double SeveralTeachersRisk::excess_risk(std::span<const double> u) const {
  check_weights(u);
  Eigen::VectorXd w(index(u.size()) + 1);
  for (std::size_t k = 0; k < u.size(); ++k) w(index(k) + 1) = u[k];
  w(0) = 1.0 - w.tail(index(u.size())).sum();
  return w.dot(gram_of(m_, kappa_) * w);
}

double SeveralTeachersRisk::gain(std::span<const double> u) const {
  check_weights(u);
  // E(0) − E(u) with E(0) taken out by hand, so that small gains keep their digits.
  double out = 0.0;
  for (std::size_t k = 0; k < u.size(); ++k) {
    double along = 2.0 * kappa_ * (m_.ve - m_.c[k]);
    for (std::size_t l = 0; l < u.size(); ++l) {
      along -= u[l] * (m_.b(k, l) + kappa_ * (m_.ve - m_.c[k] - m_.c[l] + m_.h(k, l)));
    }
    out += u[k] * along;
  }
  return out;
}

TeacherMix SeveralTeachersRisk::best() const {
  const detail::ShortestMix mix = detail::shortest_mix(gram_of(m_, kappa_));
  TeacherMix out;
  out.weights.assign(mix.weights.begin() + 1, mix.weights.end());
  out.gain = gain(out.weights);
  out.optimality_gap = mix.gap;
  for (std::size_t k = 0; k < m_.teachers(); ++k) {
    const double single = DistillationRisk(m_.alone(k), fit_).best_gain();
    if (single <= out.best_single_gain) continue;
    out.best_single_gain = single;
    out.best_single = k;
  }
  return out;
}

}  // namespace cch
