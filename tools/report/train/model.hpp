#pragma once

#include <string>
#include <vector>

#include "cch/report/train.hpp"

namespace cch::report {

/// Coordinates of which the pairs have several values, by name.
std::vector<std::string> varying(const std::vector<TrainPair>& pairs);

/// "text, gamma 0.25": the teacher, with the rows that it learned from unless they are the
/// student's.
std::string teacher_words(const TrainPlace& place);
/// "audio, 100 labelled, unlabelled-pairs" without what every study has; "" where nothing is left.
std::string setting_words(const TrainPlace& place);
/// "kl λ=0.5 T=1".
std::string loss_words(const TrainPlace& place);
/// "has features of 96 of 240 labelled rows"; "" for a teacher that has all.
std::string paired_words(const TrainLevel& level);
/// The named coordinates alone: "λ 0.5, T 1".
std::string place_words(const TrainPlace& place, const std::vector<std::string>& names);
/// "λ" of "lambda"; names of parameters and settings as they are.
std::string axis_words(const std::string& name);

/// A gain as it is shown: accuracy in points.
struct TrainUnit {
  double factor = 1.0;
  int decimals = 4;
  std::string name;
};
TrainUnit unit_of(const TrainReport& report);
/// "+1.20 ± 0.40".
std::string gain_words(const GainSummary& gain, const TrainUnit& unit);

/// What was found, the most important sentence first: for each setting (one for all of more than
/// six) the largest gain over the student alone, ± its standard error over seeds, and whether it is
/// above zero, or that the pair with the least lies below, as the largest or least of its pairs
/// (sign_among); a control that gains as much; settings in which nothing is shown; runs that failed
/// or are missing. At least one.
std::vector<std::string> train_sentences(const TrainReport& report);
/// "Of 8 pairs 3 gain and 1 loses by more than 2 standard errors over seeds."; of `gain` or
/// `by_last`. "" where no pair has it.
std::string train_counts(const TrainReport& report, SeedMean TrainPair::*gain = &TrainPair::gain);

}  // namespace cch::report
