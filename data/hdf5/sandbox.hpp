#pragma once

#include <cstdint>

namespace cch::detail {

/// Confines this process, for good: it may use memory, read and write what is open, and end;
/// nothing else (no file is opened, no socket, no process, no signal to others). Its descriptors
/// are `kept` alone, its messages go nowhere, it leaves no core file, ends with its parent, and has
/// `memory` bytes beyond those it has. False where the system does not offer that.
bool confine(int kept, std::uint64_t memory);

}  // namespace cch::detail
