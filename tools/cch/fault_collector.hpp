#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cch/core/error.hpp"

namespace cch {

/// Gathers the faults of several steps, so that a run shows all of them at once.
class FaultCollector {
 public:
  /// Runs `step`; a data or usage Error of it is kept, any other goes on.
  template <class Step>
  void attempt(Step&& step) {
    try {
      step();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data && error.kind() != ErrorKind::usage) throw;
      for (const Fault& fault : error.faults()) add(error.kind(), fault);
    }
  }

  void add(ErrorKind kind, Fault fault) {
    // Refused data weigh more than a wrong option: it is the files that must be looked at.
    if (faults_.empty() || kind == ErrorKind::data) kind_ = kind;
    faults_.push_back(std::move(fault));
  }

  /// Whether there is a fault with this code.
  [[nodiscard]] bool has(std::string_view code) const {
    return std::any_of(faults_.begin(), faults_.end(),
                       [&](const Fault& fault) { return fault.code == code; });
  }

  /// One Error with every fault, of kind data if some data were refused.
  void throw_if_any() {
    if (!faults_.empty()) throw Error(kind_, std::exchange(faults_, {}));
  }

 private:
  std::vector<Fault> faults_;
  ErrorKind kind_ = ErrorKind::usage;
};

}  // namespace cch
