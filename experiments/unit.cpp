#include "cch/experiments/unit.hpp"

#include <algorithm>

#include "experiments/unit_training.hpp"

namespace cch {
namespace detail {

bool UnitContext::compares_hidden() const {
  return std::any_of(study.forms.begin(), study.forms.end(), compares_features);
}

TrainingData training_data(const StudyDraw& draw, const Matrix& x, const ImageShape& shape) {
  return {x, shape, draw.y, draw.classes, draw.targets, {}};
}

Metrics metrics_of(const UnitContext& of, const Matrix& outputs) {
  if (of.draw.classes > 0) return class_metrics(outputs, of.draw.y, of.part.test);
  return real_metrics(outputs, of.draw.targets, of.part.test);
}

void keep(const UnitContext& of, const TrainingData& data, const NetworkSpec& network,
          TrainedNetwork& trained, RunResult& result) {
  result.failure = trained.failure;
  result.curve = std::move(trained.curve);
  result.weights = std::move(trained.weights);
  if (trained.best && trained.failure.empty()) {
    BestNetwork& best = *trained.best;
    result.best =
        BestRun{best.step, best.validation, metrics_of(of, best.outputs), std::move(best.weights)};
  }
  result.shapes = weight_shapes(network, data.x.cols(), data.shape, data.outputs());
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace detail

namespace {

/// The place of the least loss, the first of equals; the end where there is none.
std::size_t least(const std::vector<std::optional<double>>& losses) {
  std::size_t best = losses.size();
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (losses[i] && (best == losses.size() || *losses[i] < *losses[best])) best = i;
  }
  return best;
}

/// The same runs with the λ and T that inner folds choose.
std::vector<RunResult> train_chosen(const detail::UnitContext& of, std::vector<RunSpec> specs) {
  const auto losses = detail::inner_losses(of, specs);
  std::vector<RunSpec> chosen = specs;
  for (std::size_t s = 0; s < specs.size(); ++s) {
    const std::size_t best = least(losses[s]);
    if (best < specs[s].candidates.size()) chosen[s].loss = specs[s].candidates[best];
    chosen[s].candidates.clear();
  }
  std::vector<RunResult> out = detail::train_part(of, std::move(chosen));
  for (std::size_t s = 0; s < specs.size(); ++s) {
    out[s].spec.candidates = specs[s].candidates;
    out[s].inner_losses = losses[s];
    const bool none = !losses[s].empty() && least(losses[s]) == losses[s].size();
    if (none && out[s].failure.empty()) {
      out[s].failure = "no λ and T could be chosen: none could be trained on every inner fold";
    }
  }
  return out;
}

}  // namespace

std::vector<RunResult> train_unit(const Study& study, const TaskData& data, const StudyUnit& unit,
                                  const Execution& exec) {
  const Execution serial = exec.serial();
  const StudyDraw rows = draw(study.task, data, unit.setting, unit.seed, serial);
  const detail::UnitPart whole{detail::unit_rows(study, unit, rows), rows.test, false};
  const detail::UnitContext of{study, unit, rows, whole, serial};
  std::vector<RunSpec> specs = runs(study, unit);
  if (study.choose == Choose::inner_folds) return train_chosen(of, std::move(specs));
  return detail::train_part(of, std::move(specs));
}

}  // namespace cch
