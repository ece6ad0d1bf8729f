// cch slurm: what its script says, and workers of several GPUs. A real Slurm: tests/slurm.
#include <stdlib.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tools/cch/train/gpus.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSlurmStudy = R"(
title = "cluster"
seeds = 6
[task]
name = "mfh-gamma"
v = [0, 10]
rows = 60
[teacher]
allow-chance = true
)";

/// A variable of the environment while it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* before = ::getenv(name);
    if (before != nullptr) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

struct Cluster {
  TempFolder folder;
  std::string study = folder.write("study.toml", kSlurmStudy);
  std::string out = folder.path("my runs");

  [[nodiscard]] RunOutcome slurm(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"slurm", study, "-o", out};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
};

/// Whether bash takes it.
bool is_script(const TempFolder& folder, const std::string& text) {
  const std::string path = folder.write("script.sh", text);
  return std::system(("bash -n '" + path + "'").c_str()) == 0;
}

}  // namespace

TEST_CASE("cch slurm: an array by claims, put back at 75, and a job after it") {
  const Cluster cluster;
  const RunOutcome script = cluster.slurm({"--parallel", "4", "--time", "1:00:00", "--cpus", "2",
                                           "--partition", "long", "--sbatch", "account=lab"});
  CAPTURE(script.err);
  REQUIRE(script.code == 0);
  CHECK(is_script(cluster.folder, script.out));
  for (const char* words :
       {"#SBATCH --array=1-4%4\n", "#SBATCH --time=1:00:00\n", "#SBATCH --cpus-per-task=2\n",
        "#SBATCH --requeue\n", "#SBATCH --signal=B:USR1@120\n", "#SBATCH --open-mode=append\n",
        "#SBATCH --partition=long\n", "#SBATCH --account=lab\n", "--shard auto", "--no-wait",
        "--threads 2", "-eq 75", "-lt 10", "--dependency=afterany:\"$array\"", "compare"}) {
    CAPTURE(words);
    CHECK(script.out_has(words));
  }
  CHECK(script.out_has("# cluster: 30 runs in 6 parts that are run as a whole, 4 tasks"));
  CHECK(script.out_has("by the model of cch check"));
  CHECK_FALSE(fs::exists(cluster.out));
  // More tasks than parts have nothing to do.
  CHECK(cluster.slurm({"--parallel", "50"}).out_has("--array=1-6%50"));
  const RunOutcome fixed = cluster.slurm({"--shards", "3", "--gpus", "2"});
  CHECK(fixed.out_has("--shard \"$SLURM_ARRAY_TASK_ID/3\""));
  CHECK(fixed.out_has("#SBATCH --gpus-per-node=2"));
  for (const char* shards : {"0", "7", "x", "-1"}) {
    CHECK(cluster.slurm({std::string("--shards=") + shards}).err_has("bad-shard"));
  }
  CHECK(cluster.slurm({"--sbatch", "mem=1 --oops"}).err_has("bad-arguments"));
}

TEST_CASE("cch slurm: the forecast is by finished runs where there are some") {
  const Cluster cluster;
  REQUIRE(run_cch({"train", cluster.study, "-o", cluster.out, "--stop-after", "5", "-q"}).code ==
          75);
  CHECK(cluster.slurm().out_has("finished runs of"));
}

TEST_CASE("cch slurm: sweeps and many rankings, and what cannot be run together") {
  const Cluster cluster;
  const std::string sweep = cluster.folder.write(
      "sweep.toml", "[model]\nteacher-dim = 10\nstudent-dim = 10\n[grid]\nn = [20, 40, 200]\n");
  const std::string a = cluster.folder.write("a.toml", "student = \"s.npy\"\n");
  const std::string b = cluster.folder.write("b.toml", "student = \"s.npy\"\n");
  const auto script = [&](const std::vector<std::string>& studies) {
    std::vector<std::string> all{"slurm"};
    all.insert(all.end(), studies.begin(), studies.end());
    all.insert(all.end(), {"-o", cluster.out});
    return run_cch(all);
  };
  const RunOutcome grid = script({sweep});
  CHECK(grid.out_has("gaussian sweep"));
  CHECK(grid.out_has("3 cells in 3 parts"));
  CHECK(is_script(cluster.folder, grid.out));
  const RunOutcome rankings = script({a, b});
  CHECK(rankings.out_has(" rank "));
  CHECK(rankings.out_has("--array=1-2%256"));
  CHECK(is_script(cluster.folder, rankings.out));
  CHECK(script({a, sweep}).err_has("mixed-studies"));
  CHECK(script({cluster.study, cluster.study}).err_has("mixed-studies"));
  CHECK(script({cluster.folder.write("none.toml", "x = 1\n")}).err_has("bad-study"));
}

TEST_CASE("cch slurm --submit: without sbatch, and where Slurm refuses, in clear words") {
  const Cluster cluster;
  const std::string tools = cluster.folder.path("bin");
  fs::create_directory(tools);
  for (const std::string tool : {"bash", "mkdir", "rm", "cat"}) {
    fs::create_symlink("/bin/" + tool, tools + "/" + tool);
  }
  const Variable path("PATH", tools);
  const RunOutcome missing = cluster.slurm({"--submit"});
  CHECK(missing.code == 2);
  CHECK(missing.err_has("no-slurm"));
  CHECK_FALSE(fs::exists(cluster.out));
  const auto sbatch = [&](const std::string& text) {
    const std::string file = cluster.folder.write("bin/sbatch", "#!/bin/bash\n" + text);
    fs::permissions(file, fs::perms::owner_all);
  };
  sbatch("echo 'sbatch: error: invalid partition' >&2; exit 1\n");
  const RunOutcome refused = cluster.slurm({"--submit"});
  CHECK(refused.code == 1);
  CHECK(refused.err_has("sbatch-failed"));
  CHECK(refused.err_has("invalid partition"));
  sbatch("cat >> \"" + tools + "/jobs\"; echo 12\n");
  const RunOutcome taken = cluster.slurm({"--submit"});
  CHECK(taken.code == 0);
  CHECK(taken.out_has("array 12, then 12"));
  CHECK(fs::exists(cluster.out + "/slurm/submit.sh"));
}

TEST_CASE("--device cuda:all: a worker a GPU by claims, planned without one") {
  const Cluster cluster;
  TrainSettings s;
  s.path = cluster.study;
  s.out = cluster.out;
  s.common.threads = 8;
  s.overrides = {"seeds=2"};
  const auto workers = gpu_workers(s, 4, "cch");
  REQUIRE(workers.size() == 4);
  CHECK(workers[3] == std::vector<std::string>{"cch", "train", s.path, "-o", s.out, "--shard",
                                               "auto", "--device", "cuda:3", "--threads", "2", "-q",
                                               "--set", "seeds=2"});
  const Variable none("CUDA_VISIBLE_DEVICES", "");
  CHECK(visible_gpus() == 0);
  const std::vector<std::string> train{"train", s.path, "-o", s.out, "--device", "cuda:all"};
  CHECK(run_cch(train).err_has("device-missing"));
  {
    const Variable two("CUDA_VISIBLE_DEVICES", "GPU-1,GPU-2");
    CHECK(visible_gpus() == 2);
    auto plan = train;
    plan.emplace_back("--dry-run");
    const RunOutcome shown = run_cch(plan);
    CHECK(shown.code == 0);
    CHECK(shown.out_has("--device cuda:1"));
    CHECK_FALSE(shown.out_has("--device cuda:2"));
  }
  CHECK(run_cch({"estimate", s.path, s.path, "--device", "cuda:all"}).err_has("unknown-device"));
}

TEST_CASE("workers run at once, their exit codes are kept, and a stop reaches them") {
  const auto shell = [](const std::string& text) {
    return std::vector<std::string>{"bash", "-c", text};
  };
  CHECK(run_together({shell("exit 0"), shell("exit 5"), shell("kill -9 $$")}, {}) ==
        std::vector<int>{0, 5, 128 + SIGKILL});
  std::stop_source source;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    source.request_stop();
  });
  const std::string waits = "trap 'exit 75' USR1; while :; do sleep 0.05; done";
  CHECK(run_together({shell(waits), shell(waits)}, source.get_token()) == std::vector<int>{75, 75});
  CHECK(fault_code([] { (void)run_together({{"/no/such/program"}}, {}); }) == "cannot-start");
}

}  // namespace cch::test
