// cch train, from a study to its folder.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "cch/experiments/store.hpp"
#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/trained_runs.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kStudy = R"(
title = "small"
seeds = 3
[task]
name = "mfh-gamma"
v = [0, 10]
rows = 60
fresh-rows = 30
test-rows = 80
moment-rows = 300
[teacher]
rows = ["same-rows", "fresh-rows"]
allow-chance = true
[training]
weights = "last"
optimiser = "sgd"
learning-rate = 0.1
steps = 20
batch = 0
[distil]
lambda = [0.5, 1]
controls = ["uniform", "shuffled"]
)";
// 1 student, 4 teachers, 2 λ × (4 distilled + uniform + 4 shuffled).
constexpr std::size_t kRunsOfSeed = 1 + 4 + 2 * 9;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct World {
  TempFolder folder;
  std::string study = folder.write("study.toml", kStudy);
  std::string out = folder.path("out");

  void change(const std::string& text) { study = folder.write("study.toml", text); }
  [[nodiscard]] RunOutcome train(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"train", study, "-o", out};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
};

TEST_CASE("cch train: inner folds choose λ and T, and the grid is one cell") {
  World world;
  world.change(
      replaced(replaced(kStudy, "lambda = [0.5, 1]", "lambda = [0.5, 1]\ntemperature = [1, 2]"),
               "[distil]", "[distil]\nchoose = \"inner-folds\""));
  const RunOutcome trained = world.train();
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  CHECK(trained.out_has("kl λ=chosen from 0.5, 1 T=chosen from 1, 2"));
  std::size_t taught = 0;
  for (const auto& [key, text] : trained_runs(world.out)) {
    const json run = json::parse(text);
    CHECK(run.contains("chosen") == !run["loss"].is_null());
    if (run["loss"].is_null()) continue;
    ++taught;
    CHECK(run["loss"]["lambda"] == "chosen from 0.5, 1");
    CHECK(run["chosen"]["losses"].size() == 4);
    double least = INFINITY;
    for (const json& one : run["chosen"]["losses"]) {
      least = std::min(least, one["loss"].get<double>());
    }
    for (const json& one : run["chosen"]["losses"]) {
      if (one["loss"] != least) continue;
      CHECK(run["chosen"]["lambda"] == one["lambda"]);
      CHECK(run["chosen"]["temperature"] == one["temperature"]);
    }
  }
  // Three seeds of 4 distilled, uniform and 4 shuffled.
  CHECK(taught == 3 * 9);
  CHECK(world.train().out_has("(42 cached)"));
  const RunOutcome compared = run_cch({"compare", world.out, "--json", "-q"});
  REQUIRE(compared.code == 0);
  const json document = compared.document();
  CHECK(document["pairs"].size() == 4);
  for (const json& pair : document["pairs"]) CHECK(pair["observed_gain"]["seeds"] == 3);
  const RunOutcome shown = run_cch({"compare", world.out, "-o", world.folder.path("compare")});
  INFO(shown.err);
  CHECK(shown.code == 0);
  std::ifstream page(fs::path(world.folder.path("compare")) / "report.html");
  const std::string html((std::istreambuf_iterator<char>(page)), {});
  CHECK(html.find("λ chosen from 0.5, 1") != std::string::npos);
}

TEST_CASE("cch train: a folder with every run, a table, and cached the second time") {
  World world;
  const RunOutcome first = world.train();
  CHECK(first.code == 0);
  CHECK(first.out_has("69 runs done (0 cached), 0 failed"));
  const auto before = trained_runs(world.out);
  REQUIRE(before.size() == 3 * kRunsOfSeed);
  const RunOutcome again = world.train({"--json"});
  CHECK(again.code == 0);
  const json document = again.document();
  CHECK(document["schema"] == "cch.train/1");
  CHECK(document["runs"]["cached"] == 3 * kRunsOfSeed);
  for (const char* field : {"version", "command", "seed", "inputs", "config"}) {
    CHECK(document.contains(field));
  }
  for (const json& result : document["results"]) {
    CHECK(result["schema"] == "cch.run/1");
    CHECK(result["status"] == "done");
    if (!result["student"].is_null()) CHECK(before.contains(result["student"].get<std::string>()));
  }
  CHECK(trained_runs(world.out) == before);
}

TEST_CASE("cch train: what a kill leaves is finished to the same bits, for any threads") {
  World world;
  REQUIRE(world.train({"--threads", "1"}).code == 0);
  const auto whole = trained_runs(world.out);
  // A run without its result, one with a cut file of the writer, and one that is not there.
  std::size_t at = 0;
  for (const auto& [key, text] : whole) {
    const fs::path folder = fs::path(world.out) / "runs" / key;
    if (at % 3 == 0) fs::remove(folder / "result.json");
    if (at % 5 == 0) std::ofstream(folder / "result.json") << "{\"schema\": \"cch.run/1\", \"ke";
    if (at % 7 == 0) fs::remove_all(folder);
    ++at;
  }
  REQUIRE(world.train({"--threads", "3"}).code == 0);
  CHECK(trained_runs(world.out) == whole);
}

TEST_CASE("cch train: shards together are the whole") {
  const World whole;
  REQUIRE(whole.train().code == 0);
  const World parts;
  CHECK(parts.train({"--shard", "1/2"}).out_has("46 runs done"));
  CHECK(parts.train({"--shard", "2/2"}).out_has("23 runs done"));
  CHECK(trained_runs(parts.out).size() == trained_runs(whole.out).size());
  for (const char* shard : {"0/2", "3/2", "1", "1/2x", "-1/2"}) {
    CHECK(parts.train({std::string("--shard=") + shard}).code == 2);
  }
}

TEST_CASE("cch train: --list and --dry-run train nothing") {
  World world;
  const RunOutcome list = run_cch({"train", world.study, "--list"});
  CHECK(list.code == 0);
  CHECK(std::count(list.out.begin(), list.out.end(), '\n') == 3);
  CHECK(list.out_has("23 runs"));
  const RunOutcome plan = world.train({"--dry-run"});
  CHECK(plan.out_has("3 units, 69 runs, 0 of them cached"));
  CHECK_FALSE(fs::exists(world.out));
}

TEST_CASE("cch train: a study may grow in its folder, and may not change") {
  World world;
  REQUIRE(world.train().code == 0);
  world.change(replaced(kStudy, "seeds = 3", "seeds = 4"));
  CHECK(world.train().out_has("92 runs done (69 cached)"));
  world.change(replaced(replaced(kStudy, "rows = 60", "rows = 50"), "0.1", "0.2"));
  const RunOutcome changed = world.train();
  CHECK(changed.code == 2);
  CHECK(changed.err_has("study-changed"));
  CHECK(changed.err_has("task.rows"));
  CHECK(changed.err_has("training.learning-rate"));
  CHECK_FALSE(changed.err_has("teacher-noise"));
}

TEST_CASE("cch train: --seed is the first seed, -v shows the shuffled controls") {
  World world;
  const RunOutcome run = world.train({"--seed", "5", "--json"});
  REQUIRE(run.code == 0);
  CHECK(run.document()["config"]["seeds"] == json::array({5, 6, 7}));
  const auto shown = [&](const std::string& more) {
    return run_cch({"train", world.study, "-o", world.out, "--seed", "5", more});
  };
  CHECK(shown("--threads=1").out_has("closed form"));
  CHECK_FALSE(shown("--threads=1").out_has(", control shuffled"));
  CHECK(shown("-v").out_has(", control shuffled"));
}

TEST_CASE("cch train: -q prints one sentence: the largest gain, and whether it is shown") {
  const World world;
  const RunOutcome run = world.train({"-q"});
  REQUIRE(run.code == 0);
  CHECK(std::count(run.out.begin(), run.out.end(), '\n') == 1);
  CHECK(run.err.empty());
  const std::string loud = world.train().out;
  CHECK(loud.starts_with(run.out));
  CHECK(loud.find("closed form") != std::string::npos);
  const json document = world.train({"--json"}).document();
  std::map<std::string, double> students;
  for (const json& result : document["results"]) {
    if (result["role"] == "student") students[result["key"]] = result["metrics"]["accuracy"];
  }
  std::map<std::string, std::vector<double>> gains;
  for (const json& result : document["results"]) {
    if (result["role"] != "distilled") continue;
    const double alone = students.at(result["student"].get<std::string>());
    gains[result["teacher"].dump() + result["loss"].dump()].push_back(
        100.0 * (result["metrics"]["accuracy"].get<double>() - alone));
  }
  CHECK(gains.size() == 8);
  double most = -100.0;
  double error = 0.0;
  for (const auto& [name, of_seeds] : gains) {
    REQUIRE(of_seeds.size() == 3);
    const double mean = (of_seeds[0] + of_seeds[1] + of_seeds[2]) / 3.0;
    if (mean <= most) continue;
    most = mean;
    double squares = 0.0;
    for (const double g : of_seeds) squares += (g - mean) * (g - mean);
    error = std::sqrt(squares / 2.0 / 3.0);
  }
  CAPTURE(run.out);
  CHECK(run.out_has(fmt::format("{:+.2f} ± {:.2f} points of accuracy", most, error)));
  CHECK(run.out_has("3 seeds"));
  // Student's t of 2 degrees of freedom at p = 1 − .025/8: (2p − 1) / √(2p(1 − p)) = 12.59.
  CHECK(run.out_has("No gain could be shown") != run.out_has("even as the largest of 8 gains"));
  CHECK(run.out_has("above zero even as the largest of 8 gains") == (most > 12.59 * error));
}

TEST_CASE("cch train: other data in the same folder are another study") {
  World world;
  const auto write = [&](std::size_t flip) {
    std::vector<float> x(200 * 3);
    std::vector<std::int64_t> y(200);
    Random random(1);
    for (float& v : x) v = static_cast<float>(random.normal());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = (x[3 * i] > 0.0F) != (i == flip) ? 1 : 0;
    fs::create_directories(world.folder.path("set"));
    for (const char* name : {"set/a.npy", "set/b.npy"}) {
      static_cast<void>(world.folder.write(name, npy("<f4", "(200, 3)", raw(x))));
    }
    static_cast<void>(world.folder.write("set/labels.npy", npy("<i8", "(200,)", raw(y))));
  };
  world.change(R"(
seeds = 2
[task]
name = "features"
set = "set"
students = ["a"]
teachers = ["b"]
[training]
learning-rate = 0.1
)");
  write(0);
  REQUIRE(world.train({"--data", world.folder.path("")}).code == 0);
  write(1);
  const RunOutcome changed = world.train({"--data", world.folder.path("")});
  CHECK(changed.code == 2);
  CHECK(changed.err_has("the data of 'labels'"));
}

TEST_CASE("cch train: saved classes that are floats are refused with a way out") {
  World world;
  fs::create_directories(world.folder.path("set"));
  std::vector<double> x(200);
  std::vector<double> y(200);
  for (std::size_t i = 0; i < y.size(); ++i) {
    x[i] = static_cast<double>(i * i % 97);
    y[i] = static_cast<double>(i % 2);
  }
  for (const char* name : {"set/a.npy", "set/b.npy"}) {
    static_cast<void>(world.folder.write(name, npy("<f8", "(200, 1)", raw(x))));
  }
  static_cast<void>(world.folder.write("set/labels.npy", npy("<f8", "(200,)", raw(y))));
  world.change(R"(
seeds = 2
[task]
name = "features"
set = "set"
students = ["a"]
teachers = ["b"]
)");
  const RunOutcome run = world.train({"--data", world.folder.path("")});
  CHECK(run.code == 2);
  CHECK(run.err_has("[label-kind-unclear]"));
  CHECK(run.err_has("integers 0..K-1"));
  CHECK_FALSE(run.err_has("--y-kind"));
}

TEST_CASE(
    "cch train: a split in codes, words or two codes says the same, and rows to test must be "
    "left") {
  World world;
  const std::size_t n = 200;
  std::vector<float> x(n * 3);
  std::vector<std::int64_t> y(n);
  Random random(1);
  for (float& v : x) v = static_cast<float>(random.normal());
  for (std::size_t i = 0; i < n; ++i) y[i] = x[3 * i] > 0.0F ? 1 : 0;
  fs::create_directories(world.folder.path("set"));
  for (const char* name : {"set/a.npy", "set/b.npy"}) {
    static_cast<void>(world.folder.write(name, npy("<f4", "(200, 3)", raw(x))));
  }
  static_cast<void>(world.folder.write("set/labels.npy", npy("<i8", "(200,)", raw(y))));
  const auto train = [&](const std::string& out, const std::string& task) {
    world.out = world.folder.path(out);
    world.change(
        "seeds = 1\n[task]\nname = \"features\"\nset = \"set\"\nstudents = [\"a\"]\n"
        "teachers = [\"b\"]\n" +
        task + "\n[training]\nlearning-rate = 0.1\n");
    return world.train({"--data", world.folder.path(""), "--json"});
  };
  const auto with_split = [&](const std::string& out, std::int64_t train_code, std::int64_t held) {
    std::vector<std::int64_t> split(n, train_code);
    for (std::size_t i = 0; i < n; i += 3) split[i] = held;
    static_cast<void>(world.folder.write("set/split.npy", npy("<i8", "(200,)", raw(split))));
    return train(out, "split = \"file\"");
  };
  const auto pairs = [](const RunOutcome& run) {
    REQUIRE(run.code == 0);
    return comparable(run.document())["pairs"];
  };
  const RunOutcome usual = with_split("usual", 0, 2);
  CHECK_FALSE(usual.out_has("split-read"));
  const RunOutcome two = with_split("two", 0, 1);
  CHECK(two.out_has("split-read"));
  CHECK(pairs(usual) == pairs(two));
  CHECK(with_split("odd", 0, 5).err_has("[bad-split]"));
  CHECK(with_split("none", 1, 2).err_has("[split-without-sides]"));
  const RunOutcome empty = train("empty", "test-share = 0.001");
  CHECK(empty.code == 5);  // every run failed, and says why
  CHECK(empty.out_has("no row is left to test on"));
  for (std::size_t i = 0; i < 60; i += 3) y[i] = 2;  // rows to test alone
  static_cast<void>(world.folder.write("set/labels.npy", npy("<i8", "(200,)", raw(y))));
  const RunOutcome absent = with_split("absent", 0, 2);
  CHECK(absent.code == 3);
  CHECK(absent.err_has("class '2' is in test rows alone"));
}

TEST_CASE("cch train: a full disk ends the run with one error, and no result is half written") {
  World world;
  world.change(replaced(kStudy, "steps = 20", "steps = 200"));
  RunOutcome full;
  {
    const SmallFiles limit(5000);  // study.json fits, a curve does not
    full = world.train();
  }
  CHECK(full.code == 1);
  CHECK(full.err_has("cannot-write"));
  for (const auto& entry : fs::recursive_directory_iterator(world.out)) {
    CHECK(entry.path().filename() != "result.json");
  }
  CHECK(world.train().code == 0);
}

TEST_CASE("cch train: two processes cannot work on one study") {
  World world;
  REQUIRE(world.train().code == 0);
  {
    const Claim other = claim_study(world.out, "");
    for (const char* shard : {"1/1", "1/2"}) {
      CHECK(world.train({"--shard", shard}).err_has("study-locked"));
    }
    const RunOutcome locked = world.train();
    CHECK(locked.code == 2);
    CHECK(locked.err_has("study-locked"));
    CHECK(locked.err_has("process " + std::to_string(::getpid())));
  }
  {
    const Claim part = claim_study(world.out, "1/2");
    CHECK(world.train().err_has("study-locked"));
    CHECK(world.train({"--shard", "1/2"}).err_has("study-locked"));
    CHECK(world.train({"--shard", "2/2"}).code == 0);
  }
  CHECK(world.train().code == 0);
}

TEST_CASE("cch train: killed at any moment, it loses nothing that was finished and goes on") {
  const World whole;
  REQUIRE(whole.train().code == 0);
  World world;
  world.study = whole.study;
  const auto finished = [&] {
    std::map<std::string, fs::file_time_type> out;
    if (!fs::exists(world.out + "/runs")) return out;
    for (const auto& entry : fs::directory_iterator(world.out + "/runs")) {
      const fs::path result = entry.path() / "result.json";
      if (fs::exists(result)) out[entry.path().filename()] = fs::last_write_time(result);
    }
    return out;
  };
  for (int i = 0; i < 6; ++i) {
    Child child([&] { return world.train({"--threads", "2"}).code; });
    std::this_thread::sleep_for(std::chrono::milliseconds(8 + 9 * i));
    child.kill();
    const auto before = finished();
    Child next([&] { return world.train({"--threads", "1"}).code; });
    std::this_thread::sleep_for(std::chrono::milliseconds(15));
    next.kill();
    const auto after = finished();
    for (const auto& [key, time] : before) {
      REQUIRE(after.contains(key));
      CHECK(after.at(key) == time);  // not run again
    }
  }
  const RunOutcome last = world.train();
  CAPTURE(last.err);
  REQUIRE(last.code == 0);
  CHECK(trained_runs(world.out) == trained_runs(whole.out));
}

TEST_CASE("cch train: two processes with parts that overlap run nothing twice") {
  const World whole;
  REQUIRE(whole.train().code == 0);
  World world;
  world.study = whole.study;
  {
    Child half([&] { return world.train({"--shard", "1/2"}).code; });
    Child third([&] { return world.train({"--shard", "1/3"}).code; });
    CHECK(half.wait() == 0);
    CHECK(third.wait() == 0);
  }
  CHECK(world.train({"--shard", "2/2"}).code == 0);
  CHECK(trained_runs(world.out) == trained_runs(whole.out));
  for (const auto& entry : fs::recursive_directory_iterator(world.out)) {
    CHECK(entry.path().filename().string().find("claim") == std::string::npos);
  }
}

TEST_CASE(
    "cch train: a damaged record is named and its run done again, one without checksum read") {
  World world;
  REQUIRE(world.train().code == 0);
  const auto before = trained_runs(world.out);
  const auto change = [&](const std::string& key, const auto& edit) {
    const fs::path path = fs::path(world.out) / "runs" / key / "result.json";
    std::ifstream in(path);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    edit(text);
    std::ofstream(path) << text;
    return path.string();
  };
  std::string damaged;
  for (const auto& [key, run] : before) {
    // As earlier versions wrote it.
    change(key, [](std::string& text) {
      const std::size_t at = text.find("\"checksum\"");
      REQUIRE(at != std::string::npos);
      text.erase(at, text.find('\n', at) + 1 - at);
    });
    damaged = key;
  }
  (void)std::ofstream(world.out + "/study.lock");  // likewise
  CHECK(world.train().out_has("69 runs done (69 cached)"));
  fs::remove(fs::path(world.out) / "runs" / damaged / "result.json");
  REQUIRE(world.train().code == 0);
  const std::string path =
      change(damaged, [](std::string& text) { text[text.find("\"accuracy\"") + 14] ^= 1; });
  const RunOutcome again = run_cch({"train", world.study, "-o", world.out});
  CHECK(again.err_has(path + " is not what was written"));
  CHECK(again.out_has("69 runs done (68 cached)"));
  CHECK(trained_runs(world.out) == before);
}

TEST_CASE(
    "cch train: stored values of another type make their run open, or the study another one") {
  World world;
  world.change(replaced(kStudy, "lambda = [0.5, 1]", "lambda = [0.5]"));
  REQUIRE(world.train().code == 0);
  const auto before = trained_runs(world.out);
  const auto put = [](const fs::path& path, const json::json_pointer& at, const json& value) {
    std::ifstream in(path);
    json document = json::parse(in);
    for (const char* seal : {"checksum", "beside"}) document.erase(seal);  // as earlier versions
    document[at] = value;
    std::ofstream(path) << document.dump(1) << '\n';
  };
  const json odd[] = {nullptr, true, 7, -1e300, json::array({1}), json::object({{"a", 1}})};
  const fs::path run = fs::path(world.out) / "runs" / before.begin()->first / "result.json";
  for (const char* member : {"/key", "/status"}) {
    for (const json& value : odd) {
      CAPTURE(member);
      CAPTURE(value);
      put(run, json::json_pointer(member), value);
      CHECK(world.train().code == 0);
      CHECK(trained_runs(world.out) == before);
    }
  }
  for (const json& value : odd) {
    if (value.is_null()) continue;
    CAPTURE(value);
    put(fs::path(world.out) / "study.json", json::json_pointer("/config"), value);
    const RunOutcome refused = world.train();
    CHECK(refused.code == 2);
    CHECK(refused.err_has("study-changed"));
  }
}

TEST_CASE("cch train: failed runs are named, the rest is finished") {
  World world;
  world.change(replaced(kStudy, "lambda = [0.5, 1]", "loss = \"logits\"\nlambda = [0.5, 1e30]"));
  const RunOutcome run = world.train();
  CHECK(run.code == 5);
  CHECK(run.err_has("diverged"));
  CHECK(run.out_has("failed"));
  std::size_t done = 0;
  for (const auto& [key, text] : trained_runs(world.out)) {
    done += text.find("\"status\":\"done\"") != std::string::npos ? 1 : 0;
  }
  CHECK(done == 3 * (1 + 4 + 9));
}

TEST_CASE("cch train: bad studies are refused, each for its own reason") {
  const auto refused = [](const std::string& from, const std::string& to) {
    World world;
    world.change(replaced(kStudy, from, to));
    const RunOutcome run = world.train();
    CHECK_FALSE(fs::exists(world.out));
    return std::to_string(run.code) + " " + run.err;
  };
  const auto has = [](const std::string& text, const std::string& words) {
    INFO(text);
    return text.find(words) != std::string::npos;
  };
  CHECK(has(refused("lambda = [0.5, 1]", "lambda = [-1]"), "bad-lambda"));
  CHECK(has(refused("lambda = [0.5, 1]", "lamda = [1]"), "Did you mean 'lambda'?"));
  CHECK(has(refused("lambda = [0.5, 1]", "lambda = [1]\ntemperature = [0]"), "bad-temperature"));
  CHECK(has(refused("\"mfh-gamma\"", "\"mfh-gama\""), "mfh-gamma"));
  CHECK(has(refused("rows = 60", "row = 60"), "Did you mean 'rows'?"));
  CHECK(has(refused("[teacher]", "[teachers]"), "Did you mean 'teacher'?"));
  CHECK(has(refused("steps = 20", "steps = \"many\""), "config-type"));
  CHECK(has(refused("optimiser = \"sgd\"", "optimiser = \"sdg\""), "Did you mean 'sgd'?"));
  CHECK(has(refused("\"same-rows\", ", "\"some-rows\", "), "same-rows"));
  CHECK(has(refused("seeds = 3", "seeds = 0"), "bad-study"));
  CHECK(has(refused("seeds = 3", "seeds = 4000000000000"), "bad-study"));
}

TEST_CASE("cch train: data that are not there are named, with the way to get them") {
  World world;
  world.change(R"([task]
name = "features"
set = "lihc"
students = ["cnv"]
teachers = ["mrna"]
how-to-get = "See the card."
)");
  RunOutcome run = world.train();
  CHECK(run.code == 2);
  CHECK(run.err_has("no-data-folder"));
  CHECK(run.err_has("See the card."));
  run = world.train({"--data", world.folder.path("")});
  CHECK(run.code == 3);
  CHECK(run.err_has("dataset-missing"));
  CHECK(run.err_has("See the card."));
}

TEST_CASE("cch train: images among saved features have a size that fits") {
  const fs::path data = real_data("mfeat");
  if (data.empty()) return;
  World world;
  const auto refused = [&](const std::string& images, const char* code) {
    world.change(
        "[task]\nname = \"features\"\nset = \"mfeat\"\nstudents = [\"pix\"]\n"
        "teachers = [\"mor\"]\nimages = { " +
        images + " }\n");
    const RunOutcome run = world.train({"--data", data.parent_path()});
    CHECK(run.code == 2);
    CHECK(run.err_has(code));
  };
  refused("pix = [16, 16, 1]", "240 columns");
  refused("zer = [1, 47, 1]", "zer");
  refused("pix = [16, 15]", "[height, width, channels]");
}

TEST_CASE("cch train: a CNN takes images, not plain vectors") {
  const fs::path data = real_data("mfeat");
  if (data.empty() || !training_here()) return;
  World world;
  world.change(
      "[task]\nname = \"features\"\nset = \"mfeat\"\nstudents = [\"mor\"]\n"
      "teachers = [\"pix\"]\n[student]\nlayers = \"cnn\"\nwidths = [4]\n");
  const RunOutcome plain = world.train({"--data", data.parent_path()});
  CHECK(plain.err_has("plain vectors"));
}

TEST_CASE("cch train: criteria say when no bias was planted") {
  World world;
  world.change(std::string(kStudy) + "[criteria]\nseeds = 1\nplanted-bias = false\n");
  REQUIRE(world.train().code == 0);
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(world.out) / "runs")) {
    std::ifstream in(entry.path() / "criteria.json");
    if (!in) continue;
    ++seen;
    const json criteria = json::parse(in);
    CHECK(criteria["format"] == 4);
    std::set<std::string> codes;
    for (const json& warning : criteria["warnings"]) codes.insert(warning["code"]);
    CHECK(codes.contains("no-planted-bias"));
    // 60 rows: no verdict at any level.
    CHECK(criteria["decisions"]["representation-level CCH, auto, without planted bias"] ==
          "unreliable");
    CHECK(criteria["decisions"]["prediction-level CCH"] == "unreliable");
    CHECK(criteria["decisions"]["combined verdict"] == "unreliable");
    CHECK_FALSE(criteria["decisions"].contains("representation-level CCH, auto"));
  }
  CHECK(seen == 2);
}

TEST_CASE("cch train: a study of saved features, with criteria beside") {
  const fs::path data = real_data("mfeat");
  if (data.empty()) return;
  World world;
  world.change(R"(
seeds = 2
labelled = 100
scenario = ["same-rows", "unlabelled-pairs"]
most-extra = 200
keep-weights = true
[task]
name = "features"
set = "mfeat"
students = ["mor"]
teachers = ["zer", "mor+zer"]
test-rows = 300
[training]
validation = 0.2
epochs = 20
learning-rate = 0.02
[distil]
lambda = 1
[criteria]
seeds = 1
)");
  const RunOutcome run = world.train({"--data", data.parent_path()});
  CHECK(run.code == 0);
  std::size_t criteria = 0;
  std::size_t weights = 0;
  std::size_t best = 0;
  for (const auto& entry : fs::directory_iterator(world.out + "/runs")) {
    criteria += fs::exists(entry.path() / "criteria.json") ? 1 : 0;
    weights += fs::exists(entry.path() / "last.safetensors") ? 1 : 0;
    best += fs::exists(entry.path() / "best.safetensors") ? 1 : 0;
  }
  CHECK(criteria == 2 * 2);     // scenarios × teachers
  CHECK(weights == 2 * 2 * 5);  // seeds × scenarios × (student, 2 teachers, 2 distilled)
  CHECK(best == weights);
}

}  // namespace
}  // namespace cch::test
