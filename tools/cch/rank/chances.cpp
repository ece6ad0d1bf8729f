#include "tools/cch/rank/chances.hpp"

#include <algorithm>

#include "cch/experiments/chances.hpp"

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

BestSet asked_best_set(const RankSettings& s, const RankInputs& inputs, const RankResult& ranked,
                       const Execution& exec) {
  return best_set(inputs.input, inputs.further, asked_chances(s, inputs), ranked, s.risk, exec);
}

}  // namespace cch
