// What a study scores as the levels of the hypothesis is what a ranking of the same rows decides.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cch/core/random.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/experiments/unit.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

Study short_study(Task task) {
  Study study;
  study.task = std::move(task);
  study.training.steps = 20;
  study.training.batch = 0;
  study.teacher_training = study.training;
  study.criteria_seeds = 1;
  return study;
}

Study mfh_study(std::size_t rows) {
  MfhTask task;
  task.v = {0, 10};
  task.rows = rows;
  task.test_rows = 100;
  task.moment_rows = 100;
  return short_study(task);
}

// Two columns a side, of whole groups of four rows.
TaskData grouped_rows(std::size_t groups) {
  const std::size_t n = 4 * groups;
  TaskData data;
  Random random(5);
  Matrix student(n, 2);
  Matrix teacher(n, 2);
  std::vector<std::size_t> of(n);
  for (std::size_t i = 0; i < n; ++i) {
    of[i] = i / 4;
    for (std::size_t j = 0; j < 2; ++j) {
      student(i, j) = random.normal();
      teacher(i, j) = student(i, j) + random.normal();
    }
    data.y.push_back(student(i, 0) + random.normal() > 0.0 ? 1 : 0);
  }
  data.classes = 2;
  data.groups = Groups::from(of);
  data.arrays = {{"a", {Samples::from(std::move(student)), {}}},
                 {"b", {Samples::from(std::move(teacher)), {}}}};
  return data;
}

Study grouped_study() {
  FeaturesTask task;
  task.students = {"a"};
  task.teachers = {"b"};
  task.test_share = 0.25;
  return short_study(task);
}

// The rows of the unit as a user would give them to a ranking.
RankInput ranking_of(const StudyDraw& d, const detail::UnitRows& rows, const TeacherView& view) {
  const auto samples = [](const Matrix& x, const std::vector<std::size_t>& of) {
    return Samples::from(select_rows(x.view(), of));
  };
  std::vector<int> codes;
  for (const std::size_t i : rows.labelled) codes.push_back(d.y[i]);
  RankInput out{{"student", samples(d.x, rows.labelled)},
                {{"teacher", samples(view.x, rows.labelled)}},
                ClassLabels::from(codes, {"0", "1"}),
                d.groups.select(rows.labelled)};
  if (rows.extra.empty()) return out;
  out.extra.student = samples(d.x, rows.extra);
  out.extra.teachers = {samples(view.x, rows.extra)};
  for (const std::size_t i : rows.extra) {
    std::size_t code = 1000 + d.groups.of(i);
    for (std::size_t j = 0; j < rows.labelled.size(); ++j) {
      if (d.groups.of(rows.labelled[j]) == d.groups.of(i)) code = out.groups.of(j);
    }
    out.extra.groups.push_back(code);
  }
  return out;
}

std::string decision(const CriteriaResult& of, const std::string& name) {
  for (const auto& [key, value] : of.decisions) {
    if (key == name) return value;
  }
  return "none";
}

std::optional<double> score(const CriteriaResult& of, const std::string& name) {
  for (const auto& [key, value] : of.scores) {
    if (key == name) return value;
  }
  return std::nullopt;
}

// Every teacher of the first unit: margins, gains and verdicts of all ways to decide.
std::set<std::string> check_like_rankings(const Study& study, const TaskData& data) {
  const StudyUnit unit = units(study).front();
  const StudyDraw d = draw(study.task, data, unit.setting, unit.seed, {});
  const auto rows = detail::unit_rows(study, unit, d);
  const auto criteria = measure_criteria(study, data, unit, {});
  REQUIRE(criteria.size() == d.teachers.size());
  RankOptions options;
  options.scenario = parse_scenario(unit.scenario);
  options.sensitivity = false;
  const Execution exec = Execution{}.with_seed(derive_seed(unit.seed, "criteria"));
  std::set<std::string> seen;
  for (std::size_t t = 0; t < criteria.size(); ++t) {
    const RankInput input = ranking_of(d, rows, d.teachers[t]);
    const std::pair<DecideBy, const char*> ways[] = {
        {DecideBy::cch, "representation-level CCH, auto"},
        {DecideBy::cch_prediction, "prediction-level CCH"},
        {DecideBy::pilot, "linear pilot"},
        {DecideBy::combined, "combined verdict"}};
    for (const auto& [by, name] : ways) {
      CAPTURE(name);
      options.decide_by = by;
      options.planted_bias = by == DecideBy::cch;  // takes most of the time, decides there alone
      const RankResult result = rank_teachers(input, options, exec);
      const TeacherEvidence& evidence = result.evidence.front();
      CHECK(decision(criteria[t], name) == to_string(evidence.decision.verdict));
      CHECK(score(criteria[t], "representation-level CCH, auto margin") ==
            result.estimators.front().teachers.front().margin.nats);
      CHECK(score(criteria[t], "prediction-level CCH margin") == evidence.prediction->margin.nats);
      CHECK(score(criteria[t], "linear pilot, nats") == evidence.pilot->gain.value);
      if (by == DecideBy::cch) seen.insert(decision(criteria[t], name));
    }
  }
  return seen;
}

TEST_CASE("criteria: verdicts and scores are those of a ranking of the same rows") {
  const auto seen = check_like_rankings(mfh_study(200), {});
  // The margin's own test decides here, and planted bias could turn its sign.
  CHECK(seen.contains("unreliable"));
}

TEST_CASE("criteria: too few rows for a ranking are too few for a study") {
  const auto seen = check_like_rankings(mfh_study(60), {});
  CHECK(seen == std::set<std::string>{"unreliable"});
}

TEST_CASE("criteria: too few groups for a ranking are too few for a study") {
  Study study = grouped_study();
  const auto seen = check_like_rankings(study, grouped_rows(24));  // 18 of them to learn from
  CHECK(seen == std::set<std::string>{"unreliable"});
}

// Unlabelled rows of a held-out group teach nothing to the pilot's students of that fold.
TEST_CASE("criteria: groups of unlabelled rows count as in a ranking") {
  Study study = grouped_study();
  study.scenarios = {"unlabelled-pairs"};
  study.labelled = {100};
  check_like_rankings(study, grouped_rows(60));
}

TEST_CASE("criteria: without planted bias the decision's name says so") {
  Study study = mfh_study(120);
  study.planted_bias = false;
  for (const CriteriaResult& teacher : measure_criteria(study, {}, units(study).front(), {})) {
    CHECK(decision(teacher, "representation-level CCH, auto") == "none");
    CHECK(decision(teacher, "representation-level CCH, auto, without planted bias") != "none");
  }
}

// One estimator that refuses leaves the others; what it says is missing, not "undecided".
TEST_CASE("criteria: an estimator that refuses has no score and no decision") {
  Study study = mfh_study(120);
  study.task = GaussianTask{};
  auto& task = std::get<GaussianTask>(study.task);
  task.rows = 120;
  task.fresh_rows = 0;
  task.test_rows = 100;
  task.moment_rows = 100;
  task.teacher_dim = 4;
  task.student_dim = 4;
  task.common_factors = task.teacher_factors = task.student_factors = 2;
  study.forms = {DistilForm::prediction};
  study.estimators = {"auto", "discrete"};
  const auto criteria = measure_criteria(study, {}, units(study).front(), {});
  REQUIRE(criteria.size() == 3);
  for (const CriteriaResult& teacher : criteria) {
    CHECK(decision(teacher, "representation-level CCH, auto") != "none");
    CHECK(decision(teacher, "representation-level CCH, discrete") == "none");
    CHECK_FALSE(score(teacher, "representation-level CCH, discrete margin").has_value());
  }
}

}  // namespace
}  // namespace cch
