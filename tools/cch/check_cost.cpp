#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "tools/cch/check_run.hpp"

namespace cch {
namespace {

constexpr std::size_t kMostRows = 800;
// Where groups are too few to take a part of them, so many rows are timed whole.
constexpr std::size_t kMostAtOnce = 2000;
constexpr std::size_t kFewestRows = 100;
constexpr double kUsualPower = 0.8;
constexpr std::size_t kFewestGroups = 20;

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
// Of one thread, fitted to six of the runs of docs/statistics.md; the others are within
// kTrainFactor of the forecast. A processor of another kind differs by more.
constexpr double kSecondsToStart = 0.66;
constexpr double kSecondsPerStep = 6.3e-4;
constexpr double kOperationsPerSecond = 3.65e10;
constexpr double kTrainFactor = 1.4;

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
                                    std::size_t most, const Execution& exec, std::size_t& rows) {
  const auto chosen = some_rows(input.groups, most, exec.seed);
  rows = chosen.size();
  RankInput part{{input.student.name, input.student.features.select(chosen)},
                 {},
                 select(input.labels, chosen),
                 input.groups.select(chosen)};
  const std::size_t fewest = input.groups.grouped() ? kFewestGroups : kFewestRows;
  if (part.groups.count() < fewest) return std::nullopt;
  const Modality& teacher = input.teachers.front();
  part.teachers.push_back({teacher.name, teacher.features.select(chosen)});
  Execution quiet = exec;
  quiet.sink = nullptr;
  RankOptions options = rank_options(s.rank);
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

}  // namespace

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
  cost.train_seconds = kSecondsToStart + steps * kSecondsPerStep +
                       passes * rows * kOperations * all_weights / kOperationsPerSecond;
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
  exec.progress("cost", 0, 2);
  const auto less = timed_ranking(s, input, more / 2, exec, rows_less);
  exec.progress("cost", 1, 2);
  auto seconds = timed_ranking(s, input, more, exec, rows_more);
  if (!seconds && all <= kMostAtOnce) seconds = timed_ranking(s, input, all, exec, rows_more);
  exec.progress("cost", 2, 2);
  if (!seconds) {
    out.rank_how = "too few rows or groups to time a part of them";
    return out;
  }
  // Between what grows with columns alone and what grows with pairs of rows; for few rows
  // estimators take more random splits, so that part of the cost does not grow at all.
  double power = kUsualPower;
  if (less && rows_more > rows_less) {
    power = std::clamp(std::log(*seconds / *less) / std::log(static_cast<double>(rows_more) /
                                                             static_cast<double>(rows_less)),
                       0.3, 1.3);
  }
  const double times = std::pow(static_cast<double>(all) / static_cast<double>(rows_more), power);
  const auto teachers = static_cast<double>(input.teachers.size());
  out.rank_seconds = *seconds * times * teachers;
  out.rank_how =
      fmt::format("{:.1f} s for one teacher on {} threads", *seconds, worker_count(exec));
  if (rows_more < all) {
    out.rank_how += fmt::format(", timed on {} rows, times {:.2f} for {} rows (power {:.2f})",
                                rows_more, times, all, power);
  }
  if (input.teachers.size() > 1) {
    out.rank_how += fmt::format(", times {} teachers", input.teachers.size());
  }
  return out;
}

}  // namespace cch
