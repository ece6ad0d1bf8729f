#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cch/data/held_arrays.hpp"
#include "tools/cch/terminal.hpp"
#include "tools/options/command_line.hpp"
#include "tools/options/study_file.hpp"

namespace cch {

class OwnNetwork;

using options::CommandLine;

/// What a sub-command gets when it runs.
struct Invocation {
  Terminal& terminal;
  std::stop_token stop;
  std::string command_line;  ///< as given, for the record; "": there was none
  Held held = {};            ///< arrays in memory, by the names that stand for them
  /// Of rankings: the kind of student that decides, before those of the command line; null: none.
  std::shared_ptr<const OwnNetwork> own = {};
};

/// A sub-command adds its options to `app` and returns what runs it. The options live in the
/// function.
using Command = std::function<int(Invocation&)>;

/// A command of the program: its name, what --help says of it, an example, and its options.
struct CommandEntry {
  std::string name;
  std::string help;
  std::string example;
  Command (*setup)(CommandLine);
};

/// The commands, in the order of --help. Two programs are made from one library: the whole one
/// (commands.cpp) and one that only ranks (ranking_program.cpp), which builds in half the time.
const std::vector<CommandEntry>& program_commands();
/// Those that need neither Gaussian studies nor experiments.
const std::vector<CommandEntry>& ranking_commands();
/// The study files that they read.
std::vector<options::StudyFile> program_study_files();

Command setup_estimate(CommandLine app);
Command setup_rank(CommandLine app);
Command setup_gaussian(CommandLine app);
Command setup_gaussian_solve(CommandLine app);  ///< of cch gaussian
Command setup_gaussian_sweep(CommandLine app);  ///< of cch gaussian
Command setup_train(CommandLine app);
Command setup_slurm(CommandLine app);
Command setup_compare(CommandLine app);
Command setup_report(CommandLine app);
Command setup_check(CommandLine app);
Command setup_explain(CommandLine app);
Command setup_inspect(CommandLine app);
Command setup_doctor(CommandLine app);
Command setup_completion(CommandLine app);

}  // namespace cch
