#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>

#include "cch/core/execution.hpp"

namespace cch {

/// Number of workers that `exec` stands for, at least 1.
unsigned worker_count(const Execution& exec);

namespace detail {
/// The loop behind parallel_for_with; make_worker is called once on each of `workers` ≥ 2 threads
/// and gives that thread's body. Compiled once.
void run_workers(std::size_t n, std::size_t workers, const Execution& exec,
                 const std::function<std::function<void(std::size_t)>()>& make_worker);
}  // namespace detail

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
  detail::run_workers(n, workers, exec, [&]() -> std::function<void(std::size_t)> {
    using State = decltype(make_state());
    const std::shared_ptr<State> state(new State(make_state()));
    return [state, &body](std::size_t i) { body(*state, i); };
  });
}

/// parallel_for_with without a state: body(i).
template <class Body>
void parallel_for(std::size_t n, const Execution& exec, Body&& body) {
  struct Nothing {};
  parallel_for_with(
      n, exec, [] { return Nothing{}; }, [&](Nothing&, std::size_t i) { body(i); });
}

}  // namespace cch
