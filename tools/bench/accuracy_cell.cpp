#include "accuracy_cell.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace cch::bench {
namespace {

AccuracyCell cell_from(const AccuracyPlan& plan, const FitStore& store, FitKey key) {
  AccuracyCell cell;
  cell.estimator = key.estimator;
  std::size_t found = 0;
  for (std::uint64_t s = 0; s < plan.seeds; ++s) {
    key.seed = plan.first_seed + s;
    const Fit* fit = store.find(key);
    if (fit == nullptr) continue;
    ++found;
    cell.cut += fit->cut ? 1 : 0;
    cell.seconds += fit->seconds;
    if (fit->nats) {
      cell.nats.push_back(*fit->nats);
      cell.own_errors.push_back(fit->standard_error);
      cell.methods.insert(fit->method);
      continue;
    }
    ++cell.failed;
    cell.codes.insert(fit->code);
    cell.reasons.insert(fit->reason);
  }
  if (found > 0) cell.seconds /= static_cast<double>(found);
  return cell;
}

AccuracyRow row_from(const AccuracyPlan& plan, const FitStore& store, const AccuracyTask& task,
                     std::size_t n) {
  AccuracyRow row{&task, n, {}, {}};
  for (const std::string& estimator : estimators_for(plan, task)) {
    row.cells.push_back(cell_from(plan, store, {task.name, estimator, n, plan.scale, 0}));
  }
  for (const std::string& estimator : store.beside()) {
    row.cells.push_back(cell_from(plan, store, {task.name, estimator, n, kAsDrawn, 0}));
    row.cells.back().beside = true;
  }
  return row;
}

}  // namespace

double AccuracyCell::mean() const {
  double sum = 0.0;
  for (const double v : nats) sum += v;
  return sum / static_cast<double>(nats.size());
}

std::optional<double> AccuracyCell::sd() const {
  if (nats.size() < 2) return std::nullopt;
  double squares = 0.0;
  for (const double v : nats) squares += (v - mean()) * (v - mean());
  return std::sqrt(squares / static_cast<double>(nats.size() - 1));
}

std::optional<double> AccuracyCell::own_error() const {
  double sum = 0.0;
  std::size_t count = 0;
  for (const auto& error : own_errors) {
    if (!error) continue;
    sum += *error;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

const AccuracyCell* AccuracyRow::cell_of(const std::string& estimator) const {
  const auto found = std::find_if(cells.begin(), cells.end(), [&](const AccuracyCell& cell) {
    return cell.estimator == estimator;
  });
  return found == cells.end() ? nullptr : &*found;
}

std::optional<bool> AccuracyRow::above(const AccuracyCell& cell) const {
  const auto sd = cell.sd();
  if (!sd) return std::nullopt;
  const double se =
      std::hypot(*sd / std::sqrt(static_cast<double>(cell.nats.size())), truth.standard_error);
  return cell.mean() > truth.nats + 2.0 * se;
}

Share AccuracyRow::above_by_own(const AccuracyCell& cell) const {
  Share share;
  for (std::size_t i = 0; i < cell.nats.size(); ++i) {
    if (!cell.own_errors[i]) continue;
    ++share.of;
    const double se = std::hypot(*cell.own_errors[i], truth.standard_error);
    share.count += cell.nats[i] > truth.nats + 2.0 * se ? 1 : 0;
  }
  return share;
}

std::string cell_text(const AccuracyCell* cell) {
  if (cell == nullptr || !cell->run()) return "–";
  if (cell->nats.empty()) return fmt::format("*{}*", fmt::join(cell->codes, ", "));
  std::string text = fmt::format("{:.4f}", cell->mean());
  if (const auto sd = cell->sd()) text += fmt::format(" ± {:.4f}", *sd);
  if (cell->cut > 0) text += " †";
  if (cell->failed > 0) {
    text += fmt::format(" ({} of {}: *{}*)", cell->nats.size(), cell->nats.size() + cell->failed,
                        fmt::join(cell->codes, ", "));
  }
  return text;
}

std::vector<std::string> versions_beside(const std::vector<AccuracyRow>& rows) {
  std::set<std::string> versions;
  for (const AccuracyRow& row : rows) {
    for (const AccuracyCell& cell : row.cells) {
      if (!cell.beside || cell.methods.empty()) continue;
      versions.insert(fmt::format("{} ({})", cell.estimator, fmt::join(cell.methods, "; ")));
    }
  }
  return {versions.begin(), versions.end()};
}

std::vector<AccuracyRow> accuracy_rows(const AccuracyPlan& plan, const FitStore& store,
                                       const std::string& set) {
  std::vector<AccuracyRow> rows;
  for (const AccuracyTask& task : plan.tasks) {
    if (task.set != set) continue;
    for (const std::size_t n : rows_for(plan, task)) {
      AccuracyRow row = row_from(plan, store, task, n);
      const bool run = std::any_of(row.cells.begin(), row.cells.end(),
                                   [](const AccuracyCell& cell) { return cell.run(); });
      if (!run) continue;
      row.truth = task.truth();
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace cch::bench
