// Accuracy of every estimator of the catalog on problems with a known mutual information. Finished
// fits are appended to a file, so that a run goes on where it stopped.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "accuracy_check.hpp"
#include "accuracy_export.hpp"
#include "accuracy_run.hpp"
#include "accuracy_table.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"

namespace {

using cch::bench::AccuracyPlan;
using cch::bench::AccuracyTask;

struct Choices {
  AccuracyPlan plan;
  std::vector<std::string> sets;   // all when empty
  std::vector<std::string> tasks;  // names, or beginnings of names and a '*'; all when empty
  std::string out = "accuracy.jsonl";
  std::string csv;
  std::string export_to;
  std::vector<std::string> beside;
  bool check = false;
  bool list = false;
  bool table_only = false;
};

bool matches(const std::string& name, const std::string& pattern) {
  if (!pattern.ends_with('*')) return name == pattern;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::vector<AccuracyTask> tasks_of_sets(const std::vector<std::string>& sets) {
  std::vector<AccuracyTask> tasks;
  for (const cch::bench::AccuracySet& set : cch::bench::accuracy_sets()) {
    const bool wanted = sets.empty() || std::find(sets.begin(), sets.end(), set.name) != sets.end();
    if (!wanted) continue;
    std::vector<AccuracyTask> of_set = set.tasks();
    std::move(of_set.begin(), of_set.end(), std::back_inserter(tasks));
  }
  return tasks;
}

// The tasks that a pattern names, in the order of the sets; a pattern without any is a mistake.
std::vector<AccuracyTask> chosen_tasks(const Choices& choices) {
  std::vector<AccuracyTask> all = tasks_of_sets(choices.sets);
  if (choices.tasks.empty()) return all;
  std::vector<std::string> names;
  for (const AccuracyTask& task : all) names.push_back(task.name);
  for (const std::string& pattern : choices.tasks) {
    const bool known = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return matches(name, pattern); });
    if (known) continue;
    cch::refuse_usage("unknown-task", "no task is called '" + pattern + "'", {},
                      "Did you mean '" + cch::nearest_name(pattern, names) +
                          "'? --list shows them all, and a name may end in '*'");
  }
  std::erase_if(all, [&](const AccuracyTask& task) {
    return std::none_of(choices.tasks.begin(), choices.tasks.end(),
                        [&](const std::string& pattern) { return matches(task.name, pattern); });
  });
  return all;
}

// Wrong names are refused before the first fit, not after an hour.
void refuse_wrong_names(const AccuracyPlan& plan) {
  for (const std::string& name : plan.estimators) {
    if (name != "auto") (void)cch::default_options(name);
  }
  (void)cch::parse_scale(plan.scale);
}

void print_list(const AccuracyPlan& plan) {
  for (const AccuracyTask& task : plan.tasks) {
    fmt::print("{:<14} {:<48} {:>4} + {:<6} truth {:.4f}  {}\n", task.set, task.name, task.dim_x,
               task.labels ? "labels" : std::to_string(task.dim_y), task.truth().nats,
               task.unavailable);
  }
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write to " + path);
}

int run(Choices& choices) {
  choices.plan.tasks = chosen_tasks(choices);
  refuse_wrong_names(choices.plan);
  if (choices.list) {
    print_list(choices.plan);
    return 0;
  }
  if (choices.check) {
    return cch::bench::check_samplers(choices.plan.tasks, choices.plan.first_seed) == 0 ? 0 : 1;
  }
  if (!choices.export_to.empty()) {
    const std::size_t written = cch::bench::export_draws(choices.plan, choices.export_to);
    fmt::print("{} draws written to {}\n", written, choices.export_to);
    return 0;
  }
  cch::bench::FitStore store(choices.out, choices.plan.budget);
  for (const std::string& path : choices.beside) store.read_beside(path);
  if (!choices.table_only) cch::bench::run_plan(choices.plan, store);
  fmt::print("{}", cch::bench::accuracy_markdown(choices.plan, store));
  if (!choices.csv.empty()) {
    write_text(choices.csv, cch::bench::accuracy_csv(choices.plan, store));
  }
  return 0;
}

void add_options(CLI::App& app, Choices& choices) {
  std::vector<std::string> sets;
  for (const auto& set : cch::bench::accuracy_sets()) sets.push_back(set.name);
  AccuracyPlan& plan = choices.plan;
  app.add_option("--set", choices.sets, "Sets of tasks (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember(sets));
  app.add_option("--task", choices.tasks, "Tasks, or the beginning of a name and '*'")
      ->delimiter(',');
  app.add_option("--estimator", plan.estimators,
                 "Catalog names, or auto (default: auto and every one that fits the task)")
      ->delimiter(',');
  app.add_option("--n", plan.rows, "Rows of each draw (default: those of the task)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  app.add_option("--seeds", plan.seeds, "Draws of each task")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", plan.first_seed, "First seed")->capture_default_str();
  app.add_option("--scale", plan.scale, "none, zscore or rank")->capture_default_str();
  app.add_option("--budget", plan.budget, "Seconds (wall) that one fit may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--error-bars", plan.error_bars,
               "Also take each fit's own standard error (fits without one are run again)");
  app.add_option("--threads", plan.threads, "Threads (0: all)")->capture_default_str();
  app.add_option("--out", choices.out, "File of finished fits; a run goes on from it")
      ->capture_default_str();
  app.add_option("--csv", choices.csv, "Also write the table as CSV to this file");
  app.add_option("--beside", choices.beside, "Fits of neural_peers.py to show beside");
  app.add_option("--export", choices.export_to,
                 "Run nothing, write the draws for other programs: "
                 "FOLDER/TASK/nN-seedS/{x.npy,y.npy,truth.json}, float64 rows as drawn (on no "
                 "scale), class labels as int64");
  app.add_flag("--table", choices.table_only, "Run nothing, print the fits of --out as Markdown");
  app.add_flag("--list", choices.list, "List the tasks with their truths");
  app.add_flag("--check", choices.check, "Hold every sampler against its truth; 1 if one fails");
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app{"Accuracy of estimators on problems with a known mutual information"};
  add_options(app, choices);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(choices);
  } catch (const cch::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return error.kind() == cch::ErrorKind::usage ? 2 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
