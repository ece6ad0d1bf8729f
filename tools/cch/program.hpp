#pragma once

#include <functional>
#include <list>
#include <stop_token>
#include <string>
#include <vector>

#include "tools/cch/terminal.hpp"
#include "tools/options/command_line.hpp"

namespace cch {

/// Runs `cch` with these arguments (without the program's name) and returns its exit code. Errors
/// are written to terminal.err; nothing is thrown. Without arguments: what it is for and examples.
int run_program(const std::vector<std::string>& arguments, Terminal& terminal,
                std::stop_token stop = {});

/// A page on every command of the program, such as options::commands_page.
std::string rendered_commands(
    const std::function<std::string(const std::list<options::CommandPage>&)>& render);

}  // namespace cch
