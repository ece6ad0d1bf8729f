#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/criterion/feasibility.hpp"
#include "cch/criterion/ranking.hpp"

namespace cch {

/// One thing that a right estimator does on any data (Song & Ermon 2020), tried on the user's.
struct ConsistencyTest {
  std::string name;        ///< "shuffle", "noise-columns", …: see consistency_battery
  std::string subject;     ///< name of the teacher, or of the student
  bool of_labels = false;  ///< I(subject; labels); else I(subject; student)
  std::string estimator;
  double value = 0.0;  ///< nats
  double expected = 0.0;
  /// Standard error of value − expected, paired where both were read on the same rows.
  double standard_error = 0.0;
  double tolerance = 0.0;
  bool at_most =
      false;  ///< the value must not exceed expected + tolerance; else it must lie within
  bool passed = true;
  std::string words;  ///< what was done, a sentence
};

/// How far value − expected goes against the law, in nats; at most 0 where it does not.
double excess(const ConsistencyTest& test);

struct ConsistencyReport {
  std::vector<ConsistencyTest> tests;
  std::vector<Warning> warnings;  ///< tests that these data do not allow, and why
};

struct ConsistencyOptions {
  /// Also the tests marked * below; every teacher (otherwise of more than two those with the fewest
  /// and with the most columns), and estimators that learn directions with all their splits
  /// (otherwise two: error bars 7 % wider).
  bool all = false;
  std::size_t most_rows = 1000;
};

/// The estimators that would decide a ranking, on the user's own data (some of the rows, whole
/// groups). Of T and S:
///   shuffle          teacher rows turned by half of the rows, group after group: I = 0, of a
///                    bound at most 0;
///   noise-columns    three columns of noise beside each of the teacher's: I unchanged;
///   half             half of the teacher's columns: at most I;
///   data-processing  I(T; S + noise) ≤ I(T; S), noise of one standard deviation a column;
///   invariance       columns in reverse order, times −3, plus 5: I unchanged;
///   rotation *       an orthogonal map of the teacher's columns: I unchanged;
///   copy *           every column of the teacher twice: I unchanged;
///   symmetry         I(S;T) = I(T;S);
///   additivity       rows of one half of the groups beside those of the other, independent copies:
///                    I((T,T');(S,S')) = 2 I on as many rows.
/// Of the student and Y, * of every teacher and Y:
///   noise-columns, half *, data-processing *, shuffle *, rotation *, copy *  as above;
///   ceiling          I(S;Y) ≤ H(Y);
///   merging          classes merged in pairs: at most I;
///   renaming *       classes in reverse order: I unchanged, but for rounding;
///   label-noise      features that are the one-hot labels after 30 % of them were exchanged for
///                    another class, among columns of noise: I = H(Ỹ) − h(.3) − .3 ln(K − 1),
///                    h(p) = −p ln p − (1−p) ln(1−p).
/// Tolerances: 3 standard errors and a stated share for bias that the power forecast shows anyway.
/// A value and what is due are read on the same rows, so the standard error is that of the paired
/// difference (error_bars.hpp), but for shuffle and additivity.
ConsistencyReport consistency_battery(const RankInput& input, const RankOptions& options,
                                      const ConsistencyOptions& which, const Execution& exec);

/// What would make a result look better than it is.
struct LeakCheck {
  std::string code;     ///< "duplicates-across-splits", "groups-across-splits", "fitted-on-labels"
  std::string subject;  ///< modality, or empty
  bool alarm = false;
  std::optional<double> value;  ///< rows, groups, or nats
  std::optional<double> limit;  ///< what it would take to be an alarm
  std::string words;
};

struct LeakReport {
  std::vector<LeakCheck> checks;
  std::vector<Warning> warnings;  ///< checks that these data do not allow, and why
};

/// Which rows features were fitted on, and which were held out.
///   duplicates-across-splits  held-out rows that equal a training row in every modality: an alarm
///                             above 1 % of the held-out rows;
///   groups-across-splits      groups with rows on both sides: an alarm from the first;
///   fitted-on-labels          for each modality, the label bound within training rows less that
///                             within as many held-out rows: features of a network that was trained
///                             on these labels know those of its own training rows better. An alarm
///                             above 3 standard errors of the difference and .1 H(Y).
/// A data Error "split-without-sides" unless both sides have rows. Cost: two label bounds a
/// modality, on at most 1500 rows each.
LeakReport leak_checks(const RankInput& input, const std::vector<bool>& held_out, bool groups_given,
                       const Execution& exec);

enum class FeasibilityVerdict { feasible, with_caution, not_feasible };
std::string_view to_string(FeasibilityVerdict verdict);
/// "feasible", "with-caution" or "not-feasible", also with underscores; a usage Error
/// "unknown-verdict" that names the nearest otherwise.
FeasibilityVerdict parse_feasibility_verdict(std::string_view name);

struct Feasibility {
  FeasibilityVerdict verdict = FeasibilityVerdict::feasible;
  /// The smallest margin in favour that is decided for every teacher, Gaussian family; empty with
  /// a reason if there is none for one of them.
  std::optional<double> minimal_margin;
  std::string why_no_margin;
  std::vector<std::string> reasons;  ///< sentences, the deciding one first
};

/// The verdict.
///   not_feasible  fewer than 20 groups (100 rows without), a leak of the labels into features, no
///                 teacher of which any margin can be decided, or none for which the wanted one
///                 can;
///   with_caution  some teachers only, only margins against, not in the curved family, an alarm
///                 about splits, a consistency test that failed, fewer than 40 groups;
///   feasible      none of these.
Feasibility judge_feasibility(const PowerForecast& power, const Groups& groups,
                              const FeasibilityOptions& options,
                              const ConsistencyReport& consistency, const LeakReport& leaks);

}  // namespace cch
