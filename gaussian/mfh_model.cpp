#include "cch/gaussian/mfh_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/random.hpp"
#include "gaussian/eigen.hpp"
#include "gaussian/moments.hpp"

namespace cch {
namespace {

using detail::index;

constexpr std::size_t kShared = 10;  ///< decisive features that the student sees in both families

std::vector<std::size_t> range(std::size_t first, std::size_t count) {
  std::vector<std::size_t> out(count);
  std::iota(out.begin(), out.end(), first);
  return out;
}

std::vector<double> normal_weights(std::size_t n, std::uint64_t seed) {
  Random random(derive_seed(seed, "mfh-weights"));
  std::vector<double> a(n);
  for (double& weight : a) weight = random.normal();
  return a;
}

void check_step(std::size_t v, std::size_t most) {
  if (v <= most) return;
  refuse_usage("bad-model", "v = " + std::to_string(v) + " is too large for this family",
               "the teacher has no more columns", "Give v from 0 to " + std::to_string(most));
}

double squared_norm(const std::vector<double>& a) {
  return std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
}

void check_model(const MfhModel& m) {
  auto inside = [&](const std::vector<std::size_t>& z, std::size_t columns) {
    return columns > 0 && std::all_of(z.begin(), z.end(),
                                      [&](std::size_t j) { return j < m.a.size() && j < columns; });
  };
  const double norm = squared_norm(m.a);
  if (inside(m.teacher_z, m.p1) && inside(m.student_z, m.p2) && norm > 0.0 && std::isfinite(norm)) {
    return;
  }
  refuse_usage("bad-model", "the modalities or the weights do not fit",
               "feature j is column j of a modality that sees it, and some weight must not be 0",
               "Give features within a and within p1 and p2");
}

/// Cov(x, y) of one modality for labels ±1.
Eigen::MatrixXd label_covariance(const MfhModel& m, const std::vector<std::size_t>& seen,
                                 std::size_t p) {
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(index(p), 1);
  const double scale = std::sqrt(2.0 / (std::numbers::pi * squared_norm(m.a)));
  for (const std::size_t j : seen) out(index(j), 0) = scale * m.a[j];
  return out;
}

/// Writes the seen features into noise.
void draw_modality(std::span<double> row, const std::vector<double>& z,
                   const std::vector<std::size_t>& seen, Random& random) {
  for (double& value : row) value = random.normal();
  for (const std::size_t j : seen) row[j] = z[j];
}

}  // namespace

MfhModel MfhModel::gamma(std::size_t v, std::uint64_t seed) {
  check_step(v, kShared);
  return {normal_weights(20, seed), 25, 50, range(kShared - v, 10), range(0, kShared)};
}

MfhModel MfhModel::alpha(std::size_t v, std::uint64_t seed) {
  check_step(v, 40);
  return {normal_weights(50, seed), 50, 50, range(0, v + 10), range(0, kShared)};
}

DistillationMoments MfhModel::moments(const Teacher& teacher, bool intercept) const {
  check_model(*this);
  Eigen::MatrixXd shared = Eigen::MatrixXd::Zero(index(p1), index(p2));
  for (const std::size_t j : teacher_z) {
    const bool both = std::find(student_z.begin(), student_z.end(), j) != student_z.end();
    if (both) shared(index(j), index(j)) = 1.0;
  }
  const detail::ModalityCovariance cov{
      Eigen::MatrixXd::Identity(index(p1), index(p1)), shared,
      Eigen::MatrixXd::Identity(index(p2), index(p2)), label_covariance(*this, teacher_z, p1),
      label_covariance(*this, student_z, p2),          Eigen::MatrixXd::Ones(1, 1)};
  return detail::moments_of(cov, teacher, intercept);
}

MfhRows sample_rows(const MfhModel& model, std::size_t n, std::uint64_t seed) {
  check_model(model);
  Random random(derive_seed(seed, "mfh-rows"));
  Matrix x1(n, model.p1);
  Matrix x2(n, model.p2);
  std::vector<int> y(n);
  std::vector<double> z(model.a.size());
  for (std::size_t i = 0; i < n; ++i) {
    for (double& value : z) value = random.normal();
    draw_modality(x1.row(i), z, model.teacher_z, random);
    draw_modality(x2.row(i), z, model.student_z, random);
    y[i] = std::inner_product(z.begin(), z.end(), model.a.begin(), 0.0) > 0.0 ? 1 : 0;
  }
  return {Samples::from(std::move(x1), "x1"), Samples::from(std::move(x2), "x2"),
          ClassLabels::from(std::move(y), {"0", "1"})};
}

}  // namespace cch
