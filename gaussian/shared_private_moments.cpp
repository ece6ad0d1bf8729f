#include <cmath>
#include <limits>

#include "cch/core/error.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "gaussian/model_parts.hpp"
#include "gaussian/moments.hpp"

namespace cch {
namespace {

using detail::dot;
using detail::squared;

/// Variances of a model's parts.
struct Variances {
  explicit Variances(const SharedPrivateModel& m)
      : s1(squared(m.teacher_noise)),
        s2(squared(m.student_noise)),
        n(squared(m.nuisance_size)),
        y(squared(m.label_noise)),
        a(dot(m.a, m.a)),
        b(dot(m.b, m.b)),
        d(dot(m.d, m.d)) {}

  /// Share of a unit factor that x2 leaves open.
  [[nodiscard]] double open2() const { return s2 / (1.0 + s2); }
  /// Var(y | x1).
  [[nodiscard]] double ve1() const { return (a + b) * s1 / (1.0 + s1) + d + y; }
  /// Var(y | x2).
  [[nodiscard]] double ve2() const { return (a + d) * open2() + b + y; }
  /// Var(y | x1, x2): both noises are averaged over a common factor.
  [[nodiscard]] double ve12() const {
    const double bottom = s1 + s2 + s1 * s2;
    const double common = bottom > 0.0 ? s1 * s2 / bottom : 0.0;
    return a * common + b * s1 / (1.0 + s1) + d * open2() + y;
  }

  double s1, s2, n, y;  // s1², s2², σ_n², s_y²
  double a, b, d;       // squared norms
};

/// Adds what column after column of x1 gives to the moments, with its weight in t.
struct TeacherColumns {
  const Variances& v;
  DistillationMoments& out;
  double cov_ts = 0.0;

  void common(double w, double a) {
    out.b += squared(w - a) / (1.0 + v.s2);
    out.vh += squared(w) * (v.s1 + v.open2());
    out.c += w * a * v.open2();
    cov_ts += w * a / (1.0 + v.s2);
  }
  void own(double w, double b) {
    out.vh += squared(w) * (1.0 + v.s1);
    out.c += w * b;
  }
  void nuisance(double w) {
    out.b += squared(w * v.n) / (v.n + v.s2);
    out.vh += squared(w) * (v.s1 + v.n * v.s2 / (v.n + v.s2));
  }
  void padding(double w) { out.vh += squared(w) * v.s1; }
};

void add_best_weights(const SharedPrivateModel& m, TeacherColumns& columns) {
  const double shrunk = 1.0 / (1.0 + columns.v.s1);
  for (const double a : m.a) columns.common(shrunk * a, a);
  for (const double b : m.b) columns.own(shrunk * b, b);
}

void add_given_weights(const SharedPrivateModel& m, const Matrix& w, TeacherColumns& columns) {
  std::size_t j = 0;
  for (const double a : m.a) columns.common(w(j++, 0), a);
  for (const double b : m.b) columns.own(w(j++, 0), b);
  for (std::size_t k = 0; k < m.nuisance; ++k) columns.nuisance(w(j++, 0));
  while (j < w.rows()) columns.padding(w(j++, 0));
}

/// tr(Σ11⁻¹ Σ12 Σ22⁻¹ Σ21).
double shared_directions(const SharedPrivateModel& m, const Variances& v) {
  double out = static_cast<double>(m.a.size()) / ((1.0 + v.s1) * (1.0 + v.s2));
  if (m.nuisance > 0) {
    out += static_cast<double>(m.nuisance) * squared(v.n) / ((v.n + v.s1) * (v.n + v.s2));
  }
  return out;
}

/// k·I between two noisy views of a factor of variance σ².
double shared_information(std::size_t k, double factor, const Variances& v) {
  if (k == 0 || factor == 0.0) return 0.0;
  const double open = factor * v.s1 + factor * v.s2 + v.s1 * v.s2;
  if (open == 0.0) return std::numeric_limits<double>::infinity();
  return 0.5 * static_cast<double>(k) * std::log((factor + v.s1) * (factor + v.s2) / open);
}

/// ½ ln(before/after) for variances before ≥ after; nothing can be learnt about a constant.
double information_gain(double before, double after) {
  return before > 0.0 ? 0.5 * std::log(before / after) : 0.0;
}

void check_modality(const std::string& name, double noise, bool padded, bool empty_nuisance) {
  if (noise > 0.0 || (!padded && !empty_nuisance)) return;
  refuse_data("singular-covariance", "a column of " + name + " is constant",
              padded ? "padding without noise" : "a nuisance of size 0 without noise",
              "a constant has no density", "Give the modality noise, or leave the column out");
}

}  // namespace

void detail::check_columns_vary(const SharedPrivateModel& m) {
  const std::size_t shared = m.a.size() + m.nuisance;
  const bool empty_nuisance = m.nuisance > 0 && m.nuisance_size == 0.0;
  check_modality("x1", m.teacher_noise, m.p1() > shared + m.b.size(), empty_nuisance);
  check_modality("x2", m.student_noise, m.p2() > shared + m.d.size(), empty_nuisance);
}

DistillationMoments SharedPrivateModel::moments(const Teacher& teacher, bool intercept) const {
  detail::check_model(*this);
  detail::check_columns_vary(*this);
  if (std::holds_alternative<StudentRowsTeacher>(teacher)) detail::refuse_dependent_teacher();
  const Variances v(*this);
  DistillationMoments out;
  out.p = p2();
  out.vs = (v.a + v.d) / (1.0 + v.s2);
  out.ve = v.ve2();
  out.b = v.d / (1.0 + v.s2);
  TeacherColumns columns{v, out};
  if (const auto* given = std::get_if<GivenTeacher>(&teacher)) {
    detail::check_teacher_shape(given->weights, p1(), 1);
    add_given_weights(*this, given->weights, columns);
  } else {
    add_best_weights(*this, columns);
  }
  if (const auto* fresh = std::get_if<FreshRowsTeacher>(&teacher)) {
    const auto errors =
        detail::fit_errors(v.ve1(), shared_directions(*this, v), p1(), fresh->rows, intercept);
    out.b += errors.b;
    out.vh += errors.vh;
  }
  out.beta_s = out.vs > 0.0 ? columns.cov_ts / out.vs : 0.0;
  return out;
}

ModelInformation SharedPrivateModel::information() const {
  detail::check_model(*this);
  detail::check_columns_vary(*this);
  const Variances v(*this);
  const double vy = v.a + v.b + v.d + v.y;
  return {shared_information(a.size(), 1.0, v) + shared_information(nuisance, v.n, v),
          information_gain(vy, v.ve2()), information_gain(vy, v.ve1()),
          information_gain(v.ve2(), v.ve12())};
}

}  // namespace cch
