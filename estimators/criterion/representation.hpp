#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/evidence.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/error_bars.hpp"

namespace cch::detail {

/// One teacher measured, with what later steps measure again.
struct MeasuredTeacher {
  TeacherResult result;
  Samples features;  ///< on the ranking's scale
  EstimatorChoice choice;
  std::unique_ptr<Measurement> teacher_student;
  std::unique_ptr<Measurement> teacher_labels;  ///< empty if coarse, or if it is the student
  std::optional<PlantedMargin> planted;
  std::vector<std::string> unreliable;  ///< reasons why nothing can be decided about it
  /// I(T;S) as far as it counts in an order (nested_teachers.hpp), and the sentence that says which
  /// law it breaks.
  double ordered_nats = 0.0;
  std::string breaks_law = {};
};

/// The hypothesis on representations by one estimator: I(T;S), I(S;Y) and their margins on one
/// scale, the same rows and the same groups.
class RepresentationLevel {
 public:
  /// Measures I(student; labels). `estimator` is a catalog name or "auto". Everything is kept by
  /// value (samples share their values).
  RepresentationLevel(std::string estimator, Samples student, Variable labels, Groups groups,
                      const RankOptions& options, const Execution& exec);

  /// Measures I(teacher; student), I(teacher; labels) and the margin; p values not yet adjusted,
  /// verdict not yet taken.
  [[nodiscard]] MeasuredTeacher measure(std::string name, Samples features,
                                        std::vector<Warning>& warnings) const;
  /// The same without error bars, four fifths of the cost.
  [[nodiscard]] MeasuredTeacher glance(std::string name, Samples features) const;
  /// The verdict from the margin, the planted bias, the columns of a neighbour estimate and the
  /// teacher's reasons.
  [[nodiscard]] CchVerdict verdict(const MeasuredTeacher& teacher) const;
  /// Estimator names and reasons, teachers in the order given.
  void describe(const std::vector<const MeasuredTeacher*>& teachers, EstimatorRanking& out) const;

  [[nodiscard]] const Samples& student() const { return student_; }
  [[nodiscard]] const Variable& labels() const { return labels_; }
  [[nodiscard]] const Groups& groups() const { return groups_; }
  [[nodiscard]] const Measurement& student_labels() const { return *student_labels_; }
  [[nodiscard]] const EstimatorOptions& student_labels_options() const {
    return student_labels_choice_.options;
  }
  /// With its error bar.
  [[nodiscard]] const Estimate& i_student_labels() const { return i_student_labels_; }
  /// Upper value of I(student; labels), nats.
  [[nodiscard]] double upper() const { return upper_; }

 private:
  [[nodiscard]] EstimatorChoice teacher_side(const Samples& teacher) const;
  [[nodiscard]] EstimatorChoice label_side(const Samples& x,
                                           const EstimatorOptions& teacher_student) const;
  [[nodiscard]] double upper_value() const;
  void add_teacher_labels(MeasuredTeacher& to) const;
  [[nodiscard]] bool is_student(const Samples& features) const;

  std::string name_;
  Samples student_;
  Variable labels_;
  Groups groups_;
  RankOptions options_;
  Execution exec_;
  std::optional<double> entropy_;
  EstimatorChoice student_labels_choice_;
  std::unique_ptr<Measurement> student_labels_;
  Estimate i_student_labels_;
  double upper_ = 0.0;
};

/// The estimator with the user's k and `exact`.
EstimatorChoice configured(EstimatorChoice choice, const RankOptions& options);

}  // namespace cch::detail
