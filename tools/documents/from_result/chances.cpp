#include "tools/documents/from_result/parts.hpp"

namespace cch::detail {
namespace {

std::optional<documents::GainOverSet> over_set(const std::optional<SetGain>& gain) {
  if (!gain) return std::nullopt;
  return documents::GainOverSet{gain->value, gain->standard_error, gain->p_better,
                                gain->p_worthwhile};
}

documents::TriedSet tried_set(const TriedSet& tried) {
  return {tried.name, tried.expected_gain, over_set(tried.over_before), over_set(tried.over_single),
          tried.networks};
}

}  // namespace

documents::BestSet best_set_part(const BestSet& found) {
  documents::BestSet out{word(found.scenario),
                         found.student_model,
                         word(found.metric),
                         found.best,
                         found.single.name,
                         found.single.expected_gain,
                         {},
                         found.networks,
                         found.rows,
                         found.stopped};
  for (const SetStep& step : found.steps) {
    out.steps.push_back({{}, step.needed, step.taken});
    for (const TriedSet& tried : step.tried) out.steps.back().tried.push_back(tried_set(tried));
  }
  return out;
}

std::vector<documents::ChanceOfGain> chances_part(const std::vector<TeacherChance>& chances) {
  std::vector<documents::ChanceOfGain> out;
  for (const TeacherChance& one : chances) {
    documents::ChanceOfGain& made = out.emplace_back();
    made.scenario = word(one.scenario);
    made.student_model = one.student_model;
    made.metric = word(one.metric);
    made.worthwhile = one.worthwhile;
    made.p_gain = one.chance.p_gain;
    made.p_worthwhile = one.chance.p_worthwhile;
    made.expected_gain = one.chance.expected_gain;
    made.low = one.chance.interval80.lo;
    made.high = one.chance.interval80.hi;
    made.in_range = one.chance.in_range;
    made.basis = one.chance.basis;
    for (const ChanceContribution& c : one.chance.contributions) {
      made.contributions.push_back({c.evidence, c.value, c.effect});
    }
    made.rows = one.evidence.labelled;
    made.further_rows = one.evidence.further;
    made.networks = one.networks;
    if (one.networks > 0) made.repeats = one.repeats;
    made.network_rows = one.network_rows;
    made.lambda = one.lambda;
    made.temperature = one.temperature;
    made.verdict = word(one.verdict);
  }
  return out;
}

documents::RowsForecast forecast_part(const WhatDecides& forecast) {
  documents::RowsForecast out;
  out.scenario = word(forecast.scenario);
  for (const LearningPoint& point : forecast.curve) {
    auto& made = out.curve.emplace_back();
    made.rows = point.labelled;
    made.nats = point.nats.value;
    made.standard_error = point.nats.standard_error;
    if (!point.accuracy) continue;
    made.accuracy = point.accuracy->value;
    made.accuracy_error = point.accuracy->standard_error;
  }
  for (const FirmForecast& one : forecast.forecast) {
    out.forecast.push_back({one.labelled, one.p_distil, one.p_do_not, one.expected_gain});
  }
  return out;
}

}  // namespace cch::detail
