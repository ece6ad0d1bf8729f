#include "cch/gaussian/shared_private_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/random.hpp"
#include "gaussian/model_parts.hpp"

namespace cch {

void detail::check_model(const SharedPrivateModel& m) {
  auto refuse = [](const std::string& problem, const std::string& action) {
    refuse_usage("bad-model", problem, "the model has no distribution then", action);
  };
  for (const auto* weights : {&m.a, &m.b, &m.d}) {
    for (const double w : *weights) {
      if (!std::isfinite(w)) refuse("a weight of the labels is not finite", "Give numbers");
    }
  }
  for (const double s : {m.nuisance_size, m.teacher_noise, m.student_noise, m.label_noise}) {
    if (!(s >= 0.0) || std::isinf(s)) {
      refuse("a noise or nuisance size is negative or not finite", "Give sizes of at least 0");
    }
  }
  const std::size_t shared = m.a.size() + m.nuisance;
  if (m.p1() < shared + m.b.size() || m.p2() < shared + m.d.size()) {
    refuse("a modality has fewer columns than factors", "Raise its dimension");
  }
  if (m.p1() == 0 || m.p2() == 0) {
    refuse("a modality has no columns", "Give it a factor or a dimension");
  }
}

namespace {

using detail::check_model;
using detail::dot;
using detail::squared;

/// Writes one modality's part of the covariance: itself from row `first` on, and with y.
void add_modality(Matrix& cov, std::size_t first, std::size_t p, const SharedPrivateModel& m,
                  const std::vector<double>& own, double noise) {
  const std::size_t y = cov.rows() - 1;
  for (std::size_t j = 0; j < p; ++j) cov(first + j, first + j) = squared(noise);
  const std::size_t label_factors = m.a.size() + own.size();
  for (std::size_t j = 0; j < label_factors; ++j) {
    cov(first + j, first + j) += 1.0;
    const double weight = j < m.a.size() ? m.a[j] : own[j - m.a.size()];
    cov(first + j, y) = cov(y, first + j) = weight;
  }
  for (std::size_t j = 0; j < m.nuisance; ++j) {
    const std::size_t column = first + label_factors + j;
    cov(column, column) += squared(m.nuisance_size);
  }
}

/// One row of a modality: common factors, its own, the nuisance, then noise on everything.
void draw_modality(std::span<double> row, const std::vector<double>& common,
                   const std::vector<double>& own, const std::vector<double>& nuisance,
                   double noise, Random& random) {
  std::fill(row.begin(), row.end(), 0.0);
  auto next = std::copy(common.begin(), common.end(), row.begin());
  next = std::copy(own.begin(), own.end(), next);
  std::copy(nuisance.begin(), nuisance.end(), next);
  for (double& value : row) value += noise * random.normal();
}

}  // namespace

std::size_t SharedPrivateModel::p1() const {
  return teacher_dim > 0 ? teacher_dim : a.size() + b.size() + nuisance;
}

std::size_t SharedPrivateModel::p2() const {
  return student_dim > 0 ? student_dim : a.size() + d.size() + nuisance;
}

JointGaussian SharedPrivateModel::joint() const {
  check_model(*this);
  const std::size_t dim = p1() + p2() + 1;
  Matrix cov(dim, dim);
  add_modality(cov, 0, p1(), *this, b, teacher_noise);
  add_modality(cov, p1(), p2(), *this, d, student_noise);
  auto share = [&](std::size_t i, std::size_t j, double variance) {
    cov(i, p1() + j) = cov(p1() + j, i) = variance;
  };
  for (std::size_t j = 0; j < a.size(); ++j) share(j, j, 1.0);
  for (std::size_t j = 0; j < nuisance; ++j) {
    share(a.size() + b.size() + j, a.size() + d.size() + j, squared(nuisance_size));
  }
  cov(dim - 1, dim - 1) = dot(a, a) + dot(b, b) + dot(d, d) + squared(label_noise);
  return JointGaussian::from(cov, {{"x1", p1()}, {"x2", p2()}, {"y", 1}}, "the model's covariance");
}

ModalityRows sample_rows(const SharedPrivateModel& model, std::size_t n, std::uint64_t seed) {
  check_model(model);
  Random random(derive_seed(seed, "shared-private-model"));
  auto factors = [&](std::size_t count, double size) {
    std::vector<double> z(count);
    for (double& value : z) value = size * random.normal();
    return z;
  };
  Matrix x1(n, model.p1());
  Matrix x2(n, model.p2());
  Matrix y(n, 1);
  for (std::size_t i = 0; i < n; ++i) {
    const auto common = factors(model.a.size(), 1.0);
    const auto first = factors(model.b.size(), 1.0);
    const auto second = factors(model.d.size(), 1.0);
    const auto nuisance = factors(model.nuisance, model.nuisance_size);
    draw_modality(x1.row(i), common, first, nuisance, model.teacher_noise, random);
    draw_modality(x2.row(i), common, second, nuisance, model.student_noise, random);
    y(i, 0) = dot(model.a, common) + dot(model.b, first) + dot(model.d, second) +
              model.label_noise * random.normal();
  }
  return {Samples::from(std::move(x1), "x1"), Samples::from(std::move(x2), "x2"),
          Samples::from(std::move(y), "y")};
}

std::vector<double> even_weights(double norm, std::size_t k) {
  return std::vector<double>(k, k > 0 ? norm / std::sqrt(static_cast<double>(k)) : 0.0);
}

}  // namespace cch
