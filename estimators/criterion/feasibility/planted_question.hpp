#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"
#include "cch/criterion/feasibility.hpp"
#include "estimators/planted_classes.hpp"

namespace cch::detail {

/// Draws of teacher, student and labels with known information at one shape.
class PlantedQuestion {
 public:
  PlantedQuestion(QuestionShape shape, PlantedFamily family, Scale scale, std::uint64_t seed);

  /// Student and labels of one draw.
  struct Draw {
    Matrix gaussian;  ///< the student's columns before they are bent
    Samples student;
    Variable labels;
    std::uint64_t seed = 0;
    double realised = 0.0;  ///< mean of ln p(y_i|s_i) / p(y_i) over its rows; its mean is I(S;Y)
  };
  [[nodiscard]] Draw draw(std::size_t r) const;

  /// Features of a teacher.
  struct Teacher {
    Samples features;
    double realised = 0.0;  ///< mean of ln p(t_i|s_i) / p(t_i) over its rows; its mean is I(T;S)
  };
  /// The teacher whose pairs correlate by ρ; its noise is that of the draw, whatever ρ.
  [[nodiscard]] Teacher teacher(const Draw& draw, const TeacherShape& teacher, double rho) const;

  /// I(T;S) in nats where the pairs correlate by ρ, and its inverse.
  [[nodiscard]] double information(const TeacherShape& teacher, double rho) const;
  [[nodiscard]] double correlation(const TeacherShape& teacher, double information) const;
  [[nodiscard]] const QuestionShape& shape() const { return shape_; }

 private:
  [[nodiscard]] Samples seen(Matrix values, const std::vector<double>& spectrum,
                             std::string_view side) const;

  QuestionShape shape_;
  PlantedFamily family_;
  Scale scale_;
  std::uint64_t seed_;
  std::optional<PlantedClasses> classes_;
  double strength_ = 0.0;  // s of the class means, or β
};

}  // namespace cch::detail
