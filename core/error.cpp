#include "cch/core/error.hpp"

#include <utility>

namespace cch {

Error::Error(ErrorKind kind, Fault fault) : Error(kind, std::vector<Fault>{std::move(fault)}) {}

Error::Error(ErrorKind kind, std::vector<Fault> faults) : kind_(kind), faults_(std::move(faults)) {
  for (const Fault& fault : faults_) {
    if (!message_.empty()) message_ += '\n';
    message_ += fault.problem;
    const std::string separator = fault.where.empty() || fault.why.empty() ? "" : "; ";
    const std::string reason = fault.where + separator + fault.why;
    if (!reason.empty()) message_ += " (" + reason + ")";
    if (!fault.action.empty()) message_ += ". " + fault.action;
  }
}

const char* Error::what() const noexcept {
  return message_.c_str();
}

void refuse_usage(std::string code, std::string problem, std::string why, std::string action) {
  throw Error(ErrorKind::usage,
              Fault{std::move(code), std::move(problem), {}, std::move(why), std::move(action)});
}

void refuse_data(std::string code, std::string problem, std::string where, std::string why,
                 std::string action) {
  throw Error(ErrorKind::data, Fault{std::move(code), std::move(problem), std::move(where),
                                     std::move(why), std::move(action)});
}

}  // namespace cch
