#include "accuracy_table.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "accuracy_cell.hpp"
#include "accuracy_published.hpp"

namespace cch::bench {
namespace {

using Rows = std::vector<AccuracyRow>;
using Names = std::vector<std::string>;

void add_once(Names& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

Names estimators_of(const Rows& rows) {
  Names names;
  for (const AccuracyRow& row : rows) {
    for (const AccuracyCell& cell : row.cells) {
      if (cell.run()) add_once(names, cell.estimator);
    }
  }
  return names;
}

Names references_of(const Rows& rows) {
  Names names;
  for (const AccuracyRow& row : rows) {
    for (const Reference& reference : row.task->references) add_once(names, reference.name);
  }
  return names;
}

std::string table_head(const Names& columns) {
  std::string rule = "|";
  for (std::size_t i = 0; i < columns.size(); ++i) rule += "---|";
  return fmt::format("| {} |\n{}\n", fmt::join(columns, " | "), rule);
}

std::string cell_text(const AccuracyCell* cell) {
  if (cell == nullptr || !cell->run()) return "–";
  if (cell->nats.empty()) return fmt::format("*{}*", fmt::join(cell->codes, ", "));
  std::string text = fmt::format("{:.4f}", cell->mean());
  if (const auto sd = cell->sd()) text += fmt::format(" ± {:.4f}", *sd);
  if (cell->failed > 0) {
    text += fmt::format(" ({} of {}: *{}*)", cell->nats.size(), cell->nats.size() + cell->failed,
                        fmt::join(cell->codes, ", "));
  }
  return text;
}

std::string row_text(const AccuracyRow& row, const Names& estimators, const Names& references) {
  std::string text = fmt::format("| {} | {} | {:.4f} |", row.task->name, row.n, row.truth.nats);
  for (const std::string& name : estimators) {
    text += fmt::format(" {} |", cell_text(row.cell_of(name)));
  }
  for (const std::string& name : references) {
    const auto& known = row.task->references;
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Reference& r) { return r.name == name; });
    text += found == known.end() ? " – |" : fmt::format(" {:.4f} |", found->nats);
  }
  return text + "\n";
}

// Mean of |value − truth| with how many cells entered.
std::string mean_error_text(const std::vector<std::pair<double, double>>& value_and_truth) {
  if (value_and_truth.empty()) return "–";
  double sum = 0.0;
  for (const auto& [value, truth] : value_and_truth) sum += std::abs(value - truth);
  const std::size_t count = value_and_truth.size();
  return fmt::format("{:.4f} ({})", sum / static_cast<double>(count), count);
}

std::string error_line(const Rows& rows, const Names& estimators, const Names& references) {
  std::string text = "| **mean absolute error (cells)** | | |";
  for (const std::string& name : estimators) {
    std::vector<std::pair<double, double>> pairs;
    for (const AccuracyRow& row : rows) {
      const AccuracyCell* cell = row.cell_of(name);
      if (cell != nullptr && !cell->nats.empty()) pairs.emplace_back(cell->mean(), row.truth.nats);
    }
    text += fmt::format(" {} |", mean_error_text(pairs));
  }
  for (const std::string& name : references) {
    std::vector<std::pair<double, double>> pairs;
    for (const AccuracyRow& row : rows) {
      for (const Reference& r : row.task->references) {
        if (r.name == name) pairs.emplace_back(r.nats, row.truth.nats);
      }
    }
    text += fmt::format(" {} |", mean_error_text(pairs));
  }
  return text + "\n";
}

std::string above_line(const Rows& rows, const Names& estimators, const Names& references) {
  std::string text = "| **above truth + 2 SE (cells)** | | |";
  for (const std::string& name : estimators) {
    std::size_t above = 0;
    std::size_t count = 0;
    for (const AccuracyRow& row : rows) {
      const AccuracyCell* cell = row.cell_of(name);
      const auto verdict = cell == nullptr ? std::nullopt : row.above(*cell);
      if (!verdict) continue;
      ++count;
      above += *verdict ? 1 : 0;
    }
    const double percent = 100.0 * static_cast<double>(above) / static_cast<double>(count);
    text += count == 0 ? " – |" : fmt::format(" {:.0f} % ({}) |", percent, count);
  }
  for (std::size_t i = 0; i < references.size(); ++i) text += " – |";
  return text + "\n";
}

std::string without_number(const AccuracyPlan& plan, const Rows& rows, const std::string& set) {
  std::string text;
  for (const AccuracyRow& row : rows) {
    for (const AccuracyCell& cell : row.cells) {
      if (cell.failed == 0) continue;
      text += fmt::format("- {}, N = {}, {}: {}\n", row.task->name, row.n, cell.estimator,
                          fmt::join(cell.reasons, "; "));
    }
  }
  for (const AccuracyTask& task : plan.tasks) {
    if (task.set != set || task.unavailable.empty()) continue;
    text += fmt::format("- {}: {}\n", task.name, task.unavailable);
  }
  return text.empty() ? text : "\nWithout a number:\n\n" + text;
}

// Single draws, as the published errors are.
std::string group_error(const Rows& rows, const std::string& group, const std::string& estimator) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const AccuracyRow& row : rows) {
    if (row.task->group != group) continue;
    const AccuracyCell* cell = row.cell_of(estimator);
    if (cell == nullptr) continue;
    for (const double nats : cell->nats) sum += std::abs(nats - row.truth.nats);
    count += cell->nats.size();
  }
  if (count == 0) return "–";
  return fmt::format("{:.3f} ({})", sum / static_cast<double>(count) / std::numbers::ln2, count);
}

std::string group_table(const Rows& rows, const Names& estimators) {
  Names groups;
  for (const AccuracyRow& row : rows) {
    if (!row.task->group.empty()) add_once(groups, row.task->group);
  }
  if (groups.empty()) return {};
  Names columns{"group"};
  columns.insert(columns.end(), estimators.begin(), estimators.end());
  for (const char* name : published_estimators()) columns.push_back(fmt::format("{} [1]", name));
  std::string text =
      "\nMean of |estimate − truth| in **bits** over single draws (how many); [1] published at "
      "N = 2000 over ten truths from 0 to 2 bits (Gowri et al. 2024):\n\n";
  text += table_head(columns);
  for (const std::string& group : groups) {
    text += fmt::format("| {} |", group);
    for (const std::string& name : estimators) {
      text += fmt::format(" {} |", group_error(rows, group, name));
    }
    const auto published = published_errors(group);
    for (std::size_t i = 0; i < published_estimators().size(); ++i) {
      text += published.empty() ? " – |" : fmt::format(" {:.3f} |", published[i]);
    }
    text += "\n";
  }
  return text;
}

std::string set_markdown(const AccuracyPlan& plan, const FitStore& store, const AccuracySet& set) {
  const Rows rows = accuracy_rows(plan, store, set.name);
  const std::string left_out = without_number(plan, rows, set.name);
  if (rows.empty() && left_out.empty()) return {};
  std::string text = fmt::format("\n## {}\n{}.\n\n", set.name, set.summary);
  if (rows.empty()) return text + left_out;
  const Names estimators = estimators_of(rows);
  const Names references = references_of(rows);
  Names columns{"task", "N", "truth"};
  columns.insert(columns.end(), estimators.begin(), estimators.end());
  for (const std::string& name : references) columns.push_back(fmt::format("{} [0]", name));
  text += table_head(columns);
  for (const AccuracyRow& row : rows) text += row_text(row, estimators, references);
  text += error_line(rows, estimators, references);
  text += above_line(rows, estimators, references);
  if (!references.empty()) {
    text += "\n[0] other implementations, N = 10000, mean of two or three draws.\n";
  }
  return text + group_table(rows, estimators) + left_out;
}

std::string csv_line(const AccuracyRow& row, const AccuracyCell& cell) {
  const std::string mean = cell.nats.empty() ? "" : fmt::format("{:.6f}", cell.mean());
  const auto sd = cell.sd();
  return fmt::format("{},{},{},{},{},{:.6f},{:.6f},{},{},{},{},{},{},{},{:.3f}\n", row.task->set,
                     row.task->name, row.n, row.task->dim_x, row.task->dim_y, row.truth.nats,
                     row.truth.standard_error, cell.estimator, fmt::join(cell.methods, " "), mean,
                     sd ? fmt::format("{:.6f}", *sd) : "", cell.nats.size(), cell.failed,
                     fmt::join(cell.codes, " "), cell.seconds);
}

}  // namespace

std::string accuracy_markdown(const AccuracyPlan& plan, const FitStore& store) {
  std::string text = fmt::format(
      "Scale {}, {} seeds from {}; nats, mean ± standard deviation over seeds; budget {:g} s a "
      "fit.\n",
      plan.scale, plan.seeds, plan.first_seed, plan.budget);
  for (const AccuracySet& set : accuracy_sets()) text += set_markdown(plan, store, set);
  return text;
}

std::string accuracy_csv(const AccuracyPlan& plan, const FitStore& store) {
  std::string text =
      "set,task,n,dim_x,dim_y,truth,truth_standard_error,estimator,method,mean,sd,seeds,failed,"
      "codes,seconds\n";
  for (const AccuracySet& set : accuracy_sets()) {
    for (const AccuracyRow& row : accuracy_rows(plan, store, set.name)) {
      for (const AccuracyCell& cell : row.cells) {
        if (cell.run()) text += csv_line(row, cell);
      }
    }
  }
  return text;
}

}  // namespace cch::bench
