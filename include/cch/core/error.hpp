#pragma once

#include <exception>
#include <string>
#include <vector>

namespace cch {

/// What kind of failure an Error is; the program turns it into its exit code.
enum class ErrorKind {
  run,        ///< a computation or an output failed (exit 1)
  usage,      ///< wrong option, configuration or call (exit 2)
  data,       ///< input data refused (exit 3)
  cancelled,  ///< the caller's stop token was triggered (exit 130 or 75)
};

/// One thing that is wrong: what, where, why it matters and one way out.
struct Fault {
  std::string code;     ///< stable kebab-case name, e.g. "non-finite-value"
  std::string problem;  ///< what is wrong
  std::string where;    ///< file:key, row, column, count; may be empty
  std::string why;      ///< why that matters; may be empty
  std::string action;   ///< one thing to do about it
};

/// The one exception type of the library. It carries every fault found, so that a caller can show
/// all input faults of a run at once. Expected outcomes (not converged, undecided) are data
/// instead. what() has one line a fault: `problem (where; why). action`, without the parts that are
/// empty.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, Fault fault);
  Error(ErrorKind kind, std::vector<Fault> faults);

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::vector<Fault>& faults() const noexcept { return faults_; }
  [[nodiscard]] const char* what() const noexcept override;

 private:
  ErrorKind kind_;
  std::vector<Fault> faults_;
  std::string message_;
};

/// Something the reader of a result must know; it never stops a run.
struct Warning {
  std::string code;     ///< stable kebab-case name
  std::string message;  ///< one sentence
};

/// Refuse a call: an option or a combination of arguments that has no meaning.
[[noreturn]] void refuse_usage(std::string code, std::string problem, std::string why,
                               std::string action);

/// Refuse data: the input cannot give the result that was asked for.
[[noreturn]] void refuse_data(std::string code, std::string problem, std::string where,
                              std::string why, std::string action);

}  // namespace cch
