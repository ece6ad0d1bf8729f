// What is read of large files, and what its hash is of.

#include <filesystem>
#include <fstream>
#include <vector>

#include "cch/data/inspect.hpp"
#include "cch/data/npz.hpp"
#include "cch/data/source.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::npy;
using test::raw;

namespace {

const test::TempFolder& folder() {
  static const test::TempFolder instance;
  return instance;
}
std::string hash_of(const std::string& bytes) {
  return sha256(test::to_bytes(bytes).view);
}
SourceInfo read(const std::string& source, std::size_t rows) {
  return load_samples(parse_source(source), "x", {.max_rows = rows}).info;
}

constexpr std::size_t kDim = 1024;
constexpr std::size_t kHuge = std::size_t{1} << 36;  // bytes: minutes for whoever reads them all

// A file of zeros that takes no room on the disk, but for a header and rows at both ends.
std::string huge_file() {
  const std::size_t rows = kHuge / kDim / 4;
  const std::string header =
      npy("<f4", "(" + std::to_string(rows) + ", " + std::to_string(kDim) + ")", "");
  const std::string path = folder().write("huge.npy", header);
  std::filesystem::resize_file(path, header.size() + kHuge);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::vector<float> ones(kDim, 1.0F);
  file.seekp(static_cast<std::streamoff>(header.size() + (rows - 1) * kDim * 4));
  file << raw(ones);
  return path;
}

}  // namespace

TEST_CASE("part: a row limit hashes the rows that are read, in either order of the array") {
  const std::vector<double> c{1, 2, 3, 4, 5, 6};
  const std::vector<double> fortran{1, 3, 5, 2, 4, 6};
  const std::string c_path = folder().write("c.npy", npy("<f8", "(3, 2)", raw(c)));
  const std::string f_path = folder().write("f.npy", npy("<f8", "(3, 2)", raw(fortran), true));
  const std::string rows = hash_of(raw(std::vector<double>{1, 2, 3, 4}));
  for (const std::string& path : {c_path, f_path}) {
    const SourceInfo part = read(path, 2);
    CHECK(part.sha256 == rows);
    CHECK(part.sha256_of == "rows 0 to 1");
    CHECK(part.shape == std::vector<std::size_t>{3, 2});
    const SourceInfo whole = read(path, 3);
    CHECK(whole.sha256_of.empty());
    CHECK(whole.sha256 == sha256(map_file(path).view));
  }
}

TEST_CASE("part: one array of several is hashed alone, the only one with its file") {
  const std::string a = npy("<f8", "(3,)", raw(std::vector<double>{1, 2, 3}));
  const std::string b = npy("|S2", "(3,)", "abcdef");
  for (const bool deflate : {false, true}) {
    const std::string two =
        folder().write("two.npz", test::zip({{"a.npy", a, deflate}, {"b.npy", b, deflate}}));
    CHECK(read(two + ":a", 0).sha256 == hash_of(raw(std::vector<double>{1, 2, 3})));
    CHECK(read(two + ":a", 0).sha256_of == "array 'a'");
    CHECK(read(two + ":a", 2).sha256 == hash_of(raw(std::vector<double>{1, 2})));
    CHECK(read(two + ":a", 2).sha256_of == "rows 0 to 1 of array 'a'");
    const LoadedLabels labels =
        load_labels(parse_source(two + ":b"), LabelKind::discrete, {.max_rows = 2});
    CHECK(std::get<ClassLabels>(labels.labels).names() == std::vector<std::string>{"ab", "cd"});
    CHECK(labels.info.sha256 == hash_of("abcd"));
    CHECK(labels.info.shape == std::vector<std::size_t>{3});
    const std::string one = folder().write("one.npz", test::zip({{"a.npy", a, deflate}}));
    CHECK(read(one + ":a", 0).sha256_of.empty());
    CHECK(read(one, 0).sha256 == sha256(map_file(one).view));
  }
  const std::string header = R"({"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},)"
                             R"("b":{"dtype":"F64","shape":[1],"data_offsets":[16,24]}})";
  const std::string tensors =
      folder().write("t.safetensors", test::safetensors(header, raw(std::vector<double>{7, 8, 9})));
  CHECK(read(tensors + ":b", 0).sha256 == hash_of(raw(std::vector<double>{9})));
  CHECK(read(tensors + ":a", 1).sha256_of == "rows 0 to 0 of array 'a'");
}

TEST_CASE("part: the rows that a limit leaves out of an archive are not expanded") {
  // The limit on bytes is that of what is read: three rows of a million.
  const std::string zeros = npy("|u1", "(1000000, 10)", std::string(10'000'000, '\0'));
  const Bytes file = test::to_bytes(test::zip({{"a.npy", zeros, true}}));
  const NpzLimits limits{.max_bytes = 1000, .rows = {.rows = 3}};
  const Array rows = NpzFile(file, "x.npz").array("a", limits);
  CHECK(rows.rows() == 3);
  CHECK(rows.stored_shape() == std::vector<std::size_t>{1000000, 10});
  CHECK(NpzFile(file, "x.npz").array("a", {.rows = {.bytes = 45}}).rows() == 4);
  CHECK(test::fault_code([&] {
          (void)NpzFile(file, "x.npz").array("a", {.max_bytes = 1000, .rows = {.rows = 101}});
        }) == "zip-bomb");
}

TEST_CASE("part: a table that is named several times is hashed once") {
  const std::string table = folder().write("t.csv", "a,y,g\n1,p,u\n2,q,v\n");
  const auto hashes = std::make_shared<FileHashes>();
  const LoadOptions options{.hashes = hashes};
  const auto a = load_samples(parse_source(table + ":a"), "x", options);
  const auto y = load_labels(parse_source(table + ":y"), LabelKind::discrete, options);
  const auto g = load_groups(parse_source(table + ":g"), options);
  CHECK(hashes->size() == 1);
  CHECK(a.info.sha256 == sha256(map_file(table).view));
  CHECK(g.info.sha256 == y.info.sha256);
}

TEST_CASE("part: of a file of 64 GiB only what is asked for is read") {
  const std::string path = huge_file();
  const SourceInfo rows = read(path, 400);
  CHECK(rows.sha256 == hash_of(std::string(400 * kDim * 4, '\0')));
  CHECK(rows.sha256_of == "rows 0 to 399");
  const FileFacts facts = inspect_source(path);
  CHECK(facts.faultless());
  CHECK(facts.sha256.empty());
  CHECK(facts.warnings.at(0).code == "sampled");
  const ArrayFacts& array = facts.arrays.at(0);
  CHECK(array.bytes == kHuge);
  CHECK(array.shape[0] == kHuge / kDim / 4);
  REQUIRE(array.rows_seen);
  CHECK(*array.rows_seen * kDim * 4 <= InspectLimits{}.arrays);
  CHECK(array.maximum == 1.0);  // of the last row, so the end is looked at as well
}

TEST_CASE("part: inspect looks at rows spread over arrays, and names the row of a fault") {
  std::vector<double> values(2000, 0.0);
  values[1998] = NAN;  // row 999
  const std::string x = npy("<f8", "(1000, 2)", raw(values));
  const InspectLimits small{.arrays = 4096, .table = 100};
  const FileFacts npy_facts = inspect_source(folder().write("x.npy", x), small);
  CHECK(npy_facts.arrays.at(0).rows_seen == 256);
  CHECK(npy_facts.arrays.at(0).first_bad_row == 999);
  const FileFacts npz =
      inspect_source(folder().write("x.npz", test::zip({{"x.npy", x}, {"y.npy", x}})), small);
  CHECK(npz.arrays.at(1).rows_seen == 128);
  CHECK(npz.arrays.at(1).shape[0] == 1000);
  CHECK(inspect_source(folder().path("x.npy")).arrays.at(0).rows_seen == std::nullopt);
  std::string lines = "a,b\n";
  for (int i = 0; i < 100; ++i) lines += std::to_string(i) + ",\"x\ny\"\n";
  const FileFacts table = inspect_source(folder().write("t2.csv", lines), small);
  CHECK(table.faults.empty());
  CHECK(table.sha256.empty());
  CHECK(table.arrays.at(0).rows_seen == 11);  // lines that end within 100 bytes
  CHECK(table.warnings.back().code == "sampled");
}

}  // namespace cch
