#include "cch/data/npz.hpp"

#include <vector>

#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::npy;
using test::raw;
using test::to_bytes;
using test::zip;
using test::ZipEntry;

namespace {

const std::string kArray = npy("<f8", "(2,)", raw(std::vector<double>{1.5, -2.0}));

std::string refusal(const std::vector<ZipEntry>& entries, const std::string& key = "a",
                    const NpzLimits& limits = {}) {
  return test::fault_code(
      [&] { (void)NpzFile(to_bytes(zip(entries)), "x.npz").array(key, limits); });
}

}  // namespace

TEST_CASE("npz: stored and deflated entries") {
  const Bytes file =
      to_bytes(zip({{"a.npy", kArray}, {"b.npy", kArray, true}, {"notes.txt", "hello"}}));
  CHECK(NpzFile(file, "x.npz").keys() == std::vector<std::string>{"a", "b"});
  CHECK(NpzFile(file, "x.npz").array("a").matrix(2)(1, 0) == -2.0);
  CHECK(NpzFile(file, "x.npz").array("b").matrix(2)(0, 0) == 1.5);
}

TEST_CASE("npz: which array is meant must be clear") {
  CHECK(refusal({{"a.npy", kArray}}, "").empty());
  CHECK(refusal({{"a.npy", kArray}, {"b.npy", kArray}}, "") == "key-needed");
  CHECK(refusal({{"a.npy", kArray}, {"b.npy", kArray}}, "c") == "unknown-key");
  CHECK(refusal({{"a.npy", kArray}, {"a.npy", kArray}}) == "duplicate-key");
  CHECK(refusal({{"a.txt", kArray}}) == "no-arrays");
}

TEST_CASE("npz: an entry that would fill the memory is refused before it is expanded") {
  const std::string zeros = npy("|u1", "(1000000,)", std::string(1000000, '\0'));
  const ZipEntry honest{"a.npy", zeros, true};
  CHECK(refusal({honest}).empty());
  CHECK(refusal({honest}, "a", {.max_bytes = 1000}) == "zip-bomb");
  ZipEntry lying = honest;
  lying.declared_size = 4'000'000'000;
  CHECK(refusal({lying}) == "zip-bomb");
  ZipEntry stored{"a.npy", kArray};
  stored.declared_size = 4'000'000'000;
  CHECK(refusal({stored}) == "zip-bomb");
}

TEST_CASE("npz: declared size, header and content must agree") {
  CHECK(refusal({{"a.npy", npy("<f8", "(3,)", raw(std::vector<double>{1, 2})), true}}) ==
        "size-mismatch");
  ZipEntry shorter{"a.npy", kArray, true};
  shorter.declared_size = kArray.size() - 8;
  CHECK(refusal({shorter}) == "size-mismatch");
  const std::string longer = npy("<f8", "(3,)", raw(std::vector<double>{1, 2}));
  ZipEntry ends_early{"a.npy", longer, true};
  ends_early.declared_size = longer.size() + 8;
  CHECK(refusal({ends_early}) == "bad-zip");
}

TEST_CASE("npz: damaged archives") {
  ZipEntry damaged{"a.npy", kArray, true};
  damaged.wrong_checksum = 1;
  CHECK(refusal({damaged}) == "bad-zip");
  const std::string good = zip({{"a.npy", kArray}});
  const std::string cut = good.substr(0, good.size() / 2);
  CHECK(test::fault_code([&] { NpzFile(to_bytes(cut), "x.npz"); }) == "bad-zip");
  CHECK(test::fault_code([&] { NpzFile(to_bytes("hello"), "x.npz"); }) == "bad-zip");
}

TEST_CASE("npz: what is not stored or deflated, or is encrypted") {
  ZipEntry other{"a.npy", kArray};
  other.method = 12;
  CHECK(refusal({other}) == "unsupported-compression");
  ZipEntry secret{"a.npy", kArray};
  secret.flags = 1;
  CHECK(refusal({secret}) == "encrypted");
}

namespace {

/// One stored entry whose numbers are all in the fields of 64 bits.
std::string zip64(const std::string& name, const std::string& content) {
  using test::little;
  const auto checksum =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  const std::string all_set = little(0xffffffff, 4);
  const std::string common = little(45, 2) + little(0, 8) + little(checksum, 4);
  const std::string extra = little(1, 2) + little(24, 2) + little(content.size(), 8) +
                            little(content.size(), 8) + little(0, 8);
  const std::string file = little(0x04034b50, 4) + common + all_set + all_set +
                           little(name.size(), 2) + little(0, 2) + name + content;
  const std::string directory = little(0x02014b50, 4) + little(45, 2) + common + all_set + all_set +
                                little(name.size(), 2) + little(extra.size(), 2) + little(0, 10) +
                                all_set + name + extra;
  const std::string end64 = little(0x06064b50, 4) + little(44, 8) + little(45, 2) + little(45, 2) +
                            little(0, 8) + little(1, 8) + little(1, 8) +
                            little(directory.size(), 8) + little(file.size(), 8);
  const std::string locator = little(0x07064b50, 4) + little(0, 4) +
                              little(file.size() + directory.size(), 8) + little(1, 4);
  return file + directory + end64 + locator + little(0x06054b50, 4) + little(0, 4) +
         little(0xffff, 2) + little(0xffff, 2) + all_set + all_set + little(0, 2);
}

}  // namespace

TEST_CASE("npz: archives with fields of 64 bits, as numpy writes large ones") {
  const Bytes file = to_bytes(zip64("a.npy", kArray));
  CHECK(NpzFile(file, "x.npz").array("a").matrix(2)(1, 0) == -2.0);
  std::string cut = zip64("a.npy", kArray);
  cut[cut.size() - 22 - 20] ^= 1;  // the locator's mark
  CHECK(test::fault_code([&] { NpzFile(to_bytes(cut), "x.npz"); }) == "bad-zip");
}

TEST_CASE("npz: a comment behind the directory") {
  std::string file = zip({{"a.npy", kArray}});
  const std::string comment = "made by hand, PK\x05\x06";
  file[file.size() - 2] = static_cast<char>(comment.size());
  CHECK(NpzFile(to_bytes(file + comment), "x.npz").keys() == std::vector<std::string>{"a"});
}

TEST_CASE("npz: faults of the array itself carry its name") {
  CHECK(refusal({{"a.npy", npy("|O", "(1,)", "x")}}) == "object-dtype");
  try {
    (void)NpzFile(to_bytes(zip({{"a.npy", npy("|O", "(1,)", "x")}})), "x.npz").array("a");
    FAIL("object dtype was read");
  } catch (const Error& error) {
    CHECK(error.faults().front().where == "x.npz:a");
    CHECK(error.kind() == ErrorKind::data);
  }
}

}  // namespace cch
