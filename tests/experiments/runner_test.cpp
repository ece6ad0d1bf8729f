// Cells: in the order of their needs, each once, by any number of threads and processes.
#include "cch/experiments/runner.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "cch/experiments/store.hpp"
#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::Child;
using test::TempFolder;

Execution with_threads(unsigned threads) {
  Execution exec;
  exec.threads = threads;
  return exec;
}

TEST_CASE("cells: needs first, each once for any threads, what is stored or elsewhere not at all") {
  const std::vector<RunCell> cells{{{}},    {{0}}, {{0, 1}}, {{}, true}, {{3}}, {{}, false, true},
                                   {{2, 4}}};
  for (const unsigned threads : {1U, 2U, 5U}) {
    CAPTURE(threads);
    std::mutex mutex;
    std::vector<std::size_t> order;
    std::vector<bool> finished(cells.size(), false);
    finished[3] = true;
    CellWork work;
    work.run = [&](std::size_t i, const Execution& inner) {
      CHECK(inner.threads == 1);
      {
        const std::scoped_lock hold(mutex);
        for (const std::size_t need : cells[i].needs) CHECK(finished[need]);
        order.push_back(i);
      }
      std::this_thread::sleep_for(1ms);
      const std::scoped_lock hold(mutex);
      finished[i] = true;
      return true;
    };
    const RunCounts counts = run_cells(cells, work, {}, with_threads(threads));
    std::sort(order.begin(), order.end());
    CHECK(order == std::vector<std::size_t>{0, 1, 2, 4, 6});
    CHECK(counts.run == 5);
    CHECK(counts.cached == 1);
    CHECK(counts.failed == 0);
    CHECK(counts.elsewhere == 1);
  }
}

TEST_CASE("cells: those that need a failed one fail for it, the others run") {
  const std::vector<RunCell> cells{{{}}, {{0}}, {{1}}, {{}}};
  for (const unsigned threads : {1U, 3U}) {
    std::mutex mutex;
    std::map<std::size_t, std::size_t> failed_for;
    std::atomic<int> ran = 0;
    CellWork work;
    work.run = [&](std::size_t i, const Execution&) {
      ++ran;
      return i != 0;
    };
    work.fail = [&](std::size_t i, std::size_t need) {
      const std::scoped_lock hold(mutex);
      failed_for[i] = need;
    };
    const RunCounts counts = run_cells(cells, work, {}, with_threads(threads));
    CHECK(ran == 2);
    CHECK(failed_for == std::map<std::size_t, std::size_t>{{1, 0}, {2, 1}});
    CHECK(counts.run == 4);
    CHECK(counts.failed == 3);
  }
}

TEST_CASE("cells: an Error ends the study with that Error, a stop as cancelled") {
  const std::vector<RunCell> cells(20);
  for (const unsigned threads : {1U, 4U}) {
    std::atomic<int> ran = 0;
    CellWork work;
    work.run = [&](std::size_t i, const Execution&) {
      ++ran;
      if (i == 2) refuse_usage("of-the-cell", "it cannot", "for a test", "Nothing");
      std::this_thread::sleep_for(1ms);
      return true;
    };
    CHECK(test::fault_code([&] { run_cells(cells, work, {}, with_threads(threads)); }) ==
          "of-the-cell");
    CHECK(ran < 20);
    std::stop_source source;
    Execution exec = with_threads(threads);
    exec.stop = source.get_token();
    ran = 0;
    work.run = [&](std::size_t, const Execution&) {
      if (++ran == 3) source.request_stop();
      return true;
    };
    bool cancelled = false;
    try {
      run_cells(cells, work, {}, exec);
    } catch (const Error& error) {
      cancelled = error.kind() == ErrorKind::cancelled;
    }
    CHECK(cancelled);
    CHECK(ran <= 3 + static_cast<int>(threads));
  }
}

TEST_CASE("cells: few of them share the threads, and a GPU has one at a time") {
  const std::vector<RunCell> cells(3);
  std::atomic<int> at_once = 0;
  CellWork work;
  work.run = [&](std::size_t, const Execution& inner) {
    CHECK(++at_once == 1);
    CHECK(inner.threads == 4);
    std::this_thread::sleep_for(1ms);
    --at_once;
    return true;
  };
  run_cells(cells, work, {"", true}, with_threads(4));
  Execution gpu = with_threads(4);
  gpu.device = "cuda:0";
  run_cells(cells, work, {}, gpu);
}

TEST_CASE(
    "cells: the order goes round from the first, and a failure that was found fails what needs "
    "it") {
  const std::vector<RunCell> cells{{{}}, {{}}, {{}}, {{0}}, {{}}};
  std::vector<std::size_t> order;
  CellWork work;
  work.run = [&](std::size_t i, const Execution&) {
    order.push_back(i);
    return true;
  };
  std::vector<std::size_t> failed;
  work.fail = [&](std::size_t i, std::size_t) { failed.push_back(i); };
  RunOptions options;
  options.first = 2;
  run_cells(cells, work, options, with_threads(1));
  CHECK(order == std::vector<std::size_t>{2, 4, 0, 3, 1});
  const TempFolder folder;
  work.claim = [&](std::size_t i) {
    return Claim::take(folder.path("claim-of-" + std::to_string(i)));
  };
  work.find = [](std::size_t i) {
    return i == 0 ? Stored::failed : i == 4 ? Stored::done : Stored::no;
  };
  order.clear();
  const RunCounts counts = run_cells(cells, work, options, with_threads(1));
  CHECK(order == std::vector<std::size_t>{2, 1});
  CHECK(failed == std::vector<std::size_t>{3});
  CHECK(counts.cached == 2);
  CHECK(counts.run == 3);
  CHECK(counts.failed == 2);
}

TEST_CASE("cells: who does not wait leaves what others have, unless an open cell needs it") {
  const TempFolder folder;
  const auto path = [&](std::size_t i) { return folder.path("claim-of-" + std::to_string(i)); };
  std::vector<std::size_t> ran;
  std::atomic<bool> stored = false;
  CellWork work;
  work.run = [&](std::size_t i, const Execution&) {
    ran.push_back(i);
    return true;
  };
  work.claim = [&](std::size_t i) { return Claim::take(path(i)); };
  work.find = [&](std::size_t i) { return i == 0 && stored ? Stored::done : Stored::no; };
  RunOptions options;
  options.wait = false;
  auto other = Claim::take(path(0));
  const std::vector<RunCell> alone{{{}}, {{}}};
  const RunCounts left = run_cells(alone, work, options, with_threads(1));
  CHECK(ran == std::vector<std::size_t>{1});
  CHECK(left.elsewhere == 1);
  ran.clear();
  const std::vector<RunCell> needed{{{}}, {{}}, {{0}}};
  std::jthread later([&] {
    std::this_thread::sleep_for(50ms);
    stored = true;
    other.reset();
  });
  const RunCounts all = run_cells(needed, work, options, with_threads(1));
  CHECK(ran == std::vector<std::size_t>{1, 2});
  CHECK(all.elsewhere == 0);
  CHECK(all.cached == 1);
}

/// What one process does with a study of 12 cells in a folder: a line in "log" for every run.
int work_on(const TempFolder& folder, std::chrono::milliseconds pace) {
  const RunStore store(folder.path("study"));
  const LineStore log(folder.path("log"), LineStore::Use::look);
  const std::vector<RunCell> cells{{{}}, {{}},  {{0}}, {{1}}, {{2}}, {{}},
                                   {{}}, {{5}}, {{}},  {{}},  {{}},  {{9}}};
  const auto key = [](std::size_t i) { return "cell-" + std::to_string(i); };
  CellWork work;
  work.run = [&](std::size_t i, const Execution&) {
    log.add("{\"cell\":" + std::to_string(i) + "}");
    std::this_thread::sleep_for(pace);
    store.put(key(i), "result.json", "{\"cell\":" + std::to_string(i) + "}");
    return true;
  };
  work.claim = [&](std::size_t i) { return store.claim(key(i)); };
  work.find = [&](std::size_t i) {
    std::vector<Warning> damage;
    return store.find(key(i), "result.json", damage) ? Stored::done : Stored::no;
  };
  return static_cast<int>(run_cells(cells, work, {}, with_threads(2)).run);
}

std::map<std::string, int> runs_in(const TempFolder& folder) {
  std::map<std::string, int> out;
  const LineStore log(folder.path("log"), LineStore::Use::look);
  for (const std::string& line : log.records()) ++out[line];
  return out;
}

TEST_CASE("two processes at once on one study: every cell is run, and none twice") {
  const TempFolder folder;
  std::list<Child> both;
  for (int i = 0; i < 2; ++i) both.emplace_back([&] { return work_on(folder, 20ms); });
  int run = 0;
  for (Child& child : both) run += child.wait();
  CHECK(run == 12);
  const auto runs = runs_in(folder);
  CHECK(runs.size() == 12);
  for (const auto& [cell, times] : runs) CHECK(times == 1);
}

TEST_CASE(
    "of two processes one is killed: the other runs what it had, and nothing that it finished") {
  const TempFolder folder;
  Child killed([&] { return work_on(folder, 300ms); });
  while (runs_in(folder).size() < 4) std::this_thread::sleep_for(5ms);  // two finished, two begun
  Child other([&] { return work_on(folder, 5ms); });
  std::this_thread::sleep_for(50ms);
  killed.kill();
  CHECK(other.wait() >= 8);
  const auto runs = runs_in(folder);
  CHECK(runs.size() == 12);
  int twice = 0;
  for (const auto& [cell, times] : runs) twice += times - 1;
  CHECK(twice <= 2);  // those that it was at
  for (std::size_t i = 0; i < 12; ++i) {
    std::vector<Warning> damage;
    CHECK(RunStore(folder.path("study")).find("cell-" + std::to_string(i), "result.json", damage));
  }
}

}  // namespace
}  // namespace cch
