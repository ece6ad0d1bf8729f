// Which rows are for training: words, codes and flags.
#include "cch/data/split.hpp"

#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

using Parts = std::vector<SplitPart>;
constexpr SplitPart kTrain = SplitPart::train;
constexpr SplitPart kValidation = SplitPart::validation;
constexpr SplitPart kTest = SplitPart::test;

struct Files {
  test::TempFolder folder;

  LoadedSplit words(const std::string& rows, const std::string& training = {}) const {
    return load_split(parse_source(folder.write("s.csv", "part\n" + rows) + ":part"), training);
  }
  LoadedSplit codes(const std::vector<std::int64_t>& values) const {
    const std::string shape = "(" + std::to_string(values.size()) + ",)";
    return load_split(
        parse_source(folder.write("s.npy", test::npy("<i8", shape, test::raw(values)))));
  }
  LoadedSplit flags(const std::string& name,
                    const std::vector<std::uint8_t>& values = {1, 0, 0, 1}) const {
    return load_split(
        parse_source(folder.write(name, test::npy("|b1", "(4,)", test::raw(values)))));
  }
};

TEST_CASE("a split in words, in any spelling") {
  const Files f;
  CHECK(f.words("train\nval\ntest\n").parts == Parts{kTrain, kValidation, kTest});
  CHECK(f.words("Training\nDev\nHeld-Out\n").parts == Parts{kTrain, kValidation, kTest});
  CHECK(f.words("TRAIN\nheld_out\nTRAIN\n").parts == Parts{kTrain, kTest, kTrain});
  const LoadedSplit split = f.words("train\nval\ntest\n");
  CHECK(split.reason == "'test' is for test, 'train' for training, 'val' for validation");
  CHECK(split.usual);
  CHECK(split.rows(kValidation) == std::vector<std::size_t>{1});
  CHECK(test::fault_code([&] { f.words("a\nb\n"); }) == "bad-split");
  CHECK(f.words("a\nb\nc\n", "b").parts == Parts{kTest, kTrain, kTest});
  CHECK(test::fault_code([&] { f.words("a\nb\n", "c"); }) == "unknown-split-value");
}

TEST_CASE("a split in codes: 0, 1 and 2, or 0 and 1 alone, where 1 is held out") {
  const Files f;
  CHECK(f.codes({0, 1, 2, 0}).parts == Parts{kTrain, kValidation, kTest, kTrain});
  CHECK(f.codes({0, 1, 2}).usual);
  CHECK(f.codes({0, 2}).parts == Parts{kTrain, kTest});
  CHECK(f.codes({0, 1, 1, 1}).parts == Parts{kTrain, kTest, kTest, kTest});
  CHECK_FALSE(f.codes({0, 1}).usual);
  CHECK(test::fault_code([&] { f.codes({0, 0}); }) == "split-without-sides");
  CHECK(test::fault_code([&] { f.codes({1, 2}); }) == "split-without-sides");
  CHECK(test::fault_code([&] { f.codes({0, 3}); }) == "bad-split");
}

TEST_CASE("flags mean what their file is called after, or most rows are for training") {
  const Files f;
  CHECK(f.flags("is_train.npy").parts == Parts{kTrain, kTest, kTest, kTrain});
  CHECK(f.flags("test_mask.npy").parts == Parts{kTest, kTrain, kTrain, kTest});
  CHECK(test::fault_code([&] { f.flags("mask.npy"); }) == "bad-split");
  CHECK(test::fault_code([&] { f.flags("train_test.npy"); }) == "bad-split");
  CHECK(f.flags("mask.npy", {1, 0, 1, 1}).parts == Parts{kTrain, kTest, kTrain, kTrain});
  CHECK(f.flags("mask.npy", {0, 0, 1, 0}).parts == Parts{kTrain, kTrain, kTest, kTrain});
}

}  // namespace
}  // namespace cch
