#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/documents/run.hpp"
#include "cch/experiments/comparison.hpp"

// A study of trained pairs as text. Gains are shares of accuracy, or ½ ln of the ratio of square
// errors for real labels (nats); no file is read or written.

namespace cch::report {

/// A mean over seeds with its error; nothing without a seed.
using SeedMean = std::optional<GainSummary>;

/// A value of an axis of the study: "lambda" 0.5.
struct TrainCoordinate {
  enum class Part { setting, teacher, loss };
  std::string name;
  std::string words;
  documents::Number number;  ///< where the value is one
  Part part = Part::setting;
};
/// Everything that runs of one cell share but their seed; sorts by numbers where both are some.
using TrainPlace = std::vector<TrainCoordinate>;

/// A network that stands alone.
struct TrainLevel {
  TrainPlace place;  ///< a student's has no teacher
  bool teacher = false;
  std::size_t failed = 0;
  SeedMean score;  ///< accuracy, or mean square error
  SeedMean cross_entropy;
  SeedMean calibrated;
  SeedMean temperature;  ///< of a calibrated teacher, which its logits are divided by
  /// Of a teacher that lacks rows: means over seeds of the rows that the student learns from, and
  /// of those that the teacher has.
  struct Paired {
    double labelled = 0.0;
    double labelled_paired = 0.0;
    double extra = 0.0;
    double extra_paired = 0.0;
  };
  std::optional<Paired> paired;
};

/// A control in the teacher's place.
struct TrainControl {
  std::string control;
  GainSummary gain;
  SeedMean difference;  ///< teacher less control, paired by seed
};

/// A teacher, a student and a loss; gains are over the same student alone, paired by seed.
struct TrainPair {
  TrainPlace place;
  std::string control;  ///< empty: a teacher
  std::size_t failed = 0;
  SeedMean gain;           ///< share of accuracy, or ½ ln of the ratio of square errors
  SeedMean cross_entropy;  ///< calibrated, nats
  SeedMean predicted;      ///< by the closed form, in the unit of `gain`
  SeedMean by_last;        ///< `gain` by both students' last weights, where the best count
  std::vector<TrainControl> controls;
};

/// Mean losses over seeds, step after step.
struct TrainCurve {
  TrainPlace place;
  bool alone = false;  ///< the student without a teacher
  std::size_t seeds = 0;
  std::vector<std::pair<double, double>> hard;
  std::vector<std::pair<double, double>> validation;
};

/// Which weights count for the networks of a role, and how far they were trained.
struct TrainWeights {
  std::string role;
  std::string count;  ///< "best", "last"
  std::size_t runs = 0;
  std::size_t stopped = 0;              ///< early
  std::optional<double> stopped_after;  ///< steps, median of those
  std::optional<double> best_after;     ///< steps, median, where validation rows tell
};

/// How often a value was chosen of several: "weight decay" 0.01, "λ and T" 0.5 and 4.
struct TrainChoice {
  std::string what;
  std::string value;
  std::size_t runs = 0;
};

struct TrainCost {
  std::string role;
  std::size_t runs = 0;
  double seconds = 0.0;
};

/// What a folder of runs shows: the one source of page, terminal and CSV.
struct TrainReport {
  documents::StudyDocument study;
  bool classes = true;  ///< gains are of accuracy
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t seeds = 0;            ///< different ones
  std::vector<TrainLevel> levels;   ///< students and teachers
  std::vector<TrainPair> pairs;     ///< teachers
  std::vector<TrainPair> controls;  ///< in a teacher's place
  std::vector<TrainCurve> curves;   ///< two a setting
  std::size_t without_curve = 0;    ///< runs whose curve was looked for in vain
  std::vector<TrainWeights> weights;
  std::vector<TrainChoice> choices;
  std::optional<std::size_t> rows;              ///< of test, where all runs have as many
  std::size_t least_rows = 0;                   ///< of test, of any run
  std::map<std::string, std::size_t> failures;  ///< by reason
  std::vector<TrainCost> costs;
  std::vector<Warning> warnings;
};

/// Trained pairs as one HTML file below 1 MB: no script, nothing fetched, light and dark, readable
/// from 360 px, printable. Pictures and tables show at most a stated number of cells, chosen by
/// their place alone.
std::string render_train_html(const TrainReport& report);

/// The same for a terminal: levels, then gains with their standard error over seeds, a line a cell.
/// Shuffled controls, one a teacher and loss, only if `all`.
std::string render_train_table(const TrainReport& report, bool all);

/// A line a teacher, student and loss (controls too) as CSV (RFC 4180), numbers in full precision.
std::string train_csv(const TrainReport& report);

}  // namespace cch::report
