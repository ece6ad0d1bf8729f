#pragma once

#include "cch/core/error.hpp"

namespace cch {

/// Exit codes of the program, the same for every command.
enum ExitCode : int {
  kExitDone = 0,
  kExitRunFailed = 1,
  kExitUsage = 2,
  kExitData = 3,
  kExitFailOn = 4,        ///< --fail-on matched
  kExitSomeFailed = 5,    ///< some runs of a study failed, the others are done
  kExitTerminated = 75,   ///< stopped by SIGTERM or SIGUSR1; run it again to go on
  kExitInterrupted = 130  ///< Ctrl-C
};

inline int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::run:
      return kExitRunFailed;
    case ErrorKind::usage:
      return kExitUsage;
    case ErrorKind::data:
      return kExitData;
    case ErrorKind::cancelled:
      return kExitInterrupted;
  }
  return kExitRunFailed;
}

}  // namespace cch
