#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/estimators/planted_calibration.hpp"
#include "cch/estimators/scale.hpp"

namespace cch {

/// A teacher as planted data copy it.
struct TeacherShape {
  std::string name;
  std::size_t dim = 1;
  /// Student directions that it sees, in equal shares; at most the smaller of both dimensions.
  std::size_t pairs = 1;
  /// Standard deviations of its directions, descending, `dim` of them or (where there are fewer
  /// rows) less; empty: all equal.
  std::vector<double> spectrum;
};

/// What a question looks like before it is asked: rows, groups, dimensions, labels, and what the
/// student is thought to know about the labels.
struct QuestionShape {
  Groups groups = Groups::singletons(0);
  double icc = 0.0;  ///< intra-class correlation by group, 0 ≤ icc < 1
  std::size_t dim_student = 1;
  std::vector<double> spectrum_student;  ///< as TeacherShape::spectrum
  std::vector<TeacherShape> teachers;
  std::optional<ClassLabels> labels;  ///< classes row by row; none: real-valued labels
  std::size_t dim_labels = 1;         ///< columns of real-valued labels
  double i_student_labels = 0.0;      ///< nats, > 0
};

/// The shape of the user's data on the scale of the ranking. I(student; labels) is what the
/// estimator's reading stands for on planted data (planted_bias_near); the spectrum of teacher and
/// student gives the pairs (effective_dimension) and how unequal the directions are.
QuestionShape question_shape(const RankInput& input, const RankOptions& options,
                             const Execution& exec);

/// Standard deviations i^(−a/2), a ≥ 0 such that the participation ratio of their squares is
/// `effective` (1 ≤ effective ≤ dim).
std::vector<double> power_law_spectrum(std::size_t dim, double effective);

/// Evenly sized groups and classes from numbers alone, for planning.
struct PlanNumbers {
  std::size_t rows = 0;
  std::optional<std::size_t> groups;  ///< none: every row by itself
  std::size_t dim_student = 1;
  std::vector<std::size_t> dims_teacher{1};
  std::size_t classes = 2;  ///< 0: one real-valued label
  double icc = 0.0;
  /// Effective dimension (participation ratio) of student and teachers, and as many directions
  /// shared, where there are so many columns.
  std::size_t pairs = 4;
  double share_of_entropy = 0.5;  ///< I(student; labels) / H(Y); nats themselves without classes
};
/// Usage Error with every fault: "plan-rows", "plan-groups", "plan-dimension", "plan-classes",
/// "plan-icc", "plan-information".
void check_plan(const PlanNumbers& numbers);
QuestionShape planned_shape(const PlanNumbers& numbers, std::uint64_t seed);

/// What the planted columns look like. `curved` turns each pair of columns by an angle of a quarter
/// radian for each unit of their radius (teacher and student in opposite senses), and maps a last
/// odd column x to x |x|^½: one to one, so every information is the Gaussian one, but correlations
/// and normal scores no longer hold all of it.
enum class PlantedFamily { gaussian, curved };
std::string_view to_string(PlantedFamily family);

struct FeasibilityOptions {
  /// The first decides, as in a ranking; the others are held beside it.
  std::vector<std::string> estimators{"auto"};
  Scale scale = Scale::rank;
  std::optional<std::size_t> k;
  bool exact = false;
  double power = 0.8;            ///< wanted share of right verdicts, in (0, 1)
  double wrong = 0.05;           ///< most wrong verdicts, in (0, 1)
  std::optional<double> margin;  ///< a margin that the user wants to decide, nats, > 0
  std::size_t draws = 0;         ///< planted data sets; 0 = 4, or 8 where these leave it open
  std::size_t most_rows = 3000;  ///< more rows are not planted: spreads are scaled by 1/√N
  bool curved = true;            ///< also plant the curved family
  bool below = true;             ///< also search margins that speak against a teacher
  bool sizes = true;             ///< also plant a half and a quarter of the groups
};

/// One planted margin, over the draws.
struct MarginPoint {
  double margin = 0.0;             ///< truth, nats
  double i_teacher_student = 0.0;  ///< truth, nats
  double mean = 0.0;               ///< of the measured margins
  double i_teacher_student_mean = 0.0;
  double mean_error = 0.0;      ///< standard error of i_teacher_student_mean
  double sd = 0.0;              ///< of one measured margin
  double standard_error = 0.0;  ///< root mean square of those reported: what a ranking will say
  double right = 0.0;           ///< share of right verdicts, from these moments
  double wrong = 0.0;
  std::size_t draws = 0;
};

/// Shares of verdicts at a margin between the planted ones.
struct VerdictPoint {
  double margin = 0.0;
  double right = 0.0;
  double wrong = 0.0;
};

/// One side of zero: margins that speak for a teacher, or against one.
struct SmallestMargin {
  std::optional<double> nats;  ///< absolute value; empty: none was found
  std::string why_not;         ///< a sentence, where empty
};

/// One estimator of one teacher in one family.
struct FamilyPower {
  PlantedFamily family = PlantedFamily::gaussian;
  std::vector<MarginPoint> points;  ///< margin ascending
  std::vector<VerdictPoint> curve;  ///< 41 margins over the planted ones
  SmallestMargin above;             ///< distil is said with the wanted power from here
  /// do not distil, likewise; not searched in the curved family
  SmallestMargin below;
  double right_at_wanted = 0.0;  ///< power at FeasibilityOptions::margin, if given
  double i_student_labels_mean = 0.0;
  double i_student_labels_error = 0.0;  ///< standard error of that mean
  double student_labels_standard_error = 0.0;
};

struct EstimatorPower {
  std::string teacher_student;  ///< catalog name; for auto the one that was picked
  std::string student_labels;
  std::vector<FamilyPower> families;  ///< Gaussian first
  /// Processor seconds of one planted set on one thread: the student with its labels, and one
  /// teacher at one margin.
  double label_seconds = 0.0;
  double teacher_seconds = 0.0;
};

/// The smallest margin at another number of rows, Gaussian family, deciding estimator.
struct SizePoint {
  std::size_t rows = 0;
  std::size_t groups = 0;
  SmallestMargin above;
  /// 95 % interval of above.nats (few draws; and how the bias falls, where extrapolated); an end
  /// that is not bounded is empty.
  std::optional<double> low;
  std::optional<double> high;
  bool extrapolated = false;  ///< from the planted sizes: errors as 1/√n, biases as measured
};

struct TeacherPower {
  TeacherShape shape;
  std::string
      planted_as;  ///< the teacher whose shape was planted: this one, or one that stands for it
  std::vector<EstimatorPower> estimators;  ///< the first decides
  std::vector<SizePoint> sizes;            ///< rows ascending
  /// Rows (whole groups) from which the wanted margin is decided with the wanted power.
  std::optional<SizePoint> needed;
  /// 95 % interval of needed->rows; empty: beyond what was planted or 16 times the rows.
  std::optional<std::size_t> needed_low;
  std::optional<std::size_t> needed_high;
  std::string needed_why_not;
  std::size_t recommended = 0;  ///< index into `estimators`
  std::string why;              ///< of the recommendation, a sentence
};

struct PowerForecast {
  std::size_t rows = 0;
  std::size_t rows_planted = 0;
  double i_student_labels = 0.0;         ///< planted truth
  std::optional<double> entropy_labels;  ///< H(Y)
  std::vector<TeacherPower> teachers;
  std::vector<Warning> warnings;
};

/// Plants teacher, student and labels with known I(T;S) and I(S;Y) at this shape, measures them as
/// a ranking would (both estimates, their paired error bar, the upper value of a label bound) and
/// asks the ranking's own rule for its verdict on the representation-level margin.
///   labels     S_i = s m_{y_i} + √icc u_g + √(1−icc) ε_i (planted_calibration.hpp), or real-valued
///              Y = β S + √(1−β²) noise, in the columns that there are;
/// Both sides are then spread over all their columns by rotations, each direction with its own
/// standard deviation (`spectrum`), what is planted in the leading ones: one to one, so that no
/// information changes, while estimators that look for leading directions find what they would find
/// in such data.
///   teacher    T = ρ S + √(1−ρ²) noise in its pairs, other columns noise:
///              I(T;S) = −(r/2) ln(1−ρ²) + I(T;Y), the last term by Monte Carlo with classes.
/// The same draws serve every margin, so that the curve is smooth. Verdicts are counted over the
/// normal distribution of the measured margin with the draws' mean (each less the share of what its
/// rows happened to hold, as in planted_calibration.hpp) and spread (which is shrunk
/// towards the reported error, worth ten draws) and with each draw's own error bar; p values are
/// multiplied by the number of teachers (Holm's first step); a verdict that the planted bias could
/// turn counts as none. The smallest margin is where the share of right verdicts reaches `power`
/// and that of wrong ones is at most `wrong`, with means shifted by their standard error to the
/// unfavourable side.
/// Other numbers of rows: a half and a quarter are planted too; beyond, up to 16 times the rows,
/// the same rule is asked with errors that fall as 1/√n and with biases that fall as c n^(−β), c
/// fitted to all planted sizes, β between 0 and 1 weighed by that fit. Intervals join both
/// uncertainties. Teachers whose columns, pairs and effective directions differ by at most a fifth
/// are alike: that with the most pairs stands for them. Where more than two different shapes are
/// left, those with the fewest and with the most pairs and directions are planted, and the nearer
/// stands for another. Usage Errors: "bad-power", "bad-margin", those of the estimators; estimators
/// with networks are refused ("no-planted-networks"). Cost: about draws × 3 to 7 measurements with
/// error bars for each teacher planted, family and estimator; bitwise equal for any number of
/// threads.
PowerForecast forecast_power(const QuestionShape& shape, const FeasibilityOptions& options,
                             const Execution& exec);

/// Effective number of rows N / (1 + (m̄ − 1) icc), m̄ = Σ n_g² / N the size of a row's group (Kish
/// 1965).
double effective_rows(const Groups& groups, double icc);

}  // namespace cch
