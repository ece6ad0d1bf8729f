// Accuracy on tasks with a known answer: estimator × task, mean over seeds, its standard error, and
// the mean absolute error of those means.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"
#include "support/bmi_tasks.hpp"

namespace {

struct Choices {
  std::vector<std::string> estimators = {"auto", "ksg1", "cca-ksg", "gaussian-copula"};
  std::vector<std::string> tasks;  // all when empty
  std::string scale = "rank";
  std::size_t rows = 10000;
  std::uint64_t seeds = 3;
  std::uint64_t first_seed = 1;
  unsigned threads = 0;
};

struct Cell {
  double mean = 0.0;
  double standard_error = 0.0;  // NaN with one seed
};

double one_estimate(const std::string& estimator, const cch::test::BmiTask& task,
                    const Choices& choices, std::uint64_t seed) {
  const cch::test::BmiSample sample = cch::test::run_bmi_task(task, choices.rows, seed);
  cch::Execution exec;
  exec.threads = choices.threads;
  exec.seed = seed;
  std::vector<cch::Warning> warnings;
  const cch::Scale scale = cch::parse_scale(choices.scale);
  const cch::Variable x = cch::scaled(sample.x, scale, warnings, exec);
  const cch::Variable y = cch::scaled(sample.y, scale, warnings, exec);
  const cch::Groups groups = cch::Groups::singletons(choices.rows);
  const cch::EstimatorOptions options = estimator == "auto"
                                            ? cch::choose_estimator(x, y, groups).options
                                            : cch::default_options(estimator);
  return cch::estimate(options, x, y, groups, exec).nats;
}

Cell run_cell(const std::string& estimator, const cch::test::BmiTask& task,
              const Choices& choices) {
  const auto n = static_cast<double>(choices.seeds);
  std::vector<double> nats;
  Cell cell;
  for (std::uint64_t s = 0; s < choices.seeds; ++s) {
    nats.push_back(one_estimate(estimator, task, choices, choices.first_seed + s));
    cell.mean += nats.back() / n;
  }
  double squares = 0.0;
  for (const double v : nats) squares += (v - cell.mean) * (v - cell.mean);
  cell.standard_error = std::sqrt(squares / (n - 1.0) / n);
  return cell;
}

void print_table(const Choices& choices) {
  fmt::print("N = {}, scale {}, {} seeds from {}; nats, mean ± standard error\n", choices.rows,
             choices.scale, choices.seeds, choices.first_seed);
  fmt::print("{:<42}{:>9}", "task", "truth");
  for (const std::string& estimator : choices.estimators) fmt::print("{:>18}", estimator);
  fmt::print("\n");
  std::vector<double> absolute_errors(choices.estimators.size(), 0.0);
  for (const std::string& name : choices.tasks) {
    const cch::test::BmiTask& task = cch::test::bmi_task(name);
    fmt::print("{:<42}{:>9.4f}", name, task.true_nats());
    for (std::size_t e = 0; e < choices.estimators.size(); ++e) {
      const Cell cell = run_cell(choices.estimators[e], task, choices);
      absolute_errors[e] += std::abs(cell.mean - task.true_nats());
      fmt::print("{:>9.4f} ± {:.4f}", cell.mean, cell.standard_error);
      std::fflush(stdout);
    }
    fmt::print("\n");
  }
  fmt::print("{:<51}", "mean absolute error");
  for (const double sum : absolute_errors) {
    fmt::print("{:>9.4f}         ", sum / static_cast<double>(choices.tasks.size()));
  }
  fmt::print("\n");
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app{"Accuracy of estimators on tasks with a known mutual information"};
  app.add_option("--estimator", choices.estimators, "Catalog names, or auto")->delimiter(',');
  app.add_option("--task", choices.tasks, "Task names (default: all)")->delimiter(',');
  app.add_option("--scale", choices.scale, "none, zscore or rank")->capture_default_str();
  app.add_option("--n", choices.rows, "Rows of each draw")->capture_default_str();
  app.add_option("--seeds", choices.seeds, "Draws of each task")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", choices.first_seed, "First seed")->capture_default_str();
  app.add_option("--threads", choices.threads, "Threads (0: all)")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (choices.tasks.empty()) {
    for (const cch::test::BmiTask& task : cch::test::bmi_tasks()) {
      choices.tasks.push_back(task.name);
    }
  }
  try {
    print_table(choices);
  } catch (const cch::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return error.kind() == cch::ErrorKind::usage ? 2 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 2;
  }
  return 0;
}
