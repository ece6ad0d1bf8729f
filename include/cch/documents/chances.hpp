#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/documents/parts.hpp"

// Parts of cch.rank/2 that are about chances: of each teacher, of sets of teachers, and what they
// took. What is empty was not asked for or could not be had.

namespace cch::documents {

/// What moved the expected gain.
struct ChancePart {
  std::string evidence;
  Number value;
  Number effect;  ///< in the unit of the metric
};

/// The chance that distillation helps one kind of student in one scenario.
struct ChanceOfGain {
  std::string scenario;
  std::string student_model;  ///< linear, mlp:64, …
  std::string metric;         ///< cross-entropy, mse (nats), accuracy, f1 or auc (shares)
  Number worthwhile;
  Number p_gain;        ///< P(gain > 0)
  Number p_worthwhile;  ///< P(gain > worthwhile)
  Number expected_gain;
  Number low;  ///< 80 %
  Number high;
  bool in_range = false;  ///< the reference corpus has pairs like this one
  std::string basis;
  std::vector<ChancePart> contributions;
  std::size_t rows = 0;          ///< labelled
  std::size_t further_rows = 0;  ///< of the scenario
  std::size_t networks = 0;      ///< that it rests on: the teacher's, and what all teachers share
  std::size_t network_rows = 0;  ///< labelled rows that it used
  Number lambda;                 ///< to start training with
  Number temperature;
  std::string verdict;                      ///< what this chance alone would decide
  std::optional<std::size_t> repeats = {};  ///< partings into folds of these networks
};

/// The linear pilot's gain on a part of the labelled rows.
struct GainOnRows {
  std::size_t rows = 0;
  Number nats;
  Number standard_error;
  Number accuracy;  ///< share of rows
  Number accuracy_error;
};

/// What the verdict is expected to be with more labelled rows.
struct FirmWithRows {
  std::size_t rows = 0;
  Number p_distil;
  Number p_do_not;
  Number expected_gain;
};

/// What more labelled rows would do to an open verdict.
struct RowsForecast {
  std::string scenario;
  std::vector<GainOnRows> curve;
  std::vector<FirmWithRows> forecast;
};

/// How much more a set of teachers gains than another, on the same rows and folds.
struct GainOverSet {
  Number value;  ///< in the unit of the metric
  Number standard_error;
  Number p_better;
  Number p_worthwhile;  ///< P(it is worth the trouble)
};

struct TriedSet {
  std::string name;
  Number expected_gain;  ///< over the student alone
  std::optional<GainOverSet> over_before;
  std::optional<GainOverSet> over_single;
  bool networks = false;  ///< measured by pilots of networks
};

/// An enlargement of the set; the first of those tried is the best.
struct SetStep {
  std::vector<TriedSet> tried;
  Number needed;       ///< P(better) of the first over the set before at least this
  bool taken = false;  ///< it replaced the set before
};

/// Whether fusing teachers pays.
struct BestSet {
  std::string scenario;
  std::string student_model;
  std::string metric;
  std::string best;    ///< the set it ends with
  std::string single;  ///< the teacher it starts with
  Number single_expected_gain;
  std::vector<SetStep> steps;
  std::size_t networks = 0;
  std::size_t network_rows = 0;
  std::string stopped;  ///< why it ended
};

/// What pilots of networks took. Seconds are estimated for two cores, not measured.
struct NetworkSpending {
  Number budget;  ///< none: no limit
  Number spent;
  std::size_t networks = 0;
  std::string ended;              ///< settled, repeats, budget or everything
  std::vector<std::string> open;  ///< teachers whose chance is not firm
};

}  // namespace cch::documents
