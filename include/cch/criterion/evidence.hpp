#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/criterion/cch.hpp"
#include "cch/criterion/decide.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/criterion/prediction_level.hpp"
#include "cch/criterion/stability.hpp"
#include "cch/criterion/teacher_chance.hpp"
#include "cch/criterion/what_decides.hpp"
#include "cch/estimators/permutation_null.hpp"
#include "cch/estimators/planted_calibration.hpp"

namespace cch {

/// What the estimators' bias at this number of rows and columns can do to a margin.
struct PlantedMargin {
  PlantedBias teacher_student;
  PlantedBias student_labels;
  BiasCurve curve;           ///< of I(teacher; student)
  double margin_bias = 0.0;  ///< bias of I(T;S) less that of I(S;Y), nats
  /// margin ± t √(SE² + margin_bias²); empty where the margin has no error bar.
  std::optional<Interval> interval95;
  /// CCH holds or fails by sampling error alone, and this bias, or one that the curve cannot bound,
  /// could turn the sign.
  bool could_flip = false;
};

/// An information about the labels that is a sum of estimates by one estimator on the same rows,
/// nats.
struct LabelInformation {
  double nats = 0.0;
  std::optional<double> standard_error;
  std::optional<Interval> interval95;
  std::string estimator;
};

/// Everything beside the representation-level margin that speaks for or against a teacher. A part
/// that could not be had is empty, and a warning of the ranking says why.
struct TeacherEvidence {
  std::optional<PredictionLevel> prediction;  ///< p values of its margin: Holm over the teachers
  std::optional<PilotTeacher> pilot;
  /// The pilot's gain less that by soft labels without a teacher's information, paired by row: the
  /// student's own (a clone as the teacher) or those of a teacher of noise, whichever gained more
  /// (in more_labels both on the same rows). What the teacher adds to the regularisation that any
  /// soft labels bring.
  std::optional<PilotGain> gain_over_uninformed;
  /// I(T;Y|S) = I((T,S);Y) − I(S;Y): what the teacher adds to the student.
  std::optional<LabelInformation> i_teacher_labels_given_student;
  /// I(T;S;Y) = I(T;Y) + I(S;Y) − I((T,S);Y), the part of I(T;S) that is about the labels, since
  /// I(T;S) = I(T;S;Y) + I(T;S|Y) (interaction information, McGill 1954). It cannot exceed I(S;Y),
  /// and is negative where teacher and student say more together than apart.
  std::optional<LabelInformation> i_teacher_student_labels;
  /// I(teacher; student) on labelled and unlabelled rows together, where there are such.
  std::optional<Estimate> i_teacher_student_all_rows;
  std::optional<PlantedMargin> planted;
  std::optional<PermutationNull> null;      ///< of I(teacher; student) = 0
  std::optional<PlaceStability> place;      ///< how firmly the order by I(teacher; student) holds
  std::vector<TeacherChance> chances;       ///< student models in their order, then scenarios
  std::optional<WhatDecides> what_decides;  ///< where chances decide, of an inconclusive verdict
  Decision decision;
};

/// One number of a learning or neighbour curve.
struct CurvePoint {
  double at = 0.0;  ///< rows, or neighbours k
  double nats = 0.0;
};

/// How I(teacher; student) moves with what should not matter.
struct EstimateCurves {
  std::vector<CurvePoint> by_rows;        ///< means over disjoint parts of whole groups; last = all
  std::vector<CurvePoint> by_neighbours;  ///< empty for an estimator without neighbours
};

/// The margins of all teachers under another choice of estimator, preprocessing and k.
struct SensitivityRow {
  std::string estimator;      ///< of I(teacher; student)
  std::string preprocessing;  ///< "none", "zscore", "rank", or "rank, 16 components"
  std::optional<std::size_t> k;
  double i_student_labels = 0.0;          ///< by the partner of the estimator, same preprocessing
  std::vector<double> i_teacher_student;  ///< in the order of the ranking
  std::size_t rows = 0;                   ///< rows used: at most 2000
};

}  // namespace cch
