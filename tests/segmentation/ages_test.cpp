// What a ranking from images needs of a study: images held out in the place of the test images,
// networks of an age, conditions, orders that are compared.
#include <algorithm>
#include <map>
#include <set>

#include "cch/experiments/segmentation_ages.hpp"
#include "cch/experiments/segmentation_manifest.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

using test::fault_code;

/// Images of 1 × 1 pixel in groups of these sizes; the value of each is its number.
SegmentationSet grouped(const std::vector<std::size_t>& sizes, std::size_t tests) {
  SegmentationSet set;
  set.height = set.width = 1;
  set.classes = {"a", "b"};
  set.modalities = {{"s", 2, {}}};
  set.conditions = {"day", "night"};
  for (std::size_t g = 0; g < sizes.size() + tests; ++g) {
    for (std::size_t i = 0; i < (g < sizes.size() ? sizes[g] : 1); ++i) {
      const auto n = static_cast<float>(set.images);
      set.modalities[0].values.insert(set.modalities[0].values.end(), {n, -n});
      set.labels.push_back(static_cast<std::uint8_t>(set.images % 2));
      set.names.push_back(std::to_string(set.images));
      set.groups.push_back(g);
      set.condition.push_back(set.images % 2);
      set.split.push_back(g < sizes.size() ? Split::train : Split::test);
      ++set.images;
    }
  }
  return set;
}

TEST_CASE("held out in the place of test images: whole groups, every part of an image in step") {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    SegmentationSet set = grouped({3, 1, 2, 4, 2, 3, 1}, 5);
    const std::vector<std::size_t> groups = set.groups;
    set.split[3] = Split::validation;  // the group of one image
    set_test_aside(set, 0.5, seed);
    REQUIRE(set.images == 16);
    CHECK(set.modalities[0].values.size() == 32);
    std::map<std::size_t, std::set<Split>> of_group;
    for (std::size_t n = 0; n < set.images; ++n) {
      const auto number = static_cast<std::size_t>(set.image(0, n)[0]);
      CHECK(set.image(0, n)[1] == -set.image(0, n)[0]);
      CHECK(number < 16);  // no test image
      CHECK(set.names[n] == std::to_string(number));
      CHECK(set.groups[n] == groups[number]);
      CHECK(set.label(n)[0] == number % 2);
      CHECK(set.condition[n] == number % 2);
      of_group[set.groups[n]].insert(set.split[n]);
      if (number == 3) CHECK(set.split[n] == Split::validation);
    }
    for (const auto& [group, splits] : of_group) CHECK(splits.size() == 1);
    // Of 15 training images: at least half, and not a whole further group more.
    const std::size_t held_out = set.rows(Split::test).size();
    CHECK(held_out >= 7);
    CHECK(held_out <= 10);
    CHECK(held_out + set.rows(Split::train).size() == 15);
  }
  SegmentationSet one = grouped({4}, 2);
  CHECK(fault_code([&] { set_test_aside(one, 0.5, 1); }) == "too-few-groups");
}

TEST_CASE("networks of an age: one a modality, brief ones shortened as a whole") {
  SegmentationStudy study;
  study.training.epochs = 30;
  study.training.warm_up = 6;
  study.seeds = {7, 8};
  CHECK(usual_brief_epochs(study) == 3);
  const SegmentationStudy brief = study_of_age(study, {"a", "b", "c"}, EncoderAge::brief, 5);
  CHECK(brief.seeds == std::vector<std::uint64_t>{7});
  CHECK(brief.training.epochs == 5);
  CHECK(brief.training.warm_up == 1);
  CHECK(brief.training.validation == 0.0);
  CHECK(brief.training.weights == Checkpoint::last);
  CHECK(brief.task.held_out_share == kRankedShare);
  REQUIRE(brief.setups.size() == 3);
  CHECK(brief.setups[1].name == "b");
  CHECK(brief.setups[1].modalities == std::vector<std::string>{"b"});
  const SegmentationStudy trained = study_of_age(study, {"a", "b"}, EncoderAge::trained, 5);
  CHECK(trained.training.epochs == 30);
  CHECK(trained.training.weights == Checkpoint::best);
  CHECK(fault_code([&] { study_of_age(study, {"a"}, EncoderAge::random, 1); }) == "bad-study");
  CHECK(fault_code([&] { study_of_age(study, {"a", "b"}, EncoderAge::brief, 31); }) == "bad-study");
  CHECK(parse_encoder_age("brief") == EncoderAge::brief);
  CHECK(fault_code([] { parse_encoder_age("breif"); }) == "unknown-age");
}

TEST_CASE("orders of two ages: counted by hand") {
  const OrderAgreement same = compare_orders({"a", "b", "c"}, {"a", "b", "c"});
  CHECK(same.same_first);
  CHECK(same.pairs == 1.0);
  const OrderAgreement turned = compare_orders({"a", "b", "c"}, {"b", "c", "a"});
  CHECK(!turned.same_first);
  CHECK(test::near(turned.pairs, 1.0 / 3.0, test::kRounding));
  CHECK(compare_orders({"a"}, {"a"}).pairs == 1.0);
}

TEST_CASE("conditions of a manifest: a column that is no modality, unknown where it is empty") {
  const test::TempFolder folder;
  const std::string path =
      folder.write("m.csv",
                   "image,s,event,label,split\n"
                   "1,a.npy,flood,y.npy,train\n2,a.npy,,y.npy,train\n3,a.npy,dry,y.npy,test\n");
  const Manifest plain = read_manifest(path);
  CHECK(plain.modalities == std::vector<std::string>{"s", "event"});
  const Manifest manifest = read_manifest(path, "event");
  CHECK(manifest.modalities == std::vector<std::string>{"s"});
  CHECK(manifest.rows[0].condition == "flood");
  CHECK(fault_code([&] { read_manifest(path, "evnt"); }) == "unknown-key");
  (void)folder.write("a.npy",
                     test::npy("<f4", "(1, 2)", test::raw(std::vector<float>{1.0F, 2.0F})));
  (void)folder.write("y.npy",
                     test::npy("|u1", "(1, 2)", test::raw(std::vector<std::uint8_t>{0, 1})));
  std::string digest;
  const SegmentationSet set = read_images(manifest, {}, digest, {});
  CHECK(set.conditions == std::vector<std::string>{"dry", "flood"});
  CHECK(set.condition == std::vector<std::size_t>{1, kNoCondition, 0});
}

}  // namespace
}  // namespace cch
