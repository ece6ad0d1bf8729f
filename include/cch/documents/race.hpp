#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"
#include "cch/documents/segmentation.hpp"

// Which set-up of a segmentation study to train, by a race of short trainings, schema cch.race/1.

namespace cch::documents {

/// A set-up on a rung.
struct RacedSetup {
  std::string name;
  Number mean;                 ///< of its scores; null: it failed
  std::vector<double> scores;  ///< by seed, mIoU on the images held out
  bool kept = false;           ///< it is on the next rung, or on the last one
  std::optional<std::string> failure;
};

struct RacedRung {
  std::size_t epochs = 0;
  std::vector<std::uint64_t> seeds;
  double share = 0.0;  ///< of the cost of training all set-ups fully
  std::vector<RacedSetup> setups;
};

/// What is expected of a set-up after full training.
struct RaceExpectation {
  std::string name;
  double difference = 0.0;  ///< to the finalists on its last rung, mIoU
  double p_best = 0.0;
  std::size_t rungs = 0;  ///< that it was in
  Number full_seconds;    ///< of its full training with all it needs, all seeds, one thread
};

struct RaceDocument {
  std::string title;
  std::string metric;  ///< average, full, worst, expected or a modality alone
  std::size_t full_epochs = 0;
  std::size_t full_seeds = 0;
  std::size_t fitted = 0;  ///< images
  std::size_t judged = 0;  ///< held out of them
  std::vector<RacedRung> rungs;
  std::vector<RaceExpectation> setups;  ///< the likeliest best first
  double level = 0.0;                   ///< expected of the first, mIoU
  std::optional<Interval> level95;
  double step = 0.0;    ///< standard deviation of differences from rung to rung
  double budget = 0.0;  ///< shares of the cost of training all set-ups fully
  double spent = 0.0;
  Number race_seconds;  ///< of its trainings, one thread
  Number all_seconds;   ///< of training all set-ups fully, forecast from those
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  Echo config;
  std::string device;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

/// The document as JSON, in one line or indented.
std::string to_text(const RaceDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
RaceDocument parse_race(std::string_view text);
/// The document as its file gives it back.
RaceDocument as_stored(const RaceDocument& document);

}  // namespace cch::documents
