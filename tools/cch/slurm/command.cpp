#include <unistd.h>

#include <filesystem>
#include <memory>

#include "tools/cch/command.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/slurm/settings.hpp"

namespace cch {
namespace {

/// The program that runs, as the nodes of a cluster with a shared file system find it.
std::string this_program() {
  std::error_code none;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", none);
  return none ? "cch" : path.string();
}

int run(SlurmSettings s, Invocation& invocation) {
  if (s.program.empty()) s.program = this_program();
  const SlurmWork work = slurm_work(s);
  const std::string script = slurm_script(s, work, invocation.command_line);
  invocation.terminal.out << (s.submit ? submit_slurm(s, script) : script);
  return kExitDone;
}

}  // namespace

options::Table slurm_table(SlurmSettings& s) {
  const options::Rules line = options::kLineOnly;
  options::Rules each = line;
  each.one_each = true;
  options::Rules files = options::kRequiredFile;
  files.in_file = false;
  options::Rules folder = options::kRequiredFolder;
  folder.in_file = false;
  return {
      {"study", &s.studies,
       "STUDY.toml of cch train or cch gaussian sweep, or any number of cch rank", files},
      {"-o,--out", &s.out, "Folder of the runs, on a file system that all nodes share", folder},
      {"--shards", &s.shards,
       "auto: tasks take what is open, by claims; or a number of fixed parts, a task each", line},
      {"--parallel",
       &s.parallel,
       "Tasks at a time, at most",
       {.in_file = false, .echo = options::Echo::never, .range = {{1, 100000}}}},
      {"--time", &s.time, "Of a task; one that has not finished goes back into the queue", line},
      {"--grace", &s.grace, "Seconds before the end of a task at which it is asked to stop", line},
      {"--cpus",
       &s.cpus,
       "Processors of a task",
       {.in_file = false, .echo = options::Echo::never, .range = {{1, 4096}}}},
      {"--gpus", &s.gpus, "GPUs of a task; of several each has a process of its own", line},
      {"--partition", &s.partition, "Of the cluster", line},
      {"--sbatch", &s.sbatch, "KEY=VALUE, a further option of sbatch: account=lab, mem=8G", each},
      {"--data", &s.data, "Folder of data sets, as of cch train", options::kFolder},
      {"--set", &s.overrides, "KEY=VALUE in place of the study's, as of cch train", each},
      {"--program", &s.program, "The program on the nodes", {.standard = "this one"}},
      {"--submit", &s.submit, "Hand the jobs to Slurm, instead of printing the script", line},
  };
}

Command setup_slurm(CommandLine app) {
  auto s = std::make_shared<SlurmSettings>();
  app.add(slurm_table(*s));
  return [s](Invocation& invocation) { return run(*s, invocation); };
}

}  // namespace cch
