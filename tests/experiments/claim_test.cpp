// Claims: one process at a time, and none after a process is gone.
#include "cch/experiments/claim.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <filesystem>
#include <list>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::Child;
using test::TempFolder;

std::size_t entries(const TempFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder.path("")), fs::directory_iterator()));
}

/// A claim as a process of this description leaves it.
std::string claim_text(const ClaimOwner& o) {
  return nlohmann::json{{"host", o.host},
                        {"machine", o.machine},
                        {"process", o.process},
                        {"started", o.started}}
             .dump() +
         "\n";
}

void make_old(const std::string& path, std::chrono::seconds age) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - age);
}

TEST_CASE("claim: one at a time, the owner is named, and given back it leaves nothing") {
  const TempFolder folder;
  const std::string path = folder.path("claim");
  {
    const auto first = Claim::take(path);
    REQUIRE(first);
    CHECK(first->held());
    ClaimOwner owner;
    CHECK_FALSE(Claim::take(path, &owner));
    CHECK(owner.process == ::getpid());
    CHECK(owner.started == this_process().started);
    CHECK_FALSE(owner.host.empty());
  }
  CHECK(entries(folder) == 0);
  CHECK(Claim::take(path));
}

TEST_CASE("claim: that of a killed process is taken over at once") {
  const TempFolder folder;
  const std::string path = folder.path("claim");
  {
    Child child([&] {
      const auto claim = Claim::take(path);
      (void)folder.write("ready", "");
      ::pause();
      return 0;
    });
    while (!fs::exists(folder.path("ready"))) std::this_thread::sleep_for(1ms);
    CHECK_FALSE(Claim::take(path));
    child.kill();
    CHECK(fs::exists(path));
  }
  auto mine = Claim::take(path);
  REQUIRE(mine);
  CHECK_FALSE(Claim::take(path));
  mine.reset();
  CHECK(entries(folder) == 1);  // "ready"
}

TEST_CASE("claim: another process with the number of the owner is not the owner") {
  const TempFolder folder;
  ClaimOwner owner = this_process();
  const std::string path = folder.write("claim", claim_text(owner));
  CHECK(Claim::is_held(path));
  owner.started += "0";
  (void)folder.write("claim", claim_text(owner));
  CHECK(Claim::take(path));
}

TEST_CASE("claim: on another machine, and without an owner, it is stale without a heartbeat") {
  for (const bool named : {true, false}) {
    CAPTURE(named);
    const TempFolder folder;
    ClaimOwner owner = this_process();
    owner.machine = "another one";
    const std::string path = folder.write("claim", named ? claim_text(owner) : "");
    CHECK_FALSE(Claim::take(path));
    make_old(path, 100s);
    CHECK_FALSE(Claim::take(path));
    make_old(path, 130s);
    const auto mine = Claim::take(path);
    REQUIRE(mine);
    // The first owner sees that it lost the claim, whatever it does to its file.
    (void)folder.write("claim", named ? claim_text(owner) : "");
    CHECK(mine->held());
    CHECK_FALSE(Claim::take(path));
  }
}

TEST_CASE("claim: a heartbeat keeps it, and an owner that lost it knows") {
  const TempFolder folder;
  const std::string path = folder.path("claim");
  const auto claim = Claim::take(path, nullptr, {5ms, 120s});
  REQUIRE(claim);
  make_old(path, 3600s);
  // Beats come every 5 ms; ten seconds are for a machine under load.
  for (int i = 0; i < 1000 && fs::file_time_type::clock::now() - fs::last_write_time(path) > 60s;
       ++i) {
    std::this_thread::sleep_for(10ms);
  }
  CHECK(fs::file_time_type::clock::now() - fs::last_write_time(path) < 60s);
  CHECK(claim->held());
  (void)folder.write("claim.2", claim_text(this_process()));
  CHECK_FALSE(claim->held());
}

TEST_CASE("claim: of many processes that find a stale one, one gets it") {
  constexpr int kRounds = 12;
  constexpr int kProcesses = 6;
  for (int round = 0; round < kRounds; ++round) {
    const TempFolder folder;
    ClaimOwner gone = this_process();
    gone.started += "0";
    const std::string path = folder.write("claim", claim_text(gone));
    std::list<Child> children;
    for (int i = 0; i < kProcesses; ++i) {
      children.emplace_back([&] {
        while (!fs::exists(folder.path("go"))) std::this_thread::sleep_for(100us);
        const auto claim = Claim::take(path);
        (void)folder.write("tried-" + std::to_string(i), "");
        if (!claim) return 1;
        while (!fs::exists(folder.path("end"))) std::this_thread::sleep_for(1ms);
        return claim->held() ? 0 : 2;
      });
    }
    (void)folder.write("go", "");
    for (int i = 0; i < kProcesses; ++i) {
      while (!fs::exists(folder.path("tried-" + std::to_string(i))))
        std::this_thread::sleep_for(1ms);
    }
    (void)folder.write("end", "");
    int won = 0;
    for (Child& child : children) {
      const int status = child.wait();
      CHECK(status != 2);
      won += status == 0 ? 1 : 0;
    }
    CHECK(won == 1);
    CHECK_FALSE(Claim::is_held(path));
  }
}

TEST_CASE("claim: of many threads of one process one gets it, and none fails or leaves a draft") {
  for (int round = 0; round < 200; ++round) {
    const TempFolder folder;
    const std::string path = folder.path("claim");
    std::vector<std::optional<Claim>> claims(8);
    std::atomic<int> failures = 0;
    std::barrier together(8);
    {
      std::vector<std::jthread> threads;
      for (auto& claim : claims) {
        threads.emplace_back([&] {
          together.arrive_and_wait();
          try {
            claim = Claim::take(path);
          } catch (const std::exception&) {
            ++failures;
          }
        });
      }
    }
    CHECK(failures == 0);
    CHECK(std::count_if(claims.begin(), claims.end(), [](const auto& c) { return !!c; }) == 1);
    CHECK(entries(folder) == 1);
  }
}

}  // namespace
}  // namespace cch
