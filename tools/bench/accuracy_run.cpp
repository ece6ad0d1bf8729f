#include "accuracy_run.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "cch/estimators/catalog.hpp"
#include "cch/estimators/error_bars.hpp"
#include "cch/estimators/scale.hpp"

namespace cch::bench {
namespace {

// Asks for a stop once the seconds are over.
class Deadline {
 public:
  explicit Deadline(double seconds)
      : timer_([this, seconds](const std::stop_token& in_time) {
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any wake;
          wake.wait_for(lock, in_time, std::chrono::duration<double>(seconds),
                        [] { return false; });
          if (!in_time.stop_requested()) late_.request_stop();
        }) {}
  [[nodiscard]] std::stop_token token() const { return late_.get_token(); }

 private:
  std::stop_source late_;
  std::jthread timer_;
};

// The rows of one task, size and seed, drawn and scaled when the first estimator needs them.
class Rows {
 public:
  Rows(const AccuracyPlan& plan, const AccuracyTask& task, std::size_t n, std::uint64_t seed)
      : plan_(plan), task_(task), n_(n), seed_(seed) {}

  const Draw& get() {
    if (!rows_) rows_ = scaled_draw();
    return *rows_;
  }

 private:
  Draw scaled_draw() const {
    Execution exec;
    exec.threads = plan_.threads;
    std::vector<Warning> warnings;
    Draw draw = task_.draw(n_, seed_);
    for (Variable* side : {&draw.x, &draw.y}) {
      if (is_discrete(*side)) continue;
      *side = scaled(std::get<Samples>(*side), parse_scale(plan_.scale), warnings, exec);
    }
    return draw;
  }

  const AccuracyPlan& plan_;
  const AccuracyTask& task_;
  std::size_t n_;
  std::uint64_t seed_;
  std::optional<Draw> rows_;
};

Measurement measure_by_name(const std::string& name, const Draw& rows, const Execution& exec) {
  Groups groups = Groups::singletons(size(rows.x));
  const EstimatorOptions options =
      name == "auto" ? choose_estimator(rows.x, rows.y, groups).options : default_options(name);
  return {options, rows.x, rows.y, std::move(groups), exec};
}

// The number stays, whatever becomes of its error bar.
void add_error_bar(Fit& fit, const Measurement& measurement, const Execution& exec) {
  try {
    const Estimate estimate = with_error_bar(measurement, exec);
    fit.standard_error = estimate.standard_error;
    if (fit.standard_error) return;
    fit.no_error_bar = "none given";
    for (const Warning& warning : estimate.warnings) {
      if (warning.code == "no-error-bar") fit.no_error_bar = warning.message;
    }
  } catch (const Error& error) {
    fit.no_error_bar = error.what();
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void record_error(Fit& fit, const Error& error) {
  if (error.kind() == ErrorKind::cancelled) {
    fit.code = "over-budget";
    fit.reason = fmt::format("still at work after {:g} s", fit.budget);
    return;
  }
  fit.code = error.faults().empty() ? "error" : error.faults().front().code;
  fit.reason = error.what();
}

Fit run_fit(const FitKey& key, Rows& rows, const AccuracyPlan& plan) {
  Fit fit;
  fit.budget = plan.budget;
  auto start = std::chrono::steady_clock::now();
  try {
    const Draw& draw = rows.get();
    const Deadline deadline(plan.budget);
    Execution exec;
    exec.threads = plan.threads;
    exec.seed = key.seed;
    exec.stop = deadline.token();
    start = std::chrono::steady_clock::now();
    const Measurement measurement = measure_by_name(key.estimator, draw, exec);
    fit.seconds = seconds_since(start);
    fit.nats = measurement.estimate().nats;
    fit.method = measurement.estimate().method;
    if (plan.error_bars) add_error_bar(fit, measurement, exec);
  } catch (const Error& error) {
    record_error(fit, error);
  } catch (const std::bad_alloc&) {
    fit.code = "out-of-memory";
    fit.reason = "the memory of the machine does not suffice";
  }
  if (!fit.nats) fit.seconds = seconds_since(start);
  return fit;
}

void tell(const FitKey& key, const Fit& fit) {
  std::string result = fit.nats ? fmt::format("{:.4f}", *fit.nats) : fit.reason;
  if (fit.standard_error) result += fmt::format(" ± {:.4f}", *fit.standard_error);
  if (fit.nats) result += " nats";
  fmt::print(stderr, "{}, N = {}, seed {}: {} {} ({:.1f} s)\n", key.task, key.n, key.seed,
             key.estimator, result, fit.seconds);
}

bool ran_out_before(const FitStore& store, FitKey key, std::uint64_t first_seed) {
  for (std::uint64_t seed = first_seed; seed < key.seed; ++seed) {
    FitKey earlier = key;
    earlier.seed = seed;
    const Fit* fit = store.find(earlier);
    if (fit != nullptr && fit->over_budget()) return true;
  }
  return false;
}

bool is_done(const AccuracyPlan& plan, const FitStore& store, const FitKey& key) {
  const Fit* fit = store.find(key);
  return fit != nullptr && (!plan.error_bars || fit->error_bar_settled());
}

void run_task(const AccuracyPlan& plan, const AccuracyTask& task, std::size_t n, FitStore& store) {
  for (std::uint64_t s = 0; s < plan.seeds; ++s) {
    const std::uint64_t seed = plan.first_seed + s;
    Rows rows(plan, task, n, seed);
    for (const std::string& estimator : estimators_for(plan, task)) {
      const FitKey key{task.name, estimator, n, plan.scale, seed};
      if (is_done(plan, store, key) || ran_out_before(store, key, plan.first_seed)) continue;
      const Fit fit = run_fit(key, rows, plan);
      store.add(key, fit);
      tell(key, fit);
    }
  }
}

bool takes(Accepts what, bool labels) {
  return what == Accepts::either || (what == Accepts::labels) == labels;
}

bool fits(const CatalogEntry& entry, bool labels) {
  return (takes(entry.x, false) && takes(entry.y, labels)) ||
         (takes(entry.x, labels) && takes(entry.y, false));
}

}  // namespace

std::vector<std::string> estimators_for(const AccuracyPlan& plan, const AccuracyTask& task) {
  std::vector<std::string> names;
  const auto wanted = [&](std::string_view name) {
    return plan.estimators.empty() ||
           std::find(plan.estimators.begin(), plan.estimators.end(), name) != plan.estimators.end();
  };
  if (wanted("auto")) names.emplace_back("auto");
  for (const CatalogEntry& entry : catalog()) {
    if (wanted(entry.name) && fits(entry, task.labels)) names.emplace_back(entry.name);
  }
  return names;
}

const std::vector<std::size_t>& rows_for(const AccuracyPlan& plan, const AccuracyTask& task) {
  return plan.rows.empty() ? task.rows : plan.rows;
}

void run_plan(const AccuracyPlan& plan, FitStore& store) {
  for (const AccuracyTask& task : plan.tasks) {
    if (!task.unavailable.empty()) {
      fmt::print(stderr, "{}: left out, {}\n", task.name, task.unavailable);
      continue;
    }
    for (const std::size_t n : rows_for(plan, task)) run_task(plan, task, n, store);
  }
}

}  // namespace cch::bench
