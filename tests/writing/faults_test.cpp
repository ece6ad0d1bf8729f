// What interrupts or damages a command that writes: a full disk, a stop, a kill, another process,
// changed bits. A later call gives the same result as one that nothing has disturbed.
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stop_token>
#include <thread>

#include "cch/core/random.hpp"
#include "tests/support/processes.hpp"
#include "tests/writing/writers.hpp"

namespace cch::test {
namespace {

using nlohmann::json;

/// A JSON text, or lines of it, without what differs from call to call.
std::string without_times(const std::string& text) {
  const json whole = json::parse(text, nullptr, false);
  if (!whole.is_discarded()) {
    json document = comparable(whole);
    if (document.is_object()) {
      for (const char* name : {"checksum", "beside", "runs"}) document.erase(name);
    }
    return document.dump();
  }
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    json record = json::parse(line, nullptr, false);
    if (!record.is_object()) continue;
    record = comparable(record);
    record.erase("checksum");
    out += record.dump() + '\n';
  }
  return out;
}

/// What a folder holds: results without times, in the order of their lines; not the pages, which
/// are made of them.
std::map<std::string, std::string> results(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& [name, text] : tree(folder)) {
    if (name == "planned.json") continue;  // how far it was when a process began
    if (name.ends_with(".json") || name.ends_with(".jsonl")) out[name] = without_times(text);
    if (name.ends_with(".jsonl")) {
      std::vector<std::string> lines;
      std::istringstream in(out[name]);
      for (std::string line; std::getline(in, line);) lines.push_back(line);
      std::sort(lines.begin(), lines.end());
      out[name].clear();
      for (const std::string& line : lines) out[name] += line + '\n';
    }
  }
  return out;
}

/// A command with the folder "out", and what it leaves there undisturbed.
struct Undisturbed {
  explicit Undisturbed(const Writer& writer) : command(writer.command(world, out)) {
    const RunOutcome run = run_cch(command);
    REQUIRE(run.code == 0);
    expected = results(out);
    fs::remove_all(out);
  }
  void check_same() const {
    const auto found = results(out);
    REQUIRE(found.size() == expected.size());
    for (const auto& [name, text] : expected) {
      CAPTURE(name);
      REQUIRE(found.contains(name));
      CHECK(found.at(name) == text);
    }
  }

  WritersWorld world;
  std::string out = world.folder.path("out");
  Arguments command;
  std::map<std::string, std::string> expected;
};

std::vector<Writer> folder_writers() {
  std::vector<Writer> out;
  for (const Writer& writer : writers()) {
    if (writer.to_folder) out.push_back(writer);
  }
  return out;
}

TEST_CASE("faults: a full disk is one error, and leaves whole files alone") {
  for (const Writer& writer : folder_writers()) {
    CAPTURE(writer.name);
    const Undisturbed one(writer);
    for (const rlim_t bytes : {0, 300, 3000}) {
      CAPTURE(bytes);
      RunOutcome full;
      {
        const SmallFiles limit(bytes);
        full = run_cch(one.command);
      }
      CAPTURE(full.err);
      CHECK(full.code == 1);
      CHECK(full.err_has("[cannot-write]"));
      for (const auto& [name, text] : tree(one.out)) {
        CAPTURE(name);
        CHECK(name.find(".tmp") == std::string::npos);
        // Lines are dropped where they are cut, by the next call.
        if (name.ends_with(".json")) CHECK_FALSE(json::parse(text, nullptr, false).is_discarded());
      }
    }
    CHECK(run_cch(one.command).code == 0);
    one.check_same();
  }
}

TEST_CASE("faults: stopped before it begins, it says so and leaves no result") {
  for (const Writer& writer : folder_writers()) {
    CAPTURE(writer.name);
    const Undisturbed one(writer);
    std::ostringstream out;
    std::ostringstream err;
    Terminal terminal{out, err};
    std::stop_source stop;
    stop.request_stop();
    const int code = run_program(one.command, terminal, stop.get_token());
    CAPTURE(err.str());
    CHECK((code == 130 || code == 75 || code == 0));  // 0: there was nothing long to stop
    if (code != 0) CHECK_FALSE(fs::exists(fs::path(one.out) / "report.html"));
    CHECK(run_cch(one.command).code == 0);
    one.check_same();
  }
}

TEST_CASE("faults: killed at any moment, the next call ends as if nothing had been") {
  for (const Writer& writer : folder_writers()) {
    CAPTURE(writer.name);
    const Undisturbed one(writer);
    Random random(derive_seed(1, writer.name));
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(run_cch(one.command).code == 0);
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start);
    fs::remove_all(one.out);
    for (int round = 0; round < 6; ++round) {
      if (!writer.resumes) fs::remove_all(one.out);
      Child child([&] { return run_cch(one.command).code; });
      std::this_thread::sleep_for(
          std::chrono::microseconds(random.below(static_cast<std::uint64_t>(whole.count()) + 1)));
      child.kill();
      for (const auto& [name, text] : tree(one.out)) {
        CAPTURE(name);
        if (name.ends_with(".json") && name.find(".tmp") == std::string::npos) {
          CHECK_FALSE(json::parse(text, nullptr, false).is_discarded());
        }
      }
    }
    const RunOutcome last = run_cch(one.command);
    CAPTURE(last.err);
    CHECK(last.code == 0);
    one.check_same();
  }
}

TEST_CASE("faults: of two processes at once both end well, or one is told of the other") {
  for (const Writer& writer : folder_writers()) {
    CAPTURE(writer.name);
    const Undisturbed one(writer);
    Child first([&] { return run_cch(one.command).code; });
    const RunOutcome second = run_cch(one.command);
    const int code = first.wait();
    CAPTURE(second.err);
    const auto ended_well = [](int c) { return c == 0; };
    CHECK((ended_well(code) || ended_well(second.code)));
    if (second.code != 0) CHECK(second.err_has("[study-locked]"));
    if (code != 0) CHECK(code == 2);
    CHECK(run_cch(one.command).code == 0);
    one.check_same();
  }
}

/// Another bit somewhere.
std::string flipped(std::string text, Random& random) {
  char& at = text[random.below(text.size())];
  at = static_cast<char>(at ^ (1 << random.below(8)));
  return text;
}

TEST_CASE("faults: a changed bit in any stored file is computed again or refused, never used") {
  for (const Writer& writer : folder_writers()) {
    if (!writer.resumes) continue;
    CAPTURE(writer.name);
    const Undisturbed one(writer);
    REQUIRE(run_cch(one.command).code == 0);
    Random random(derive_seed(2, writer.name));
    const auto files = tree(one.out);
    for (const auto& [name, text] : files) {
      if (text.empty() || name.ends_with(".html")) continue;
      CAPTURE(name);
      const fs::path path = fs::path(one.out) / name;
      const std::string other = flipped(text, random);
      std::ofstream(path, std::ios::binary) << other;
      const RunOutcome run = run_cch(one.command);
      CAPTURE(run.err);
      CAPTURE(other);
      CHECK((run.code == 0 || run.code == 2 || run.code == 3));
      CHECK_FALSE(run.err_has("[internal]"));
      if (run.code != 0) {
        std::ofstream(path, std::ios::binary) << text;
        CHECK(run_cch(one.command).code == 0);
      }
      one.check_same();
    }
  }
}

}  // namespace
}  // namespace cch::test
