#pragma once

// Processes of a test: what a kill leaves can only be seen by killing one.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace cch::test {

/// A child that runs `body` and ends without running destructors, as a killed process does.
class Child {
 public:
  explicit Child(const std::function<int()>& body) : id_(::fork()) {
    if (id_ == 0) ::_exit(body());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ > 0) kill();
  }

  /// Its exit status; −1: it was killed.
  int wait() {
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void kill() {
    ::kill(id_, SIGKILL);
    (void)wait();
  }

 private:
  pid_t id_;
};

}  // namespace cch::test
