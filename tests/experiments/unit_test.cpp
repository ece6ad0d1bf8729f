// Tasks, units and the closed form beside them.
#include "cch/experiments/unit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/shared_private_model.hpp"
#include "experiments/unit_rows.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

Study small_study() {
  Study study;
  MfhTask task;
  task.v = {0, 10};
  task.rows = 60;
  task.fresh_rows = 40;
  task.test_rows = 100;
  task.moment_rows = 300;
  study.task = task;
  study.seeds = {1, 2};
  study.training.optimiser = Optimiser::sgd;
  study.training.learning_rate = 0.1;
  study.training.steps = 30;
  study.training.batch = 0;
  study.teacher_training = study.training;
  study.lambdas = {0.5, 1.0};
  study.allow_chance = true;
  study.controls = {Control::uniform, Control::shuffled, Control::self};
  return study;
}

const RunResult& find(const std::vector<RunResult>& results, Role role, double lambda = 0.0,
                      const std::optional<Control>& control = {}, std::size_t teacher = 0) {
  std::size_t seen = 0;
  for (const RunResult& r : results) {
    const bool same = r.spec.role == role && r.spec.control == control &&
                      (lambda == 0.0 || (r.spec.loss && r.spec.loss->lambda == lambda));
    if (same && seen++ == teacher) return r;
  }
  throw std::runtime_error("no such run");
}

TEST_CASE("unit: every run of the plan is there, in its order, with metrics") {
  const Study study = small_study();
  const auto all = units(study);
  REQUIRE(all.size() == 2);
  const auto results = train_unit(study, {}, all[0], {});
  const auto specs = runs(study, all[0]);
  // Student, 2 teachers, 2 λ × (2 distilled + uniform + 2 shuffled + self).
  REQUIRE(specs.size() == 1 + 2 + 2 * 6);
  REQUIRE(results.size() == specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    CHECK(results[i].spec.role == specs[i].role);
    CHECK(results[i].failure.empty());
    CHECK(results[i].metrics.rows == 100);
    CHECK(results[i].metrics.accuracy.has_value());
  }
}

TEST_CASE("unit: the same numbers again, and whatever else is in the study") {
  Study study = small_study();
  const auto first = train_unit(study, {}, units(study)[0], {});
  const auto again = train_unit(study, {}, units(study)[0], {});
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i].weights == again[i].weights);
  study.lambdas = {1.0};
  study.controls = {};
  std::get<MfhTask>(study.task).v = {10};
  const auto fewer = train_unit(study, {}, units(study)[0], {});
  CHECK(find(fewer, Role::student).weights == find(first, Role::student).weights);
  CHECK(find(fewer, Role::teacher).weights == find(first, Role::teacher, 0.0, {}, 1).weights);
  CHECK(find(fewer, Role::distilled, 1.0).weights ==
        find(first, Role::distilled, 1.0, {}, 1).weights);
}

TEST_CASE("unit: seeds differ, and λ matters") {
  const Study study = small_study();
  const auto a = train_unit(study, {}, units(study)[0], {});
  const auto b = train_unit(study, {}, units(study)[1], {});
  CHECK(find(a, Role::student).weights != find(b, Role::student).weights);
  CHECK(find(a, Role::distilled, 0.5).weights != find(a, Role::distilled, 1.0).weights);
}

TEST_CASE("unit: a teacher at chance is not distilled from, unless asked") {
  Study study = small_study();
  study.allow_chance = false;
  GeneralisedTask task;
  task.cases = {2};
  task.columns = 20;
  task.rows = 30;
  task.test_rows = 400;
  study.task = task;
  study.teacher_training.steps = 1;
  study.teacher_training.learning_rate = 1e-6;
  study.controls = {Control::uniform};
  const auto results = train_unit(study, {}, units(study)[0], {});
  CHECK(find(results, Role::teacher).failure.empty());
  CHECK(find(results, Role::distilled, 0.5).failure.find("at chance") != std::string::npos);
  CHECK(find(results, Role::control, 0.5, Control::uniform).failure.empty());
  study.allow_chance = true;
  CHECK(find(train_unit(study, {}, units(study)[0], {}), Role::distilled, 0.5).failure.empty());
}

TEST_CASE("unit: unlabelled pairs reach the distilled student alone") {
  Study study = small_study();
  study.scenarios = {"unlabelled-pairs"};
  study.labelled = {20};
  const auto all = units(study);
  const auto unlabelled = train_unit(study, {}, all[0], {});
  study.scenarios = {"same-rows"};
  const auto same = train_unit(study, {}, units(study)[0], {});
  CHECK(find(unlabelled, Role::student).weights == find(same, Role::student).weights);
  CHECK(find(unlabelled, Role::teacher).weights == find(same, Role::teacher).weights);
  CHECK(find(unlabelled, Role::distilled, 0.5).weights != find(same, Role::distilled, 0.5).weights);
  study.scenarios = {"more-labels"};
  const auto more = train_unit(study, {}, units(study)[0], {});
  CHECK(find(more, Role::student).weights == find(same, Role::student).weights);
  CHECK(find(more, Role::teacher).weights != find(same, Role::teacher).weights);
}

TEST_CASE("unit: held-out rows are whole groups, the same ones for whoever shares rows") {
  const std::vector<std::size_t> ids{4, 4, 7, 7, 7, 9, 2, 2, 5, 5, 8, 1};
  const Groups groups = Groups::from(ids);
  std::vector<std::size_t> rows(ids.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const auto parts = detail::hold_out(groups, rows, 0.3, 5);
  CHECK(parts.validation.size() >= 4);
  CHECK(parts.fitted.size() + parts.validation.size() == rows.size());
  std::set<std::size_t> held;
  for (const std::size_t i : parts.validation) held.insert(ids[i]);
  for (const std::size_t i : parts.fitted) CHECK_FALSE(held.contains(ids[i]));
  // Without the groups that were not held out the order of the others is the same.
  const auto again = detail::hold_out(groups, parts.validation, 0.01, 5);
  CHECK(held.contains(ids[again.validation.front()]));
  CHECK(again.validation.size() < parts.validation.size());
  CHECK(detail::hold_out(groups, rows, 0.0, 5).fitted == rows);
  CHECK(detail::hold_out(groups, rows, 0.3, 6).validation != parts.validation);
  CHECK_THROWS_AS(detail::hold_out(groups, {0, 1}, 0.3, 5), Error);
}

TEST_CASE("unit: with a validation share every network has its best weights beside the last") {
  Study study = small_study();
  study.training.validation = 0.25;
  study.teacher_training.validation = 0.25;
  study.teacher_rows = {TeacherRows::same_rows, TeacherRows::k_fold};
  for (const RunResult& run : train_unit(study, {}, units(study)[0], {})) {
    const bool folds =
        run.spec.role == Role::teacher && run.spec.teacher->rows == TeacherRows::k_fold;
    REQUIRE(run.failure.empty());
    REQUIRE(run.best.has_value() == !folds);
    if (folds) continue;
    CHECK(run.best->metrics.rows == run.metrics.rows);
    CHECK(run.best->weights.size() == run.weights.size());
    CHECK(run.best->validation <= run.curve.back().validation.value());
  }
}

TEST_CASE("unit: the best weights count and teach, and a teacher's temperature fits unseen rows") {
  Study study = small_study();
  study.training.steps = 400;  // long enough to overfit 45 rows of 50 columns
  study.training.patience = 5;
  study.teacher_training = study.training;
  study.teacher_rows = {TeacherRows::same_rows, TeacherRows::k_fold};
  for (const RunResult& run : train_unit(study, {}, units(study)[0], {})) {
    REQUIRE(run.failure.empty());
    const bool teacher = run.spec.role == Role::teacher;
    CHECK(run.temperature.has_value() == teacher);
    CHECK(run.weight_decay.has_value() ==
          !(teacher && run.spec.teacher->rows == TeacherRows::k_fold));
    if (teacher) {
      CHECK(*run.temperature > 0.01);
      CHECK(*run.temperature < 100.0);
      if (run.spec.teacher->rows == TeacherRows::k_fold) continue;
      // Dividing logits by one number changes no decision.
      CHECK(*run.metrics.accuracy == *run.best->metrics.accuracy);
    } else {
      CHECK(*run.metrics.cross_entropy == *run.best->metrics.cross_entropy);
    }
    REQUIRE(run.last.has_value());
    if (run.stopped) CHECK(run.curve.back().step == *run.stopped);
  }
}

TEST_CASE("unit: a calibration temperature has the least penalised loss, also of rows all right") {
  Matrix z(40, 2);
  std::vector<int> y;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < z.rows(); ++i) {
    y.push_back(i % 2 == 0 ? 1 : 0);
    z(i, 1) = (i % 2 == 0 ? 6.0 : -6.0) * (i % 5 == 0 ? -1.0 : 1.0);  // 8 of 40 wrong, all sure
    rows.push_back(i);
  }
  const auto loss = [&](double t, double wrong, double n) {
    const double right = std::log1p(std::exp(-6.0 / t));
    return (n - wrong) * right + wrong * (right + 6.0 / t) + 0.5 * std::log(t) * std::log(t);
  };
  const double found = calibration_temperature(z, y, rows);
  for (const double t : {0.9 * found, 1.1 * found}) CHECK(loss(found, 8, 40) < loss(t, 8, 40));
  // Sure of what is wrong in a fifth of the rows: odds of 4, z = 6 means e^6. τ near 6/ln 4.
  CHECK(found > 3.0);
  CHECK(found < 6.0 / std::log(4.0) + 0.1);
  std::vector<std::size_t> right;
  for (const std::size_t i : rows) {
    if (i % 5 != 0) right.push_back(i);
  }
  const double sharp = calibration_temperature(z, y, right);
  CHECK(sharp > 0.3);  // without the prior it would be the smallest that is allowed, .01
  CHECK(sharp < 1.0);
  const double by_hand = (std::log1p(std::exp(-6.0 / found)) + 0.2 * 6.0 / found);
  CHECK(test::near(calibrated_loss(z, y, rows), by_hand, 1e-12));
}

TEST_CASE("unit: of several weight decays each network has the one with the least loss") {
  Study study = small_study();
  study.controls = {};
  const auto alone = [&](double decay) {
    study.training.weight_decay = {decay};
    return find(train_unit(study, {}, units(study)[0], {}), Role::student);
  };
  const RunResult none = alone(0.0);
  const RunResult strong = alone(2.0);
  study.training.weight_decay = {0.0, 2.0};
  const RunResult chosen = find(train_unit(study, {}, units(study)[0], {}), Role::student);
  const RunResult& better = strong.best->validation < none.best->validation ? strong : none;
  CHECK(chosen.weights == better.weights);
  CHECK(chosen.weight_decay == better.weight_decay);
}

TEST_CASE("unit: the three kinds of teacher rows teach three different students") {
  Study study = small_study();
  MfhTask task = std::get<MfhTask>(study.task);
  task.v = {0};
  study.task = task;
  study.teacher_rows = {TeacherRows::same_rows, TeacherRows::k_fold, TeacherRows::fresh_rows};
  study.folds = 4;
  study.lambdas = {1.0};
  study.controls = {};
  const auto results = train_unit(study, {}, units(study)[0], {});
  REQUIRE(results.size() == 1 + 3 + 3);
  for (const RunResult& r : results) CHECK(r.failure.empty());
  CHECK(results[4].weights != results[5].weights);
  CHECK(results[5].weights != results[6].weights);
}

TEST_CASE("unit: more labelled rows than there are is an error that counts them") {
  Study study = small_study();
  study.labelled = {61};
  CHECK(test::fault_code([&] { train_unit(study, {}, units(study)[0], {}); }) == "too-few-rows");
}

TEST_CASE("study: bad ones are refused, each for its own reason") {
  const auto code = [](auto change) {
    Study study = small_study();
    change(study);
    return test::fault_code([&] { check(study, load_task(study.task, {})); });
  };
  CHECK(code([](Study&) {}).empty());
  CHECK(code([](Study& s) { s.lambdas = {-0.1}; }) == "bad-lambda");
  CHECK(code([](Study& s) { s.lambdas = {0.0}; }) == "bad-study");
  CHECK(code([](Study& s) { s.lambdas = {0.5, 0.5}; }) == "bad-study");
  CHECK(code([](Study& s) { s.temperatures = {0.0}; }) == "bad-temperature");
  CHECK(code([](Study& s) { s.seeds = {}; }) == "bad-study");
  CHECK(code([](Study& s) { s.scenarios = {"same-row"}; }) == "unknown-scenario");
  CHECK(code([](Study& s) { s.forms = {DistilForm::prediction}; }) == "wrong-loss");
  CHECK(code([](Study& s) { s.controls = {Control::shrinkage}; }) == "bad-study");
  CHECK(code([](Study& s) { std::get<MfhTask>(s.task).v = {11}; }) == "bad-task");
  // What needs validation rows, without them.
  const auto without = [&](auto change) {
    return code([&](Study& s) {
      s.training = {};
      change(s);
    });
  };
  CHECK(without([](Study&) {}).empty());
  CHECK(without([](Study& s) { s.training.weights = Checkpoint::best; }) == "bad-training");
  CHECK(without([](Study& s) { s.training.patience = 1; }) == "bad-training");
  CHECK(without([](Study& s) { s.training.weight_decay = {0.0, 1.0}; }) == "bad-training");
  CHECK(without([](Study& s) { s.choose = Choose::validation; }) == "bad-study");
  CHECK(without([](Study& s) { s.teacher_training = {}; }) == "bad-study");  // is calibrated
  CHECK(without([](Study& s) {
          s.teacher_training = {};
          s.teacher_rows = {TeacherRows::k_fold};
        }).empty());
  CHECK(code([](Study& s) { s.training.weight_decay = {}; }) == "bad-training");
  CHECK(code([](Study& s) { s.training.weight_decay = {-1.0}; }) == "bad-training");
  CHECK(code([](Study& s) {
          s.teacher_rows = {TeacherRows::fresh_rows};
          std::get<MfhTask>(s.task).fresh_rows = 0;
        }) == "bad-study");
}

TEST_CASE("task: MFH teachers share their noise, and see what v says") {
  MfhTask task;
  task.v = {0, 4};
  task.rows = 50;
  const StudyDraw d = draw(task, {}, {}, 3, {});
  REQUIRE(d.teachers.size() == 2);
  for (std::size_t v : {std::size_t{0}, std::size_t{1}}) {
    const std::size_t shared = v == 0 ? 0 : 4;
    std::size_t equal = 0;
    for (std::size_t j = 0; j < 10; ++j) equal += d.teachers[v].x(7, j) == d.x(7, j) ? 1 : 0;
    CHECK(equal == shared);
  }
  CHECK(d.teachers[0].x(7, 24) == d.teachers[1].x(7, 24));  // noise in both
  std::set<std::size_t> rows(d.train.begin(), d.train.end());
  rows.insert(d.test.begin(), d.test.end());
  rows.insert(d.moments.begin(), d.moments.end());
  CHECK(rows.size() == 50 + 1000 + 4000);
}

TEST_CASE("closed form: moments from rows give the risk of the model's own covariance") {
  // The optimal teacher of the shared-private model, whose moments are exact.
  GaussianTask task;
  task.common_factors = 2;
  task.teacher_factors = 2;
  task.student_factors = 2;
  task.teacher_dim = 4;
  task.student_dim = 6;
  task.teacher_noise = {0.5};
  task.rows = 100;
  task.fresh_rows = 0;
  task.test_rows = 10;
  task.moment_rows = 40000;
  const StudyDraw d = draw(task, {}, {}, 1, {});
  const double common = 0.5;                 // |a|² = share, two factors
  const double own = std::sqrt(0.25 / 2.0);  // |b|² = |d|² = (1 − share)/2
  SharedPrivateModel model;
  model.a = {common, common};
  model.b = {own, own};
  model.d = {own, own};
  model.teacher_noise = 0.5;
  model.student_noise = 0.5;
  model.label_noise = 0.5;
  model.teacher_dim = 4;
  model.student_dim = 6;
  const double shrink = 1.0 / 1.25;  // x1 = z + .5 N: E[z | x1] = x1/1.25
  Matrix t(d.x.rows(), 1);
  for (std::size_t i = 0; i < t.rows(); ++i) {
    const auto x1 = d.teachers[0].x.row(i);
    t(i, 0) = shrink * (common * (x1[0] + x1[1]) + own * (x1[2] + x1[3]));
  }
  const detail::ClosedFormSource closed_form(d, 100);
  const auto found = closed_form(t, {DistilForm::prediction, Weighting::added, 0.7, 1.0, true});
  REQUIRE(found.has_value());
  const DistillationRisk exact(model.moments(OptimalTeacher{}, true), {100, true});
  // 40 000 rows: standard errors of these moments are near .01.
  CHECK(std::abs(found->beta_s - exact.moments().beta_s) < 0.05);
  CHECK(std::abs(found->beta_e - exact.moments().beta_e()) < 0.05);
  CHECK(std::abs(found->cch_margin - exact.cch_margin()) < 0.05);
  CHECK(std::abs(found->mse_gain - exact.gain(0.7)) < 0.05 * std::abs(exact.gain(0.7)) + 0.002);
}

TEST_CASE("closed form: none where the loss is another") {
  MfhTask task;
  const StudyDraw d = draw(task, {}, {}, 1, {});
  const detail::ClosedFormSource closed_form(d, 200);
  const Matrix t(d.x.rows(), 2, 0.0);
  CHECK_FALSE(closed_form(t, {DistilForm::kl, Weighting::added, 0.5, 2.0, true}).has_value());
  CHECK_FALSE(closed_form(t, {DistilForm::logits, Weighting::added, 0.5, 1.0, true}).has_value());
}

TEST_CASE("criteria: one entry a teacher, with scores of every family") {
  Study study = small_study();
  study.criteria_seeds = 1;
  const auto criteria = measure_criteria(study, {}, units(study)[0], {});
  REQUIRE(criteria.size() == 2);
  std::set<std::string> names;
  for (const auto& [name, value] : criteria[0].scores) names.insert(name);
  for (const char* name : {"representation-level CCH, auto margin", "prediction-level CCH margin",
                           "β_s − β_e", "LogME difference", "LEEP difference",
                           "short training pilot", "Gaussian PID, unique to the teacher",
                           "discrete PID, redundancy", "discrete PID, unique to the teacher",
                           "MFH saliency share", "debiased linear CKA", "linear pilot, nats"}) {
    CAPTURE(name);
    CHECK(names.contains(name));
  }
}

}  // namespace
}  // namespace cch
