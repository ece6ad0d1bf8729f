// What a study says without training: who is compared with whom, which labels are seen.
#include <algorithm>

#include "cch/experiments/segmentation_features.hpp"
#include "cch/experiments/segmentation_study.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

using test::fault_code;

SegmentationSetup setup(const std::string& name, std::vector<std::string> modalities,
                        std::size_t labelled = 0, const std::string& teacher = {}) {
  SegmentationSetup out;
  out.name = name;
  out.modalities = std::move(modalities);
  out.labelled = labelled;
  out.teacher = teacher;
  if (!teacher.empty()) out.losses = {{loss_named("mad", ""), 1.0}};
  return out;
}

SegmentationStudy small_study() {
  SegmentationStudy study;
  study.setups = {setup("rgb", {"rgb"}),
                  setup("few rgb", {"rgb"}, 5),
                  setup("event", {"event"}),
                  setup("taught", {"rgb"}, 5, "few rgb"),
                  setup("more", {"rgb"}, 5, "event"),
                  setup("pairs", {"rgb"}, 5, "event"),
                  setup("self", {"rgb"}, 0, "self")};
  study.setups[5].distil_on = DistilOn::all;
  study.setups[6].name = "own";
  return study;
}

TEST_CASE("gains are measured from the first set-up of the same modalities and labels") {
  SegmentationStudy study = small_study();
  CHECK(!student_of(study, 0));
  CHECK(!student_of(study, 1));
  CHECK(student_of(study, 3) == 1U);
  CHECK(student_of(study, 6) == 0U);
  study.setups[5].student = "event";
  CHECK(student_of(study, 5) == 2U);
  study.setups[5].student = "pairs";
  CHECK(fault_code([&] { (void)student_of(study, 5); }) == "unknown-setup");
}

TEST_CASE("scenarios follow from whose labels a teacher and its student see") {
  const SegmentationStudy study = small_study();
  CHECK(!scenario_of(study, 0));
  CHECK(scenario_of(study, 3) == Scenario::same_rows);
  CHECK(scenario_of(study, 4) == Scenario::more_labels);
  CHECK(scenario_of(study, 5) == Scenario::unlabelled_pairs);
  CHECK(scenario_of(study, 6) == Scenario::same_rows);
}

TEST_CASE("losses on images without labels are those that need none") {
  const std::vector<std::string> modalities{"rgb", "event"};
  const auto fault = [&](auto&& change) {
    SegmentationStudy study = small_study();
    change(study);
    return fault_code([&] { check(study, modalities); });
  };
  CHECK(fault([](auto&) {}).empty());
  CHECK(fault([](auto& s) { s.setups[5].losses = {{loss_named("umd", ""), 1.0}}; }).empty());
  CHECK(fault([](auto& s) {
          s.setups[5].losses = {{loss_named("hpdm", ""), 1.0}};
        }) == "bad-study");
  CHECK(fault([](auto& s) { s.setups[5].labelled = 0; }) == "bad-study");
}

TEST_CASE("labelled images: whole groups, fewer among more, never of the test images") {
  SegmentationSet set;
  set.images = 40;
  for (std::size_t n = 0; n < 40; ++n) {
    set.groups.push_back(n / 4);
    set.split.push_back(n < 32 ? Split::train : Split::test);
  }
  CHECK(labelled_rows(set, 0, 1).size() == 32);
  CHECK(labelled_rows(set, 99, 1).size() == 32);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto few = labelled_rows(set, 10, seed);
    const auto more = labelled_rows(set, 21, seed);
    CHECK(few.size() == 10);
    CHECK(more.size() == 21);
    CHECK(std::includes(more.begin(), more.end(), few.begin(), few.end()));
    std::vector<std::size_t> per_group(10, 0);
    for (const std::size_t row : few) ++per_group[set.groups[row]];
    std::sort(per_group.rbegin(), per_group.rend());
    CHECK(std::vector<std::size_t>(per_group.begin(), per_group.begin() + 4) ==
          std::vector<std::size_t>{4, 4, 2, 0});
  }
  CHECK(labelled_rows(set, 10, 1) != labelled_rows(set, 10, 2));

  SegmentationStudy study = small_study();
  CHECK(unseen_rows(study, set, 3).empty());  // some see all labels
  for (SegmentationSetup& s : study.setups) s.labelled = 5;
  study.setups[2].labelled = 9;
  const auto unseen = unseen_rows(study, set, 3);
  CHECK(unseen.size() == 23);
  for (std::size_t i = 0; i < study.setups.size(); ++i) {
    const SegmentationJob job = job_of(study, i, 3);
    for (const std::size_t row : labelled_rows(set, job.setup.labelled, job.order)) {
      CHECK(!std::binary_search(unseen.begin(), unseen.end(), row));
    }
  }
}

TEST_CASE("labels on a coarser grid are those in the middle of its cells") {
  SegmentationSet set;
  set.images = 2;
  set.height = 8;
  set.width = 12;
  for (std::size_t i = 0; i < 2 * 96; ++i) set.labels.push_back(static_cast<std::uint8_t>(i));
  const auto coarse = labels_on_grid(set, {1}, 2, 3);
  REQUIRE(coarse.size() == 6);
  for (std::size_t y = 0; y < 2; ++y) {
    for (std::size_t x = 0; x < 3; ++x) {
      CHECK(coarse[3 * y + x] == 96 + (4 * y + 2) * 12 + 4 * x + 2);
    }
  }
  CHECK(labels_on_grid(set, {0, 1}, 8, 12) == set.labels);
}

TEST_CASE("stages by name") {
  CHECK(parse_stage("head", 4) == 0);
  CHECK(parse_stage("3", 4) == 3);
  for (const char* wrong : {"5", "0", "-1", "2x", "", "tail"}) {
    CAPTURE(wrong);
    CHECK(fault_code([&] { (void)parse_stage(wrong, 4); }) == "unknown-stage");
  }
}

}  // namespace
}  // namespace cch
