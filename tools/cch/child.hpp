#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace cch {

/// Starts a program, which is looked for in PATH, with no signal blocked: this one waits for its
/// signals itself and has blocked them. `actions` may be null. Returns 0, or the system's error.
int start_child(std::vector<std::string> command, const posix_spawn_file_actions_t* actions,
                pid_t& child);

}  // namespace cch
