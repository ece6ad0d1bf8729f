#pragma once

#include "tools/cch/command.hpp"
#include "tools/cch/train.hpp"

namespace cch {

/// Runs a study of pairs that was read, or shows or writes what the settings ask for in its place;
/// the exit code. Usage Error "no-folder".
int run_pairs(const TrainSettings& s, Invocation& invocation);

}  // namespace cch
