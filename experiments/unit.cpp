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

Metrics metrics_on(const StudyDraw& draw, const Matrix& outputs,
                   const std::vector<std::size_t>& rows) {
  if (draw.classes > 0) return class_metrics(outputs, draw.y, rows);
  return real_metrics(outputs, draw.targets, rows);
}

Metrics metrics_of(const UnitContext& of, const Matrix& outputs) {
  return metrics_on(of.draw, outputs, of.part.test);
}

void take_counted(const UnitContext& of, Checkpoint weights, TrainedNetwork& trained,
                  RunResult& result) {
  if (weights == Checkpoint::last || !trained.failure.empty()) return;
  if (!trained.best) {
    result.failure = "no best weights: no loss on the validation rows is finite";
    return;
  }
  result.last = metrics_of(of, trained.outputs);
  trained.outputs = std::move(trained.best->outputs);
  trained.features = std::move(trained.best->features);
}

void keep(const UnitContext& of, const TrainingData& data, const NetworkSpec& network,
          Checkpoint weights, TrainedNetwork& trained, RunResult& result) {
  result.failure = trained.failure;
  result.curve = std::move(trained.curve);
  result.weights = std::move(trained.weights);
  result.stopped = trained.stopped;
  result.weight_decay = trained.weight_decay;
  if (trained.best && trained.failure.empty()) {
    BestNetwork& best = *trained.best;
    result.best =
        BestRun{best.step, best.validation, metrics_of(of, best.outputs), std::move(best.weights)};
  }
  take_counted(of, weights, trained, result);
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

/// Tells a run what it was chosen from; one without a choice has failed.
void tell_choice(const RunSpec& spec, const std::vector<std::optional<double>>& losses,
                 RunResult& to) {
  to.spec.candidates = spec.candidates;
  to.candidate_losses = losses;
  if (!losses.empty() && least(losses) == losses.size() && to.failure.empty()) {
    to.failure = "no λ and T could be chosen: none could be trained on every row to choose by";
  }
}

/// The best of the whole grid on the validation rows, for each of the runs.
std::vector<RunResult> train_validated(const detail::UnitContext& of,
                                       const std::vector<RunSpec>& specs) {
  std::vector<RunResult> all = detail::train_part(of, detail::every_candidate(specs));
  std::vector<RunResult> out;
  std::size_t next = 0;
  for (const RunSpec& spec : specs) {
    std::vector<std::optional<double>> losses;
    for (std::size_t c = 0; c < spec.candidates.size(); ++c) {
      const RunResult& run = all[next + c];
      losses.push_back(run.failure.empty() ? run.validation_loss : std::nullopt);
    }
    const std::size_t best = least(losses);
    out.push_back(std::move(all[next + (best < losses.size() ? best : 0)]));
    tell_choice(spec, losses, out.back());
    next += std::max<std::size_t>(1, losses.size());
  }
  return out;
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
    tell_choice(specs[s], losses[s], out[s]);
  }
  return out;
}

}  // namespace

StudyRows study_rows(const Study& study, const TaskData& data, const StudyUnit& unit,
                     const Execution& exec) {
  const StudyDraw drawn = draw(study.task, data, unit.setting, unit.seed, exec.serial());
  detail::UnitRows rows = detail::unit_rows(study, unit, drawn);
  auto [fitted, validation] =
      detail::hold_out(drawn.groups, rows.labelled, study.training.validation, unit.seed);
  return {std::move(fitted), std::move(validation), std::move(rows.extra), drawn.test};
}

std::vector<RunResult> train_unit(const Study& study, const TaskData& data, const StudyUnit& unit,
                                  const Execution& exec) {
  const Execution serial = exec.serial();
  const StudyDraw rows = draw(study.task, data, unit.setting, unit.seed, serial);
  const detail::UnitPart whole{detail::unit_rows(study, unit, rows), rows.test, false};
  const detail::UnitContext of{study, unit, rows, whole, serial};
  std::vector<RunSpec> specs = runs(study, unit);
  if (study.choose == Choose::inner_folds) return train_chosen(of, std::move(specs));
  if (study.choose == Choose::validation) return train_validated(of, specs);
  return detail::train_part(of, std::move(specs));
}

}  // namespace cch
