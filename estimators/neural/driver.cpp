#include "estimators/neural/driver.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "estimators/row_terms.hpp"

namespace cch::detail {
namespace {

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

// "train/validation" of every epoch; the start has no training value.
std::string curve_text(const TrainingRecord& record) {
  std::string text;
  for (std::size_t e = 0; e < record.curve.size(); ++e) {
    text += (e > 0 ? " " + short_number(record.curve[e].train) : "-") + "/" +
            short_number(record.curve[e].validation);
  }
  return text;
}

std::string network_name(std::size_t network, std::size_t restarts) {
  std::string name = "fold_" + std::to_string(network / restarts);
  if (restarts > 1) name += "_restart_" + std::to_string(network % restarts);
  return name;
}

}  // namespace

void refuse_divergence(std::string_view method, std::span<const TrainingRecord* const> records,
                       std::size_t restarts) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!records[i]->diverged) continue;
    throw Error(
        ErrorKind::run,
        Fault{"diverged", std::string(method) + " diverged: its loss is no longer a finite number",
              network_name(i, restarts) + ", epoch " + std::to_string(records[i]->curve.size() - 1),
              "a number read off such a network would mean nothing",
              "Use --scale rank, or an estimator without networks"});
  }
}

void describe_training(std::span<const TrainingRecord* const> records,
                       const TrainingOptions& options, Estimate& out) {
  out.diagnostics.set("folds", static_cast<double>(options.folds));
  out.diagnostics.set("restarts", static_cast<double>(options.restarts));
  out.diagnostics.set("batch", static_cast<double>(records.front()->batch));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string name = network_name(i, options.restarts);
    out.diagnostics.set("best_epoch_" + name, static_cast<double>(records[i]->best_epoch));
    out.diagnostics.note("curve_" + name, curve_text(*records[i]));
  }
  if (records.front()->batch < options.batch) {
    out.warnings.push_back({"small-batch", "there are " + std::to_string(records.front()->batch) +
                                               " rows to fit, fewer than a batch of " +
                                               std::to_string(options.batch)});
  }
}

void combine_terms(const Preparation& prepared, const TrainingOptions& options,
                   const std::vector<std::vector<double>>& terms, const Groups& groups,
                   Estimate& out) {
  const auto restarts = static_cast<double>(options.restarts);
  out.row_terms.assign(groups.rows(), 0.0);
  std::vector<double> by_restart(options.restarts, 0.0);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const NeuralFold& fold = prepared.folds[i];
    double sum = 0.0;
    for (std::size_t t = 0; t < terms[i].size(); ++t) {
      out.row_terms[static_cast<std::size_t>(fold.test[t])] += terms[i][t] / restarts;
      sum += terms[i][t];
    }
    by_restart[i % options.restarts] += sum / static_cast<double>(groups.rows());
    out.diagnostics.set("nats_" + network_name(i, options.restarts),
                        sum / static_cast<double>(terms[i].size()));
  }
  out.nats = mean_of(out.row_terms);
  double spread = 0.0;
  if (options.restarts > 1) {
    for (const double value : by_restart) spread += (value - out.nats) * (value - out.nats);
    spread /= restarts - 1.0;
    out.diagnostics.set("sd_over_restarts", std::sqrt(spread));
  }
  set_error_bars(out, groups, spread / restarts);
}

}  // namespace cch::detail
