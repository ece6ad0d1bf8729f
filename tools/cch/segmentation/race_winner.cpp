#include <fmt/format.h>

#include <algorithm>

#include "tools/cch/segmentation/race.hpp"

namespace cch {
namespace {

/// A network goes on to the same numbers only along one schedule and on the same images. A race
/// takes other images, to be judged on the rest, and lets the rate fall to 0 within its rungs.
std::string why_from_the_start(const documents::RaceDocument& race,
                               const SegmentationStudy& study) {
  std::string epochs;
  for (const documents::RacedRung& rung : race.rungs) {
    epochs += (epochs.empty() ? "" : ", ") + std::to_string(rung.epochs);
  }
  return fmt::format(
      "the race's networks are no part of this training, which starts from the beginning: they "
      "learned from {} training images and were judged on the other {}, along schedules that end "
      "after {} epochs; this one takes all of them and {} epochs",
      race.fitted, race.judged, epochs, study.training.epochs);
}

}  // namespace

std::string keep_winner(SegmentationStudy& study, const std::string& folder) {
  const documents::RaceDocument race = read_race_folder(folder);
  if (race.setups.empty()) {
    refuse_data("result-incomplete", "the race in the folder has no winner", folder,
                "none of its trainings was finished", "Race again, or train all set-ups");
  }
  const std::string& name = race.setups.front().name;
  const auto at = std::find_if(study.setups.begin(), study.setups.end(),
                               [&](const SegmentationSetup& s) { return s.name == name; });
  if (at == study.setups.end()) {
    refuse_usage("unknown-setup", "the study has no set-up '" + name + "'",
                 "it won the race in " + folder, "Put it back, or race again");
  }
  const auto winner = static_cast<std::size_t>(at - study.setups.begin());
  std::vector<std::size_t> wanted{winner};
  if (const auto student = student_of(study, winner)) wanted.push_back(*student);
  std::vector<SegmentationSetup> kept;
  for (const std::size_t i : with_needs(study, wanted)) kept.push_back(study.setups[i]);
  study.setups = std::move(kept);
  return why_from_the_start(race, study);
}

}  // namespace cch
