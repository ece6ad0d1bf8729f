#include <cmath>
#include <string>

#include "estimators/neural/driver.hpp"
#include "estimators/neural/preparation.hpp"

namespace cch {
namespace {

using detail::CriticFit;
using detail::CriticSettings;
using detail::NeuralFold;
using detail::Objective;
using detail::Preparation;

constexpr double kSaturated = 0.9;  // of the ceiling
constexpr double kHeavy = 0.05;     // share of one row in the partition term

void check_critic(std::string_view method, const CriticOptions& o) {
  if (o.embedding >= 1 && o.negatives >= 1) return;
  refuse_usage("option-out-of-range",
               std::string(method) + " needs at least one embedding entry and one negative", {},
               "Use the defaults");
}

Estimate empty_estimate(std::string_view method, const Samples& x, const Variable& y) {
  Estimate out;
  out.method = method;
  out.n = x.size();
  out.dim_x = x.dim();
  out.dim_y = dim(y);
  return out;
}

void warn(const std::vector<CriticFit>& fits, const CriticSettings& settings, bool discrete,
          Estimate& out) {
  double ceiling = 0.0;
  double heaviest = 0.0;
  for (const CriticFit& fit : fits) {
    ceiling += fit.ceiling / static_cast<double>(fits.size());
    heaviest = std::max(heaviest, fit.heaviest);
  }
  if (settings.objective == Objective::infonce && !discrete) {
    out.diagnostics.set("ceiling", ceiling);
    if (out.nats > kSaturated * ceiling) {
      out.warnings.push_back(
          {"saturated", "the value is close to the most that infonce can say here, ln B = " +
                            std::to_string(ceiling) +
                            " nats: the truth may be far above; use doe"});
    }
  } else if (!discrete) {
    out.diagnostics.set("largest_share_of_partition", heaviest);
    if (heaviest > kHeavy) {
      out.warnings.push_back(
          {"heavy-partition",
           "one row holds " + std::to_string(std::lround(100.0 * heaviest)) +
               " % of the partition term, which is therefore too low as a rule: the value may "
               "exceed the truth"});
    }
  }
}

Estimate critic(std::string_view method, const Samples& x, const Variable& y, const Groups& groups,
                const CriticSettings& settings, const Execution& exec) {
  const TrainingOptions& training = settings.options.training;
  check_critic(method, settings.options);
  const detail::NeuralBackend& backend = detail::neural_backend();
  const Preparation prepared =
      detail::prepare(method, x, y, groups, training, detail::StartKind::pairs, exec);
  Estimate out = empty_estimate(method, x, y);
  out.warnings = prepared.warnings;
  if (prepared.constant) {
    out.warnings.push_back({"constant-input", "one side is constant: the information is 0"});
    out.row_terms.assign(x.size(), 0.0);
    return out;
  }
  const detail::NetworkRuns runs(method, training.epochs, exec);
  const auto fits =
      runs(prepared.folds, [&](std::span<const NeuralFold> folds, const Execution& own) {
        return backend.fit_critics(prepared.data, folds, settings, own);
      });
  std::vector<std::vector<double>> terms;
  std::vector<detail::TrainingRecord> records;
  for (const CriticFit& fit : fits) {
    terms.push_back(fit.terms);
    records.push_back(fit.record);
    for (const double term : fit.terms) records.back().diverged |= !std::isfinite(term);
  }
  std::vector<const detail::TrainingRecord*> pointers;
  for (const auto& record : records) pointers.push_back(&record);
  detail::refuse_divergence(method, pointers, training.restarts);
  detail::combine_terms(prepared, training, terms, groups, out);
  detail::describe_training(pointers, training, out);
  warn(fits, settings, prepared.data.discrete(), out);
  return out;
}

}  // namespace

Estimate mine(const Samples& x, const Variable& y, const Groups& groups, const MineOptions& options,
              const Execution& exec) {
  if (!(options.moving_average > 0.0 && options.moving_average < 1.0)) {
    refuse_usage("option-out-of-range", "the moving average of mine must lie between 0 and 1", {},
                 "Use .05");
  }
  return critic("mine", x, y, groups, {Objective::mine, options, options.moving_average, 0.0},
                exec);
}

Estimate nwj(const Samples& x, const Variable& y, const Groups& groups, const NwjOptions& options,
             const Execution& exec) {
  return critic("nwj", x, y, groups, {Objective::nwj, options, 0.0, 0.0}, exec);
}

Estimate infonce(const Samples& x, const Variable& y, const Groups& groups,
                 const InfonceOptions& options, const Execution& exec) {
  return critic("infonce", x, y, groups, {Objective::infonce, options, 0.0, 0.0}, exec);
}

Estimate smile(const Samples& x, const Variable& y, const Groups& groups,
               const SmileOptions& options, const Execution& exec) {
  if (!(options.clip > 0.0)) {
    refuse_usage("option-out-of-range", "the clip of smile must be above 0", {}, "Use 5");
  }
  return critic("smile", x, y, groups, {Objective::smile, options, 0.0, options.clip}, exec);
}

Estimate doe(const Samples& x, const Variable& y, const Groups& groups, const DoeOptions& options,
             const Execution& exec) {
  if (options.components == 0) {
    refuse_usage("option-out-of-range", "doe needs at least one component", {}, "Use 4");
  }
  if (is_discrete(y)) {
    const CriticSettings settings{Objective::infonce, CriticOptions{options.training, {}, 32, 16},
                                  0.0, 0.0};
    return critic("doe", x, y, groups, settings, exec);
  }
  const TrainingOptions& training = options.training;
  const detail::NeuralBackend& backend = detail::neural_backend();
  const Preparation prepared =
      detail::prepare("doe", x, y, groups, training, detail::StartKind::turn, exec);
  Estimate out = empty_estimate("doe", x, y);
  out.warnings = prepared.warnings;
  if (prepared.constant) {
    out.warnings.push_back({"constant-input", "one side is constant: the information is 0"});
    out.row_terms.assign(x.size(), 0.0);
    return out;
  }
  const detail::NetworkRuns runs("doe", training.epochs, exec);
  auto fits = runs(prepared.folds, [&](std::span<const NeuralFold> folds, const Execution& own) {
    return backend.fit_densities(prepared.data, folds, options, own);
  });
  std::vector<std::vector<double>> terms;
  std::vector<const detail::TrainingRecord*> records;
  for (auto& fit : fits) {
    for (const double term : fit.terms) fit.record.diverged |= !std::isfinite(term);
    terms.push_back(fit.terms);
    records.push_back(&fit.record);
  }
  detail::refuse_divergence("doe", records, training.restarts);
  detail::combine_terms(prepared, training, terms, groups, out);
  detail::describe_training(records, training, out);
  return out;
}

}  // namespace cch
