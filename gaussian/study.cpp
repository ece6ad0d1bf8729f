#include "cch/gaussian/study.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"

namespace cch {
namespace {

constexpr double kMost = std::numeric_limits<double>::max();
constexpr double kMostCount = 1e9;

double signal(const StudyCell& c) {
  return c.common_weight * c.common_weight + c.teacher_weight * c.teacher_weight +
         c.student_weight * c.student_weight;
}

double share(const StudyCell& c) {
  const double all = signal(c);
  return all > 0.0 ? c.common_weight * c.common_weight / all : 0.0;
}

/// Moves label signal between the common and the private factors.
void set_share(StudyCell& c, double value) {
  const double all = signal(c);
  const double own = c.teacher_weight * c.teacher_weight + c.student_weight * c.student_weight;
  c.common_weight = std::sqrt(value * all);
  // Without private weights both sides get the same.
  const double teacher = own > 0.0 ? c.teacher_weight * c.teacher_weight / own : 0.5;
  c.teacher_weight = std::sqrt((1.0 - value) * all * teacher);
  c.student_weight = std::sqrt((1.0 - value) * all * (1.0 - teacher));
}

template <double StudyCell::*Member>
StudyParameter number(std::string_view name, std::string_view meaning, double least = -kMost,
                      double most = kMost) {
  return {name,
          meaning,
          false,
          least,
          most,
          [](const StudyCell& c) { return c.*Member; },
          [](StudyCell& c, double value) { c.*Member = value; }};
}

template <std::size_t StudyCell::*Member>
StudyParameter count(std::string_view name, std::string_view meaning, double least = 0.0) {
  return {name,
          meaning,
          true,
          least,
          kMostCount,
          [](const StudyCell& c) { return static_cast<double>(c.*Member); },
          [](StudyCell& c, double value) { c.*Member = static_cast<std::size_t>(value); }};
}

const auto& shared_private_parameters() {
  static const std::array all{
      count<&StudyCell::common_factors>("common-factors", "factors that both modalities see"),
      count<&StudyCell::teacher_factors>("teacher-factors", "factors of the teacher alone"),
      count<&StudyCell::student_factors>("student-factors", "factors of the student alone"),
      count<&StudyCell::nuisance>("nuisance", "shared factors that say nothing about y"),
      number<&StudyCell::common_weight>("common-weight", "|a|", 0.0),
      number<&StudyCell::teacher_weight>("teacher-weight", "|b|", 0.0),
      number<&StudyCell::student_weight>("student-weight", "|d|", 0.0),
      StudyParameter{"share", "|a|² of |a|² + |b|² + |d|²", false, 0.0, 1.0, share, set_share},
      number<&StudyCell::nuisance_size>("nuisance-size", "σ_n", 0.0),
      number<&StudyCell::teacher_noise>("teacher-noise", "s1", 0.0),
      number<&StudyCell::student_noise>("student-noise", "s2", 0.0),
      number<&StudyCell::label_noise>("label-noise", "s_y", 0.0),
      count<&StudyCell::teacher_dim>("teacher-dim", "p1, columns of x1; 0 = as many as factors"),
      count<&StudyCell::student_dim>("student-dim", "p2, columns of x2; 0 = as many as factors"),
      count<&StudyCell::n>("n", "rows that the student is fitted on", 1.0),
      number<&StudyCell::teacher_scale>("teacher-scale", "what t is multiplied by"),
  };
  return all;
}

const auto& shares_parameters() {
  static const std::array all{
      number<&StudyCell::beta_s>("beta-s", "share of s in t"),
      number<&StudyCell::beta_e>("beta-e", "share of e in t"),
      number<&StudyCell::residual>("residual", "Vr, what t has beside s and e", 0.0),
      number<&StudyCell::seen>("seen", "share of Vr that x2 predicts", 0.0, 1.0),
      number<&StudyCell::student_signal>("student-signal", "Vs", 0.0),
      number<&StudyCell::label_noise>("label-noise", "√Ve", 0.0),
      count<&StudyCell::student_dim>("student-dim", "p2, columns of x2; 0 = 2"),
      count<&StudyCell::n>("n", "rows that the student is fitted on", 1.0),
      number<&StudyCell::teacher_scale>("teacher-scale", "what t is multiplied by"),
  };
  return all;
}

}  // namespace

std::string_view to_string(StudyFamily family) {
  return family == StudyFamily::shares ? "shares" : "shared-private";
}

std::span<const StudyParameter> study_parameters(StudyFamily family) {
  if (family == StudyFamily::shares) return shares_parameters();
  return shared_private_parameters();
}

void set_parameter(StudyCell& cell, std::string_view name, double value) {
  const auto known = study_parameters(cell.family);
  const auto it = std::find_if(known.begin(), known.end(),
                               [&](const StudyParameter& p) { return p.name == name; });
  if (it == known.end()) {
    std::vector<std::string> names;
    for (const StudyParameter& p : known) names.emplace_back(p.name);
    refuse_usage("unknown-parameter",
                 "a " + std::string(to_string(cell.family)) + " model has no parameter '" +
                     std::string(name) + "'",
                 {}, "Did you mean '" + nearest_name(std::string(name), names) + "'?");
  }
  const bool inside = value >= it->least && value <= it->most;  // false for NaN
  if (!inside || (it->whole && value != std::floor(value))) {
    refuse_usage("parameter-range",
                 "'" + std::string(name) + "' cannot be " + std::to_string(value),
                 std::string(it->meaning),
                 it->whole             ? "Give whole numbers that are not negative"
                 : it->most == 1.0     ? "Give numbers from 0 to 1"
                 : it->least == -kMost ? "Give finite numbers"
                                       : "Give finite numbers that are not negative");
  }
  it->set(cell, value);
}

void set_teacher(StudyCell& cell, const std::string& name) {
  const auto teacher = named_teacher(name, cell.n);
  if (!teacher) {
    refuse_usage("bad-teacher", "there is no teacher '" + name + "'", {},
                 "Use optimal, ols:N1, ols:n, same-rows or same-rows:FOLDS");
  }
  cell.teacher = *teacher;
  cell.teacher_name = name;
}

std::size_t StudyCell::p1() const {
  return family == StudyFamily::shares ? 1 : shared_private().p1();
}

std::size_t StudyCell::p2() const {
  if (family == StudyFamily::shared_private) return shared_private().p2();
  return student_dim > 0 ? student_dim : 2;
}

SharedPrivateModel StudyCell::shared_private() const {
  return {.a = even_weights(common_weight, common_factors),
          .b = even_weights(teacher_weight, teacher_factors),
          .d = even_weights(student_weight, student_factors),
          .nuisance = nuisance,
          .nuisance_size = nuisance_size,
          .teacher_noise = teacher_noise,
          .student_noise = student_noise,
          .label_noise = label_noise,
          .teacher_dim = teacher_dim,
          .student_dim = student_dim};
}

}  // namespace cch
