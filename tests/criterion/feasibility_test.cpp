// Planted questions: what is planted is there, power and smallest margins behave, leaks and
// inconsistencies are found and clean data raise none.

#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "cch/estimators/gaussian.hpp"
#include "cch/estimators/ross.hpp"
#include "estimators/criterion/feasibility/margin_power.hpp"
#include "estimators/criterion/feasibility/planted_question.hpp"
#include "estimators/criterion/feasibility/stand_ins.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using detail::MarginPower;
using detail::PlantedQuestion;
using detail::Readings;

constexpr double kIterations = 1e-6;  // bisection ends after 40 halvings

PlanNumbers small_plan() {
  PlanNumbers plan;
  plan.rows = 400;
  plan.dim_student = 2;
  plan.dims_teacher = {2};
  plan.classes = 3;
  plan.pairs = 2;
  plan.share_of_entropy = 0.4;
  return plan;
}

TEST_CASE("effective rows follow the design effect") {
  // Kish: 60 rows in groups of 6, ICC .2: 60 / (1 + 5 · .2).
  CHECK(test::near(effective_rows(test::equal_groups(10, 6), 0.2), 30.0, test::kRounding));
  CHECK(test::near(effective_rows(Groups::singletons(60), 0.9), 60.0, test::kRounding));
}

TEST_CASE("a power law has the effective dimension that was asked for") {
  for (const double effective : {1.5, 4.0, 12.0}) {
    double sum = 0.0;
    double squares = 0.0;
    for (const double sd : power_law_spectrum(40, effective)) {
      sum += sd * sd;
      squares += std::pow(sd, 4);
    }
    CHECK(test::near(sum * sum / squares, effective, kIterations));
  }
}

TEST_CASE("planted teachers have the information that is asked for") {
  PlanNumbers plan = small_plan();
  plan.rows = 6000;
  SUBCASE("real labels, Gaussian teacher: the closed-form estimator agrees") {
    plan.classes = 0;
    plan.share_of_entropy = 0.3;
    const QuestionShape shape = planned_shape(plan, 1);
    const PlantedQuestion question(shape, PlantedFamily::gaussian, Scale::none, 5);
    const auto draw = question.draw(0);
    const double rho = question.correlation(shape.teachers[0], 0.7);
    CHECK(test::near(question.information(shape.teachers[0], rho), 0.7, kIterations));
    const Samples teacher = question.teacher(draw, shape.teachers[0], rho).features;
    const auto read = [&](const Samples& x, const Samples& y) {
      return gaussian(x, y, shape.groups, {}, {}).nats;
    };
    // Standard error of a Gaussian information, √(r ρ²/N) or less: .012 here; four of them.
    CHECK(test::within_sampling_error(read(teacher, draw.student), 0.7, 0.02));
    CHECK(test::within_sampling_error(read(draw.student, std::get<Samples>(draw.labels)), 0.3,
                                      0.015));
  }
  SUBCASE("classes: the neighbour estimator agrees") {
    plan.dim_student = 1;
    plan.dims_teacher = {1};
    const QuestionShape shape = planned_shape(plan, 1);
    const PlantedQuestion question(shape, PlantedFamily::gaussian, Scale::rank, 5);
    const auto draw = question.draw(0);
    const double value = ross(draw.student, *shape.labels, shape.groups, {}, {}).nats;
    // N = 6000: standard error about .01; bias of one column below .02.
    CHECK(test::within_sampling_error(value, shape.i_student_labels, 0.01, 0.02));
  }
}

// Mean and standard error over draws of what their rows hold, for a teacher and for the labels.
void check_realised(const QuestionShape& shape, double information) {
  const PlantedQuestion question(shape, PlantedFamily::gaussian, Scale::rank, 5);
  const double rho = question.correlation(shape.teachers[0], information);
  constexpr int kSets = 60;
  std::vector<double> sides[2];
  for (std::size_t r = 0; r < kSets; ++r) {
    const auto draw = question.draw(r);
    sides[0].push_back(question.teacher(draw, shape.teachers[0], rho).realised - information);
    sides[1].push_back(draw.realised - shape.i_student_labels);
  }
  for (const std::vector<double>& off : sides) {
    const double mean = std::accumulate(off.begin(), off.end(), 0.0) / kSets;
    double squares = 0.0;
    for (const double v : off) squares += (v - mean) * (v - mean);
    const double error = std::sqrt(squares / (kSets - 1.0) / kSets);
    // Four standard errors, and the truth's own Monte Carlo error with classes (.004).
    CHECK(test::within_sampling_error(mean, 0.0, error, 0.004));
    CHECK(error > 0.0);
  }
}

TEST_CASE("what the rows of planted sets hold is the truth on the mean") {
  PlanNumbers plan = small_plan();
  plan.rows = 400;
  SUBCASE("classes") {
    check_realised(planned_shape(plan, 1), 0.9);
  }
  SUBCASE("real labels") {
    plan.classes = 0;
    plan.share_of_entropy = 0.3;
    check_realised(planned_shape(plan, 1), 0.7);
  }
}

TEST_CASE("ranks leave planted columns with the directions that were planted") {
  PlanNumbers plan = small_plan();
  plan.rows = 1000;
  plan.dim_student = 20;
  plan.dims_teacher = {60};
  plan.pairs = 2;
  const QuestionShape shape = planned_shape(plan, 1);
  const PlantedQuestion question(shape, PlantedFamily::gaussian, Scale::rank, 5);
  const auto draw = question.draw(0);
  const Samples teacher = question.teacher(draw, shape.teachers[0], 0.5).features;
  // Sampling moves the participation ratio of 1000 rows by some hundredths, normal scores by less.
  // Rotations that leave columns with unequal variances gave 19 for 2 at the shape of MOSI's text.
  CHECK(test::within_sampling_error(effective_dimension(draw.student), 2.0, 0.1));
  CHECK(test::within_sampling_error(effective_dimension(teacher), 2.0, 0.1));
}

TEST_CASE("the curved family keeps its information away from correlations") {
  PlanNumbers plan = small_plan();
  plan.classes = 0;
  plan.rows = 4000;
  plan.share_of_entropy = 0.3;
  const QuestionShape shape = planned_shape(plan, 1);
  double read[2];
  for (const PlantedFamily family : {PlantedFamily::gaussian, PlantedFamily::curved}) {
    const PlantedQuestion question(shape, family, Scale::rank, 5);
    const auto draw = question.draw(0);
    const double rho = question.correlation(shape.teachers[0], 1.0);
    const Samples teacher = question.teacher(draw, shape.teachers[0], rho).features;
    read[static_cast<std::size_t>(family)] =
        gaussian(teacher, draw.student, shape.groups, {}, {}).nats;
  }
  CHECK(read[1] < read[0] - 0.1);
}

/// Unbiased readings with standard error .1 everywhere, labels at .5 nats.
Readings plain_readings(double bias) {
  Readings out;
  for (const double margin : {-0.5, 0.0, 0.5, 1.0}) {
    Readings::Point point{margin, {}};
    for (int r = 0; r < 8; ++r) point.draws.push_back({margin + bias, 0.1, 0.5 + margin, 0.1, 0.0});
    out.points.push_back(point);
  }
  out.labels.assign(8, {0.5, 0.05, 0.0, 0.0, false});
  out.entropy = 3.0;
  out.i_student_labels = 0.5;
  out.groups = 1'000'000;
  return out;
}

TEST_CASE("chance that is known moves no mean by itself and narrows the rest") {
  Readings readings = plain_readings(0.0);
  Readings known = plain_readings(0.0);
  for (std::size_t p = 0; p < readings.points.size(); ++p) {
    for (std::size_t r = 0; r < 8; ++r) {
      const double chance = (r % 2 == 0 ? 0.08 : -0.08) + 0.02;
      readings.points[p].draws[r].margin += chance;
      known.points[p].draws[r].margin += chance;
      known.points[p].draws[r].chance = chance;
    }
  }
  const MarginPower plain(readings);
  const MarginPower adjusted(known);
  CHECK(test::near(plain.mean_at(0.5), 0.52, test::kRounding));
  CHECK(test::near(adjusted.mean_at(0.5), 0.5, test::kRounding));
  // How far one measured margin lies from its mean is the same; the mean of eight is known better,
  // by two draws of doubt: √(2 / 9).
  CHECK(test::near(adjusted.sd_at(0.5), plain.sd_at(0.5), test::kRounding));
  CHECK(test::near(adjusted.mean_error_at(0.5), plain.mean_error_at(0.5) * std::sqrt(2.0 / 9.0),
                   test::kRounding));
}

TEST_CASE("power of an unbiased margin is that of a t test") {
  Readings readings = plain_readings(0.0);
  const MarginPower power(readings);
  // The draws do not vary, so the spread is the reported error shrunk: sd = .1 √(10/17).
  const double sd = 0.1 * std::sqrt(10.0 / 17.0);
  CHECK(test::near(power.sd_at(0.3), sd, test::kRounding));
  const double t = 2.086;  // 97.5 % of Student's t with 20 degrees of freedom
  // P(D̂ > t · .1) at margin m: Φ((m − .2086)/sd); 41 quantiles are good to 1/41.
  for (const double margin : {0.15, 0.25, 0.35}) {
    const double due = 0.5 * std::erfc(-(margin - t * 0.1) / sd / std::sqrt(2.0));
    CHECK(std::abs(power.at(margin, false).right - due) < 1.0 / 41.0);
    CHECK(power.at(margin, false).wrong == 0.0);
  }
}

TEST_CASE("a bias that could turn the sign makes small margins undecidable") {
  Readings unbiased = plain_readings(0.0);
  Readings biased = plain_readings(-0.4);
  const auto without = MarginPower(unbiased).smallest(1, 1.0, 0.8, 0.05);
  const auto with = MarginPower(biased).smallest(1, 1.0, 0.8, 0.05);
  REQUIRE(without.has_value());
  CHECK(*without < 0.35);
  CHECK((!with || *with > *without + 0.4));
  // Holm over five teachers costs some more.
  Readings five = plain_readings(0.0);
  five.teachers = 5;
  CHECK(*MarginPower(five).smallest(1, 1.0, 0.8, 0.05) > *without);
}

FeasibilityOptions quick_check() {
  FeasibilityOptions options;
  options.estimators = {"ksg1"};
  options.curved = false;
  options.sizes = false;
  options.draws = 4;
  return options;
}

TEST_CASE("where four draws leave it open whether any margin is decided, eight are planted") {
  FeasibilityOptions options = quick_check();
  options.draws = 0;
  options.sizes = true;
  std::set<std::size_t> seen;
  for (const double share : {0.3, 0.6, 0.65, 0.7, 0.75, 0.8}) {
    PlanNumbers plan = small_plan();
    plan.rows = 400;
    plan.share_of_entropy = share;
    const PowerForecast power = forecast_power(planned_shape(plan, 1), options, {});
    const FamilyPower& family = power.teachers[0].estimators[0].families[0];
    for (const MarginPoint& point : family.points) CHECK(point.draws == family.points[0].draws);
    seen.insert(family.points[0].draws);
    if (family.points[0].draws == 4) continue;
    // Sizes are laws of equally many draws.
    CHECK(!power.teachers[0].sizes.empty());
  }
  CHECK(seen == std::set<std::size_t>{4, 8});
}

TEST_CASE("a forecast does not depend on the number of threads, and more rows decide more") {
  PlanNumbers plan = small_plan();
  plan.dim_student = 1;
  plan.dims_teacher = {1};
  plan.pairs = 1;
  Execution one;
  one.threads = 1;
  Execution three;
  three.threads = 3;
  const PowerForecast few = forecast_power(planned_shape(plan, 1), quick_check(), one);
  const PowerForecast same = forecast_power(planned_shape(plan, 1), quick_check(), three);
  const auto& a = few.teachers[0].estimators[0].families[0];
  const auto& b = same.teachers[0].estimators[0].families[0];
  REQUIRE(a.above.nats.has_value());
  CHECK(*a.above.nats == *b.above.nats);
  for (std::size_t i = 0; i < a.points.size(); ++i) CHECK(a.points[i].mean == b.points[i].mean);
  plan.rows = 1600;
  const PowerForecast many = forecast_power(planned_shape(plan, 1), quick_check(), {});
  const auto& c = many.teachers[0].estimators[0].families[0];
  REQUIRE(c.above.nats.has_value());
  CHECK(*c.above.nats < *a.above.nats);
}

TEST_CASE("impossible plans each have their error, all of them at once") {
  const auto codes = [](PlanNumbers plan) {
    std::string out;
    try {
      check_plan(plan);
    } catch (const Error& error) {
      for (const Fault& fault : error.faults()) out += fault.code + " ";
    }
    return out;
  };
  PlanNumbers plan = small_plan();
  CHECK(codes(plan).empty());
  PlanNumbers bad = plan;
  bad.rows = 0;
  CHECK(codes(bad) == "plan-rows ");
  bad = plan;
  bad.groups = 401;
  CHECK(codes(bad) == "plan-groups ");
  bad = plan;
  bad.dim_student = 0;
  bad.dims_teacher = {3, 0};
  bad.classes = 401;
  CHECK(codes(bad) == "plan-dimension plan-dimension plan-classes ");
  bad = plan;
  bad.classes = 1;
  bad.groups = 40;
  bad.icc = 1.0;
  CHECK(codes(bad) == "plan-classes plan-icc ");
}

TEST_CASE("power and margins outside their range are refused") {
  const QuestionShape shape = planned_shape(small_plan(), 1);
  const auto code = [&](auto change) {
    FeasibilityOptions options = quick_check();
    change(options);
    return test::fault_code([&] { (void)forecast_power(shape, options, {}); });
  };
  CHECK(code([](auto& o) { o.power = 1.0; }) == "bad-power");
  CHECK(code([](auto& o) { o.wrong = 0.0; }) == "bad-power");
  CHECK(code([](auto& o) { o.margin = -0.1; }) == "bad-margin");
  CHECK(code([](auto& o) { o.estimators = {"mine"}; }) == "no-planted-networks");
}

/// Two modalities of class means and noise; the first 2/3 of the rows are for training. With
/// `fitted` > 0 training rows of the student are moved by so much towards their own class.
RankInput split_world(std::size_t n, double fitted, std::uint64_t seed) {
  Random random(derive_seed(seed, "split-world"));
  Matrix student(n, 6);
  Matrix teacher(n, 6);
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) {
    codes[i] = static_cast<int>(random.below(3));
    for (std::size_t j = 0; j < 6; ++j) {
      const double mean = j == static_cast<std::size_t>(codes[i]) ? 1.0 : 0.0;
      student(i, j) = mean * (i < 2 * n / 3 ? 1.0 + fitted : 1.0) + random.normal();
      teacher(i, j) = mean + random.normal();
    }
  }
  return {{"student", Samples::from(std::move(student))},
          {{"teacher", Samples::from(std::move(teacher))}},
          test::labels_of(std::move(codes), 3),
          Groups::singletons(n)};
}

std::vector<bool> last_third(std::size_t n) {
  std::vector<bool> out(n);
  for (std::size_t i = 2 * n / 3; i < n; ++i) out[i] = true;
  return out;
}

const LeakCheck& check_of(const LeakReport& report, const std::string& code,
                          const std::string& subject = "") {
  for (const LeakCheck& check : report.checks) {
    if (check.code == code && check.subject == subject) return check;
  }
  static const LeakCheck none;
  return none;
}

TEST_CASE("features fitted on the labels are found, and only they") {
  const std::size_t n = 900;
  const LeakReport clean = leak_checks(split_world(n, 0.0, 1), last_third(n), false, {});
  for (const LeakCheck& check : clean.checks) {
    CAPTURE(check.code);
    CHECK(!check.alarm);
  }
  const LeakReport leaky = leak_checks(split_world(n, 2.0, 1), last_third(n), false, {});
  CHECK(check_of(leaky, "fitted-on-labels", "student").alarm);
  CHECK(!check_of(leaky, "fitted-on-labels", "teacher").alarm);
}

TEST_CASE("copies and groups on both sides of a split are found") {
  const std::size_t n = 900;
  RankInput input = split_world(n, 0.0, 2);
  std::vector<std::size_t> rows(n);
  for (std::size_t i = 0; i < n; ++i) rows[i] = i < 880 ? i : i - 880;  // 20 copies
  const auto copied = [&](const Modality& m) { return Modality{m.name, m.features.select(rows)}; };
  input.student = copied(input.student);
  input.teachers[0] = copied(input.teachers[0]);
  input.labels = std::get<ClassLabels>(input.labels).select(rows);
  input.groups = test::equal_groups(90, 10);  // whole tens: the split at 600 cuts none
  const LeakReport whole = leak_checks(input, last_third(n), true, {});
  CHECK(check_of(whole, "duplicates-across-splits").alarm);
  CHECK(*check_of(whole, "duplicates-across-splits").value == 20.0);
  CHECK(!check_of(whole, "groups-across-splits").alarm);
  auto cut = last_third(n);
  cut[3] = true;
  CHECK(check_of(leak_checks(input, cut, true, {}), "groups-across-splits").alarm);
  CHECK(test::fault_code([&] { leak_checks(input, std::vector<bool>(n), true, {}); }) ==
        "split-without-sides");
}

TEST_CASE("a right estimator passes its self-consistency") {
  const RankInput input = split_world(500, 0.0, 3);
  const ConsistencyReport report = consistency_battery(input, {}, {}, {});
  CHECK(report.tests.size() == 11);
  for (const ConsistencyTest& test : report.tests) {
    CAPTURE(test.name);
    CAPTURE(test.value);
    CAPTURE(test.expected);
    CHECK(test.passed);
  }
}

std::set<std::string> laws_of(const ConsistencyReport& report, const std::string& subject,
                              bool of_labels) {
  std::set<std::string> out;
  for (const ConsistencyTest& test : report.tests) {
    if (test.subject == subject && test.of_labels == of_labels) out.insert(test.name);
  }
  return out;
}

TEST_CASE("every law is tried of every teacher, the student and the labels") {
  const RankInput input = split_world(400, 0.0, 3);
  const ConsistencyReport report = consistency_battery(input, {}, {.all = true}, {});
  CHECK(laws_of(report, "teacher", false) ==
        std::set<std::string>{"shuffle", "noise-columns", "half", "data-processing", "invariance",
                              "symmetry", "additivity", "rotation", "copy"});
  const std::set<std::string> of_labels{"noise-columns",   "ceiling",  "merging",
                                        "renaming",        "shuffle",  "half",
                                        "data-processing", "rotation", "copy"};
  CHECK(laws_of(report, "teacher", true) == of_labels);
  CHECK(laws_of(report, "student", true) == of_labels);
}

TEST_CASE("of many teachers those with the fewest and the most columns are tried, or all") {
  RankInput input = split_world(200, 0.0, 3);
  const Samples own = input.teachers.front().features;
  input.teachers.clear();
  for (const std::size_t columns : {2, 1, 3}) {
    Random random(columns);
    Matrix values(own.size(), columns);
    for (std::size_t i = 0; i < values.rows(); ++i) {
      for (double& v : values.row(i)) v = own(i, 0) + random.normal();
    }
    input.teachers.push_back({std::to_string(columns), Samples::from(std::move(values))});
  }
  const auto tried = [&](bool all) {
    std::set<std::string> out;
    for (const auto& test : consistency_battery(input, {}, {.all = all}, {}).tests) {
      if (!test.of_labels) out.insert(test.subject);
    }
    return out;
  };
  CHECK(tried(false) == std::set<std::string>{"1", "3"});
  CHECK(tried(true) == std::set<std::string>{"1", "2", "3"});
}

TEST_CASE("teachers alike share a planting, and the nearer of two extremes stands for others") {
  const auto shape = [](std::size_t dim, std::size_t pairs) {
    return TeacherShape{"", dim, pairs, {}};
  };
  using Places = std::vector<std::size_t>;
  CHECK(detail::stand_ins({shape(64, 8)}) == Places{0});
  CHECK(detail::stand_ins({shape(64, 8), shape(60, 7)}) == Places{0, 0});
  CHECK(detail::stand_ins({shape(60, 7), shape(64, 8)}) == Places{1, 1});
  CHECK(detail::stand_ins({shape(64, 8), shape(64, 4)}) == Places{0, 1});
  CHECK(detail::stand_ins({shape(64, 8), shape(32, 4), shape(60, 8)}) == Places{0, 1, 0});
  // As many pairs: directions decide.
  CHECK(detail::stand_ins({shape(240, 2), shape(40, 2), shape(76, 2), shape(200, 2)}) ==
        Places{0, 1, 1, 0});
}

TEST_CASE("a difference of two estimates on the same rows has a paired standard error") {
  // The same columns turned: the estimates move together, so their difference is surer than each.
  const RankInput input = split_world(500, 0.0, 3);
  const ConsistencyReport report = consistency_battery(input, {}, {.all = true}, {});
  double alone = 0.0;
  double paired = 0.0;
  for (const ConsistencyTest& test : report.tests) {
    if (test.of_labels || test.subject != "teacher") continue;
    if (test.name == "rotation") paired = test.standard_error;
    if (test.name == "additivity") alone = test.standard_error;
  }
  CHECK(paired > 0.0);
  CHECK(paired < 0.5 * alone);
}

TEST_CASE("neighbours beside columns of noise break a law") {
  // ksg1, 3 + 3 columns, ρ = .9 in each pair, truth 2.49 nats: nine columns of noise hide most.
  const test::XY rows = test::gaussian_rows(600, 3, 3, 0.9, 7);
  const RankInput input{{"s", rows.x},
                        {{"t", rows.y}},
                        test::gaussian_rows(600, 1, 1, 0.5, 8).x,
                        Groups::singletons(600)};
  RankOptions options;
  options.estimators = {"ksg1"};
  for (const ConsistencyTest& test : consistency_battery(input, options, {}, {}).tests) {
    if (test.name != "noise-columns" || test.of_labels) continue;
    CHECK(!test.passed);
    CHECK(excess(test) > 1.0);
    CHECK(excess(test) > 10.0 * test.standard_error);
  }
}

TEST_CASE("neighbours in many columns fail their self-consistency") {
  // ksg1 in 12 + 12 columns, ρ = .8 in each pair: two copies side by side read far less than twice
  // one of them.
  const std::size_t n = 600;
  const test::XY rows = test::gaussian_rows(n, 12, 12, 0.8, 7);
  const test::XY labels = test::gaussian_rows(n, 1, 1, 0.5, 8);
  const RankInput input{{"s", rows.x}, {{"t", rows.y}}, labels.x, Groups::singletons(n)};
  RankOptions options;
  options.estimators = {"ksg1"};
  const ConsistencyReport report = consistency_battery(input, options, {}, {});
  bool failed = false;
  for (const ConsistencyTest& test : report.tests) {
    failed = failed || (test.name == "additivity" && !test.passed);
  }
  CHECK(failed);
}

PowerForecast forecast_with(std::optional<double> above, std::optional<double> below) {
  FamilyPower gaussian;
  gaussian.above = {above, above ? "" : "Chance is too large."};
  gaussian.below = {below, {}};
  TeacherPower teacher;
  teacher.shape.name = "t";
  teacher.estimators.push_back({"cca-ksg", "label-bound", {gaussian}});
  PowerForecast out;
  out.teachers.push_back(teacher);
  return out;
}

TEST_CASE("the verdict follows what can be decided") {
  const Groups rows = Groups::singletons(500);
  const auto judged = [&](const PowerForecast& power,
                          const Groups& groups = Groups::singletons(500)) {
    return judge_feasibility(power, groups, {}, {}, {});
  };
  CHECK(judged(forecast_with(0.2, 0.3)).verdict == FeasibilityVerdict::feasible);
  CHECK(*judged(forecast_with(0.2, 0.3)).minimal_margin == 0.2);
  CHECK(judged(forecast_with({}, 0.3)).verdict == FeasibilityVerdict::not_feasible);
  CHECK(judged(forecast_with(0.2, 0.3), Groups::singletons(99)).verdict ==
        FeasibilityVerdict::not_feasible);
  CHECK(judged(forecast_with(0.2, 0.3), test::equal_groups(19, 30)).verdict ==
        FeasibilityVerdict::not_feasible);
  CHECK(judged(forecast_with(0.2, 0.3), test::equal_groups(30, 30)).verdict ==
        FeasibilityVerdict::with_caution);
  LeakReport leaks;
  leaks.checks.push_back({"fitted-on-labels", "s", true, 0.5, 0.1, "Too much."});
  CHECK(judge_feasibility(forecast_with(0.2, 0.3), rows, {}, {}, leaks).verdict ==
        FeasibilityVerdict::not_feasible);
  FeasibilityOptions wanted;
  wanted.margin = 0.1;
  CHECK(judge_feasibility(forecast_with(0.2, 0.3), rows, wanted, {}, {}).verdict ==
        FeasibilityVerdict::not_feasible);
  CHECK(parse_feasibility_verdict("with-caution") == FeasibilityVerdict::with_caution);
  CHECK(test::fault_code([] { parse_feasibility_verdict("fine"); }) == "unknown-verdict");
}

}  // namespace
}  // namespace cch
