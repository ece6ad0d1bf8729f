#include "tools/cch/rank/chances.hpp"

#include <algorithm>

#include "cch/experiments/best_set.hpp"
#include "cch/experiments/chances.hpp"
#include "tools/cch/rank/teachers.hpp"

namespace cch {
namespace {

/// Of rows that are stored as images: N × C × H × W with no more channels than columns, or N × H ×
/// W.
ImageShape image_shape(const std::vector<std::size_t>& stored) {
  if (stored.size() == 3) return {1, stored[1], stored[2]};
  if (stored.size() == 4 && stored[1] <= stored[3]) return {stored[1], stored[2], stored[3]};
  return {};
}

std::vector<ImageShape> image_shapes(const RankSettings& s, const RankInputs& inputs) {
  if (s.pixels > 0 || s.pool == Pool::mean) return {};
  const auto of = [&](const Modality& modality) {
    const auto found =
        std::find_if(inputs.record.begin(), inputs.record.end(), [&](const auto& input) {
          return input.name == modality.name &&
                 (input.role == "student" || input.role == "teacher");
        });
    const ImageShape shape =
        found == inputs.record.end() ? ImageShape{} : image_shape(found->shape);
    const bool fits = shape.channels * shape.height * shape.width == modality.features.dim();
    return fits ? shape : ImageShape{};
  };
  std::vector<ImageShape> out{of(inputs.input.student)};
  for (const Modality& teacher : inputs.input.teachers) out.push_back(of(teacher));
  return out;
}

ChanceOptions asked_chances(const RankSettings& s) {
  ChanceOptions out;
  out.students = s.student_models;
  out.teacher = s.teacher_model;
  out.metric = s.metric;
  out.worthwhile = s.worthwhile;
  out.lambda = s.lambda;
  out.networks = !s.quick;
  out.budget = s.budget;
  out.most_repeats = kMostRepeats;
  if (s.scenario) out.scenarios = {*s.scenario};
  return out;
}

ChanceOptions asked_chances(const RankSettings& s, const RankInputs& inputs) {
  ChanceOptions out = asked_chances(s);
  out.shapes = image_shapes(s, inputs);
  return out;
}

}  // namespace

void check_chances(const RankSettings& s, const RankInputs& inputs) {
  if (s.decide_by != DecideBy::chance) return;
  check_chances(inputs.input, inputs.further, asked_chances(s, inputs));
}

RankOptions chance_options(const RankSettings& s, const RankInputs& inputs, const Execution& exec,
                           std::function<void(const std::string&)> tell) {
  RankOptions out = rank_options(s);
  if (s.decide_by != DecideBy::chance) return out;
  ChanceOptions chances = asked_chances(s, inputs);
  chances.tell = std::move(tell);
  out.chances = chance_source(chances, inputs.further, exec);
  return out;
}

RankOptions quick_options(const RankSettings& s, const Execution& exec) {
  RankOptions out = rank_options(s);
  if (s.decide_by != DecideBy::chance) return out;
  ChanceOptions chances = asked_chances(s);
  chances.networks = false;
  chances.scenarios = {s.own_scenario()};
  out.chances = chance_source(chances, {}, exec);
  return out;
}

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

documents::BestSet best_set_document(const RankSettings& s, const RankInputs& inputs,
                                     const RankResult& ranked, const Execution& exec,
                                     std::vector<Warning>& warnings) {
  const BestSet found =
      best_set(inputs.input, inputs.further, asked_chances(s, inputs), ranked, s.risk, exec);
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
  warnings = found.warnings;
  return out;
}

std::vector<documents::ChanceOfGain> chances_document(const std::vector<TeacherChance>& chances) {
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

documents::RowsForecast forecast_document(const WhatDecides& forecast) {
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

}  // namespace cch
