// Whether the estimators with networks say the same on a GPU as on the processor, and what the GPU
// saves. Without a GPU: whether the number of threads changes anything.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/estimators/catalog.hpp"

namespace {

using cch::Estimate;
using cch::EstimatorOptions;
using cch::Execution;
using cch::Groups;
using cch::Matrix;
using cch::Variable;

// Rows, seeds, starts and batches are the same on both devices, so the sampling error is shared and
// only rounding differs, which a long training amplifies.
constexpr double kMostErrors = 1.0;       // standard errors
constexpr double kStartTolerance = 2e-3;  // relative: curves are noted with four digits
constexpr double kEpochTolerance = 0.02;  // nats or loss, epochs 1 and 2
constexpr std::size_t kComparedEpochs = 2;

struct Choices {
  std::string device = "auto";
  std::vector<std::string> estimators;  // all with networks when empty
  std::size_t rows = 4000;
  std::size_t epochs = 0;  // the defaults when 0
  std::size_t time_epochs = 10;
  unsigned threads = 0;
  bool no_times = false;
  bool only_times = false;
};

struct Problem {
  std::string name;
  cch::Samples x;
  Variable y;
};

Problem vectors(std::size_t rows, std::size_t columns) {
  constexpr double rho = 0.5;
  Matrix x(rows, columns);
  Matrix y(rows, columns);
  cch::Random random(cch::derive_seed(1, "vectors"));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      x(i, j) = random.normal();
      y(i, j) = rho * x(i, j) + std::sqrt(1.0 - rho * rho) * random.normal();
    }
  }
  return {fmt::format("{0}+{0} columns", columns), cch::Samples::from(std::move(x)),
          cch::Samples::from(std::move(y))};
}

Problem labels(std::size_t rows, std::size_t columns) {
  constexpr std::size_t classes = 4;
  constexpr double shift = 0.5;  // of the columns that tell a class
  Matrix x(rows, columns);
  std::vector<int> codes(rows);
  cch::Random random(cch::derive_seed(1, "labels"));
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t own = random.below(classes);
    codes[i] = static_cast<int>(own);
    for (std::size_t j = 0; j < columns; ++j) {
      x(i, j) = random.normal() + (j % classes == own ? shift : 0.0);
    }
  }
  return {fmt::format("{} columns, {} labels", columns, classes), cch::Samples::from(std::move(x)),
          cch::ClassLabels::from(std::move(codes), {"a", "b", "c", "d"})};
}

void set_epochs(EstimatorOptions& options, std::size_t epochs) {
  if (epochs == 0) return;
  std::visit(
      [&](auto& o) {
        if constexpr (requires { o.training; }) o.training.epochs = o.training.patience = epochs;
      },
      options);
}

Execution on(const std::string& device, unsigned threads) {
  Execution exec;
  exec.device = device;
  exec.threads = threads;
  return exec;
}

Estimate fit(const std::string& name, const Problem& p, std::size_t epochs, const Execution& exec) {
  EstimatorOptions options = cch::default_options(name);
  set_epochs(options, epochs);
  return cch::estimate(options, p.x, p.y, Groups::singletons(p.x.size()), exec);
}

// "-/v t/v t/v …": training and validation values by epoch.
std::vector<std::pair<double, double>> curve(const Estimate& e) {
  std::vector<std::pair<double, double>> points;
  std::istringstream text(e.diagnostics.text("curve_fold_0").value_or(""));
  for (std::string point; text >> point;) {
    const std::size_t slash = point.find('/');
    const double train = point[0] == '-' && slash == 1 ? 0.0 : std::stod(point.substr(0, slash));
    points.emplace_back(train, std::stod(point.substr(slash + 1)));
  }
  return points;
}

struct Agreement {
  double start = 0.0;   // difference before training
  double epochs = 0.0;  // largest difference of the first epochs
  double errors = 0.0;  // difference of the estimates in standard errors
  bool holds = false;
};

Agreement compare(const Estimate& a, const Estimate& b) {
  const auto ca = curve(a);
  const auto cb = curve(b);
  Agreement out;
  if (ca.size() <= kComparedEpochs || cb.size() <= kComparedEpochs) return out;
  out.start = std::abs(ca[0].second - cb[0].second);
  for (std::size_t e = 1; e <= kComparedEpochs; ++e) {
    out.epochs = std::max(
        {out.epochs, std::abs(ca[e].first - cb[e].first), std::abs(ca[e].second - cb[e].second)});
  }
  const double se = std::max(a.standard_error.value_or(0.0), b.standard_error.value_or(0.0));
  out.errors = std::abs(a.nats - b.nats) / se;
  out.holds = out.start <= kStartTolerance * (1.0 + std::abs(ca[0].second)) &&
              out.epochs <= kEpochTolerance && out.errors <= kMostErrors;
  return out;
}

std::string value(const Estimate& e) {
  return fmt::format("{:.4f} ± {:.4f}", e.nats, e.standard_error.value_or(0.0));
}

double seconds(const Estimate& e) {
  return e.diagnostics.number("seconds").value_or(0.0);
}

// One line of the table; false when the devices do not agree.
bool check_device(const std::string& name, const Problem& p, const Choices& choices,
                  const std::string& device) {
  const Estimate cpu = fit(name, p, choices.epochs, on("cpu", choices.threads));
  const Estimate gpu = fit(name, p, choices.epochs, on(device, choices.threads));
  const Agreement a = compare(cpu, gpu);
  fmt::print("| {} | {} | {} | {} | {:.3f} | {:.1e} | {:.1e} | {:.1f} | {:.1f} | {} |\n", name,
             p.name, value(cpu), value(gpu), a.errors, a.start, a.epochs, seconds(cpu),
             seconds(gpu), a.holds ? "yes" : "**no**");
  std::fflush(stdout);
  return a.holds;
}

bool check_threads(const std::string& name, const Problem& p, const Choices& choices) {
  const Estimate one = fit(name, p, choices.epochs, on("cpu", 1));
  const Estimate three = fit(name, p, choices.epochs, on("cpu", 3));
  const bool same = one.nats == three.nats && one.row_terms == three.row_terms &&
                    one.diagnostics.notes() == three.diagnostics.notes();
  fmt::print("| {} | {} | {} | {} | {:.1f} | {:.1f} | {} |\n", name, p.name, value(one),
             value(three), seconds(one), seconds(three), same ? "yes" : "**no**");
  std::fflush(stdout);
  return same;
}

// How many of the catalog's estimators with networks fail.
std::size_t check(const Choices& choices, const std::string& device) {
  const bool cpu = device == "cpu";
  if (cpu) {
    fmt::print(
        "\n| estimator | {} rows | 1 thread, nats ± SE | 3 threads | s | s | same bits |\n"
        "|---|---|---|---|---|---|---|\n",
        choices.rows);
  } else {
    fmt::print(
        "\nAgreement: estimates within {} SE; training curves of the first fold within {} "
        "(relative) at the start and {} in epochs 1 to {}.\n\n| estimator | {} rows | cpu, "
        "nats ± SE | {} | difference, SE | start | epochs 1-{} | cpu s | {} s | agree |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n",
        kMostErrors, kStartTolerance, kEpochTolerance, kComparedEpochs, choices.rows, device,
        kComparedEpochs, device);
  }
  std::size_t failed = 0;
  for (const Problem& p : {vectors(choices.rows, 20), labels(choices.rows, 20)}) {
    for (const std::string& name : choices.estimators) {
      failed += cpu ? !check_threads(name, p, choices) : !check_device(name, p, choices, device);
    }
  }
  return failed;
}

void time_all(const Choices& choices, const std::string& device) {
  struct Size {
    std::size_t rows;
    std::size_t columns;
    bool gpu_only;
  };
  fmt::print(
      "\nSeconds of a whole estimate of that many epochs ({}; 0: as by default).\n\n"
      "| estimator | rows | columns | cpu | {} |\n|---|---|---|---|---|\n",
      choices.time_epochs, device);
  for (const Size s : {Size{10000, 64, false}, Size{10000, 256, false}, Size{100000, 64, true}}) {
    if (s.gpu_only && device == "cpu") continue;
    const Problem p = vectors(s.rows, s.columns);
    const auto run = [&](const std::string& name, const std::string& where) {
      const Estimate e = fit(name, p, choices.time_epochs, on(where, choices.threads));
      return fmt::format("{:.1f}", seconds(e));
    };
    for (const std::string& name : choices.estimators) {
      fmt::print("| {} | {} | {}+{} | {} | {} |\n", name, s.rows, s.columns, s.columns,
                 s.gpu_only ? "" : run(name, "cpu"), device == "cpu" ? "" : run(name, device));
      std::fflush(stdout);
    }
  }
}

int run(Choices choices) {
  const std::string device = cch::resolved_device(choices.device);
  const cch::NeuralSupport support = cch::neural_support();
  if (!support.available) {
    fmt::print(stderr, "cch-neural-check: LibTorch cannot be loaded: {}\n", support.why_not);
    return 1;
  }
  fmt::print("LibTorch {}, cuda {}, checking {}\n", support.torch_version,
             support.cuda ? "available" : "missing", device);
  if (choices.estimators.empty()) {
    for (const cch::CatalogEntry& entry : cch::catalog()) {
      if (entry.networks) choices.estimators.emplace_back(entry.name);
    }
  }
  // The first use of a GPU takes seconds, which belong to no estimator.
  if (device != "cpu") fit("infonce", vectors(500, 2), 1, on(device, 1));
  const std::size_t failed = choices.only_times ? 0 : check(choices, device);
  if (!choices.no_times) time_all(choices, device);
  const char* const cuda = device != "cpu" ? choices.only_times ? "timed" : "checked"
                           : support.cuda  ? "available, not checked"
                                           : "not available, not checked";
  fmt::print("\n{} of {} checks failed\ncuda: {}\n", failed,
             choices.only_times ? 0 : 2 * choices.estimators.size(), cuda);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app("Estimators with networks: the same on a GPU as on the processor, and how fast");
  app.add_option("--device", choices.device,
                 "auto, cpu, cuda or cuda:N; cpu compares 1 and 3 threads");
  app.add_option("--estimators", choices.estimators, "names; all with networks when left out")
      ->delimiter(',');
  app.add_option("--rows", choices.rows, "of the comparison")->check(CLI::Range(500, 1000000));
  app.add_option("--epochs", choices.epochs, "of the comparison; 0: as by default")
      ->check(CLI::Range(0, 1000));
  app.add_option("--time-epochs", choices.time_epochs, "of the times; 0: as by default")
      ->check(CLI::Range(0, 1000));
  app.add_option("--threads", choices.threads, "on the processor, beside a GPU; 0: all");
  app.add_flag("--no-times", choices.no_times, "compare only");
  app.add_flag("--only-times", choices.only_times, "compare nothing");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(choices);
  } catch (const cch::Error& error) {
    fmt::print(stderr, "cch-neural-check: {}\n", error.what());
    return error.kind() == cch::ErrorKind::usage ? 2 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "cch-neural-check: {}\n", error.what());
    return 1;
  }
}
