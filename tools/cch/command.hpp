#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "tools/cch/terminal.hpp"

namespace cch {

/// What a sub-command gets when it runs.
struct Invocation {
  Terminal& terminal;
  std::stop_token stop;
  std::string command_line;  ///< as given, for the record
};

/// A sub-command adds its options to `app` and returns what runs it. The options live in the
/// function.
using Command = std::function<int(Invocation&)>;

Command setup_estimate(CLI::App& app);
Command setup_rank(CLI::App& app);
Command setup_gaussian(CLI::App& app);
Command setup_gaussian_solve(CLI::App& app);  ///< of cch gaussian
Command setup_gaussian_sweep(CLI::App& app);  ///< of cch gaussian
Command setup_train(CLI::App& app);
Command setup_compare(CLI::App& app);
Command setup_report(CLI::App& app);
Command setup_check(CLI::App& app);
Command setup_explain(CLI::App& app);
Command setup_inspect(CLI::App& app);
Command setup_doctor(CLI::App& app);

}  // namespace cch
