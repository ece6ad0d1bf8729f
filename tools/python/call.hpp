#pragma once

#include <nanobind/nanobind.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "cch/data/held_arrays.hpp"
#include "cch/experiments/own_network.hpp"

namespace cch::python {

/// How far a phase of the work is.
struct Progress {
  std::string phase;
  std::size_t done = 0;
  std::size_t total = 0;
};

/// A fit that a ranking waits for: what the student of Python learns from, and the rows that it is
/// asked about.
struct Asked {
  Matrix x;
  std::vector<int> y;
  Matrix targets;
  bool taught = false;
  Matrix all;
};

/// One command of the program with arrays in memory, run by a thread of its own: the interpreter
/// goes on and handles signals. Python waits, reads how far it is, and may stop it.
class Call : private ProgressSink {
 public:
  Call() = default;
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Values of an array in C order, or in Fortran order where `fortran`, under a name that stands
  /// for them among the arguments; `where` is for messages. `values` is any contiguous buffer,
  /// which is borrowed as long as this object lives.
  void hold(const std::string& name, const std::string& where, nanobind::handle values,
            const std::string& dtype, std::vector<std::size_t> shape, bool fortran);
  /// The same of texts, which are copied.
  void hold_texts(const std::string& name, const std::string& where,
                  std::vector<std::string> values, std::vector<std::size_t> shape);

  /// A ranking then asks for fits of a student of this name (own_network.hpp).
  void student(const std::string& name, std::size_t repeats, bool convolutional);

  void start(std::vector<std::string> arguments);
  /// Whether it has ended, after so many seconds at most, or earlier where it asks for a fit.
  /// Called without the interpreter's lock.
  bool wait(double seconds);
  /// Asks it to end early.
  void stop();
  /// The fit that it waits for, if it does; it goes on after answer().
  [[nodiscard]] std::optional<Asked> asked();
  void answer(Matrix outputs);
  [[nodiscard]] std::optional<Progress> progress();
  /// What it wrote; throws its Error. It has ended.
  [[nodiscard]] std::string output();
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  class Student;
  Matrix ask(Asked fit);
  void progress(std::string_view phase, std::size_t done, std::size_t total) override;
  void run(const std::vector<std::string>& arguments);

  std::shared_ptr<HeldArrays> held_ = std::make_shared<HeldArrays>();
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const OwnNetwork> student_;
  std::optional<Asked> asked_;
  std::optional<Matrix> answer_;
  bool over_ = false;
  std::optional<Progress> progress_;
  std::string output_;
  int exit_code_ = 0;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace cch::python
