// Teachers of a study that were trained before: what a teacher of the study said, brought back as
// stored outputs, teaches the same to the bit.
#include <cmath>
#include <utility>

#include "cch/core/random.hpp"
#include "cch/experiments/unit.hpp"
#include "experiments/unit_training.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kRows = 150;
constexpr std::size_t kClasses = 3;

LoadedSamples columns(std::size_t dim, std::uint64_t seed, double shift,
                      const std::vector<int>& y) {
  Random random(seed);
  Matrix x(kRows, dim);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < dim; ++j) {
      x(i, j) = random.normal() + (static_cast<int>(j) == y[i] ? shift : 0.0);
    }
  }
  LoadedSamples out;
  out.samples = Samples::from(std::move(x));
  return out;
}

TaskData features_data() {
  TaskData data;
  for (std::size_t i = 0; i < kRows; ++i) data.y.push_back(static_cast<int>(i % kClasses));
  data.classes = kClasses;
  data.groups = Groups::singletons(kRows);
  data.arrays = {{"a", columns(4, 1, 0.6, data.y)}, {"b", columns(5, 2, 1.2, data.y)}};
  return data;
}

Study features_study() {
  Study study;
  FeaturesTask task;
  task.students = {"a"};
  task.teachers = {"b"};
  study.task = task;
  study.seeds = {3};
  study.training.steps = 40;
  study.training.batch = 0;
  study.training.optimiser = Optimiser::sgd;
  study.training.learning_rate = 0.1;
  study.training.validation = 0.0;
  study.training.patience = 0;
  study.training.weights = Checkpoint::last;
  study.teacher_training = study.training;
  study.calibrate = false;
  study.lambdas = {0.5, 2.0};
  study.temperatures = {1.0, 3.0};
  return study;
}

/// What the study's own teacher says of every row.
Matrix said_by_teacher(const Study& study, const TaskData& data) {
  const StudyUnit unit = units(study)[0];
  const Execution serial = Execution{}.serial();
  const StudyDraw rows = draw(study.task, data, unit.setting, unit.seed, serial);
  const detail::UnitPart whole{detail::unit_rows(study, unit, rows), rows.test, false};
  RunResult result;
  for (const RunSpec& spec : runs(study, unit)) {
    if (spec.role == Role::teacher) result.spec = spec;
  }
  return detail::train_teacher({study, unit, rows, whole, serial}, result).outputs;
}

/// The same study with these outputs in place of the teacher.
std::vector<RunResult> with_stored(Study study, TaskData data, Matrix outputs,
                                   StoredOutputs stored) {
  auto& task = std::get<FeaturesTask>(study.task);
  task.teachers = {"stored"};
  task.stored = {{"stored", stored}};
  LoadedSamples array;
  array.samples = Samples::from(outputs);
  data.arrays.emplace_back("stored", std::move(array));
  data.outputs = {{"stored", std::move(outputs)}};
  return train_unit(study, data, units(study)[0], {});
}

TEST_CASE("stored teacher: outputs of a teacher of the study teach the same, to the bit") {
  const Study study = features_study();
  const TaskData data = features_data();
  const auto own = train_unit(study, data, units(study)[0], {});
  const auto again =
      with_stored(study, data, said_by_teacher(study, data), {TeacherKind::logits, false});
  REQUIRE(own.size() == again.size());
  std::size_t distilled = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    CHECK(own[i].spec.role == again[i].spec.role);
    CHECK(again[i].failure.empty());
    CHECK(own[i].metrics.cross_entropy == again[i].metrics.cross_entropy);
    if (own[i].spec.role == Role::teacher) {
      CHECK(again[i].weights.empty());
      CHECK(again[i].curve.empty());
      CHECK(again[i].spec.teacher->rows == TeacherRows::stored);
      continue;
    }
    CHECK(own[i].weights == again[i].weights);
    distilled += own[i].spec.role == Role::distilled ? 1 : 0;
  }
  CHECK(distilled == 4);
}

TEST_CASE("stored teacher: its temperature comes from labelled rows that it has not seen") {
  Study study = features_study();
  study.calibrate = true;
  const TaskData data = features_data();
  // Logits three times as sharp as the labels are.
  Random random(5);
  Matrix sharp(kRows, kClasses);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t c = 0; c < kClasses; ++c) {
      sharp(i, c) = 3.0 * (random.normal() + (static_cast<int>(c) == data.y[i] ? 1.0 : 0.0));
    }
  }
  const auto teacher_of = [](const std::vector<RunResult>& all) {
    for (const RunResult& run : all) {
      if (run.spec.role == Role::teacher) return run;
    }
    throw std::runtime_error("no teacher");
  };
  const RunResult unseen =
      teacher_of(with_stored(study, data, sharp, {TeacherKind::logits, false}));
  // ln p(c|z) of these logits is z/3 up to a constant: T = 3, and a slope from 100 rows has an
  // error of about 20 %.
  REQUIRE(unseen.temperature);
  CHECK(*unseen.temperature > 1.5);
  CHECK(*unseen.temperature < 6.0);
  CHECK_FALSE(teacher_of(with_stored(study, data, sharp, {TeacherKind::logits, true})).temperature);
}

TEST_CASE("stored teacher: no hidden features, no further labels, no noise of its own") {
  Study study = features_study();
  auto& task = std::get<FeaturesTask>(study.task);
  task.teachers = {"b", "stored"};
  task.stored = {{"stored", {TeacherKind::logits, false}}};
  task.noise = {0.0, 1.0};
  const TaskData data = features_data();
  CHECK(test::fault_code([&] { check(study, data); }).empty());
  CHECK(teacher_views(study.task, units(study)[0].setting).size() == 3);
  Study more = study;
  more.scenarios = {"more-labels"};
  CHECK(test::fault_code([&] { check(more, data); }) == "bad-study");
  Study hidden = study;
  hidden.student.layers = hidden.teacher.layers = Layers::mlp;
  hidden.student.widths = hidden.teacher.widths = {8};
  hidden.forms = {DistilForm::fitnet};
  CHECK(test::fault_code([&] { check(hidden, data); }) == "bad-study");
}

}  // namespace
}  // namespace cch
