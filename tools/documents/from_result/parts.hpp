#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "cch/documents/rank.hpp"
#include "cch/experiments/best_set.hpp"

namespace cch::detail {

// Parts of a ranking as its document has them.

/// The name of a value, as documents write it.
template <class Enum>
std::string word(Enum value) {
  return std::string(to_string(value));
}

/// A document value with its error and interval, where there are any.
template <class Made>
Made with_interval(double nats, const std::optional<double>& standard_error,
                   const std::optional<Interval>& interval) {
  Made out;
  out.nats = nats;
  out.standard_error = standard_error;
  if (interval) {
    out.low = interval->lo;
    out.high = interval->hi;
  }
  return out;
}

/// Fills in what one estimator says of a teacher at the level of representations, nats.
void represent(const TeacherResult& teacher, const Estimate& i_student_labels,
               documents::RepresentedTeacher& out);

/// A teacher, or a control, with its evidence and verdict.
documents::JudgedTeacher judged(const TeacherResult& teacher, const TeacherEvidence& evidence,
                                const Estimate& i_student_labels);

/// Chances, what more rows would do, and the best set.
std::vector<documents::ChanceOfGain> chances_part(const std::vector<TeacherChance>& chances);
documents::RowsForecast forecast_part(const WhatDecides& forecast);
documents::BestSet best_set_part(const BestSet& found);

}  // namespace cch::detail
