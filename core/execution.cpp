#include "cch/core/execution.hpp"

namespace cch::detail {

void throw_stopped() {
  throw Error(ErrorKind::cancelled, Fault{"cancelled", "stopped on request", {}, {}, {}});
}

}  // namespace cch::detail
