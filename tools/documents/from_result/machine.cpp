#include <fstream>
#include <string>

#include "cch/core/parallel.hpp"
#include "cch/documents/from_result.hpp"
#include "cch/estimators/machine.hpp"

namespace cch::documents {
namespace {

std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

Machine machine_of(const Execution& exec) {
  return {processor_name(), worker_count(exec), exec.device, std::string(instruction_set())};
}

}  // namespace cch::documents
