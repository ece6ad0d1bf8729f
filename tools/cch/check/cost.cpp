#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <numeric>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "cch/experiments/chances.hpp"
#include "tools/cch/check/run.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostRows = 500;
// Where groups are too few to take a part of them, so many rows are timed whole.
constexpr std::size_t kMostAtOnce = 2000;
constexpr std::size_t kFewestRows = 100;
constexpr double kUsualPower = 0.8;
constexpr std::size_t kFewestGroups = 20;
// Of a further teacher's time in that of the first; .5 to .8 on the sets of docs/statistics.md, so
// that what two short runs differ by is not believed beyond these.
constexpr double kLeastShare = 0.5;
constexpr double kMostShare = 2.0;
constexpr double kRankFactor = 1.5;  // of forecasts on these sets, and some room

// A study as tools/bench/train_cost writes it: networks with one hidden layer of 64, 60 epochs, 5
// seeds. Of each seed the teachers are trained one by one, and all students as one batch: one alone
// and two with uniform controls, then for each teacher two weights, each also with shuffled
// outputs.
constexpr double kHidden = 64.0;
constexpr double kEpochs = 60.0;
constexpr double kSeeds = 5.0;
constexpr double kBatch = 64.0;
constexpr double kStudents = 3.0;
constexpr double kStudentsOfTeacher = 4.0;
constexpr std::size_t kMostTestRows = 1000;  // or a third: FeaturesTask
// Forward, backward and weight gradients: six operations a weight and row.
constexpr double kOperations = 6.0;
// Of one thread, fitted to six of the runs of docs/statistics.md. The others, on a busy machine,
// and shorter ones on a quieter, are within kTrainFactor; another kind of processor differs by
// more.
constexpr double kSecondsToStart = 1.7;
constexpr double kSecondsPerStep = 6.5e-4;
constexpr double kOperationsPerSecond = 3.25e10;
constexpr double kTrainFactor = 1.5;

// The first so many rows by whole groups, at random.
std::vector<std::size_t> some_rows(const Groups& groups, std::size_t most, std::uint64_t seed) {
  Random random(derive_seed(seed, "timed-rows"));
  std::vector<std::size_t> rows;
  for (const std::size_t g : random.permutation(groups.count())) {
    const auto members = groups.members(g);
    if (rows.size() + members.size() > most) continue;
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::optional<double> timed_ranking(const CheckSettings& s, const RankInput& input,
                                    const std::vector<std::size_t>& teachers, std::size_t most,
                                    const Execution& exec, std::size_t& rows) {
  const auto chosen = some_rows(input.groups, most, exec.seed);
  rows = chosen.size();
  RankInput part{{input.student.name, input.student.features.select(chosen)},
                 {},
                 select(input.labels, chosen),
                 input.groups.select(chosen)};
  const std::size_t fewest = input.groups.grouped() ? kFewestGroups : kFewestRows;
  if (part.groups.count() < fewest) return std::nullopt;
  for (const std::size_t t : teachers) {
    part.teachers.push_back({input.teachers[t].name, input.teachers[t].features.select(chosen)});
  }
  Execution quiet = exec;
  quiet.sink = nullptr;
  RankOptions options = rank_options(s.rank);
  options.decide_by = DecideBy::combined;  // pilots of networks come on top, and --quick has none
  options.scenario = Scenario::same_rows;
  // Time of the processor: other programs on the machine do not count.
  const std::clock_t begin = std::clock();
  try {
    (void)rank_teachers(part, options, quiet);
  } catch (const Error& error) {  // a class too small for so few rows
    if (error.kind() != ErrorKind::data) throw;
    return std::nullopt;
  }
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / worker_count(exec);
}

// Between what grows with columns alone and what grows with pairs of rows; for few rows estimators
// take more random splits, so that part of the cost does not grow at all.
double growth(double less, std::size_t rows_less, double more, std::size_t rows_more) {
  if (rows_more <= rows_less) return kUsualPower;
  const double rows = static_cast<double>(rows_more) / static_cast<double>(rows_less);
  return std::clamp(std::log(more / less) / std::log(rows), 0.3, 1.3);
}

// That of the others with the median number of columns.
std::size_t middle_teacher(const std::vector<Modality>& teachers) {
  std::vector<std::size_t> others(teachers.size() - 1);
  std::iota(others.begin(), others.end(), 1);
  const auto middle = others.begin() + (others.size() - 1) / 2;
  std::nth_element(others.begin(), middle, others.end(), [&](std::size_t a, std::size_t b) {
    return teachers[a].features.dim() < teachers[b].features.dim();
  });
  return *middle;
}

// What a further teacher adds, as a share of a ranking with the first: what is about the student
// alone is measured once. 1 where it cannot be timed.
double share_of_further(const CheckSettings& s, const RankInput& input, std::size_t most,
                        double with_one, const Execution& exec) {
  std::size_t rows = 0;
  const auto with_two =
      timed_ranking(s, input, {0, middle_teacher(input.teachers)}, most, exec, rows);
  if (!with_two) return 1.0;
  return std::clamp(*with_two / with_one - 1.0, kLeastShare, kMostShare);
}

}  // namespace

double trained_seconds(double steps, double operations) {
  return steps * kSecondsPerStep + operations / kOperationsPerSecond;
}

void forecast_training(const QuestionShape& shape, CostForecast& cost) {
  const std::size_t all = shape.groups.rows();
  const auto rows = static_cast<double>(all - std::min(kMostTestRows, all / 3));
  const double outputs = shape.labels ? static_cast<double>(shape.labels->classes())
                                      : static_cast<double>(shape.dim_labels);
  const auto weights = [&](std::size_t dim) {
    return kHidden * (static_cast<double>(dim) + outputs + 1.0);
  };
  const auto teachers = static_cast<double>(shape.teachers.size());
  double all_weights = (kStudents + kStudentsOfTeacher * teachers) * weights(shape.dim_student);
  for (const TeacherShape& teacher : shape.teachers) all_weights += weights(teacher.dim);
  const double passes = kSeeds * kEpochs;
  const double steps = passes * std::ceil(rows / kBatch) * (teachers + 1.0);
  cost.train_seconds =
      kSecondsToStart + trained_seconds(steps, passes * rows * kOperations * all_weights);
  cost.train_how = fmt::format(
      "one thread; {} and {:.0f} students, each with one hidden layer of {:.0f}, {:.0f} seeds, "
      "{:.0f} epochs of {:.0f} rows; right within a factor of {:.1f} in the runs of "
      "docs/statistics.md, all on one kind of processor",
      teachers == 1.0 ? "1 teacher" : fmt::format("{:.0f} teachers", teachers),
      kStudents + kStudentsOfTeacher * teachers, kHidden, kSeeds, kEpochs, rows, kTrainFactor);
}

CostForecast forecast_cost(const CheckSettings& s, const RankInput& input, const Execution& exec) {
  CostForecast out;
  const std::size_t all = input.student.features.size();
  const std::size_t more = std::min(kMostRows, all / 2);
  std::size_t rows_less = 0;
  std::size_t rows_more = 0;
  exec.progress("cost", 0, 3);
  const auto less = timed_ranking(s, input, {0}, more / 2, exec, rows_less);
  exec.progress("cost", 1, 3);
  auto seconds = timed_ranking(s, input, {0}, more, exec, rows_more);
  if (!seconds && all <= kMostAtOnce) seconds = timed_ranking(s, input, {0}, all, exec, rows_more);
  exec.progress("cost", 2, 3);
  if (!seconds) {
    out.rank_how = "too few rows or groups to time a part of them";
    return out;
  }
  const double power = less ? growth(*less, rows_less, *seconds, rows_more) : kUsualPower;
  const double times = std::pow(static_cast<double>(all) / static_cast<double>(rows_more), power);
  const std::size_t further = input.teachers.size() - 1;
  const double share = further == 0 ? 0.0
                       : less       ? share_of_further(s, input, more / 2, *less, exec)
                                    : share_of_further(s, input, rows_more, *seconds, exec);
  exec.progress("cost", 3, 3);
  out.rank_seconds = *seconds * times * (1.0 + share * static_cast<double>(further));
  out.rank_how =
      fmt::format("{:.1f} s for one teacher on {} threads", *seconds, worker_count(exec));
  if (rows_more < all) {
    out.rank_how += fmt::format(" and {} rows, times {:.2f} for {} rows (power {:.2f})", rows_more,
                                times, all, power);
  }
  if (further > 0) {
    out.rank_how +=
        fmt::format(", and {:.2f} times as much for {}", share,
                    further == 1 ? "the other" : fmt::format("each of {} others", further));
  }
  out.rank_how += fmt::format("; right within a factor of {:.1f} on the sets of docs/statistics.md",
                              kRankFactor);
  out.rank_how += fmt::format(
      "; pilots of networks take up to {:.0f} s of two cores more (--budget)", kUsualBudget);
  return out;
}

}  // namespace cch
