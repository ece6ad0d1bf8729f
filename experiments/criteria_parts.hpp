#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cch/criterion/levels.hpp"
#include "cch/experiments/unit.hpp"

// The parts of measure_criteria: each adds its scores to the result of a teacher.

namespace cch::detail {

/// What the criteria of a unit are measured on.
/// Holds its rows; refers to the study and the draw, which must outlive it.
struct CriteriaRows {
  const Study& study;
  const StudyDraw& draw;
  UnitRows rows;
  RankInput input;  ///< the labelled rows, and those of the scenario; teachers as in the draw
  RankOptions options;
  Execution exec;
};
CriteriaRows criteria_rows(const Study& study, const StudyUnit& unit, const StudyDraw& draw,
                           UnitRows rows, const Execution& exec);

using Score = std::optional<double>;

/// Nothing where the criterion refuses the data, for example one row of a class.
template <class Part>
auto unless_refused(Part&& part) -> std::optional<decltype(part())> {
  try {
    return part();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

/// Out-of-fold predictions of teacher and student.
struct ProbePair {
  const Probe& teacher;
  const Probe& student;
};

/// Criteria of the literature on features: `teacher` and `student` are the leading components that
/// the probes see, since some would take minutes on pixels.
void add_feature_rivals(const CriteriaRows& of, const Samples& teacher, const Samples& student,
                        CriteriaResult& out);
/// Those on predictions of classes.
void add_class_rivals(const CriteriaRows& of, const Samples& teacher, const Samples& student,
                      const ProbePair& probes, CriteriaResult& out);
/// Information of probe predictions and labels split as by Barrett (2015), all taken as Gaussian:
/// redundancy = the smaller of I(t;Y), I(s;Y); unique to the teacher = what I(t;Y) has beyond it.
void add_gaussian_decomposition(const CriteriaRows& of, const ProbePair& probes,
                                CriteriaResult& out);

/// The study's own networks with its first loss and λ, on four fifths of the labelled rows (whole
/// groups) for a fifth of the steps: the gain on the rows left out, calibrated nats or ½ ln of the
/// ratio of square errors.
double short_training_gain(const CriteriaRows& of, const TeacherView& view);

}  // namespace cch::detail
