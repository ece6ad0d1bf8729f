#include "cch/core/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/test.hpp"

namespace cch {
namespace {

Execution with_threads(unsigned threads) {
  Execution exec;
  exec.threads = threads;
  return exec;
}

TEST_CASE("parallel_for covers every index once") {
  for (const unsigned threads : {0U, 1U, 2U, 7U, 64U}) {
    for (const std::size_t n : {0U, 1U, 5U, 1000U}) {
      std::vector<std::atomic<int>> calls(n);
      parallel_for(n, with_threads(threads), [&](std::size_t i) { ++calls[i]; });
      for (const auto& count : calls) REQUIRE(count.load() == 1);
    }
  }
}

TEST_CASE("worker_count is never zero and takes an explicit number as it is") {
  CHECK(worker_count(with_threads(0)) >= 1);
  CHECK(worker_count(with_threads(5)) == 5);
}

TEST_CASE("the exception of the lowest index is rethrown, whatever the number of threads") {
  for (const unsigned threads : {1U, 2U, 7U}) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::string message;
      try {
        parallel_for(200, with_threads(threads), [](std::size_t i) {
          if (i == 60 || i == 61 || i >= 90) throw std::runtime_error(std::to_string(i));
        });
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
      REQUIRE(message == "60");
    }
  }
}

TEST_CASE("a failure stops the loop early") {
  std::atomic<int> calls{0};
  CHECK_THROWS_AS(parallel_for(1000000, with_threads(2),
                               [&](std::size_t) {
                                 ++calls;
                                 throw std::runtime_error("no");
                               }),
                  std::runtime_error);
  CHECK(calls.load() <= 2);
}

TEST_CASE("a stop request ends the loop with a cancelled error") {
  for (const unsigned threads : {1U, 3U}) {
    std::stop_source source;
    Execution exec = with_threads(threads);
    exec.stop = source.get_token();
    std::atomic<int> calls{0};
    std::atomic<int> late{0};
    try {
      parallel_for(1000000, exec, [&](std::size_t) {
        if (source.stop_requested()) ++late;
        if (++calls == 10) source.request_stop();
      });
      FAIL("the loop ran to its end");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::cancelled);
      CHECK(error.faults().front().code == "cancelled");
    }
    // Each other worker may have decided on one more call when the request comes.
    CHECK(calls.load() >= 10);
    CHECK(late.load() <= static_cast<int>(threads) - 1);
  }
}

TEST_CASE("serial keeps seed and stop token, drops threads and sink") {
  std::stop_source source;
  Execution exec = with_threads(4).with_seed(99);
  exec.stop = source.get_token();
  const Execution inner = exec.serial();
  CHECK(inner.threads == 1);
  CHECK(inner.sink == nullptr);
  CHECK(inner.seed == 99);
  source.request_stop();
  CHECK_THROWS_AS(inner.throw_if_stopped(), Error);
}

}  // namespace
}  // namespace cch
