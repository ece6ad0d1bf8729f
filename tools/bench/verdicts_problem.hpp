#pragma once

// Simulated problems with three teachers: what they are drawn from, and draws of them.

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cch/criterion/pilot.hpp"

namespace cch::bench {

/// x = A f + s·N(0, I), with f the common, private and nuisance blocks of all modalities.
struct Loadings {
  Eigen::MatrixXd a;  ///< D × F
  double noise = 1.0;
};

enum class Role { good, nuisance, weak, clone, noise };
std::string_view to_string(Role role);

/// f = (z_c, z_1, z_2, z_n) ~ N(0, I): common, teacher's, student's, shared nuisance. Labels
/// y = c·f + √(1 − |c|²) ε have variance 1; classes cut them at equiprobable quantiles.
struct Problem {
  std::size_t index = 0;
  std::size_t rows = 0;
  std::size_t group_size = 1;
  double icc = 0.0;         ///< of f, ε and every column's noise alike, if there are groups
  std::size_t classes = 0;  ///< 0: real-valued labels
  double lambda = 1.0;
  Scenario scenario = Scenario::same_rows;
  std::size_t extra_rows = 0;
  Loadings student;
  std::vector<Loadings> teachers;  ///< good, nuisance, weak
  Eigen::VectorXd label;           ///< c, F
  std::string description;

  [[nodiscard]] std::size_t student_dim() const {
    return static_cast<std::size_t>(student.a.rows());
  }
};

/// The roles of the teachers of a draw, in its order: three teachers, then two controls.
inline constexpr Role kRoles[] = {Role::good, Role::nuisance, Role::weak, Role::clone, Role::noise};
inline constexpr std::size_t kTeachers = 3;

/// Problem number `index` of the design; every choice is drawn from `seed` and the index:
///   labels    real 40 %, two classes 40 %, three or five 20 %
///   scenario  same-rows 50 %, unlabelled-pairs 30 %, more-labels 20 % (twice as many extra rows)
///   rows      300, 600 or 1000 alike; same-rows also 2000, and one in ten 4000 or 10 000
///   groups    one in four: 40, 60 or 100 groups, ICC .3 or .8
///   D         2, 4, 8, 16, 32 or 64 for the student, and again for the teachers
///   blocks    1, 2 or 4 columns each as far as D allows, rotated into all D columns
///   s1, s2    .1, .3 or 1 (the weak teacher: three times s1, without z_1); .3, 1 or 2
///   nuisance  z_n enters times .5, 1 or 3
///   labels    explained share .3, .6 or .9; of that z_c .2, .5 or .8, the rest z_1 and z_2 alike
///   λ         1 or .43
Problem problem(std::size_t index, std::uint64_t seed);

/// One draw of `rows` rows (and the scenario's extra rows) with all teachers and controls.
PilotInput draw_problem(const Problem& p, std::size_t rows, std::uint64_t seed);

/// I(teacher; student) − I(student; Y) of the blocks of a problem with real labels, nats:
/// I(A;B) = ½ ln(det C_A det C_B / det C_AB).
double true_margin(const Problem& p, std::size_t teacher);

/// Σ of the student's columns and the real label, (D + 1) × (D + 1).
Eigen::MatrixXd student_label_covariance(const Problem& p);

}  // namespace cch::bench
