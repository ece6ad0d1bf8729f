#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/criterion/cch.hpp"
#include "cch/estimators/scale.hpp"

namespace cch {

/// A modality: its name and its features, N × D.
struct Modality {
  std::string name;
  Samples features;
};

/// Aligned inputs: row i of every modality, of the labels and of the groups belongs to the same
/// sample.
struct RankInput {
  Modality student;
  std::vector<Modality> teachers;
  Variable labels;  ///< class labels, or real-valued (N × D_y)
  Groups groups;
};

struct RankOptions {
  /// Estimators of I(teacher; student) by catalog name or "auto"; the first decides, the others are
  /// shown beside it.
  std::vector<std::string> estimators{"auto"};
  Scale scale = Scale::rank;     ///< applied to every modality and to real-valued labels
  std::optional<std::size_t> k;  ///< neighbours, where the estimator has them
  bool exact = false;            ///< every row a query, however long it takes
};

/// Teacher against teacher: I(first; student) − I(second; student), in which I(student; labels)
/// cancels.
struct TeacherDifference {
  std::string first;
  std::string second;
  double nats = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval95;
};

struct TeacherResult {
  std::string name;
  std::size_t dim = 0;
  std::size_t rank = 0;  ///< 1 = first
  Estimate i_teacher_student;
  Estimate i_teacher_labels;
  Margin margin;
  bool mixed_families = false;
  double i_student_labels_upper = 0.0;
  CchVerdict cch;
};

/// The ranking by one estimator.
struct EstimatorRanking {
  std::string teacher_student;  ///< catalog name; for auto the one that was picked
  std::string student_labels;
  std::string why;
  Estimate i_student_labels;
  std::vector<TeacherResult> teachers;  ///< in rank order
  std::vector<TeacherDifference>
      differences;  ///< neighbours in the ranking, and first against each
  std::vector<Warning> warnings;
};

struct RankResult {
  std::vector<EstimatorRanking> estimators;  ///< the first decides
  std::optional<double> entropy_labels;      ///< H(Y), nats, for class labels
  std::vector<Warning> warnings;
};

/// Ranks the teachers for one student by the Cross-modal Complementarity Hypothesis
/// (Xie, Xu & Sanguinetti 2025): order by verdict (distil, inconclusive, unreliable, do not
/// distil), then by margin. Estimates of I(teacher; student) and I(student; labels) use the same
/// rows, groups and scale; their difference is tested pairwise and Holm-adjusted over the teachers.
/// With fewer than 20 groups (or 100 rows without groups) every verdict is "unreliable". Data and
/// usage errors of all inputs come in one Error. Cost: per teacher two estimates with error bars.
RankResult rank_teachers(const RankInput& input, const RankOptions& options, const Execution& exec);

}  // namespace cch
