#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_metrics.hpp"
#include "cch/experiments/segmentation_study.hpp"

// Choosing a set-up of a study before all of them are trained: successive halving (Jamieson &
// Talwalkar 2016). Every rung trains those that are left with the same seeds, completely but for
// few epochs, on a part of the training images, and half of them go.

namespace cch {

/// What set-ups are chosen by: mIoU over all subsets of modalities, with all there, of the worst
/// subset, expected where each is missing with probability .1, or of one modality alone.
struct RaceMetric {
  enum class Kind { average, full, worst, expected, alone } kind = Kind::average;
  std::string modality;  ///< of alone
};
/// "average", "full", "worst", "expected", or a modality. Usage Error "unknown-metric" that names
/// the nearest.
RaceMetric parse_race_metric(const std::string& text, const std::vector<std::string>& modalities);

/// Share of the training images that no network of a race learns from; it is judged on them.
inline constexpr double kJudgedShare = 0.3;
/// Share of the cost of training all set-ups that a race may take where nothing else is said.
inline constexpr double kUsualRaceShare = 0.2;

/// Set-ups that the metric can compare: of one modality alone all networks that have it, else those
/// with as many modalities as the largest. Usage Error "nothing-to-race" for fewer than two.
std::vector<std::size_t> race_candidates(const SegmentationStudy& study, const RaceMetric& metric);

/// Passes of an image through an encoder, an image and epoch of a set-up: three (forward, and
/// backward for two) for each modality that learns, one for each that a teacher or what is selected
/// from sees.
double epoch_cost(const SegmentationStudy& study, std::size_t setup);
/// Of these set-ups and all that they need, each once.
double epoch_cost(const SegmentationStudy& study, const std::vector<std::size_t>& setups);
/// These set-ups and all that they need, ascending.
std::vector<std::size_t> with_needs(const SegmentationStudy& study,
                                    const std::vector<std::size_t>& setups);
/// Of training all set-ups with all seeds.
double full_cost(const SegmentationStudy& study);

/// Set-ups that are trained next, for how many epochs and with how many seeds.
struct RaceRung {
  std::vector<std::size_t> setups;  ///< that race
  std::size_t epochs = 0;
  std::size_t seeds = 1;  ///< the first ones of the study
  double cost = 0.0;      ///< passes, with what the set-ups need
};
/// An equal part of the budget for each rung that is left: as many epochs as it buys, one at least,
/// the study's at most; as many seeds as leave a quarter of the study's epochs. Nothing where the
/// budget does not buy one epoch.
std::optional<RaceRung> next_rung(const SegmentationStudy& study,
                                  const std::vector<std::size_t>& setups, double budget,
                                  std::size_t rungs_left);
/// ⌈log₂ n⌉, one at least: after each half of the set-ups are left. `most`: no more, unless it is
/// 0.
std::size_t rungs_of(std::size_t candidates, std::size_t most = 0);

/// What the set-ups of a rung scored, by seed; a set-up whose networks failed has none.
struct RungScores {
  RaceRung rung;
  std::vector<std::vector<double>> scores;  ///< of each of rung.setups
};
/// The better half, one more than half of an odd number; those without scores go first.
std::vector<std::size_t> better_half(const RungScores& rung);

/// How the final order is expected to be. Let D_i be the mean score of set-up i less that of the
/// finalists, on the last rung r_i that i was in, and v the mean square by which such differences
/// have changed from rung to rung (among those in both, pooled). Then the final difference is taken
/// as N(D_i, v·(R − r_i)) with R rungs, r from 0: each rung that i missed, and the way from the
/// last rung to the full training, may change as much as rungs did before. With one rung v is the
/// variance of its means. Level: the finalists' mean, plus what they gained per doubling of epochs
/// between the last two rungs for the doublings that are left, which may be wrong by as much as it
/// is: sd² = 2v + that².
struct RaceForecast {
  std::vector<std::size_t> setups;  ///< all candidates with a score
  std::vector<double> difference;   ///< D_i
  std::vector<double> p_best;       ///< adds up to 1
  std::size_t winner = 0;           ///< place in `setups` of the largest p_best
  double step = 0.0;                ///< √v
  double level = 0.0;               ///< expected of the winner after full training
  double low = 0.0;                 ///< 95 %
  double high = 0.0;
};
/// `draws` normal draws with a seed. Needs a finalist with a score.
RaceForecast forecast_race(const std::vector<RungScores>& rungs, std::size_t full_epochs,
                           std::uint64_t seed, std::size_t draws = 20000);

}  // namespace cch
