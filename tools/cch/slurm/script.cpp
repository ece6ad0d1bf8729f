// The script of `cch slurm`, as text.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "cch/core/error.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/slurm/settings.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr int kMostRestarts = 10;

std::string absolute(const std::string& path) {
  return fs::absolute(path).lexically_normal().string();
}

/// Words of a shell.
std::string words(const std::vector<std::string>& arguments) {
  return shell_line(arguments);
}

/// Tasks of the array.
std::size_t tasks_of(const SlurmSettings& s, const SlurmWork& work) {
  if (s.shards == "auto") return std::max<std::size_t>(1, std::min(s.parallel, work.units));
  std::size_t n = 0;
  const char* end = s.shards.data() + s.shards.size();
  const auto read = std::from_chars(s.shards.data(), end, n);
  if (read.ec != std::errc{} || read.ptr != end || n == 0 || n > work.units) {
    refuse_usage("bad-shard", "--shards " + s.shards + " is no number of parts",
                 fmt::format("the study has {} parts that are run as a whole", work.units),
                 fmt::format("Write --shards auto, or a number from 1 to {}", work.units));
  }
  return n;
}

std::vector<std::string> run_arguments(const SlurmSettings& s, const SlurmWork& work) {
  std::vector<std::string> out{s.program};
  switch (work.kind) {
    case StudyKind::pairs:
    case StudyKind::segmentation:
      out.emplace_back("train");
      break;
    case StudyKind::sweep:
      out.insert(out.end(), {"gaussian", "sweep"});
      break;
    case StudyKind::rankings:
      out.emplace_back("rank");
      break;
  }
  for (const std::string& study : s.studies) out.push_back(absolute(study));
  out.insert(out.end(), {"-o", absolute(s.out)});
  if (!s.data.empty()) out.insert(out.end(), {"--data", absolute(s.data)});
  for (const std::string& one : s.overrides) out.insert(out.end(), {"--set", one});
  return out;
}

std::string with_threads(const SlurmSettings& s, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--threads", std::to_string(s.cpus)});
  if (s.gpus > 0) arguments.insert(arguments.end(), {"--device", s.gpus > 1 ? "cuda:all" : "cuda"});
  arguments.emplace_back("--no-wait");
  return words(arguments);
}

/// Options of both jobs.
std::string common_options(const SlurmSettings& s, const std::string& log) {
  std::string out = fmt::format("#SBATCH --output=\"{}\"\n#SBATCH --open-mode=append\n",
                                (fs::path(absolute(s.out)) / "slurm" / log).string());
  if (!s.partition.empty()) out += "#SBATCH --partition=" + s.partition + "\n";
  return out;
}

std::string further_options(const SlurmSettings& s) {
  std::string out;
  for (const std::string& one : s.sbatch) {
    const std::size_t at = one.find('=');
    const bool fine = at != 0 && one.find_first_of(" \n\t") == std::string::npos;
    if (!fine) {
      refuse_usage("bad-arguments", "--sbatch '" + one + "' is no option of sbatch", {},
                   "Write --sbatch KEY=VALUE, for example --sbatch account=lab, or --sbatch KEY");
    }
    out += "#SBATCH --" + one + "\n";
  }
  return out;
}

std::string in_hours(double seconds) {
  if (seconds < 120.0) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200.0) return fmt::format("{:.0f} min", seconds / 60.0);
  return fmt::format("{:.1f} h", seconds / 3600.0);
}

/// What it will take, for whoever asks for the resources.
std::string forecast(const SlurmSettings& s, const SlurmWork& work, std::size_t tasks) {
  std::string out = fmt::format("# {}: {} {} in {} parts that are run as a whole, {} tasks\n",
                                work.title.empty() ? "study" : work.title, work.runs,
                                work.runs_name, work.units, tasks);
  if (!work.seconds) return out + "# Forecast: none (" + work.how + ")\n";
  const double all = *work.seconds * static_cast<double>(work.units);
  const double rounds = std::ceil(static_cast<double>(work.units) /
                                  static_cast<double>(tasks * std::max<std::size_t>(1, s.cpus)));
  out += fmt::format(
      "# Forecast: {} a part, {} of one processor in all, about {} with {} tasks of {} processors\n"
      "# ({})\n",
      in_hours(*work.seconds), in_hours(all), in_hours(rounds * *work.seconds), tasks, s.cpus,
      work.how);
  return out;
}

/// Hands the warning on, waits, and puts the task back into the queue where it was stopped early.
/// Who cancels a job asks all of its processes to end, and means it.
constexpr const char* kWrapper = R"(signalled= cancelled= code=0
trap 'signalled=1; kill -USR1 "$child" 2>/dev/null' USR1
trap 'signalled=1; cancelled=1' TERM
{} &
child=$!
wait "$child" || code=$?
while [ -n "$signalled" ]; do
  signalled=
  wait "$child"
  next=$?
  [ "$next" -eq 127 ] || code=$next
done
task=$SLURM_JOB_ID
[ -z "${{SLURM_ARRAY_JOB_ID-}}" ] || task=${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID
if [ "$code" -eq 75 ] && [ -z "$cancelled" ]; then
  if [ "${{SLURM_RESTART_COUNT:-0}}" -lt {} ]; then
    echo "stopped before the end: task $task goes back into the queue"
    scontrol requeue "$task" && exit 0
  fi
  echo "stopped before the end {} times: task $task does not go back again" >&2
fi
[ "$code" -ne 5 ] || code=0 # runs that failed are listed by the last job
exit "$code"
)";

std::string array_job(const SlurmSettings& s, const SlurmWork& work, std::size_t tasks) {
  const bool claims = s.shards == "auto";
  std::string out = fmt::format(
      "#!/bin/bash\n#SBATCH --job-name=cch\n#SBATCH --array=1-{}%{}\n#SBATCH --time={}\n"
      "#SBATCH --nodes=1\n#SBATCH --ntasks=1\n"
      "#SBATCH --cpus-per-task={}\n#SBATCH --requeue\n#SBATCH --signal=B:USR1@{}\n",
      tasks, s.parallel, s.time, s.cpus, s.grace);
  if (s.gpus > 0) out += fmt::format("#SBATCH --gpus-per-node={}\n", s.gpus);
  out += common_options(s, "%A_%a.log") + further_options(s);
  std::string line = with_threads(s, run_arguments(s, work));
  line += claims ? " --shard auto" : fmt::format(" --shard \"$SLURM_ARRAY_TASK_ID/{}\"", tasks);
  return out + fmt::format(kWrapper, line, kMostRestarts, kMostRestarts);
}

/// After any end of the tasks.
std::string last_job(const SlurmSettings& s, const SlurmWork& work) {
  std::string out = "#!/bin/bash\n#SBATCH --job-name=cch-last\n#SBATCH --time=1:00:00\n";
  out += common_options(s, "last-%j.log") + further_options(s);
  const std::string folder = absolute(s.out);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), s.program);
    out += words(arguments) + "\n";
  };
  switch (work.kind) {
    case StudyKind::pairs:
      run({"train", "--status", folder, "--failed"});
      run({"report", folder});
      run({"compare", folder, "-o", (fs::path(folder) / "compare").string()});
      break;
    case StudyKind::segmentation:
      run({"train", "--status", folder, "--failed"});
      run({"compare", folder, "-o", (fs::path(folder) / "compare").string()});
      break;
    case StudyKind::sweep:
      out += words(run_arguments(s, work)) + "\n";
      break;
    case StudyKind::rankings:
      out += fmt::format("for one in {}/*/rank.json; do {} -q \"$(dirname \"$one\")\"; done\n",
                         words({folder}), words({s.program, "report"}));
      break;
  }
  return out;
}

std::string heredoc(const std::string& name, const std::string& options, const std::string& job) {
  return fmt::format("{}=$(sbatch --parsable {}<<'CCH_JOB'\n{}CCH_JOB\n)\n{}=${{{}%%;*}}\n", name,
                     options, job, name, name);
}

}  // namespace

std::string slurm_script(const SlurmSettings& s, const SlurmWork& work,
                         const std::string& command_line) {
  const std::size_t tasks = tasks_of(s, work);
  std::string out = fmt::format(
      "#!/bin/bash\n# Made by cch {}: {}\n# Submits two jobs: bash THIS_FILE, where sbatch is (or "
      "cch slurm … --submit).\n{}",
      version(), command_line, forecast(s, work, tasks));
  const fs::path folder = absolute(s.out);
  out += fmt::format("set -euo pipefail\nmkdir -p {}\n", words({(folder / "slurm").string()}));
  // Marks of earlier arrays, which hide what was damaged or removed since.
  out += fmt::format("rm -rf {}\n", words({(folder / "finished").string()}));
  out += heredoc("array", "", array_job(s, work, tasks));
  out += heredoc("last", "--dependency=afterany:\"$array\" ", last_job(s, work));
  return out + "echo \"array $array, then $last\"\n";
}

}  // namespace cch
