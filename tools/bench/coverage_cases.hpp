#pragma once

// What the coverage simulation draws, and what one repeat of it measures.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cch/criterion/cch.hpp"
#include "cch/estimators/error_bars.hpp"
#include "cch/estimators/permutation_null.hpp"
#include "cch/estimators/planted_calibration.hpp"
#include "cch/estimators/scale.hpp"
#include "support/draws.hpp"

namespace cch::bench {

enum class CaseKind { estimate, margin, permutation };

/// One simulated situation. Columns correlate by rho in pairs, on both levels where rows come in
/// groups; with labels the second side is one latent column cut at 0. In a margin the teacher and y
/// are independent given x.
struct Case {
  std::string name;
  std::string estimator;
  CaseKind kind = CaseKind::estimate;
  std::size_t rows = 1000;
  std::size_t group_size = 1;
  std::size_t dim = 1;
  double rho = 0.6;
  double rho_teacher = 0.7;  ///< margins only
  double icc = 0.0;
  bool labels = false;
  std::size_t noise = 0;    ///< further columns of noise on each side; estimates only
  std::size_t classes = 0;  ///< > 0: Gaussian classes with means N(0, I) in the first four columns
};

inline const std::vector<Case>& cases() {
  using enum CaseKind;
  static const std::vector<Case> all{
      {.name = "ksg1-1+1-1000", .estimator = "ksg1"},
      {.name = "ksg1-1+1-4000", .estimator = "ksg1", .rows = 4000},
      {.name = "ksg1-1+1-10000", .estimator = "ksg1", .rows = 10'000},
      {.name = "ross-1-1000", .estimator = "ross", .rho = 0.7, .labels = true},
      {.name = "ross-1-4000", .estimator = "ross", .rows = 4000, .rho = 0.7, .labels = true},
      {.name = "ksg1-60x20",
       .estimator = "ksg1",
       .rows = 1200,
       .group_size = 20,
       .rho = 0.7,
       .icc = 0.8},
      {.name = "ross-60x20",
       .estimator = "ross",
       .rows = 1200,
       .group_size = 20,
       .rho = 0.7,
       .icc = 0.8,
       .labels = true},
      {.name = "ksg1-3+3-2000", .estimator = "ksg1", .rows = 2000, .dim = 3, .rho = 0.5},
      {.name = "ksg1-3+3-10000", .estimator = "ksg1", .rows = 10'000, .dim = 3, .rho = 0.5},
      {.name = "ksg1-5+5-2000", .estimator = "ksg1", .rows = 2000, .dim = 5, .rho = 0.5},
      {.name = "margin-ksg1-1000", .estimator = "ksg1", .kind = margin, .rho = 0.5},
      {.name = "margin-ksg1-4000", .estimator = "ksg1", .kind = margin, .rows = 4000, .rho = 0.5},
      {.name = "margin-ksg1-10000",
       .estimator = "ksg1",
       .kind = margin,
       .rows = 10'000,
       .rho = 0.5},
      {.name = "margin-ksg1-60x20",
       .estimator = "ksg1",
       .kind = margin,
       .rows = 1200,
       .group_size = 20,
       .rho = 0.5,
       .icc = 0.8},
      {.name = "margin-ksg1-ross-1000",
       .estimator = "ksg1",
       .kind = margin,
       .rho = 0.7,
       .labels = true},
      {.name = "margin-ksg1-ross-4000",
       .estimator = "ksg1",
       .kind = margin,
       .rows = 4000,
       .rho = 0.7,
       .labels = true},
      {.name = "margin-ksg1-ross-60x20",
       .estimator = "ksg1",
       .kind = margin,
       .rows = 1200,
       .group_size = 20,
       .rho = 0.7,
       .icc = 0.8,
       .labels = true},
      {.name = "margin-ksg1-3+3-2000",
       .estimator = "ksg1",
       .kind = margin,
       .rows = 2000,
       .dim = 3,
       .rho = 0.3,
       .rho_teacher = 0.5},
      {.name = "label-bound-32-800",
       .estimator = "label-bound",
       .rows = 800,
       .dim = 32,
       .classes = 4},
      {.name = "cca-ksg-6+6-2000", .estimator = "cca-ksg", .rows = 2000, .dim = 6, .rho = 0.5},
      {.name = "cca-ksg-noise-1000",
       .estimator = "cca-ksg",
       .rows = 1000,
       .dim = 4,
       .rho = 0.6,
       .noise = 60},
      {.name = "cca-ksg-weak-2000", .estimator = "cca-ksg", .rows = 2000, .dim = 64, .rho = 0.18},
      {.name = "cca-ksg-60x20",
       .estimator = "cca-ksg",
       .rows = 1200,
       .group_size = 20,
       .dim = 6,
       .rho = 0.5,
       .icc = 0.5},
      {.name = "margin-cca-bound-800",
       .estimator = "cca-ksg",
       .kind = margin,
       .rows = 800,
       .dim = 8,
       .rho = 0.7,
       .classes = 4},
      {.name = "permutation-200",
       .estimator = "ksg1",
       .kind = permutation,
       .rows = 200,
       .rho = 0.0},
      {.name = "permutation-60x20",
       .estimator = "ksg1",
       .kind = permutation,
       .rows = 1200,
       .group_size = 20,
       .rho = 0.0,
       .icc = 0.8},
      {.name = "permutation-wilks-200",
       .estimator = "cca-ksg",
       .kind = permutation,
       .rows = 200,
       .dim = 4,
       .rho = 0.0}};
  return all;
}

/// I(X; 1{L > 0}) for standard normals with correlation rho:
///   ln 2 − ∫ φ(x) h(Φ(ρx/√(1−ρ²))) dx,  h the binary entropy; trapezoid, error below 1e-9.
inline double sign_information(double rho) {
  auto plogp = [](double p) { return p > 0.0 ? p * std::log(p) : 0.0; };
  double conditional = 0.0;
  constexpr double kStep = 1e-3;
  for (int i = -9000; i <= 9000; ++i) {
    const double x = i * kStep;
    const double p = 0.5 * std::erfc(-rho * x / std::sqrt(2.0 * (1.0 - rho * rho)));
    const double density = std::exp(-x * x / 2.0) / std::sqrt(2.0 * std::numbers::pi);
    conditional -= kStep * density * (plogp(p) + plogp(1.0 - p));
  }
  return std::numbers::ln2 - conditional;
}

/// The true value, where it has a closed form.
inline std::optional<double> truth_of(const Case& c) {
  if (c.classes > 0) return std::nullopt;
  auto pairs = [&](double rho) {
    return -0.5 * static_cast<double>(c.dim) * std::log(1.0 - rho * rho);
  };
  const double with_y = c.labels ? sign_information(c.rho) : pairs(c.rho);
  return c.kind == CaseKind::margin ? pairs(c.rho_teacher) - with_y : with_y;
}

/// Three variables of one draw: x the student, y the other side of the estimate, teacher for
/// margins.
struct CaseDraw {
  Samples x;
  Variable y;
  std::optional<Samples> teacher;
  Groups groups;
};

inline Samples rank_scaled(const Samples& x) {
  std::vector<Warning> ignored;
  return scaled(x, Scale::rank, ignored, Execution().serial());
}

// x with the class means added, and the classes; the means are the same in every repeat.
inline std::pair<Samples, ClassLabels> draw_classes(const Case& c, const Samples& noise,
                                                    std::uint64_t seed) {
  constexpr std::size_t kInformative = 4;
  Random fixed(derive_seed(1, "coverage-class-means"));
  Matrix means(c.classes, kInformative);
  for (std::size_t k = 0; k < c.classes; ++k) {
    for (double& v : means.row(k)) v = fixed.normal();
  }
  Random random(derive_seed(seed, "coverage-classes"));
  Matrix x(c.rows, c.dim);
  std::vector<int> codes(c.rows);
  for (std::size_t i = 0; i < c.rows; ++i) {
    const std::size_t k = random.below(c.classes);
    codes[i] = static_cast<int>(k);
    for (std::size_t j = 0; j < c.dim; ++j) {
      x(i, j) = noise(i, j) + (j < kInformative ? means(k, j) : 0.0);
    }
  }
  return {Samples::from(std::move(x)), test::labels_of(std::move(codes), c.classes)};
}

inline ClassLabels signs_of(const Samples& latent) {
  std::vector<int> codes(latent.size());
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = latent(i, 0) > 0.0 ? 1 : 0;
  return test::labels_of(std::move(codes), 2);
}

inline Samples beside_noise(const Samples& x, std::size_t columns, std::uint64_t seed) {
  if (columns == 0) return x;
  Random random(seed);
  Matrix out(x.size(), x.dim() + columns);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < out.cols(); ++j) {
      out(i, j) = j < x.dim() ? x(i, j) : random.normal();
    }
  }
  return Samples::from(std::move(out));
}

inline test::XY draw_pairs(const Case& c, const Groups& groups, std::uint64_t seed) {
  return groups.grouped() ? test::gaussian_grouped_rows(groups, c.dim, c.rho, c.icc, seed)
                          : test::gaussian_rows(c.rows, c.dim, c.dim, c.rho, seed);
}

// Correlation rho_teacher with x column by column (on both levels), independent of y given x.
inline Samples draw_teacher(const Case& c, const Samples& x, const Groups& groups,
                            std::uint64_t seed) {
  const Samples other = draw_pairs(c, groups, derive_seed(seed, "coverage-teacher")).x;
  const double rest = std::sqrt(1.0 - c.rho_teacher * c.rho_teacher);
  Matrix teacher(x.size(), x.dim());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) {
      teacher(i, j) = c.rho_teacher * x(i, j) + rest * other(i, j);
    }
  }
  return Samples::from(std::move(teacher));
}

inline CaseDraw draw(const Case& c, std::uint64_t seed) {
  const Groups groups = c.group_size > 1 ? test::equal_groups(c.rows / c.group_size, c.group_size)
                                         : Groups::singletons(c.rows);
  const test::XY xy = draw_pairs(c, groups, seed);
  if (c.classes > 0) {
    auto [x, labels] = draw_classes(c, xy.x, seed);
    return {rank_scaled(x), labels, rank_scaled(xy.y), groups};
  }
  const auto side = [&](const Samples& pairs, const char* name) {
    return rank_scaled(beside_noise(pairs, c.noise, derive_seed(seed, name)));
  };
  CaseDraw out{side(xy.x, "noise-x"), side(xy.y, "noise-y"), std::nullopt, groups};
  if (c.labels) out.y = signs_of(xy.y);
  if (c.kind == CaseKind::margin) {
    out.teacher = rank_scaled(draw_teacher(c, xy.x, groups, seed));
  }
  return out;
}

/// One repeat: the estimate with its error bar, or a p value.
struct Repeat {
  double nats = 0.0;
  double standard_error = 0.0;
  double df = 0.0;
  double bias = 0.0;  ///< planted, where there is a truth to cover
  double p = 1.0;
};

// The share of tests that reject is exact at 5 % for any number that makes α(n + 1) whole.
inline constexpr std::size_t kPermutations = 99;

inline Repeat measure(const Case& c, const CaseDraw& d, const BiasCurve* curve,
                      const Execution& exec) {
  Repeat out;
  const EstimatorOptions options = default_options(c.estimator);
  if (c.kind == CaseKind::permutation) {
    const PermutationOptions permutation{.permutations = kPermutations};
    out.p = permutation_null(options, d.x, d.y, d.groups, permutation, exec).p_value;
    return out;
  }
  std::vector<Measurement> measured;
  std::vector<Term> terms;
  if (c.kind == CaseKind::margin) {
    measured.emplace_back(options, *d.teacher, d.x, d.groups, exec);
    const EstimatorOptions partner =
        is_discrete(d.y) ? label_partner(options, d.y).options : options;
    measured.emplace_back(partner, d.x, d.y, d.groups, exec);
    terms = {{&measured[0], 1.0}, {&measured[1], -1.0}};
  } else {
    measured.emplace_back(options, d.x, d.y, d.groups, exec);
    terms = {{&measured[0], 1.0}};
  }
  for (const Term& term : terms) out.nats += term.weight * term.measurement->estimate().nats;
  const auto bar = error_bar(terms, exec);
  if (!bar) throw std::runtime_error("a repeat of " + c.name + " has no error bar");
  out.standard_error = bar->standard_error;
  out.df = bar->degrees_of_freedom;
  if (curve != nullptr) out.bias = bias_at(*curve, out.nats).bias;
  return out;
}

}  // namespace cch::bench
