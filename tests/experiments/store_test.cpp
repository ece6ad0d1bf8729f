// Records: whole or not at all, whatever happens to the process that writes them or to their bytes.
#include "cch/experiments/store.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::Child;
using test::fault_code;
using test::TempFolder;

const std::string kLine = R"({"cell":{"a":1.5},"key":"abc"})";
const std::string kIndented = "{\n \"key\": \"abc\",\n \"metrics\": {\n  \"a\": 1.5\n }\n}\n";

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("records: a checksum is the first member, and comes off again") {
  CHECK(unsealed(sealed(kLine)) == kLine);
  CHECK(unsealed(sealed(kIndented)) == kIndented);
  CHECK(sealed(kLine).starts_with(R"({"checksum":")"));
  CHECK(sealed(kIndented).starts_with("{\n \"checksum\": \""));
  CHECK(sealed(kLine).find('\n') == std::string::npos);
}

TEST_CASE("records: every cut and every changed byte is recognised") {
  for (const std::string& record : {kLine, kIndented}) {
    const std::string text = sealed(record);
    // White space behind the last brace is no part of what was written with care.
    for (std::size_t n = 0; n < text.rfind('}'); ++n) CHECK_FALSE(unsealed(text.substr(0, n)));
    // A changed name of the member makes a record of before there were checksums.
    const std::size_t begin = text.find(':') + 1;
    for (std::size_t i = begin; i < text.size(); ++i) {
      std::string damaged = text;
      damaged[i] ^= 1;
      CAPTURE(damaged);
      CHECK_FALSE(unsealed(damaged));
    }
  }
}

TEST_CASE("records: those of earlier versions are read, if they are whole") {
  CHECK(unsealed(kLine) == kLine);
  CHECK(unsealed(kIndented) == kIndented);
  for (std::size_t n = 0; n < kLine.size(); ++n) CHECK_FALSE(unsealed(kLine.substr(0, n)));
}

TEST_CASE("run store: a damaged record is named and counts as absent") {
  const TempFolder folder;
  const RunStore store(folder.path(""));
  store.put("k", "result.json", kIndented, {{"curve.txt", "1 2 3"}});
  std::vector<Warning> damage;
  CHECK(store.find("k", "result.json", damage) == kIndented);
  CHECK(bytes_of(store.path("k", "curve.txt")) == "1 2 3");
  CHECK_FALSE(store.find("k", "criteria.json", damage));
  CHECK_FALSE(store.find("other", "result.json", damage));
  CHECK(damage.empty());
  std::string text = bytes_of(store.path("k", "result.json"));
  text.replace(text.find("1.5"), 3, "2.5");
  std::ofstream(store.path("k", "result.json"), std::ios::binary) << text;
  CHECK_FALSE(store.find("k", "result.json", damage));
  REQUIRE(damage.size() == 1);
  CHECK(damage[0].code == "record-damaged");
  CHECK(damage[0].message.find(store.path("k", "result.json")) != std::string::npos);
  store.put("k", "result.json", kIndented);
  CHECK(store.find("k", "result.json", damage) == kIndented);
}

TEST_CASE("records: files beside are the second member, and come off with the checksum") {
  const BesideHashes files{{"a.npy", std::string(64, 'a')}, {"b.txt", std::string(64, 'b')}};
  for (const std::string& record : {kLine, kIndented}) {
    const std::string text = sealed(record, files);
    BesideHashes found;
    CHECK(unsealed(text, &found) == record);
    CHECK(found == files);
    CHECK(unsealed(text) == record);
    CHECK(text.find("\"b.txt\":\"" + std::string(64, 'b')) != std::string::npos);
    for (std::size_t i = text.find(':') + 1; i < text.size(); ++i) {
      std::string damaged = text;
      damaged[i] ^= 1;
      CAPTURE(damaged);
      CHECK_FALSE(unsealed(damaged));
    }
  }
}

TEST_CASE("run store: a changed, cut or missing file beside a record makes its run open") {
  const TempFolder folder;
  const RunStore store(folder.path("study"));
  const std::string weights = "0123456789";
  const auto put = [&] {
    store.put("abc", "result.json", kLine, {{"w.bin", weights}, {"empty", ""}});
  };
  const auto code = [&]() -> std::string {
    std::vector<Warning> damage;
    const auto record = store.find("abc", "result.json", damage, RunStore::Beside::checked);
    CHECK(record.has_value() == damage.empty());
    std::vector<Warning> none;
    CHECK(store.find("abc", "result.json", none) == kLine);
    CHECK(none.empty());
    if (damage.empty()) return "";
    CHECK(damage[0].message.find("w.bin") != std::string::npos);
    return damage[0].code;
  };
  put();
  CHECK(code().empty());
  const std::string file = store.path("abc", "w.bin");
  for (std::size_t bit = 0; bit < 8 * weights.size(); ++bit) {
    std::string damaged = weights;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    std::ofstream(file, std::ios::binary) << damaged;
    CHECK(code() == "record-damaged");
  }
  std::ofstream(file, std::ios::binary) << weights.substr(1);
  CHECK(code() == "record-damaged");
  fs::remove(file);
  CHECK(code() == "record-damaged");
  put();
  CHECK(code().empty());
}

TEST_CASE("run store: killed while it writes, it has the old record or the new one") {
  const TempFolder folder;
  const RunStore store(folder.path(""));
  const auto record = [](char c) { return "{\"text\":\"" + std::string(200'000, c) + "\"}"; };
  store.put("k", "result.json", record('a'));
  for (int round = 0; round < 10; ++round) {
    Child child([&] {
      for (;;) {
        store.put("k", "result.json", record('b'));
        store.put("k", "result.json", record('a'));
      }
      return 0;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(1000 + 977 * round));
    child.kill();
    std::vector<Warning> damage;
    const auto found = store.find("k", "result.json", damage);
    REQUIRE(found);
    CHECK((*found == record('a') || *found == record('b')));
  }
}

TEST_CASE("run store: killed between claim and record, a run is free and open") {
  const TempFolder folder;
  const RunStore store(folder.path(""));
  Child child([&] {
    const auto claim = store.claim("k");
    (void)folder.write("ready", "");
    ::pause();
    return 0;
  });
  while (!fs::exists(folder.path("ready"))) std::this_thread::sleep_for(1ms);
  CHECK_FALSE(store.claim("k"));
  child.kill();
  std::vector<Warning> damage;
  {
    const auto claim = store.claim("k");
    REQUIRE(claim);
    CHECK_FALSE(store.find("k", "result.json", damage));
    store.put("k", "result.json", kIndented);
  }
  CHECK(store.find("k", "result.json", damage) == kIndented);
  CHECK(damage.empty());
  CHECK(std::distance(fs::directory_iterator(store.path("k", "")), fs::directory_iterator()) == 1);
}

TEST_CASE("line store: a cut last line is dropped, a damaged one is named and left out") {
  const TempFolder folder;
  const std::string path = folder.path("cells.jsonl");
  {
    const LineStore store(path);
    for (const char* key : {"a", "b", "c"}) store.add(std::string("{\"key\":\"") + key + "\"}");
  }
  std::string text = bytes_of(path);
  const std::size_t second = text.find('\n') + 1;
  text[text.find("\"b\"") + 1] = 'x';
  std::ofstream(path, std::ios::binary) << text << text.substr(0, second / 2);
  CHECK(LineStore(path, LineStore::Use::look).records().size() == 2);
  CHECK(bytes_of(path).size() > text.size());  // looking changes nothing
  const LineStore store(path);
  CHECK(store.records() == std::vector<std::string>{R"({"key":"a"})", R"({"key":"c"})"});
  REQUIRE(store.damage().size() == 1);
  CHECK(store.damage()[0].message.find("line 2") != std::string::npos);
  CHECK(bytes_of(path) == text);
  store.add(R"({"key":"d"})");
  CHECK(LineStore(path).records().size() == 3);
}

TEST_CASE("line store: a kill loses no finished line, and the next one is whole") {
  const TempFolder folder;
  const std::string path = folder.path("cells.jsonl");
  const std::string record = "{\"text\":\"" + std::string(9'000, 'a') + "\"}";
  std::size_t least = 0;
  for (int round = 0; round < 6; ++round) {
    Child child([&] {
      const LineStore store(path);
      for (;;) store.add(record);
      return 0;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(2000 + 571 * round));
    child.kill();
    const LineStore store(path);
    CHECK(store.damage().empty());
    CHECK(store.records().size() >= least);
    store.add(record);
    least = store.records().size() + 1;
  }
  CHECK(LineStore(path).records().size() == least);
  CHECK(fault_code([&] { LineStore(folder.path("none/cells.jsonl")).add(record); }) ==
        "cannot-write");
}

TEST_CASE("a study's folder: one process, or one a shard") {
  const TempFolder folder;
  const std::string root = folder.path("");
  const auto locked = [&](const std::string& shard) {
    return fault_code([&] { claim_study(root, shard); }) == "study-locked";
  };
  {
    const Claim whole = claim_study(root, "");
    CHECK(locked(""));
    CHECK(locked("1/2"));
  }
  {
    const Claim part = claim_study(root, "1/2");
    CHECK(locked(""));
    CHECK(locked("1/2"));
    CHECK_FALSE(locked("2/2"));
    CHECK_FALSE(locked("11/12"));
  }
  CHECK_FALSE(locked(""));
  CHECK(fs::is_empty(root));
}

TEST_CASE("shards: each piece of work is in one part") {
  for (std::size_t i = 0; i < 7; ++i) {
    int parts = 0;
    for (const char* text : {"1/3", "2/3", "3/3"}) parts += parse_shard(text).takes(i) ? 1 : 0;
    CHECK(parts == 1);
    CHECK(parse_shard("").takes(i));
  }
  for (const char* text : {"0/2", "3/2", "1", "1/2x", "-1/2", "1/0", "01/2"}) {
    CAPTURE(text);
    CHECK(fault_code([&] { parse_shard(text); }) == "bad-shard");
  }
}

}  // namespace
}  // namespace cch
