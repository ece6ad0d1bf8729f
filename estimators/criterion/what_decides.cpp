#include "cch/criterion/what_decides.hpp"

#include <algorithm>
#include <cmath>

#include "cch/criterion/decide.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/linalg/quantiles.hpp"

namespace cch {
namespace {

constexpr double kTimesLabelled[] = {2, 4, 8};
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

/// With `times` the labelled rows, everything else as it was measured.
ChanceEvidence with_rows(const ChanceEvidence& now, double times) {
  ChanceEvidence out = now;
  out.labelled = static_cast<std::size_t>(std::lround(times * static_cast<double>(now.labelled)));
  const auto sharpen = [&](std::optional<MeasuredGain>& gain, std::size_t most) {
    const auto used = [most](std::size_t n) { return static_cast<double>(std::min(n, most)); };
    if (gain) gain->standard_error *= std::sqrt(used(now.labelled) / used(out.labelled));
  };
  for (auto* gain : {&out.linear_nats, &out.linear_accuracy, &out.linear_informed}) {
    sharpen(*gain, PilotOptions{}.max_rows);
  }
  for (auto* gain : {&out.network_nats, &out.network_accuracy, &out.network_informed,
                     &out.network_f1, &out.network_auc}) {
    sharpen(*gain, kNetworkPilotRows);
  }
  return out;
}

double spread_of(const Chance& chance) {
  return (chance.interval80.hi - chance.interval80.lo) / (2.0 * detail::normal_quantile(0.9));
}

double below(double limit, double mean, double spread) {
  if (!(spread > 0.0)) return mean <= limit ? 1.0 : 0.0;
  return 0.5 * std::erfc((mean - limit) / (spread * std::sqrt(2.0)));
}

/// Whether a chance of 1 would be distilled by: not where soft labels only regularise.
bool may_distil(TeacherChance of, const ChanceLimits& limits) {
  of.chance.p_gain = of.chance.p_worthwhile = 1.0;
  return decide_by_chance({of}, limits).verdict == Verdict::distil;
}

FirmForecast forecast(const TeacherChance& open, const TeacherChance& later, double times,
                      const ChanceLimits& given) {
  const ChanceLimits limits = limits_of(later.chance, later.metric, given);
  const double now = spread_of(open.chance);
  const double then = spread_of(later.chance);
  const double moves = kMeanMoves * std::sqrt(std::max(0.0, now * now - then * then));
  FirmForecast out;
  out.labelled = later.evidence.labelled;
  out.expected_gain = std::pow(times, -kGainFalls) * open.chance.expected_gain;
  // P(gain > 0) reaches its limit, and P(gain > worthwhile) its own.
  const double distil =
      std::max(then * detail::normal_quantile(limits.gain),
               open.worthwhile + then * detail::normal_quantile(limits.worthwhile));
  const double do_not = open.worthwhile + then * detail::normal_quantile(limits.too_small);
  if (may_distil(open, given)) out.p_distil = 1.0 - below(distil, out.expected_gain, moves);
  out.p_do_not = below(do_not, out.expected_gain, moves);
  return out;
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
  for (const double times : kTimesLabelled) {
    TeacherChance later = open;
    later.evidence = with_rows(open.evidence, times);
    const auto chance = chance_of_gain(later.evidence, later.metric, later.worthwhile);
    if (!chance || chance->in_range != open.chance.in_range) break;
    later.chance = *chance;
    out.forecast.push_back(forecast(open, later, times, limits));
  }
  return out;
}

}  // namespace cch
