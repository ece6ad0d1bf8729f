// Several files as one input.
#include "data/pattern.hpp"

#include <filesystem>

#include "cch/data/inspect.hpp"
#include "cch/data/source.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::fault_code;
using test::npy;
using test::raw;

/// Files scan10, scan2 and scan3 of 2, 1 and 1 rows, and one of another name.
struct Scans {
  Scans() {
    static_cast<void>(folder.write("scan10.npy", npy("<f4", "(2, 2)", raw(four))));
    static_cast<void>(folder.write("scan2.npy", npy("<f4", "(1, 2)", raw(pair), true)));
    static_cast<void>(folder.write("scan3.npy", npy("<f4", "(1, 2)", raw(pair))));
    static_cast<void>(folder.write("other.npy", npy("<f8", "(1,)", raw(std::vector<double>{7}))));
  }
  [[nodiscard]] SourceSpec source(const std::string& name) const {
    return parse_source(folder.path(name));
  }

  test::TempFolder folder;
  std::vector<float> four{1, 2, 3, 4};
  std::vector<float> pair{5, 6};
};

TEST_CASE("pattern: files one after the other, by name") {
  const Scans scans;
  const LoadedSamples loaded = load_samples(scans.source("scan*.npy"), "scans");
  REQUIRE(loaded.samples.size() == 4);
  const std::vector<double> expected{1, 2, 3, 4, 5, 6, 5, 6};
  for (std::size_t i = 0; i < 8; ++i) CHECK(loaded.samples.view()(i / 2, i % 2) == expected[i]);
  CHECK(loaded.info.shape == std::vector<std::size_t>{4, 2});
  CHECK(loaded.info.sha256_of == "names and hashes of 3 files");
  const LoadedSamples first = load_samples(scans.source("scan*.npy"), "scans", {.max_rows = 3});
  CHECK(first.samples.size() == 3);
  CHECK(load_samples(scans.source("*3.npy"), "scans").samples.size() == 1);
}

TEST_CASE("pattern: groups and identifiers are the names of the files") {
  const Scans scans;
  const LoadedGroups groups = load_groups(scans.source("scan*.npy"));
  CHECK(groups.groups.count() == 3);
  CHECK(groups.groups.members(0).size() == 2);
  CHECK(load_ids(scans.source("scan*.npy")).ids ==
        std::vector<std::string>{"scan10/0", "scan10/1", "scan2", "scan3"});
}

TEST_CASE("pattern: 1-D arrays are rows of samples, and values of labels") {
  const test::TempFolder folder;
  for (const char* name : {"a", "b", "c"}) {
    static_cast<void>(folder.write(std::string(name) + ".npy",
                                   npy("<i8", "(3,)", raw(std::vector<std::int64_t>{0, 1, 1}))));
  }
  const SourceSpec all = parse_source(folder.path("*.npy"));
  const LoadedSamples rows = load_samples(all, "x");
  CHECK(rows.samples.view().rows() == 3);
  CHECK(rows.samples.view().cols() == 3);
  CHECK(size(load_labels(all, LabelKind::discrete).labels) == 9);
}

TEST_CASE("pattern: files that differ, or are none, are refused by name") {
  const Scans scans;
  CHECK(fault_code([&] { load_samples(scans.source("nothing*.npy"), "x"); }) == "file-not-found");
  CHECK(fault_code([&] { load_samples(scans.source("absent/*.npy"), "x"); }) == "file-not-found");
  CHECK(fault_code([&] { load_samples(scans.source("*.npy"), "x"); }) == "files-differ");
  // The same numbers with the highest byte first would be read as others.
  static_cast<void>(scans.folder.write("scan4.npy", npy(">f4", "(1, 2)", std::string(8, '\1'))));
  CHECK(fault_code([&] { load_samples(scans.source("scan*.npy"), "x"); }) == "files-differ");
}

TEST_CASE("pattern: a file whose name has a star is that file") {
  const Scans scans;
  static_cast<void>(scans.folder.write("scan*.npy", npy("<f4", "(1, 2)", raw(scans.pair))));
  CHECK(load_samples(scans.source("scan*.npy"), "x").samples.size() == 1);
}

TEST_CASE("pattern: arrays of archives by their key, and a look at all") {
  const Scans scans;
  for (const char* name : {"p", "q"}) {
    static_cast<void>(scans.folder.write(
        std::string(name) + ".npz",
        test::zip({{"layer.0.npy", npy("<f4", "(1, 2)", raw(scans.pair))},
                   {"other.npy", npy("<f4", "(1,)", raw(std::vector<float>{1}))}})));
  }
  CHECK(load_samples(scans.source("*.npz:layer.0"), "x").samples.size() == 2);
  CHECK(load_ids(scans.source("*.npz:layer.0")).ids == std::vector<std::string>{"p", "q"});
  const FileFacts facts = inspect_source(scans.folder.path("scan*.npy"));
  REQUIRE(facts.arrays.size() == 1);
  CHECK(facts.arrays[0].shape == std::vector<std::size_t>{4, 2});
  CHECK(facts.faultless());
}

}  // namespace
}  // namespace cch
