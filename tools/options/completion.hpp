#pragma once

#include <list>
#include <string>

#include "tools/options/command_line.hpp"

namespace cch::options {

/// A script that completes commands, options, their choices and file names: of bash, zsh or fish.
std::string bash_completion(const std::list<CommandPage>& commands);
std::string zsh_completion(const std::list<CommandPage>& commands);
std::string fish_completion(const std::list<CommandPage>& commands);

}  // namespace cch::options
