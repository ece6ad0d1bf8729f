#include "estimators/criterion/ranked_teachers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace cch {
namespace detail {
namespace {

int place_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::distil:
      return 0;
    case Verdict::inconclusive:
      return 1;
    case Verdict::unreliable:
      return 2;
    case Verdict::do_not_distil:
      return 3;
  }
  return 4;
}

// What comes after the verdict in the order.
std::array<double, 2> keys(const MeasuredTeacher& teacher, const TeacherEvidence& evidence,
                           DecideBy by) {
  const double representation =
      teacher.result.margin.nats - teacher.result.i_teacher_student.nats + teacher.ordered_nats;
  const double prediction = evidence.prediction ? evidence.prediction->margin.nats : representation;
  switch (by) {
    case DecideBy::cch:
      return {representation, prediction};
    case DecideBy::cch_prediction:
      return {prediction, representation};
    case DecideBy::chance: {
      const TeacherChance* chance = deciding_chance(evidence.chances);
      return {chance != nullptr ? chance->chance.expected_gain : 0.0, prediction};
    }
    case DecideBy::combined:
    case DecideBy::pilot:
      break;
  }
  return {evidence.pilot ? evidence.pilot->gain.value : 0.0, prediction};
}

std::vector<std::size_t> order_of(const RankedTeachers& teachers, DecideBy by) {
  std::vector<std::size_t> order(teachers.measured.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int first = place_of(teachers.evidence[a].decision.verdict);
    const int second = place_of(teachers.evidence[b].decision.verdict);
    return first != second ? first < second
                           : keys(teachers.measured[a], teachers.evidence[a], by) >
                                 keys(teachers.measured[b], teachers.evidence[b], by);
  });
  return order;
}

TeacherDifference difference(const MeasuredTeacher& a, const MeasuredTeacher& b,
                             const Execution& exec) {
  TeacherDifference out{a.result.name,
                        b.result.name,
                        a.teacher_student->estimate().nats - b.teacher_student->estimate().nats,
                        {},
                        {}};
  const Term terms[] = {{a.teacher_student.get(), 1.0}, {b.teacher_student.get(), -1.0}};
  if (const auto bar = error_bar(terms, exec)) {
    out.standard_error = bar->standard_error;
    out.interval95 = interval95(out.nats, *bar);
  }
  return out;
}

std::vector<double> margins_of(const EstimatorRanking& ranking) {
  std::vector<double> out;
  for (const TeacherResult& teacher : ranking.teachers) out.push_back(teacher.margin.nats);
  return out;
}

// Mid-ranks.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<double> out;
  for (const double value : values) {
    double rank = 0.5;
    for (const double other : values) {
      rank += other < value ? 1.0 : other == value ? 0.5 : 0.0;
    }
    out.push_back(rank);
  }
  return out;
}

}  // namespace

RankedTeachers ranked(std::vector<MeasuredTeacher> measured, std::vector<TeacherEvidence> evidence,
                      const RankOptions& options) {
  RankedTeachers out{std::move(measured), std::move(evidence), {}};
  for (std::size_t t = 0; t < out.measured.size(); ++t) {
    const MeasuredTeacher& teacher = out.measured[t];
    for (TeacherChance& chance : out.evidence[t].chances) {
      chance.verdict = decide_by_chance({chance}, options.limits).verdict;
    }
    out.evidence[t].decision = decide(
        options.decide_by,
        verdict_evidence(teacher.result.cch, out.evidence[t], teacher.unreliable, options.limits));
  }
  out.order = order_of(out, options.decide_by);
  for (std::size_t i = 0; i < out.order.size(); ++i) {
    out.measured[out.order[i]].result.rank = i + 1;
  }
  return out;
}

std::vector<TeacherEvidence> evidence_of(JudgedPredictions predictions,
                                         const std::vector<PilotEvidence>& pilot) {
  std::vector<TeacherEvidence> out(predictions.teachers.size());
  for (std::size_t t = 0; t < out.size(); ++t) {
    out[t].prediction = std::move(predictions.teachers[t].level);
    out[t].pilot = pilot[t].pilot;
    out[t].gain_over_uninformed = pilot[t].gain_over_uninformed;
  }
  return out;
}

std::vector<TeacherDifference> differences(const RankedTeachers& teachers, const Execution& exec) {
  std::vector<TeacherDifference> out;
  const auto& order = teachers.order;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      if (i != 0 && j != i + 1) continue;
      out.push_back(difference(teachers.measured[order[i]], teachers.measured[order[j]], exec));
    }
  }
  return out;
}

// Pearson's correlation of the ranks.
std::optional<double> rank_correlation(const EstimatorRanking& a, const EstimatorRanking& b) {
  if (a.teachers.size() < 3) return std::nullopt;
  const auto x = ranks_of(margins_of(a));
  const auto y = ranks_of(margins_of(b));
  const double mean = (static_cast<double>(x.size()) + 1.0) / 2.0;
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
    xy += (x[i] - mean) * (y[i] - mean);
  }
  if (xx == 0.0 || yy == 0.0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

}  // namespace detail

VerdictEvidence verdict_evidence(const CchVerdict& representation, const TeacherEvidence& evidence,
                                 const std::vector<std::string>& unreliable,
                                 const ChanceLimits& limits) {
  VerdictEvidence out;
  out.representation = representation;
  if (evidence.prediction) out.prediction = evidence.prediction->outcome;
  if (evidence.pilot) {
    out.pilot_gain = evidence.pilot->gain.value;
    out.pilot_interval = evidence.pilot->gain.interval95;
  }
  if (evidence.gain_over_uninformed) {
    out.pilot_over_uninformed = evidence.gain_over_uninformed->interval95;
  }
  out.chances = evidence.chances;
  out.limits = limits;
  out.unreliable = unreliable;
  return out;
}

}  // namespace cch
