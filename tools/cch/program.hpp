#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "tools/cch/terminal.hpp"

namespace cch {

/// Runs `cch` with these arguments (without the program's name) and returns its exit code. Errors
/// are written to terminal.err; nothing is thrown. Without arguments: what it is for and examples.
int run_program(const std::vector<std::string>& arguments, Terminal& terminal,
                std::stop_token stop = {});

/// docs/commands.md: every option of every command, from the commands themselves.
std::string commands_page();

}  // namespace cch
