#include "cch/data/inspect.hpp"

#include <vector>

#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::npy;
using test::raw;

TEST_CASE("inspect: range, constant columns and duplicate rows") {
  const test::TempFolder folder;
  const std::vector<double> values = {1, 5, 0.0, 1, 6, 0.0, 1, 5, -0.0, 1, 6, 0.0, 1, 6, 1e-300};
  const FileFacts file = inspect_source(folder.write("x.npy", npy("<f8", "(5, 3)", raw(values))));
  REQUIRE(file.faultless());
  REQUIRE(file.arrays.size() == 1);
  const ArrayFacts& array = file.arrays[0];
  CHECK(file.format == "npy");
  CHECK(array.minimum == 0.0);
  CHECK(array.maximum == 6.0);
  CHECK(test::near(*array.mean, 33.0 / 15.0, test::kRounding));
  CHECK(array.constant_columns == std::vector<std::size_t>{0});
  CHECK(array.duplicate_rows == 2);  // rows 2 and 3; −0 equals 0, 1e-300 does not
}

TEST_CASE("inspect: NaN is a fault with its first place") {
  const test::TempFolder folder;
  const std::vector<double> values = {1, 2, 3, NAN, INFINITY, 6};
  const FileFacts file = inspect_source(folder.write("x.npy", npy("<f8", "(3, 2)", raw(values))));
  CHECK_FALSE(file.faultless());
  const ArrayFacts& array = file.arrays[0];
  CHECK(array.non_finite == 2);
  CHECK(array.first_bad_row == 1);
  CHECK(array.first_bad_column == 1);
  CHECK(array.maximum == 6.0);
  REQUIRE(array.faults.size() == 1);
  CHECK(array.faults[0].code == "non-finite-value");
}

TEST_CASE("inspect: a column of NaN alone is to be dropped") {
  const test::TempFolder folder;
  const std::vector<double> values = {1, NAN, 3, NAN};
  const FileFacts file = inspect_source(folder.write("x.npy", npy("<f8", "(2, 2)", raw(values))));
  CHECK(file.arrays.at(0).faults.at(0).action.find("Drop column 1") != std::string::npos);
}

TEST_CASE("inspect: labels, distinct values, and one bad array among good ones") {
  const test::TempFolder folder;
  const FileFacts file =
      inspect_source(folder.write("z.npz", test::zip({{"y.npy", npy("|S1", "(3,)", "aba")},
                                                      {"bad.npy", npy("|O", "(1,)", "x")},
                                                      {"none.npy", npy("<f8", "(0, 2)", "")}})));
  REQUIRE(file.arrays.size() == 3);
  CHECK(file.faults.empty());
  CHECK(file.arrays[0].distinct == 2);
  CHECK(file.arrays[0].taken_as_labels == "discrete: strings");
  CHECK(file.arrays[1].faults.at(0).code == "object-dtype");
  CHECK(file.arrays[2].faults.at(0).code == "empty-array");
}

TEST_CASE("inspect: tables column by column, folders array by array, one key alone") {
  const test::TempFolder folder;
  const std::string table = folder.write("t.csv", "id,a\np,1\nq,2\n");
  CHECK(inspect_source(table).arrays.size() == 2);
  CHECK(inspect_source(table).warnings.at(0).code == "csv-header");
  CHECK(inspect_source(table + ":a").arrays.at(0).dtype == "int64");
  CHECK(inspect_source(table + ":b").faults.at(0).code == "unknown-key");
  static_cast<void>(folder.write("x.npy", npy("|u1", "(1,)", "a")));
  CHECK(inspect_source("dir:" + folder.path("")).arrays.size() == 1);
}

TEST_CASE("inspect: a file that cannot be read has a fault, not an exception") {
  const test::TempFolder folder;
  CHECK(inspect_source(folder.path("absent")).faults.at(0).code == "file-not-found");
  CHECK(inspect_source(folder.write("e.npy", "")).faults.at(0).code == "empty-file");
  CHECK(inspect_source(folder.write("x.safetensors", "12345678")).faults.at(0).code ==
        "bad-header");
}

}  // namespace cch
