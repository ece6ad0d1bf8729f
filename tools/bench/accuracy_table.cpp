#include "accuracy_table.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>

#include "accuracy_published.hpp"
#include "accuracy_summary.hpp"

namespace cch::bench {
namespace {

using Rows = std::vector<AccuracyRow>;
using Names = std::vector<std::string>;
using Summaries = std::vector<EstimatorSummary>;

std::string table_head(const Names& columns) {
  std::string rule = "|";
  for (std::size_t i = 0; i < columns.size(); ++i) rule += "---|";
  return fmt::format("| {} |\n{}\n", fmt::join(columns, " | "), rule);
}

std::string column_name(const EstimatorSummary& summary) {
  switch (summary.source) {
    case Source::catalog:
      return summary.name;
    case Source::beside:
      return summary.name + " [2]";
    case Source::reference:
      return summary.name + " [0]";
  }
  return summary.name;
}

std::string row_text(const AccuracyRow& row, const Summaries& columns) {
  std::string text = fmt::format("| {} | {} | {:.4f} |", row.task->name, row.n, row.truth.nats);
  for (const EstimatorSummary& column : columns) {
    if (column.source != Source::reference) {
      text += fmt::format(" {} |", cell_text(row.cell_of(column.name)));
      continue;
    }
    const auto known = reference_of(*row.task, column.name);
    text += known ? fmt::format(" {:.4f} |", *known) : " – |";
  }
  return text + "\n";
}

std::string share_text(const Share& share) {
  if (share.of == 0) return "–";
  const double percent = 100.0 * static_cast<double>(share.count) / static_cast<double>(share.of);
  return fmt::format("{:.0f} % ({})", percent, share.of);
}

template <class Text>
std::string summary_line(const char* heading, const Summaries& columns, Text&& text_of) {
  std::string text = fmt::format("| **{}** | | |", heading);
  for (const EstimatorSummary& column : columns) text += fmt::format(" {} |", text_of(column));
  return text + "\n";
}

std::string summary_lines(const Summaries& columns) {
  std::string text =
      summary_line("mean absolute error (cells)", columns, [](const EstimatorSummary& column) {
        if (column.errors.empty()) return std::string("–");
        return fmt::format("{:.4f} ({})", column.mean_absolute(), column.errors.size());
      });
  text += summary_line(
      "above truth + 2 SE by the spread over seeds (cells)", columns,
      [](const EstimatorSummary& column) { return share_text(column.above_by_spread); });
  const bool own = std::any_of(columns.begin(), columns.end(), [](const EstimatorSummary& column) {
    return column.above_by_own.of > 0;
  });
  if (!own) return text;
  return text + summary_line(
                    "above truth + 2 SE by each fit's own SE (fits)", columns,
                    [](const EstimatorSummary& column) { return share_text(column.above_by_own); });
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

std::string group_table(const Rows& rows, const Summaries& columns) {
  const Names groups = groups_of(rows);
  if (groups.empty()) return {};
  Names heads{"group"};
  for (const EstimatorSummary& column : columns) heads.push_back(column_name(column));
  for (const char* name : published_estimators()) heads.push_back(fmt::format("{} [1]", name));
  std::string text =
      "\nMean of |estimate − truth| in **bits** over single draws (how many); [1] published at "
      "N = 2000 over ten truths from 0 to 2 bits (Gowri et al. 2024):\n\n";
  text += table_head(heads);
  for (const std::string& group : groups) {
    text += fmt::format("| {} |", group);
    for (const EstimatorSummary& column : columns) {
      const auto error = group_error(rows, group, column.name);
      text += error ? fmt::format(" {:.3f} ({}) |", error->bits, error->draws) : " – |";
    }
    const auto published = published_errors(group);
    for (std::size_t i = 0; i < published_estimators().size(); ++i) {
      text += published.empty() ? " – |" : fmt::format(" {:.3f} |", published[i]);
    }
    text += "\n";
  }
  return text;
}

std::string footnotes(const Rows& rows, const Summaries& columns) {
  std::string text;
  const auto any = [&](Source source) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const EstimatorSummary& column) { return column.source == source; });
  };
  if (any(Source::reference)) {
    text += "\n[0] other implementations, N = 10000, mean of two or three draws.\n";
  }
  if (any(Source::beside)) {
    text += fmt::format(
        "\n[2] other programs on the same draws, {}: {}. † training was ended before it was "
        "done.\n",
        kAsDrawn, fmt::join(versions_beside(rows), "; "));
  }
  return text;
}

std::string set_markdown(const AccuracyPlan& plan, const FitStore& store, const AccuracySet& set) {
  const Rows rows = accuracy_rows(plan, store, set.name);
  const std::string left_out = without_number(plan, rows, set.name);
  if (rows.empty() && left_out.empty()) return {};
  std::string text = fmt::format("\n## {}\n{}.\n\n", set.name, set.summary);
  if (rows.empty()) return text + left_out;
  const Summaries columns = summaries_of(rows);
  Names heads{"task", "N", "truth"};
  for (const EstimatorSummary& column : columns) heads.push_back(column_name(column));
  text += table_head(heads);
  for (const AccuracyRow& row : rows) text += row_text(row, columns);
  return text + summary_lines(columns) + footnotes(rows, columns) + group_table(rows, columns) +
         left_out;
}

std::string csv_line(const AccuracyRow& row, const AccuracyCell& cell) {
  const std::string mean = cell.nats.empty() ? "" : fmt::format("{:.6f}", cell.mean());
  const auto sd = cell.sd();
  const auto own = cell.own_error();
  return fmt::format("{},{},{},{},{},{:.6f},{:.6f},{},{},{},{},{},{},{},{:.3f},{},{}\n",
                     row.task->set, row.task->name, row.n, row.task->dim_x, row.task->dim_y,
                     row.truth.nats, row.truth.standard_error, cell.estimator,
                     fmt::join(cell.methods, " "), mean, sd ? fmt::format("{:.6f}", *sd) : "",
                     cell.nats.size(), cell.failed, fmt::join(cell.codes, " "), cell.seconds,
                     own ? fmt::format("{:.6f}", *own) : "", cell.cut);
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
      "codes,seconds,own_standard_error,cut\n";
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
