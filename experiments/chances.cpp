#include "cch/experiments/chances.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "experiments/measured_chances.hpp"
#include "experiments/training_backend.hpp"

namespace cch {
namespace detail {

GainMetric metric_of(const RankInput& input, const ChanceOptions& options) {
  const bool classes = is_discrete(input.labels);
  const GainMetric usual = classes ? GainMetric::cross_entropy : GainMetric::mse;
  const GainMetric metric = options.metric.value_or(usual);
  if (classes != (metric == GainMetric::mse)) return metric;
  refuse_usage("wrong-metric",
               fmt::format("a gain cannot be measured in {} here", to_string(metric)),
               classes ? "the labels are classes" : "the labels are real values",
               fmt::format("Take {}", classes ? "cross-entropy, accuracy, f1 or auc" : "mse"));
}

}  // namespace detail

std::vector<Scenario> possible_scenarios(const RankInput& input, const ExtraRows& further) {
  std::vector<Scenario> out{Scenario::same_rows};
  if (input.extra.student) out.push_back(Scenario::unlabelled_pairs);
  const bool stored = std::any_of(input.teachers.begin(), input.teachers.end(),
                                  [](const Modality& teacher) { return teacher.stored; });
  // One that was trained before learns no more.
  if ((input.extra.labels || further.labels) && !stored) out.push_back(Scenario::more_labels);
  return out;
}

void check_chances(const RankInput& input, const ExtraRows& further, const ChanceOptions& options) {
  const GainMetric metric = detail::metric_of(input, options);
  if (!options.networks && (metric == GainMetric::f1 || metric == GainMetric::auc)) {
    refuse_usage(
        "metric-needs-networks",
        fmt::format("without pilots of networks no gain is measured in {}", to_string(metric)),
        "the linear pilot measures cross-entropy and accuracy",
        "Leave out --quick, or take --metric accuracy");
  }
  const auto possible = possible_scenarios(input, further);
  for (const Scenario scenario : options.scenarios) {
    if (std::find(possible.begin(), possible.end(), scenario) != possible.end()) continue;
    refuse_usage("no-extra-rows", std::string(to_string(scenario)) + " has no further rows",
                 "they are what it is about", "Give such rows, or leave the scenario out");
  }
  if (!options.networks) return;
  const bool images = !options.shapes.empty() && options.shapes.front().channels > 0;
  for (const NetworkSpec& student : options.students) {
    if (student.layers == Layers::cnn && !images) {
      refuse_usage("no-image-shape", "a convolutional student needs images",
                   "the student's rows are not known to be channels × height × width",
                   "Give an array N x C x H x W, or take --student-model mlp");
    }
    if (student.layers == Layers::cnn) (void)detail::training_backend();
  }
}

ChanceSource chance_source(const ChanceOptions& options, const ExtraRows& further,
                           const Execution& exec) {
  return [=](const ChanceQuestion& question, std::vector<Warning>& warnings) {
    return detail::measured_chances(question, options, further, exec, warnings);
  };
}

}  // namespace cch
