#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/options/option.hpp"

namespace cch {

/// What `cch slurm` was asked.
struct SlurmSettings {
  std::vector<std::string> studies;
  std::string out;
  std::string shards = "auto";  ///< "auto", or how many fixed parts
  std::size_t parallel = 256;   ///< tasks at a time
  std::string time = "4:00:00";
  std::size_t grace = 120;  ///< seconds between the warning and the end of a job
  std::size_t cpus = 4;
  std::size_t gpus = 0;
  std::string partition;
  std::vector<std::string> sbatch;  ///< KEY=VALUE
  std::string data;
  std::vector<std::string> overrides;  ///< --set of train
  std::string program;                 ///< empty: this one
  bool submit = false;
};

options::Table slurm_table(SlurmSettings& settings);

/// What the script runs.
enum class StudyKind { pairs, segmentation, sweep, rankings };

/// Work that is handed out, and what is known of its cost.
struct SlurmWork {
  StudyKind kind = StudyKind::pairs;
  std::string title;
  std::size_t units = 0;  ///< that are claimed each
  std::size_t runs = 0;
  std::string runs_name = "runs";
  std::optional<double> seconds;  ///< of a unit, on one processor
  std::string how;                ///< it is known; or why not
};

/// Reads the studies as their commands do; their Errors. Usage Errors "mixed-studies" (several of
/// which one is no ranking), "bad-study" (a file of no kind).
SlurmWork slurm_work(const SlurmSettings& settings);

/// The script: submits an array of tasks and, after any end of them, a job that says what failed
/// and compares. Usage Errors "bad-shard", "bad-arguments".
std::string slurm_script(const SlurmSettings& settings, const SlurmWork& work,
                         const std::string& command_line);

/// Writes the script into the folder and runs it: the array's and the last job's numbers, as Slurm
/// gives them. Usage Error "no-slurm" (no sbatch here); run Error "sbatch-failed", with its words.
std::string submit_slurm(const SlurmSettings& settings, const std::string& script);

}  // namespace cch
