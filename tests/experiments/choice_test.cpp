// λ and T chosen on inner folds of the labelled rows.
#include <algorithm>
#include <cmath>
#include <string>

#include "cch/core/random.hpp"
#include "cch/experiments/unit.hpp"
#include "experiments/unit_rows.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;

Study choosing_study() {
  Study study;
  MfhTask task;
  task.v = {0, 10};
  task.rows = 60;
  task.fresh_rows = 40;
  task.test_rows = 100;
  task.moment_rows = 300;
  study.task = task;
  study.seeds = {1};
  study.training = {};  // the last weights, from all rows
  study.calibrate = false;
  study.training.optimiser = Optimiser::sgd;
  study.training.learning_rate = 0.1;
  study.training.steps = 30;
  study.training.batch = 0;
  study.training.double_precision = true;
  study.teacher_training = study.training;
  study.lambdas = {0.1, 1.0, 3.0};
  study.temperatures = {1.0, 2.0};
  study.allow_chance = true;
  study.choose = Choose::inner_folds;
  return study;
}

// The slow way, each network by itself: nothing that is fitted sees a row of the fold.
double loss_on_folds(const Study& study, const StudyDraw& d, std::size_t view,
                     const DistilLoss& loss) {
  constexpr std::size_t kFolds = 3;
  const std::uint64_t seed = study.seeds.front();
  const std::vector<std::size_t> rows(d.train.begin(), d.train.begin() + 60);
  const auto fold = detail::folds_of(d.groups, rows, kFolds, seed, "inner folds");
  double total = 0.0;
  for (std::size_t f = 0; f < kFolds; ++f) {
    TrainingFit fit;
    std::vector<std::size_t> held;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      (fold[i] == f ? held : fit.labelled).push_back(rows[i]);
    }
    const std::string& name = d.teachers[view].name;
    TrainingData data{d.teachers[view].x, {}, d.y, d.classes, {}, {}};
    fit.order = derive_seed(seed, "teacher order " + name, 0);
    fit.jobs = {{{}, {}, derive_seed(seed, "teacher start " + name, 0), 1.0}};
    const auto teacher =
        train_networks(data, fit, study.teacher, study.teacher_training, {}).front();
    data.x = d.x;
    data.teachers = {{teacher.outputs, {}}};
    fit.order = derive_seed(seed, "student order");
    fit.jobs = {{loss, 0, derive_seed(seed, "student start"), 1.0}};
    const auto student = train_networks(data, fit, study.student, study.training, {}).front();
    total += static_cast<double>(held.size()) *
             class_metrics(student.outputs, d.y, held).calibrated_cross_entropy.value();
  }
  return total / static_cast<double>(rows.size());
}

TEST_CASE("inner folds: losses are those of networks that have not seen the fold") {
  const Study study = choosing_study();
  const StudyUnit unit = units(study).front();
  const StudyDraw d = draw(study.task, {}, unit.setting, unit.seed, {});
  std::size_t view = 0;
  for (const RunResult& result : train_unit(study, {}, unit, {})) {
    CHECK(result.failure.empty());
    if (result.spec.role != Role::distilled) continue;
    REQUIRE(result.candidate_losses.size() == 6);
    std::size_t least = 0;
    for (std::size_t c = 0; c < result.candidate_losses.size(); ++c) {
      CAPTURE(c);
      const double slow = loss_on_folds(study, d, view, result.spec.candidates[c]);
      CHECK(near(result.candidate_losses[c].value(), slow, kRounding));
      if (*result.candidate_losses[c] < *result.candidate_losses[least]) least = c;
    }
    CHECK(*result.spec.loss == result.spec.candidates[least]);
    ++view;
  }
  CHECK(view == 2);
}

TEST_CASE("validation rows choose: the run is the grid's with the least loss on them") {
  Study study = choosing_study();
  study.training.validation = 0.25;
  study.training.weights = Checkpoint::best;
  study.choose = Choose::validation;
  const StudyUnit unit = units(study).front();
  const auto chosen = train_unit(study, {}, unit, {});
  study.choose = Choose::all;
  const auto grid = train_unit(study, {}, unit, {});
  CHECK(chosen.size() == 1 + 2 + 2);
  for (const RunResult& run : chosen) {
    CHECK(run.failure.empty());
    REQUIRE(run.last.has_value() == (run.spec.role != Role::teacher));
    if (run.spec.role != Role::distilled) continue;
    std::size_t place = 0;
    for (const RunResult& other : grid) {
      if (other.spec.role != Role::distilled ||
          other.spec.teacher->parameters != run.spec.teacher->parameters) {
        continue;
      }
      CHECK(*run.candidate_losses[place] == *other.validation_loss);
      CHECK(*other.validation_loss >= *run.validation_loss);
      if (*other.spec.loss == *run.spec.loss) CHECK(other.weights == run.weights);
      ++place;
    }
    CHECK(place == 6);
  }
}

TEST_CASE("inner folds: the run is that of the whole grid at the chosen place") {
  Study study = choosing_study();
  study.controls = {Control::uniform, Control::shuffled, Control::self};
  const StudyUnit unit = units(study).front();
  const auto chosen = train_unit(study, {}, unit, {});
  // Student, 2 teachers, 2 distilled, uniform, 2 shuffled, self.
  CHECK(chosen.size() == 1 + 2 + 2 + 4);
  study.choose = Choose::all;
  const auto grid = train_unit(study, {}, unit, {});
  CHECK(grid.size() == 1 + 2 + 6 * 6);
  for (const RunResult& run : chosen) {
    const auto same = std::count_if(grid.begin(), grid.end(), [&](const RunResult& other) {
      return other.spec.role == run.spec.role && other.spec.control == run.spec.control &&
             other.spec.loss == run.spec.loss && other.weights == run.weights &&
             other.metrics.accuracy == run.metrics.accuracy;
    });
    CHECK(same >= 1);
  }
}

TEST_CASE("inner folds: whole groups, and at least one row in each") {
  Study study = choosing_study();
  FeaturesTask task;
  task.students = {"a"};
  task.teachers = {"b"};
  task.test_share = 0.5;
  study.task = task;
  TaskData data;
  Random random(3);
  std::vector<std::size_t> groups;
  Matrix x(40, 2);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    groups.push_back(i / 10);  // four groups: two to test, two to learn from
    data.y.push_back(static_cast<int>(i % 2));
    for (double& value : x.row(i)) value = random.normal();
  }
  data.classes = 2;
  data.groups = Groups::from(groups);
  data.arrays = {{"a", {Samples::from(Matrix(x)), {}}}, {"b", {Samples::from(Matrix(x)), {}}}};
  CHECK(test::fault_code([&] { (void)train_unit(study, data, units(study).front(), {}); }) ==
        "too-few-rows");
}

TEST_CASE("inner folds: one loss leaves nothing to choose") {
  Study study = choosing_study();
  study.lambdas = {1.0};
  study.temperatures = {2.0};
  CHECK(test::fault_code([&] { check(study, {}); }) == "bad-study");
  study.choose = Choose::all;
  check(study, {});
}

// A candidate that cannot be trained is not chosen; without any other the run fails.
TEST_CASE("inner folds: a loss that diverges is not chosen") {
  Study study = choosing_study();
  study.temperatures = {1.0};
  study.lambdas = {0.5, 1e300};
  const StudyUnit unit = units(study).front();
  for (const RunResult& run : train_unit(study, {}, unit, {})) {
    if (run.spec.role != Role::distilled) continue;
    CHECK(run.failure.empty());
    CHECK(run.spec.loss->lambda == 0.5);
    CHECK_FALSE(run.candidate_losses[1].has_value());
  }
  study.lambdas = {1e300, 2e300};
  for (const RunResult& run : train_unit(study, {}, unit, {})) {
    if (run.spec.role == Role::distilled) CHECK_FALSE(run.failure.empty());
  }
}

}  // namespace
}  // namespace cch
