// Partly paired data: rows that a teacher lacks.
#include <algorithm>
#include <filesystem>
#include <set>

#include "cch/core/random.hpp"
#include "cch/experiments/unit.hpp"
#include "data/files.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kAll = 120;

/// Arrays a, b (teachers) and s (student), two classes. `lacking` rows of a are NaN.
struct PartlyPaired {
  test::TempFolder folder;
  std::vector<double> a = std::vector<double>(kAll);
  std::vector<double> b = std::vector<double>(kAll);

  explicit PartlyPaired(const std::set<std::size_t>& lacking) {
    Random random(5);
    std::vector<double> s(2 * kAll);
    std::vector<std::int64_t> y(kAll);
    for (std::size_t i = 0; i < kAll; ++i) {
      a[i] = random.normal();
      b[i] = random.normal();
      y[i] = a[i] + 0.5 * b[i] > 0.0 ? 1 : 0;
      s[2 * i] = a[i] + random.normal();
      s[2 * i + 1] = random.normal();
    }
    for (const std::size_t i : lacking) a[i] = NAN;
    std::filesystem::create_directories(folder.path("set"));
    write("a", a, 1);
    write("b", b, 1);
    write("s", s, 2);
    static_cast<void>(folder.write(
        "set/labels.npy", test::npy("<i8", "(" + std::to_string(kAll) + ",)", test::raw(y))));
  }

  void write(const std::string& name, const std::vector<double>& values,
             std::size_t columns) const {
    static_cast<void>(folder.write(
        "set/" + name + ".npy",
        test::npy("<f8", "(" + std::to_string(kAll) + ", " + std::to_string(columns) + ")",
                  test::raw(values))));
  }

  [[nodiscard]] Study study() const {
    FeaturesTask task;
    task.source = "dir:" + folder.path("set");
    task.students = {"s"};
    task.teachers = {"a", "b", "a+b"};
    task.unpaired_rows = true;
    Study out;
    out.task = task;
    out.seeds = {1};
    out.labelled = {50};
    out.most_extra = 20;
    out.scenarios = {"same-rows", "unlabelled-pairs"};
    out.training.steps = 40;
    out.training.learning_rate = 0.05;
    out.teacher_training = out.training;
    out.lambdas = {1.0};
    out.allow_chance = true;
    out.controls = {Control::shuffled};
    return out;
  }
};

std::set<std::size_t> every_third() {
  std::set<std::size_t> out;
  for (std::size_t i = 0; i < kAll; i += 3) out.insert(i);
  return out;
}

std::vector<RunResult> results_of(const Study& study, std::size_t unit) {
  return train_unit(study, load_task(study.task, {}), units(study)[unit], {});
}

const RunResult& run_of(const std::vector<RunResult>& results, Role role, const std::string& name) {
  for (const RunResult& r : results) {
    if (r.spec.role == role && (!r.spec.teacher || r.spec.teacher->name == name)) return r;
  }
  throw std::runtime_error("no such run");
}

/// Whether loading is refused with that code, in words that have `words`.
void check_refused(const FeaturesTask& task, const std::string& code, const std::string& words) {
  std::string text;
  try {
    static_cast<void>(load_task(task, {}));
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    CHECK(fault.code == code);
    text = fault.problem + fault.where + fault.action;
  }
  CAPTURE(text);
  CHECK(text.find(words) != std::string::npos);
}

TEST_CASE("partly paired: with every row there, the switch changes nothing") {
  const PartlyPaired data({});
  Study study = data.study();
  const auto kept = results_of(study, 1);
  std::get<FeaturesTask>(study.task).unpaired_rows = false;
  const auto plain = results_of(study, 1);
  REQUIRE(kept.size() == plain.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    CHECK(kept[i].weights == plain[i].weights);
    CHECK_FALSE(kept[i].paired.has_value());
  }
}

TEST_CASE("partly paired: counts, the teacher's rows, and a base student that has all labels") {
  const PartlyPaired whole({});
  const PartlyPaired partly(every_third());
  for (const std::size_t unit : {0, 1}) {
    const auto all = results_of(whole.study(), unit);
    const auto some = results_of(partly.study(), unit);
    CHECK(run_of(all, Role::student, "").weights == run_of(some, Role::student, "").weights);
    CHECK(run_of(all, Role::teacher, "b").weights == run_of(some, Role::teacher, "b").weights);
    CHECK(run_of(all, Role::distilled, "b").weights == run_of(some, Role::distilled, "b").weights);
    CHECK(run_of(all, Role::teacher, "a").weights != run_of(some, Role::teacher, "a").weights);
    CHECK(run_of(all, Role::distilled, "a").weights != run_of(some, Role::distilled, "a").weights);

    const Study study = partly.study();
    const StudyRows rows =
        study_rows(study, load_task(study.task, {}), units(study)[unit], Execution{});
    const auto has = [](const std::vector<std::size_t>& of) {
      return static_cast<std::size_t>(
          std::count_if(of.begin(), of.end(), [](std::size_t i) { return i % 3 != 0; }));
    };
    for (const char* name : {"a", "a+b"}) {
      const RunResult& taught = run_of(some, Role::distilled, name);
      REQUIRE(taught.paired.has_value());
      CHECK(taught.paired->labelled == rows.fitted.size());
      CHECK(taught.paired->labelled_paired == has(rows.fitted));
      CHECK(taught.paired->extra == (unit == 1 ? 20 : 0));
      CHECK(taught.paired->extra_paired == has(rows.extra));
      CHECK(taught.metrics.rows == rows.test.size());
      CHECK_FALSE(taught.predicted.has_value());
      const RunResult& teacher = run_of(some, Role::teacher, name);
      CHECK(teacher.metrics.rows == has(rows.test));
      CHECK(teacher.last->rows == has(rows.test));
    }
    CHECK_FALSE(run_of(some, Role::distilled, "b").paired.has_value());
  }
}

TEST_CASE("partly paired: the paired rows of a teacher are all that it learns from") {
  // Rows that it lacks may hold anything in the student's file order: a set of its rows alone,
  // split alike, gives the same teacher up to the order of batches, which a full batch has not.
  const PartlyPaired partly(every_third());
  Study study = partly.study();
  study.teacher_training.batch = 0;
  study.teacher_training.weights = Checkpoint::last;
  study.teacher_training.validation = 0.0;
  study.teacher_training.patience = 0;
  study.calibrate = false;
  const TaskData data = load_task(study.task, {});
  const auto results = train_unit(study, data, units(study)[0], {});
  const RunResult& teacher = run_of(results, Role::teacher, "a");
  // One column, standardised on the rows that are there: refitted from the written numbers.
  const StudyDraw drawn = draw(study.task, data, units(study)[0].setting, 1, {});
  TrainingData plain;
  plain.classes = 2;
  const StudyRows rows = study_rows(study, data, units(study)[0], Execution{});
  std::vector<std::size_t> kept;
  double sum = 0.0;
  double squares = 0.0;
  double count = 0.0;
  for (const std::size_t i : drawn.train) {
    if (i % 3 == 0) continue;
    sum += partly.a[i];
    squares += partly.a[i] * partly.a[i];
    ++count;
  }
  const double mean = sum / count;
  const double sd = std::sqrt(squares / count - mean * mean);
  std::vector<std::size_t> labelled = rows.fitted;
  labelled.insert(labelled.end(), rows.validation.begin(), rows.validation.end());
  for (const std::size_t i : labelled) {
    if (i % 3 != 0) kept.push_back(i);
  }
  plain.x = Matrix(kept.size(), 1);
  TrainingFit fit;
  for (std::size_t j = 0; j < kept.size(); ++j) {
    plain.x(j, 0) = (partly.a[kept[j]] - mean) / sd;
    plain.y.push_back(data.y[kept[j]]);
    fit.labelled.push_back(j);
  }
  fit.jobs = {{{}, {}, derive_seed(1, "teacher start a", 0), 1.0}};
  const auto own = train_networks(plain, fit, {}, study.teacher_training, {});
  REQUIRE(own.front().weights.size() == teacher.weights.size());
  for (std::size_t w = 0; w < teacher.weights.size(); ++w) {
    CHECK(test::near(teacher.weights[w], own.front().weights[w], 1e-4));  // sums of floats
  }
}

TEST_CASE("partly paired: criteria of each teacher are of the rows that it has") {
  const PartlyPaired partly(every_third());
  Study study = partly.study();
  study.criteria_seeds = 1;
  study.planted_bias = false;
  study.labelled = {60};
  const TaskData data = load_task(study.task, {});
  const auto all = measure_criteria(study, data, units(study)[0], {});
  REQUIRE(all.size() == 3);
  // Of b alone, which has every row: the same numbers as without the others.
  std::get<FeaturesTask>(study.task).teachers = {"b"};
  const auto alone = measure_criteria(study, load_task(study.task, {}), units(study)[0], {});
  CHECK(all[1].scores == alone[0].scores);
  CHECK(all[0].teacher.name == "a");
  CHECK(std::any_of(all[0].scores.begin(), all[0].scores.end(), [](const auto& score) {
    return score.first == "linear pilot, nats" && score.second.has_value();
  }));
}

TEST_CASE("partly paired: what is refused") {
  const PartlyPaired partly(every_third());
  Study study = partly.study();
  FeaturesTask& task = std::get<FeaturesTask>(study.task);
  task.unpaired_rows = false;
  check_refused(task, "non-finite-value", "unpaired-rows");
  task.unpaired_rows = true;
  task.students = {"a"};
  task.teachers = {"b"};
  check_refused(task, "student-rows-missing", "40 of 120 rows");
  // A row with one value that is not finite is no row that is missing.
  std::vector<double> s(2 * kAll, 1.0);
  s[7] = NAN;
  partly.write("s", s, 2);
  task.students = {"b"};
  task.teachers = {"s"};
  check_refused(task, "non-finite-value", "row 3");
  partly.write("a", std::vector<double>(kAll, NAN), 1);
  task.teachers = {"a"};
  check_refused(task, "too-few-rows", "'a'");
}

}  // namespace
}  // namespace cch
