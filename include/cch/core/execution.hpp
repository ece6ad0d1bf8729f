#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "cch/core/error.hpp"

namespace cch {

namespace detail {
[[noreturn]] void throw_stopped();
}  // namespace detail

/// Where long computations report how far they are. Implemented by the caller; called from several
/// threads at once.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void progress(std::string_view phase, std::size_t done, std::size_t total) = 0;
};

/// How to run: everything that changes speed or randomness, and nothing that changes the question.
/// Results of the core estimators are bitwise equal for every number of threads.
struct Execution {
  unsigned threads = 0;    ///< worker threads; 0 = all that the machine has
  std::uint64_t seed = 1;  ///< every random stream derives from it by name
  std::string device = "cpu";
  std::stop_token stop;  ///< asks for an early end; long loops then throw ErrorKind::cancelled
  ProgressSink* sink = nullptr;

  /// The same run on one thread, for use inside a loop that is already parallel.
  [[nodiscard]] Execution serial() const {
    Execution inner = *this;
    inner.threads = 1;
    inner.sink = nullptr;
    return inner;
  }
  [[nodiscard]] Execution with_seed(std::uint64_t value) const {
    Execution inner = *this;
    inner.seed = value;
    return inner;
  }
  void progress(std::string_view phase, std::size_t done, std::size_t total) const {
    if (sink) sink->progress(phase, done, total);
  }
  /// Throws ErrorKind::cancelled when a stop was requested.
  void throw_if_stopped() const {
    if (stop.stop_requested()) detail::throw_stopped();
  }
};

}  // namespace cch
