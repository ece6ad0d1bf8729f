#pragma once

#include <string>

namespace cch {

/// Name of the widest instruction set that the neighbour search uses on this processor: "avx512",
/// "avx2" or "baseline". It changes the speed, never the numbers.
std::string instruction_set();

}  // namespace cch
