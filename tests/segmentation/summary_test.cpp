// Levels and gains of set-ups, told by hand.
#include "cch/experiments/segmentation_summary.hpp"

#include "cch/data/npy.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;

SegmentationRecord record(const std::string& setup, std::uint64_t seed, double average) {
  SegmentationRecord out;
  out.key = setup + std::to_string(seed);
  out.setup = setup;
  out.baseline = "plain";
  out.seed = seed;
  out.done = true;
  out.images_per_second = 10.0 * static_cast<double>(seed);
  out.seconds = 2.0;
  const SubsetLevel subset{"rgb", average, {0.5 * average, std::nullopt}};
  out.conditions = {{"emm", average, average + 0.1, average - 0.1, 0.02, average - 0.05, {subset}},
                    {"nm", average / 2.0, 0.0, 0.0, 0.0, 0.0, {}}};
  return out;
}

TEST_CASE("segmentation summary: levels over seeds, gains seed by seed over the baseline") {
  SegmentationRecord failed = record("taught", 3, 0.0);
  failed.done = false;
  failed.conditions.clear();
  std::vector<SegmentationRecord> records{record("plain", 1, 0.4), record("taught", 1, 0.5),
                                          record("plain", 2, 0.5), record("taught", 2, 0.54),
                                          record("plain", 3, 0.9), failed};
  records[2].conditions[0].subsets[0].class_iou[0].reset();
  const auto summary = summarise_segmentation(records, RunStore(""), 1);
  REQUIRE(summary.size() == 2);
  const SetupSummary& plain = summary[0];
  const SetupSummary& taught = summary[1];
  CHECK(plain.name == "plain");
  CHECK_FALSE(plain.gains[0]);
  CHECK(near(plain.levels[0]->mean, 0.6, kRounding));
  CHECK(near(plain.expected->mean, 0.55, kRounding));
  CHECK(near(*plain.images_per_second, 20.0, kRounding));
  CHECK(near(*plain.training_seconds, 6.0, kRounding));
  // Class 0 is missing with the second seed, class 1 with all.
  CHECK(near(*plain.conditions[0].subsets[0].class_iou[0], (0.2 + 0.45) / 2.0, kRounding));
  CHECK_FALSE(plain.conditions[0].subsets[0].class_iou[1]);
  CHECK(near(plain.conditions[1].average.mean, 0.3, kRounding));
  CHECK(taught.failed == 1);
  CHECK(taught.levels[0]->seeds == 2);
  REQUIRE(taught.gains[0]);
  CHECK(taught.gains[0]->seeds == 2);
  CHECK(near(taught.gains[0]->mean, 0.07, kRounding));
  CHECK(near(*taught.gains[0]->standard_error, 0.03, kRounding));
  CHECK(near(taught.gains[3]->mean, 0.0, kRounding));
  CHECK_FALSE(taught.gain_by_images);
}

TEST_CASE("segmentation summary: weights that count are medians over finished runs") {
  std::vector<SegmentationRecord> records{record("plain", 1, 0.4), record("plain", 2, 0.5),
                                          record("plain", 3, 0.6)};
  CHECK_FALSE(summarise_segmentation(records, RunStore(""), 1)[0].weights);
  records[0].weights = RecordWeights{"best", 3.0, 0.3, 1.5, true};
  records[1].weights = RecordWeights{"best", 6.0, 0.5, {}, false};
  records[2].weights = RecordWeights{"best", 5.0, 0.1, 2.5, true};
  records[2].done = false;
  records[2].conditions.clear();
  const auto weights = summarise_segmentation(records, RunStore(""), 1)[0].weights;
  REQUIRE(weights);
  CHECK(weights->count == "best");
  CHECK(weights->runs == 2);
  CHECK(weights->stopped == 1);
  CHECK(*weights->best_epoch == 4.5);
  CHECK(*weights->calibration_temperature == 1.5);
  CHECK(near(weights->last_average->mean, 0.4, kRounding));
}

TEST_CASE("segmentation summary: of one seed the interval draws test images for both networks") {
  const test::TempFolder folder;
  const RunStore store(folder.path(""));
  // One subset, three images, two classes: all right, and all wrong.
  const std::vector<std::uint32_t> right{4, 0, 0, 4, 4, 0, 0, 4, 4, 0, 0, 4};
  const std::vector<std::uint32_t> wrong{0, 4, 4, 0, 0, 4, 4, 0, 0, 4, 4, 0};
  const std::vector<std::size_t> shape{1, 3, 2, 2};
  const auto file = [&](const std::vector<std::uint32_t>& counts) {
    return FileContent{"confusions.npy", npy_bytes("<u4", shape, counts.data(), 4 * counts.size())};
  };
  store.put("plain1", "result.json", "{\"a\":1}", {file(wrong)});
  store.put("taught1", "result.json", "{\"a\":1}", {file(right)});
  const auto summary =
      summarise_segmentation({record("plain", 1, 0.0), record("taught", 1, 1.0)}, store, 1);
  REQUIRE(summary[1].gain_by_images);
  CHECK(summary[1].gain_by_images->lo == 1.0);
  CHECK(summary[1].gain_by_images->hi == 1.0);
  CHECK_FALSE(summary[0].gain_by_images);
}

TEST_CASE("segmentation summary: a set-up without a finished run has failures alone") {
  SegmentationRecord failed = record("plain", 1, 0.0);
  failed.done = false;
  failed.conditions.clear();
  const auto summary = summarise_segmentation({failed}, RunStore(""), 1);
  REQUIRE(summary.size() == 1);
  CHECK(summary[0].failed == 1);
  CHECK_FALSE(summary[0].levels[0]);
  CHECK(summary[0].conditions.empty());
}

}  // namespace
}  // namespace cch
