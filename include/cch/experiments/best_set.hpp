#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "cch/experiments/chances.hpp"

namespace cch {

/// How much more one set of teachers gains than another, from pilots on the same rows and folds.
struct SetGain {
  double value = 0.0;  ///< in the unit of the metric
  double standard_error = 0.0;
  double p_better = 0.5;      ///< P(difference > 0)
  double p_worthwhile = 0.5;  ///< P(difference > worthwhile)
};

/// A set that was measured.
struct TriedSet {
  std::string name;                     ///< "depth+audio"
  std::optional<double> expected_gain;  ///< over the student alone
  std::optional<SetGain> over_before;   ///< over the set that it enlarges
  std::optional<SetGain> over_single;   ///< over the best single teacher
  bool networks = false;                ///< by pilots of networks, else by the linear one
};

/// One enlargement.
struct SetStep {
  std::vector<TriedSet> tried;  ///< largest expected gain first, those with networks before others
  double needed = 0.9;          ///< P(better) of the first over the set before at least this, and
                                ///< P(worthwhile) at least ½
  bool taken = false;           ///< it replaced the set before
};

/// The path of a greedy search.
struct BestSet {
  Scenario scenario = Scenario::same_rows;
  std::string student_model;
  GainMetric metric = GainMetric::cross_entropy;
  TriedSet single;  ///< where it starts
  std::vector<SetStep> steps;
  std::string best;          ///< name of the set that it ends with
  std::size_t networks = 0;  ///< trained for it
  std::size_t rows = 0;      ///< labelled rows of pilots of networks; 0: none ran
  std::string stopped;       ///< why it ended, a sentence
  std::vector<Warning> warnings;
};

/// Whether fusing teachers pays (ours): starts with the teacher of the largest expected gain, in
/// its scenario and for the first kind of student, and adds the teacher whose union has the largest
/// expected gain, as long as the larger set is better with a chance of at least 1 − 2 risk / C, C
/// candidates of the step (the best of several looks good by chance), and rather by more than what
/// is worth the trouble than by less: another teacher costs as much as the first.
///
/// Every candidate has its linear pilot and probes. Those whose linear gain over the set before is
/// shown to be negative (95 %, one-sided) go; the best two by expected gain of the others have
/// pilots of networks, with the set before and the best single teacher, where `options.networks`.
/// The difference of two sets is that of their gains by the same folds, starts and rows, so what
/// both share cancels: mean of the differences of row terms, SE by groups and by folds as in
/// network_pilot (linear pilots: by groups, and both parts that are due to training sets). Its
/// chance is that of a normal posterior with the prior spread of gains, which is 0 on average.
///
/// Teachers that were trained before and sets of the user take no part. At most T − 1 sets a step
/// and T − 1 steps. Usage Error "best-set-alone": fewer than two teachers with features.
BestSet best_set(const RankInput& input, const ExtraRows& further, const ChanceOptions& options,
                 const RankResult& ranked, double risk, const Execution& exec);

}  // namespace cch
