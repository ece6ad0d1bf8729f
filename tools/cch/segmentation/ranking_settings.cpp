// What `cch rank` takes with a segmentation study, and what has no meaning there.

#include <algorithm>

#include "tools/cch/rank/images.hpp"
#include "tools/cch/segmentation/ranking.hpp"

namespace cch {
namespace {

using options::Table;

/// Options of rankings that the images of a study answer themselves.
void check_given(const std::vector<std::string>& given, FaultCollector& faults) {
  for (const char* name : {"labels", "ids", "unlabelled", "split", "split-train", "first-rows",
                           "pool", "lengths", "channels", "y-kind", "extra-teacher", "extra-labels",
                           "teacher-kind", "teacher-saw-rows"}) {
    if (std::find(given.begin(), given.end(), name) == given.end()) continue;
    faults.add(ErrorKind::usage,
               {"option-without-meaning",
                "--" + std::string(name) + " has no use with a segmentation study",
                {},
                "images, labels and splits are those of the study",
                "Leave it out"});
  }
}

void check_groups(const RankSettings& s, FaultCollector& faults) {
  if (s.groups.empty() || s.groups == "image") return;
  const bool none = s.groups == "none";
  faults.add(ErrorKind::usage,
             {none ? "pixels-not-independent" : "option-without-meaning",
              "--groups " + s.groups + " has no use with a segmentation study",
              {},
              none ? "pixels of one image resemble each other: each would count as new evidence"
                   : "groups are those of the study",
              "Leave it out, or say --groups image where images are independent of each other"});
}

void check_ages(const ImageRankSettings& own, FaultCollector& faults) {
  if (own.ages.empty() || !std::is_sorted(own.ages.begin(), own.ages.end()) ||
      std::adjacent_find(own.ages.begin(), own.ages.end()) != own.ages.end()) {
    faults.add(ErrorKind::usage, {"bad-ages",
                                  "ages of encoders are to be named once each, the younger first",
                                  {},
                                  "the last one decides",
                                  "Say for example --age random --age brief"});
  }
  const bool brief =
      std::find(own.ages.begin(), own.ages.end(), EncoderAge::brief) != own.ages.end();
  if (own.brief && !brief) {
    faults.add(ErrorKind::usage, {"option-without-meaning",
                                  "--brief-epochs has no use without --age brief",
                                  {},
                                  "it says how long encoders of that age are trained",
                                  "Add --age brief, or leave it out"});
  }
}

}  // namespace

Table image_rank_table(ImageRankSettings& s) {
  return {
      {"--data", &s.data, "Of a segmentation study: folder of data sets", options::kFolder},
      {"--age",
       options::all_named(s.ages, parse_encoder_age, {"random", "brief", "trained"}),
       "Of a segmentation study: how far encoders are trained that features are taken of; repeat "
       "for several, the last one decides",
       {.one_each = true}},
      {"--brief-epochs",
       &s.brief,
       "Epochs of the age brief",
       {.standard = "a tenth of the study's", .range = {{1, 100000}}}},
      {"--stage",
       &s.stage,
       "Of the networks, whose features are ranked: head (in front of the last map) or a stage of "
       "the encoder from 1",
       {.suggestions = {"head", "1", "2", "3", "4"}}},
      {"--per-condition", &s.per_condition,
       "Also rank on the images of each condition alone (condition-column of the study)"},
      {"--set",
       &s.overrides,
       "KEY=VALUE in place of the segmentation study's; repeat for several",
       {.one_each = true}},
  };
}

void settle_image_rank(RankSettings& s, ImageRankSettings& own,
                       const std::vector<std::string>& given, FaultCollector faults) {
  const auto is_given = [&](const char* name) {
    return std::find(given.begin(), given.end(), name) != given.end();
  };
  check_given(given, faults);
  check_groups(s, faults);
  check_ages(own, faults);
  if (s.out.empty() && !s.dry_run) {
    faults.add(ErrorKind::usage, {"no-folder",
                                  "ranking from images needs a folder for its networks",
                                  {},
                                  "they are kept, so that the next ranking goes on from them",
                                  "Give one with -o DIR"});
  }
  if (s.pixels == 0) s.pixels = kRankedPixels;
  if (s.estimators.empty()) s.estimators = {"auto"};
  if (!is_given("budget") && !is_given("full")) s.quick = true;
  faults.throw_if_any();
}

}  // namespace cch
