#include "accuracy_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

namespace cch::bench {
namespace {

constexpr std::size_t kMostRows = 20000;
constexpr std::size_t kMostValues = 4'000'000;  // of one side: bounds the memory of wide tasks
// About 640 tasks are checked at once: 4.5 errors are passed by chance in one of 200 such runs.
constexpr double kErrors = 4.5;
// Inverse maps lose digits: the roots are found to 2⁻⁴⁸, layers are solved by least squares.
constexpr double kRounding = 1e-6;

struct MeanError {
  double mean = 0.0;
  double standard_error = 0.0;
};

MeanError mean_error(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double v : values) sum += v;
  double squares = 0.0;
  for (const double v : values) squares += (v - sum / n) * (v - sum / n);
  return {sum / n, std::sqrt(squares / n / (n - 1.0))};
}

std::size_t rows_to_check(const AccuracyTask& task) {
  const std::size_t wide = kMostValues / std::max(task.dim_x, task.dim_y);
  // Tasks of real data have no more rows than they are run at.
  const std::size_t own = task.set == "image-pairs" ? task.rows.front() : kMostRows;
  return std::min({kMostRows, wide, own});
}

bool check(const AccuracyTask& task, std::uint64_t seed) {
  const Truth truth = task.truth();
  const MeanError found = mean_error(task.pointwise(rows_to_check(task), seed));
  const double error = std::hypot(found.standard_error, truth.standard_error);
  // Written so that a NaN fails.
  const bool right = std::abs(found.mean - truth.nats) <= kErrors * error + kRounding;
  fmt::print("{:<6} {:<48} truth {:.5f}  mean log ratio {:.5f} ± {:.5f}\n", right ? "ok" : "FAILED",
             task.name, truth.nats, found.mean, error);
  std::fflush(stdout);
  return right;
}

// What a sampler throws is its failure, not the end of the check.
bool check_and_catch(const AccuracyTask& task, std::uint64_t seed) {
  try {
    return check(task, seed);
  } catch (const std::exception& error) {
    fmt::print("{:<6} {:<48} {}\n", "FAILED", task.name, error.what());
    return false;
  }
}

}  // namespace

std::size_t check_samplers(std::span<const AccuracyTask> tasks, std::uint64_t seed) {
  std::size_t failed = 0;
  for (const AccuracyTask& task : tasks) {
    if (!task.unavailable.empty()) {
      fmt::print("{:<6} {:<48} {}\n", "–", task.name, task.unavailable);
      continue;
    }
    failed += check_and_catch(task, seed) ? 0 : 1;
  }
  fmt::print("{} of {} samplers failed\n", failed, tasks.size());
  return failed;
}

}  // namespace cch::bench
