#include "tools/bench/accuracy_store.hpp"

#include <string>

#include "tests/bench/fits.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"
#include "tools/bench/accuracy_run.hpp"

namespace cch::bench {
namespace {

// As they were written before fits had error bars.
std::string old_line(const std::string& version) {
  return R"({"budget":120.0,"code":"","estimator":"ksg1","method":"ksg1","n":100,"nats":0.5,)"
         R"("reason":"","scale":"rank","seconds":0.1,"seed":1,"task":"a","version":")" +
         version + "\"}\n";
}

const FitKey kKey{"a", "ksg1", 100, "rank", 1};

}  // namespace

TEST_CASE("accuracy store: files without error bars are read, and their fits lack them") {
  const test::TempFolder folder;
  const std::string path = folder.write("fits.jsonl", old_line("0.1.0"));
  const FitStore store(path, 120.0);
  const Fit* fit = store.find(kKey);
  REQUIRE(fit != nullptr);
  CHECK(*fit->nats == 0.5);
  CHECK_FALSE(fit->standard_error);
  CHECK_FALSE(fit->error_bar_settled());
}

TEST_CASE("accuracy store: error bars and reasons survive the file, and the last line counts") {
  const test::TempFolder folder;
  const std::string path = folder.write("fits.jsonl", old_line("0.1.0"));
  {
    FitStore store(path, 120.0);
    test::add_fit(store, "a", 1, 0.75, 0.03125);
    Fit without;
    without.nats = 0.25;
    without.no_error_bar = "too few rows";
    store.add({"a", "ksg1", 100, "rank", 2}, without);
  }
  const FitStore again(path, 120.0);
  const Fit* fit = again.find(kKey);
  REQUIRE(fit != nullptr);
  CHECK(*fit->nats == 0.75);
  CHECK(fit->standard_error == 0.03125);
  FitKey second = kKey;
  second.seed = 2;
  REQUIRE(again.find(second) != nullptr);
  CHECK(again.find(second)->no_error_bar == "too few rows");
  CHECK(again.find(second)->error_bar_settled());
}

TEST_CASE("accuracy store: fits of other programs stand beside") {
  const test::TempFolder folder;
  const std::string peers = folder.write(
      "peers.jsonl",
      R"({"task":"a","n":100,"seed":1,"estimator":"mine","nats":0.4,"seconds":3.0,"steps":"750 steps",)"
      R"("cut":true,"version":"benchmark-mi 0.1.3","budget":480.0})"
      "\n"
      R"({"task":"a","n":100,"seed":2,"estimator":"mine","nats":null,"seconds":null,"steps":"",)"
      R"("cut":false,"version":null,"budget":480.0,"reason":"no number within 720 s"})"
      "\n");
  FitStore store(folder.path("fits.jsonl"), 120.0);
  store.read_beside(peers);
  // The catalog has a mine too: they must not be taken for each other.
  CHECK(store.find({"a", "mine", 100, kAsDrawn, 1}) == nullptr);
  CHECK(store.beside() == std::vector<std::string>{"mine (published)"});
  const Fit* fit = store.find({"a", "mine (published)", 100, kAsDrawn, 1});
  REQUIRE(fit != nullptr);
  CHECK(*fit->nats == 0.4);
  CHECK(fit->cut);
  CHECK(fit->method == "benchmark-mi 0.1.3");
  const Fit* failed = store.find({"a", "mine (published)", 100, kAsDrawn, 2});
  REQUIRE(failed != nullptr);
  CHECK_FALSE(failed->nats);
  CHECK(failed->reason == "no number within 720 s");
  CHECK_THROWS(store.read_beside(folder.path("none.jsonl")));
  CHECK_THROWS(store.read_beside(folder.write("half.jsonl", "{\"task\":\"a\"}\n")));
}

TEST_CASE("accuracy run: an error bar is added to fits that lack it and to no other") {
  const test::TempFolder folder;
  AccuracyPlan plan;
  for (AccuracyTask& task : beyond_normal_tasks()) {
    if (task.name == "1v1-normal-0.75") plan.tasks.push_back(std::move(task));
  }
  REQUIRE(plan.tasks.size() == 1);
  plan.estimators = {"ksg1"};
  plan.rows = {200};
  plan.seeds = 1;
  plan.threads = 1;
  FitStore store(folder.path("fits.jsonl"), plan.budget);
  run_plan(plan, store);
  const FitKey key{"1v1-normal-0.75", "ksg1", 200, "rank", 1};
  REQUIRE(store.find(key) != nullptr);
  const Fit first = *store.find(key);
  CHECK_FALSE(first.standard_error);
  plan.error_bars = true;
  run_plan(plan, store);
  const Fit second = *store.find(key);
  CHECK(second.nats == first.nats);
  REQUIRE(second.standard_error);
  CHECK(*second.standard_error > 0.0);
  const auto bytes = std::filesystem::file_size(folder.path("fits.jsonl"));
  run_plan(plan, store);
  CHECK(std::filesystem::file_size(folder.path("fits.jsonl")) == bytes);
}

}  // namespace cch::bench
