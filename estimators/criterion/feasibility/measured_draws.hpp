#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cch/criterion/feasibility.hpp"
#include "estimators/criterion/feasibility/margin_power.hpp"
#include "estimators/criterion/feasibility/planted_question.hpp"

namespace cch::detail {

/// Student and labels of every draw, measured once by one estimator.
class MeasuredDraws {
 public:
  MeasuredDraws(const PlantedQuestion& question, const std::string& estimator,
                const FeasibilityOptions& options, std::size_t draws, const Execution& exec);
  ~MeasuredDraws();
  MeasuredDraws(const MeasuredDraws&) = delete;
  MeasuredDraws& operator=(const MeasuredDraws&) = delete;

  /// Measures a teacher at one true margin by an estimator whose label partner is the one at hand,
  /// draws in parallel.
  [[nodiscard]] Readings::Point measure(const std::string& estimator, const TeacherShape& teacher,
                                        double margin) const;
  /// Readings without a point yet.
  [[nodiscard]] Readings readings(std::size_t teachers, double spread_factor) const;
  [[nodiscard]] const PlantedQuestion& question() const { return question_; }
  [[nodiscard]] std::size_t count() const { return draws_.size(); }
  /// Processor seconds of one draw, without a teacher.
  [[nodiscard]] double seconds() const;
  /// Catalog names.
  [[nodiscard]] std::string teacher_student(const std::string& estimator,
                                            const TeacherShape& teacher) const;
  [[nodiscard]] std::string student_labels() const;

 private:
  struct One;
  [[nodiscard]] MeasuredMargin measure_one(const One& one, const std::string& estimator,
                                           const TeacherShape& teacher, double rho,
                                           double information) const;

  const PlantedQuestion& question_;
  RankOptions rank_;
  Execution exec_;
  std::vector<std::unique_ptr<One>> draws_;
};

}  // namespace cch::detail
