#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "cch/core/execution.hpp"

namespace cch {

/// Number of workers that `exec` stands for, at least 1.
inline unsigned worker_count(const Execution& exec) {
  if (exec.threads > 0) return exec.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

/// Calls body(state, i) once for every i in 0..n−1, spread over exec's threads; every worker has
/// its own state, made by make_state(), for buffers that are dear to allocate. Each call writes
/// only to its own preallocated slot; callers reduce the slots in index order, which makes results
/// independent of the number of threads. If calls throw, the exception of the lowest index that
/// threw is rethrown after all workers ended. Throws ErrorKind::cancelled when a stop was
/// requested.
template <class MakeState, class Body>
void parallel_for_with(std::size_t n, const Execution& exec, MakeState&& make_state, Body&& body) {
  const std::size_t workers = std::min<std::size_t>(worker_count(exec), n);
  if (workers <= 1) {
    auto state = make_state();
    for (std::size_t i = 0; i < n; ++i) {
      exec.throw_if_stopped();
      body(state, i);
    }
    return;
  }
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::vector<std::pair<std::size_t, std::exception_ptr>> errors(workers, {n, nullptr});
  auto work = [&](std::size_t worker) {
    std::size_t i = 0;
    try {
      auto state = make_state();
      while (!failed.load(std::memory_order_relaxed) && !exec.stop.stop_requested()) {
        i = next.fetch_add(1, std::memory_order_relaxed);
        if (i >= n) return;
        body(state, i);
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

/// parallel_for_with without a state: body(i).
template <class Body>
void parallel_for(std::size_t n, const Execution& exec, Body&& body) {
  struct Nothing {};
  parallel_for_with(
      n, exec, [] { return Nothing{}; }, [&](Nothing&, std::size_t i) { body(i); });
}

}  // namespace cch
