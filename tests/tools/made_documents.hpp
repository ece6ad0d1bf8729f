#pragma once

// Documents of schemas that only trained networks fill, made by hand: every list has an element and
// every optional a value.

#include "cch/documents/image_ranking.hpp"
#include "cch/documents/race.hpp"
#include "cch/documents/segmentation.hpp"

namespace cch::test {

inline documents::ImageRankDocument made_image_ranking() {
  documents::ImageRankDocument made;
  made.modalities = {"s1", "s2"};
  made.classes = {"dry", "water"};
  made.ages = {{"brief", 3, {{"s1", "key", .5, 2.0}}}};
  made.students = {
      {"brief", "s1", "night", 100, 20, "rankings/brief/1-s1", "too few", "a sentence"}};
  documents::RankedPair pair;
  pair.age = "brief";
  pair.student = "s1";
  pair.teacher = "s2";
  pair.class_name = "water";
  pair.moved = {{"linear pilot", .1, .2}};
  made.pairs = {pair, pair};
  made.pairs.back().class_name.reset();
  made.agreement = {{"s1", "random", "brief", true, .5, 1, 2}};
  made.warnings = {{"code", "message"}};
  made.inputs = {{"study", "study.toml", "hash", {}}};
  return made;
}

inline documents::RaceDocument made_race() {
  documents::RaceDocument made;
  made.rungs = {{2, {1, 2}, .1, {{"plain", .4, {.3, .5}, true, "diverged"}}}};
  made.setups = {{"plain", .01, .9, 2, 12.0}};
  made.level95 = Interval{.3, .5};
  made.warnings = {{"code", "message"}};
  made.inputs = {{"study", "study.toml", "hash", {}}};
  return made;
}

inline documents::SegmentationDocument made_segmentation() {
  const documents::MeanOverSeeds mean{.5, .1, Interval{.3, .7}, 3, "images"};
  documents::SegmentedSetup setup;
  setup.name = "plain";
  setup.baseline = "event";
  setup.levels = {mean, mean, mean, mean};
  setup.gains = {mean, mean, std::nullopt, mean};
  setup.expected = mean;
  setup.images_per_second = 10.0;
  setup.training_seconds = 2.0;
  setup.conditions = {{"emm", mean, {{"rgb", .4, {.3, .5}}}}};
  setup.weights = documents::SegmentedWeights{"best", 3, 4.0, 1, 1.5, mean};
  setup.setup.json = R"({"modalities":["rgb"]})";
  documents::SegmentationDocument made;
  made.results = {setup};
  made.runs = {{"key", "plain", 1, "done"}};
  made.classes = std::vector<std::string>{"dry", "water"};
  made.warnings = {{"code", "message"}};
  made.inputs = {{"study", "study.toml", "hash", {}}};
  made.config.json = R"({"title":"Floods"})";
  return made;
}

}  // namespace cch::test
