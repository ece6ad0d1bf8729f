#include "cch/criterion/what_decides.hpp"

#include <algorithm>
#include <cmath>

#include "cch/criterion/decide.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/criterion/fitted_chance.hpp"

namespace cch {
namespace {

constexpr double kTimesLabelled[] = {1.5, 2, 3, 4, 6, 8};
constexpr double kTimesFurther[] = {2, 4, 8, 16};
constexpr std::size_t kParts = 4;

/// The rows of an input; extra rows whose group is gone are groups apart.
PilotInput at_rows(const PilotInput& all, const std::vector<std::size_t>& rows) {
  PilotInput out = all;
  out.student = all.student.select(rows);
  for (Samples& teacher : out.teachers) teacher = teacher.select(rows);
  out.labels = select(all.labels, rows);
  out.groups = all.groups.select(rows);
  std::vector<std::size_t> code(all.groups.count(), 0);
  std::vector<bool> kept(all.groups.count(), false);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    code[all.groups.of(rows[i])] = out.groups.of(i);
    kept[all.groups.of(rows[i])] = true;
  }
  const auto renumber = [&](std::vector<std::size_t>& groups) {
    for (std::size_t& g : groups) {
      g = g < kept.size() && kept[g] ? code[g] : g + out.groups.count();
    }
  };
  renumber(out.extra.groups);
  renumber(out.unpaired.groups);
  return out;
}

std::vector<std::size_t> part_of_rows(const PilotInput& input, const Execution& exec) {
  const auto* classes = std::get_if<ClassLabels>(&input.labels);
  std::vector<int> codes(input.groups.rows(), 0);
  if (classes != nullptr) codes.assign(classes->codes().begin(), classes->codes().end());
  return detail::stratified_folds(codes, classes != nullptr ? classes->classes() : 1, input.groups,
                                  kParts, exec.seed);
}

MeasuredGain measured(const PilotGain& gain) {
  return {gain.value, gain.standard_error};
}

/// β of v(t) = α + β (t − 1) and its prior; `now` is v at t = 1.
double slope_of(const MeasuredGain& now, const std::vector<LearningPoint>& curve, std::size_t rows,
                bool share, double prior) {
  double w = 0.0;
  double wt = 0.0;
  double wtt = 1.0 / (prior * prior);
  double wv = 0.0;
  double wtv = 0.0;
  const auto add = [&](double t, const MeasuredGain& gain) {
    const double weight = 1.0 / std::max(1e-12, gain.standard_error * gain.standard_error);
    w += weight;
    wt += weight * t;
    wtt += weight * t * t;
    wv += weight * gain.value;
    wtv += weight * t * gain.value;
  };
  add(0.0, now);
  for (const LearningPoint& point : curve) {
    if (share && !point.accuracy) continue;
    add(static_cast<double>(rows) / static_cast<double>(point.labelled) - 1.0,
        share ? *point.accuracy : point.nats);
  }
  return (w * wtv - wt * wv) / (w * wtt - wt * wt);
}

/// The same evidence with `times` as many labelled rows.
class MoreLabelled {
 public:
  MoreLabelled(const ChanceEvidence& evidence, const std::vector<LearningPoint>& curve)
      : evidence_(evidence) {
    if (curve.empty()) return;
    const auto slope = [&](const std::optional<MeasuredGain>& now, GainMetric metric) {
      if (!now) return 0.0;
      return slope_of(*now, curve, evidence.labelled, metric == GainMetric::accuracy,
                      detail::prior_spread(metric) / 3.0);
    };
    nats_ = slope(evidence.linear_nats, GainMetric::cross_entropy);
    accuracy_ = slope(evidence.linear_accuracy, GainMetric::accuracy);
  }

  [[nodiscard]] ChanceEvidence operator()(double times) const {
    ChanceEvidence out = evidence_;
    out.labelled =
        static_cast<std::size_t>(std::lround(times * static_cast<double>(evidence_.labelled)));
    const double fewer = 1.0 / times - 1.0;
    for (auto* gain : {&out.linear_nats, &out.linear_informed}) {
      move(*gain, nats_ * fewer, out.labelled, kLinearPilotRows);
    }
    move(out.linear_accuracy, accuracy_ * fewer, out.labelled, kLinearPilotRows);
    for (auto* gain : {&out.network_nats, &out.network_accuracy, &out.network_informed}) {
      move(*gain, 0.0, out.labelled, kNetworkPilotRows);
    }
    return out;
  }

 private:
  void move(std::optional<MeasuredGain>& gain, double by, std::size_t rows,
            std::size_t most) const {
    if (!gain) return;
    const auto used = [most](std::size_t n) { return static_cast<double>(std::min(n, most)); };
    gain->value += by;
    gain->standard_error *= std::sqrt(used(evidence_.labelled) / used(rows));
  }

  const ChanceEvidence& evidence_;
  double nats_ = 0.0;
  double accuracy_ = 0.0;
};

/// The first of `times` that is firm, as far as chances are like the present one: by the corpus or
/// by the pilot alone.
template <class Times, class More, class Rows>
std::optional<EnoughRows> first_firm(const TeacherChance& open, const ChanceLimits& limits,
                                     const Times& times, More&& more, Rows&& rows,
                                     std::size_t& most) {
  for (const double c : times) {
    TeacherChance one = open;
    one.evidence = more(c);
    const auto chance = chance_of_gain(one.evidence, one.metric, one.worthwhile);
    if (!chance || chance->in_range != open.chance.in_range) break;
    one.chance = *chance;
    most = rows(one.evidence);
    const Verdict verdict = decide_by_chance({one}, limits).verdict;
    if (verdict == Verdict::inconclusive) continue;
    return EnoughRows{most, verdict, *chance};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::vector<LearningPoint>> learning_curves(const PilotInput& input,
                                                        const PilotOptions& options,
                                                        const Execution& exec) {
  std::vector<std::vector<LearningPoint>> out(input.teachers.size());
  const auto part = part_of_rows(input, exec);
  for (const std::size_t parts : {std::size_t{1}, std::size_t{2}}) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] < parts) rows.push_back(i);
    }
    try {
      const PilotResult found = pilot(at_rows(input, rows), options, exec);
      for (std::size_t t = 0; t < out.size(); ++t) {
        const PilotTeacher& teacher = found.teachers[t];
        LearningPoint& point = out[t].emplace_back();
        point.labelled = rows.size();
        point.nats = measured(teacher.gain);
        if (teacher.gain_accuracy) point.accuracy = measured(*teacher.gain_accuracy);
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;  // too few rows of a class, or groups
    }
  }
  return out;
}

WhatDecides what_decides(const TeacherChance& open, std::vector<LearningPoint> curve,
                         const ChanceLimits& limits) {
  WhatDecides out;
  out.scenario = open.scenario;
  out.curve = std::move(curve);
  out.labelled = first_firm(
      open, limits, kTimesLabelled, MoreLabelled(open.evidence, out.curve),
      [](const ChanceEvidence& e) { return e.labelled; }, out.most_labelled);
  if (open.scenario != Scenario::unlabelled_pairs) return out;
  const auto more_pairs = [&](double times) {
    ChanceEvidence more = open.evidence;
    more.further = static_cast<std::size_t>(times) * more.further;
    return more;
  };
  out.further = first_firm(
      open, limits, kTimesFurther, more_pairs, [](const ChanceEvidence& e) { return e.further; },
      out.most_further);
  return out;
}

}  // namespace cch
