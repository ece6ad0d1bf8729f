#pragma once

#include <functional>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cch/data/held_arrays.hpp"
#include "tools/cch/terminal.hpp"
#include "tools/options/command_line.hpp"

namespace cch {

class OwnNetwork;

/// Runs `cch` with these arguments (without the program's name) and returns its exit code. Errors
/// are written to terminal.err; nothing is thrown. Without arguments: what it is for and examples.
int run_program(const std::vector<std::string>& arguments, Terminal& terminal,
                std::stop_token stop = {});

/// The same for a front end of another language: there is no command line to record, `held` are
/// arrays in memory by the texts that stand for them among the arguments, `own` is the kind of
/// student that decides a ranking (null: those of the arguments), and every Error is thrown (a call
/// that cannot be parsed is a usage Error).
int run_call(const std::vector<std::string>& arguments, Terminal& terminal, std::stop_token stop,
             Held held, std::shared_ptr<const OwnNetwork> own = {});

/// A page on every command of the program, such as options::commands_page.
std::string rendered_commands(
    const std::function<std::string(const std::list<options::CommandPage>&)>& render);

}  // namespace cch
