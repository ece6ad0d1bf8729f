#include "cch/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

namespace cch {

unsigned worker_count(const Execution& exec) {
  if (exec.threads > 0) return exec.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

namespace detail {

void run_workers(std::size_t n, std::size_t workers, const Execution& exec,
                 const std::function<std::function<void(std::size_t)>()>& make_worker) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::vector<std::pair<std::size_t, std::exception_ptr>> errors(workers, {n, nullptr});
  auto work = [&](std::size_t worker) {
    std::size_t i = 0;
    try {
      const std::function<void(std::size_t)> body = make_worker();
      while (!failed.load(std::memory_order_relaxed) && !exec.stop.stop_requested()) {
        i = next.fetch_add(1, std::memory_order_relaxed);
        if (i >= n) return;
        body(i);
      }
    } catch (...) {
      errors[worker] = {i, std::current_exception()};
      failed.store(true, std::memory_order_relaxed);
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(workers - 1);
    for (std::size_t w = 1; w < workers; ++w) threads.emplace_back(work, w);
    work(0);
  }
  const auto first = std::min_element(
      errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (first->second) std::rethrow_exception(first->second);
  exec.throw_if_stopped();
}

}  // namespace detail
}  // namespace cch
