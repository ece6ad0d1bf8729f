#include "verdicts_problem.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <optional>
#include <utility>

#include "cch/core/random.hpp"
#include "support/draws.hpp"

namespace cch::bench {
namespace {

template <std::size_t N>
double one_of(const std::array<double, N>& values, Random& random) {
  return values[random.below(N)];
}

std::size_t size_of(std::array<double, 3> values, std::size_t most, Random& random) {
  return std::min(static_cast<std::size_t>(one_of(values, random)), most);
}

/// Columns of f: begin and length of the blocks.
struct Blocks {
  std::size_t common, first, second, nuisance;
  [[nodiscard]] std::size_t total() const { return common + first + second + nuisance; }
};

/// D × D with orthonormal columns, uniformly random.
Eigen::MatrixXd rotation(Eigen::Index d, Random& random) {
  Eigen::MatrixXd g(d, d);
  for (Eigen::Index i = 0; i < g.size(); ++i) g.data()[i] = random.normal();
  return Eigen::HouseholderQR<Eigen::MatrixXd>(g).householderQ();
}

/// The chosen columns of f, one after the other in the first rows, rotated.
Loadings loadings(std::size_t dim, const std::vector<std::pair<std::size_t, double>>& taken,
                  std::size_t factors, double noise, Random& random) {
  const auto d = static_cast<Eigen::Index>(dim);
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(d, static_cast<Eigen::Index>(factors));
  for (std::size_t r = 0; r < std::min(taken.size(), dim); ++r) {
    a(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(taken[r].first)) = taken[r].second;
  }
  return {rotation(d, random) * a, noise};
}

using Taken = std::vector<std::pair<std::size_t, double>>;
void take(Taken& taken, std::size_t begin, std::size_t count, double scale) {
  for (std::size_t j = 0; j < count; ++j) taken.emplace_back(begin + j, scale);
}

/// A random direction of length √share in the block.
void point(Eigen::VectorXd& c, std::size_t begin, std::size_t count, double share, Random& random) {
  if (count == 0) return;
  auto block = c.segment(static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(count));
  for (Eigen::Index j = 0; j < block.size(); ++j) block(j) = random.normal();
  block *= std::sqrt(share) / block.norm();
}

void draw_task(Problem& p, Random& random) {
  const double kind = random.uniform();
  const std::size_t more = random.below(2) == 0 ? 3 : 5;
  p.classes = kind < 0.4 ? 0 : kind < 0.8 ? 2 : more;
  const double where = random.uniform();
  p.scenario = where < 0.5   ? Scenario::same_rows
               : where < 0.8 ? Scenario::unlabelled_pairs
                             : Scenario::more_labels;
  const bool same = p.scenario == Scenario::same_rows;
  p.rows = std::array<std::size_t, 4>{300, 600, 1000, 2000}[random.below(same ? 4 : 3)];
  const bool many = random.below(10) == 0;
  const bool most = random.below(2) == 0;
  if (same && many) p.rows = most ? 10000 : 4000;
  const bool grouped = random.below(4) == 0;
  const std::size_t groups = std::array<std::size_t, 3>{40, 60, 100}[random.below(3)];
  const double icc = random.below(2) == 0 ? 0.3 : 0.8;
  if (grouped) {
    p.group_size = p.rows / groups;
    p.rows = p.group_size * groups;
    p.icc = icc;
  }
  p.extra_rows = same ? 0 : 2 * p.rows;
  p.lambda = random.below(2) == 0 ? 1.0 : 0.43;
}

/// Rows in groups of one size, the last one smaller.
Groups groups_of(std::size_t rows, std::size_t size) {
  std::vector<std::size_t> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) codes[i] = i / size;
  return Groups::from(codes);
}

/// N × d, √icc·(the group's draw) + √(1 − icc)·(the row's own).
Eigen::MatrixXd normals(const Groups& groups, Eigen::Index d, double icc, Random& random) {
  const bool grouped = icc > 0.0;
  Eigen::MatrixXd shared(grouped ? static_cast<Eigen::Index>(groups.count()) : 0, d);
  for (Eigen::Index i = 0; i < shared.size(); ++i) shared.data()[i] = random.normal();
  Eigen::MatrixXd out(static_cast<Eigen::Index>(groups.rows()), d);
  for (Eigen::Index i = 0; i < out.size(); ++i) out.data()[i] = random.normal();
  if (!grouped) return out;
  out *= std::sqrt(1.0 - icc);
  for (std::size_t i = 0; i < groups.rows(); ++i) {
    out.row(static_cast<Eigen::Index>(i)) +=
        std::sqrt(icc) * shared.row(static_cast<Eigen::Index>(groups.of(i)));
  }
  return out;
}

Samples samples_of(const Eigen::MatrixXd& values) {
  Matrix out(static_cast<std::size_t>(values.rows()), static_cast<std::size_t>(values.cols()));
  for (std::size_t i = 0; i < out.rows(); ++i) {
    for (std::size_t j = 0; j < out.cols(); ++j) {
      out(i, j) = values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
    }
  }
  return Samples::from(std::move(out));
}

Variable labels_of(const Eigen::VectorXd& y, std::size_t classes) {
  if (classes == 0) return samples_of(y);
  std::vector<double> cuts;
  const boost::math::normal standard;
  for (std::size_t k = 1; k < classes; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(classes);
    cuts.push_back(boost::math::quantile(standard, share));
  }
  std::vector<int> codes;
  for (const double v : y) {
    codes.push_back(static_cast<int>(
        std::count_if(cuts.begin(), cuts.end(), [&](double cut) { return v > cut; })));
  }
  return test::labels_of(std::move(codes), classes);
}

/// Rows of everything; two sets of them are drawn where the scenario has extra rows.
struct Drawn {
  Samples student;
  std::vector<Samples> teachers;
  Variable labels;
};

Drawn draw_rows(const Problem& p, const Groups& groups, std::uint64_t seed) {
  Random random(seed);
  const Eigen::MatrixXd f = normals(groups, p.label.size(), p.icc, random);
  auto features = [&](const Loadings& l) {
    return samples_of(f * l.a.transpose() + l.noise * normals(groups, l.a.rows(), p.icc, random));
  };
  const Eigen::VectorXd rest = normals(groups, 1, p.icc, random);
  const Eigen::VectorXd y = f * p.label + std::sqrt(1.0 - p.label.squaredNorm()) * rest;
  Drawn out{features(p.student), {}, labels_of(y, p.classes)};
  for (const Loadings& teacher : p.teachers) out.teachers.push_back(features(teacher));
  out.teachers.push_back(out.student);
  out.teachers.push_back(samples_of(normals(groups, p.student.a.rows(), p.icc, random)));
  return out;
}

double log_det(const Eigen::MatrixXd& c) {
  return 2.0 * c.llt().matrixLLT().diagonal().array().log().sum();
}

Eigen::MatrixXd covariance(const Loadings& l) {
  Eigen::MatrixXd c = l.a * l.a.transpose();
  c.diagonal().array() += l.noise * l.noise;
  return c;
}

/// ½ ln(det C_A det C_B / det C), C in blocks.
double information(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b,
                   const Eigen::MatrixXd& cross) {
  Eigen::MatrixXd joint(a.rows() + b.rows(), a.rows() + b.rows());
  joint << a, cross, cross.transpose(), b;
  return 0.5 * (log_det(a) + log_det(b) - log_det(joint));
}

}  // namespace

std::string_view to_string(Role role) {
  constexpr std::array<std::string_view, 5> kNames{"good", "nuisance", "weak", "clone", "noise"};
  return kNames[static_cast<std::size_t>(role)];
}

Problem problem(std::size_t index, std::uint64_t seed) {
  Random random(derive_seed(seed, "verdict-problem", index));
  Problem p;
  p.index = index;
  draw_task(p, random);
  const auto dims = std::array<std::size_t, 6>{2, 4, 8, 16, 32, 64};
  const std::size_t ds = dims[random.below(6)];
  const std::size_t dt = dims[random.below(6)];
  Blocks b{};
  b.common = size_of({1, 2, 4}, std::min(ds, dt) / 2, random);
  b.first = size_of({1, 2, 4}, dt - b.common, random);
  b.nuisance = size_of({1, 2, 4}, ds - b.common, random);
  b.second = size_of({1, 2, 4}, ds - b.common - b.nuisance, random);
  const double s1 = one_of<3>({0.1, 0.3, 1.0}, random);
  const double s2 = one_of<3>({0.3, 1.0, 2.0}, random);
  const double nuisance = one_of<3>({0.5, 1.0, 3.0}, random);
  const double signal = one_of<3>({0.3, 0.6, 0.9}, random);
  const double share = one_of<3>({0.2, 0.5, 0.8}, random);

  const std::size_t first = b.common;
  const std::size_t second = first + b.first;
  const std::size_t shared = second + b.second;
  Taken student, good, bad, weak;
  take(student, 0, b.common, 1.0);
  take(student, second, b.second, 1.0);
  take(student, shared, b.nuisance, nuisance);
  take(good, 0, b.common, 1.0);
  take(good, first, b.first, 1.0);
  take(good, shared, b.nuisance, nuisance);
  take(bad, shared, b.nuisance, nuisance);
  take(weak, 0, b.common, 1.0);
  take(weak, shared, b.nuisance, nuisance);
  p.student = loadings(ds, student, b.total(), s2, random);
  p.teachers = {loadings(dt, good, b.total(), s1, random), loadings(dt, bad, b.total(), s1, random),
                loadings(dt, weak, b.total(), 3.0 * s1, random)};
  p.label = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(b.total()));
  const double rest = signal * (1.0 - share);
  point(p.label, 0, b.common, signal * share, random);
  point(p.label, first, b.first, b.second > 0 ? rest / 2.0 : rest, random);
  point(p.label, second, b.second, rest / 2.0, random);
  p.description =
      fmt::format("D {}/{} blocks {}+{}+{}+{} s {}/{} nuisance {} signal {} common {}", ds, dt,
                  b.common, b.first, b.second, b.nuisance, s1, s2, nuisance, signal, share);
  return p;
}

PilotInput draw_problem(const Problem& p, std::size_t rows, std::uint64_t seed) {
  const Groups groups = groups_of(rows, p.group_size);
  Drawn drawn = draw_rows(p, groups, derive_seed(seed, "verdict-rows"));
  PilotInput input{drawn.student, drawn.teachers, drawn.labels, groups, {}};
  if (p.extra_rows == 0) return input;
  const Groups others = groups_of(p.extra_rows, p.group_size);
  Drawn extra = draw_rows(p, others, derive_seed(seed, "verdict-extra-rows"));
  input.extra.teachers = std::move(extra.teachers);
  if (p.scenario == Scenario::more_labels) {
    input.extra.labels = std::move(extra.labels);
  } else {
    input.extra.student = std::move(extra.student);
  }
  return input;
}

double true_margin(const Problem& p, std::size_t teacher) {
  const Loadings& t = p.teachers[teacher];
  const Eigen::MatrixXd one = Eigen::MatrixXd::Ones(1, 1);
  return information(covariance(t), covariance(p.student), t.a * p.student.a.transpose()) -
         information(covariance(p.student), one, p.student.a * p.label);
}

Eigen::MatrixXd student_label_covariance(const Problem& p) {
  const Eigen::Index d = p.student.a.rows();
  Eigen::MatrixXd c(d + 1, d + 1);
  const Eigen::VectorXd cross = p.student.a * p.label;
  c << covariance(p.student), cross, cross.transpose(), Eigen::MatrixXd::Ones(1, 1);
  return c;
}

}  // namespace cch::bench
