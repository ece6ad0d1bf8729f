// Criteria against gains: every statistic against its definition, worked examples, the bootstrap.

#include "cch/experiments/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cch/core/proportion.hpp"
#include "cch/core/random.hpp"
#include "cch/criterion/rivals.hpp"
#include "experiments/comparison_statistics.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using detail::rank_pairs;
using test::fault_code;
using test::kRounding;
using test::near;

/// Small whole numbers, so that there are many ties.
std::vector<double> tied_numbers(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> out(n);
  for (double& value : out) value = static_cast<double>(random.below(7)) - 3.0;
  return out;
}

std::vector<double> times_drawn(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> out(n);
  for (double& value : out) value = static_cast<double>(random.below(3));
  return out;
}

std::vector<double> repeated(const std::vector<double>& values, const std::vector<double>& times) {
  std::vector<double> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (double k = 0.0; k < times[i]; k += 1.0) out.push_back(values[i]);
  }
  return out;
}

int sign_of(double value) {
  return value > 0.0 ? 1 : (value < 0.0 ? -1 : 0);
}

/// The definition, pair by pair.
double auroc_by_pairs(const std::vector<double>& score, const std::vector<double>& truth) {
  double above = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < score.size(); ++i) {
    for (std::size_t j = 0; j < score.size(); ++j) {
      if (!(truth[i] > 0.0 && truth[j] < 0.0)) continue;
      pairs += 1.0;
      above += score[i] > score[j] ? 1.0 : (score[i] == score[j] ? 0.5 : 0.0);
    }
  }
  return above / pairs;
}

double tau_b_by_pairs(const std::vector<double>& a, const std::vector<double>& b) {
  double both = 0.0;
  double untied_a = 0.0;
  double untied_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int s = sign_of(a[i] - a[j]);
      const int t = sign_of(b[i] - b[j]);
      both += s * t;
      untied_a += s * s;
      untied_b += t * t;
    }
  }
  return both / std::sqrt(untied_a * untied_b);
}

CriterionNames names(std::vector<std::string> all) {
  return std::make_shared<const std::vector<std::string>>(std::move(all));
}

ComparedCell cell_of(const std::string& cluster, const std::string& group,
                     const std::vector<double>& gains, double score,
                     const std::string& criterion = "c") {
  ComparedCell cell{cluster, group, "accuracy", {}, names({criterion}), {}};
  for (std::size_t i = 0; i < gains.size(); ++i) cell.seeds.push_back({i + 1, gains[i], {score}});
  return cell;
}

/// Gains around `mean` whose standard error is a hundredth of it or so: the sign is decided.
ComparedCell decided(const std::string& cluster, const std::string& group, double mean,
                     double score) {
  return cell_of(cluster, group, {mean - 1e-4, mean, mean + 1e-4}, score);
}

CriterionScore whole(const std::vector<ComparedCell>& cells, const std::string& criterion = "c") {
  for (const CriterionScore& score : score_criteria(cells, {}, {})) {
    if (score.criterion == criterion && score.facet.empty()) return score;
  }
  FAIL("no such criterion");
  return {};
}

/// Cells of `clusters` settings with four teachers each; the score is the gain with noise.
std::vector<ComparedCell> random_cells(std::size_t clusters, std::uint64_t seed) {
  Random random(seed);
  std::vector<ComparedCell> cells;
  for (std::size_t c = 0; c < clusters; ++c) {
    for (int teacher = 0; teacher < 4; ++teacher) {
      const double gain = random.normal();
      ComparedCell cell{"setting " + std::to_string(c),
                        "group " + std::to_string(c),
                        "accuracy",
                        {{"gamma", std::to_string(teacher), teacher}},
                        names({"noisy", "none"}),
                        {}};
      for (std::uint64_t s = 1; s <= 5; ++s) {
        cell.seeds.push_back({s, gain + 0.3 * random.normal(), {gain + random.normal(), 0.0}});
      }
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

TEST_CASE("comparison: τ_b is its definition, with ties and with copies of cases") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const auto a = tied_numbers(40, seed);
    const auto b = tied_numbers(40, seed + 100);
    const auto times = times_drawn(40, seed + 200);
    const std::vector<double> once(40, 1.0);
    const auto pairs = rank_pairs(a, b);
    CHECK(near(*detail::weighted_tau_b(pairs, once), tau_b_by_pairs(a, b), kRounding));
    CHECK(near(*detail::weighted_tau_b(pairs, once), *kendall_tau(a, b), kRounding));
    CHECK(near(*detail::weighted_tau_b(pairs, times),
               tau_b_by_pairs(repeated(a, times), repeated(b, times)), kRounding));
  }
  CHECK_FALSE(detail::weighted_tau_b(rank_pairs(std::vector{1.0, 1.0}, std::vector{1.0, 2.0}),
                                     std::vector{1.0, 1.0}));
}

TEST_CASE("comparison: AUROC is its definition, with ties and with copies of cases") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const auto score = tied_numbers(40, seed);
    const auto truth = tied_numbers(40, seed + 100);
    const auto times = times_drawn(40, seed + 200);
    std::vector<int> sign;
    for (const double value : truth) sign.push_back(sign_of(value));
    const auto pairs = rank_pairs(score, truth);
    const std::vector<double> once(40, 1.0);
    CHECK(
        near(*detail::weighted_auroc(pairs, sign, once), auroc_by_pairs(score, truth), kRounding));
    CHECK(near(*detail::weighted_auroc(pairs, sign, times),
               auroc_by_pairs(repeated(score, times), repeated(truth, times)), kRounding));
  }
  const std::vector<double> two{1.0, 2.0};
  CHECK_FALSE(detail::weighted_auroc(rank_pairs(two, two), std::vector{1, 0}, two));
}

TEST_CASE("comparison: the t interval of a case worked by hand") {
  // Mean 2, variance 1, standard error 1/√3; t(0.975; 2) = 4.302653 by table.
  constexpr double kTableDigits = 1e-6;
  const GainSummary three = summarise_gains(std::vector{1.0, 2.0, 3.0});
  CHECK(near(three.mean, 2.0, kRounding));
  CHECK(near(*three.standard_deviation, 1.0, kRounding));
  CHECK(near(*three.standard_error, 1.0 / std::sqrt(3.0), kRounding));
  CHECK(near(three.interval95->hi - 2.0, 4.302653 / std::sqrt(3.0), kTableDigits));
  CHECK(near(2.0 - three.interval95->lo, 4.302653 / std::sqrt(3.0), kTableDigits));
  CHECK(three.sign == 1);  // 2 > 2/√3
  CHECK(summarise_gains(std::vector{-1.0, -2.0, -3.0}).sign == -1);
  CHECK(summarise_gains(std::vector{-1.0, 0.0, 2.0}).sign == 0);
  const GainSummary one = summarise_gains(std::vector{0.5});
  CHECK(one.seeds == 1);
  CHECK_FALSE(one.interval95.has_value());
  CHECK(one.sign == 0);
  CHECK(fault_code([] { summarise_gains({}); }) == "no-gains");
}

TEST_CASE("comparison: Wilson's interval at 7 of 10 and at the ends") {
  // (0.7 + 3.8415/20 ± 1.96 √(0.021 + 3.8415/400))/(1 + 3.8415/10).
  constexpr double kFourDigits = 5e-5;
  CHECK(near(wilson95(7, 10)->lo, 0.3968, kFourDigits));
  CHECK(near(wilson95(7, 10)->hi, 0.8922, kFourDigits));
  CHECK(wilson95(0, 10)->lo == 0.0);
  CHECK(near(wilson95(10, 10)->hi, 1.0, kRounding));
  CHECK_FALSE(wilson95(0, 0));
}

TEST_CASE("comparison: regret by hand") {
  // Best .03 and .02. Chosen: .01 of group a (score 5), a mean of .02 and −.04 of group b (equals),
  // nothing in group c (no score above 0, where the best is .05), nothing in d (best is none).
  const std::vector<ComparedCell> cells = {
      decided("x", "a", 0.03, 1.0),    decided("x", "a", 0.01, 5.0),
      decided("y", "b", 0.02, 2.0),    decided("y", "b", -0.04, 2.0),
      decided("z", "c", 0.05, 0.0),    decided("z", "c", 0.01, -1.0),
      decided("w", "d", -0.02, -1.0),  decided("w", "d", -0.01, -2.0),
      decided("v", "alone", 0.5, -1.0)};
  const CriterionScore score = whole(cells);
  CHECK(score.top1_regret.cases == 4);
  CHECK(near(*score.top1_regret.value, (0.02 + 0.03 + 0.05 + 0.0) / 4.0, kRounding));
  CHECK(score.cells == 9);
  CHECK(score.plus == 6);
  CHECK(score.minus == 3);
  // τ_b within groups: a −1, c +1, d −1; b has equal scores, "alone" has one cell.
  CHECK(score.kendall_tau.cases == 3);
  CHECK(near(*score.kendall_tau.value, -1.0 / 3.0, kRounding));
}

TEST_CASE("comparison: a teacher whose score is missing may be the best, but is not chosen") {
  std::vector<ComparedCell> cells = {decided("x", "a", 0.04, 1.0), decided("x", "a", 0.01, 2.0)};
  for (CellSeed& seed : cells[0].seeds) seed.scores = {std::nan("")};
  const CriterionScore score = whole(cells);
  CHECK(score.cells == 1);
  CHECK(near(*score.top1_regret.value, 0.03, kRounding));
}

TEST_CASE("comparison: hits and false holds by hand") {
  std::vector<ComparedCell> cells = {decided("a", "a", 0.1, 1.0), decided("b", "b", 0.1, -1.0),
                                     decided("c", "c", -0.1, -1.0), decided("d", "d", -0.1, 0.0),
                                     cell_of("e", "e", {-1.0, 0.1, 1.0}, 3.0)};
  cells[2].seeds[0].scores[0] = 0.5;  // one of three runs holds; the mean stays below 0
  const CriterionScore score = whole(cells);
  CHECK(score.hits.count == 2);  // a and c; d says nothing, e is undecided
  CHECK(score.hits.of == 3);
  CHECK(score.false_holds.count == 1);
  CHECK(score.false_holds.of == 6);
  CHECK(near(*score.false_holds.value, 1.0 / 6.0, kRounding));
  // Scores +: 1, −1; −: −.5, 0: one of four pairs is above both, none tied.
  CHECK(near(*score.sign_auroc.value, 0.5, kRounding));
}

TEST_CASE("comparison: calibration of a criterion that predicts half of the gain") {
  std::vector<ComparedCell> cells;
  for (int i = -10; i <= 10; ++i) {
    cells.push_back(
        decided("s" + std::to_string(i), "g" + std::to_string(i), 0.02 * i + 0.005, 0.01 * i));
  }
  const CriterionScore score = whole(cells);
  CHECK(near(*score.slope.value, 2.0, kRounding));
  CHECK(near(*score.intercept.value, 0.005, kRounding));
  REQUIRE(score.slope.interval95);
  CHECK(near(score.slope.interval95->lo, 2.0, kRounding));
  CHECK(near(*score.kendall_tau_overall.value, 1.0, kRounding));
  REQUIRE(score.calibration.size() == 5);
  std::size_t counted = 0;
  for (const CalibrationBin& bin : score.calibration) {
    counted += bin.cells;
    CHECK(near(bin.observed, 2.0 * bin.predicted + 0.005, kRounding));
    REQUIRE(bin.interval95);
    CHECK(bin.interval95->lo <= bin.observed);
    CHECK(bin.observed <= bin.interval95->hi);
  }
  CHECK(counted == 21);
}

TEST_CASE("comparison: gains in several units have no common regret or line") {
  std::vector<ComparedCell> cells = random_cells(6, 1);
  for (std::size_t i = 12; i < cells.size(); ++i) cells[i].unit = "mse";
  const CriterionScore score = whole(cells, "noisy");
  CHECK(score.sign_auroc.value.has_value());
  CHECK(score.kendall_tau.value.has_value());
  CHECK_FALSE(score.top1_regret.value.has_value());
  CHECK_FALSE(score.kendall_tau_overall.value.has_value());
  CHECK_FALSE(score.slope.value.has_value());
  CHECK(score.calibration.empty());
}

void check_same(const Measured& a, const Measured& b) {
  CHECK(a.value == b.value);
  CHECK(a.interval95.has_value() == b.interval95.has_value());
  if (!a.interval95 || !b.interval95) return;
  CHECK(a.interval95->lo == b.interval95->lo);
  CHECK(a.interval95->hi == b.interval95->hi);
}

TEST_CASE("comparison: the bootstrap is the same for any threads, another for another seed") {
  for (const std::size_t clusters : {std::size_t{1}, std::size_t{4}, std::size_t{12}}) {
    CAPTURE(clusters);
    const auto cells = random_cells(clusters, 3);
    Execution one;
    one.threads = 1;
    Execution four;
    four.threads = 4;
    const auto first = score_criteria(cells, {}, one);
    const auto second = score_criteria(cells, {}, four);
    REQUIRE(first.size() == second.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      CHECK(first[i].criterion == second[i].criterion);
      CHECK(first[i].resampled_seeds == (clusters < 10));
      check_same(first[i].sign_auroc, second[i].sign_auroc);
      check_same(first[i].top1_regret, second[i].top1_regret);
      check_same(first[i].slope, second[i].slope);
    }
    const auto other = score_criteria(cells, {}, one.with_seed(2));
    const auto slope = [](const std::vector<CriterionScore>& scores) {
      return scores[0].slope.interval95->lo;  // of "noisy" over all cells
    };
    REQUIRE(first[0].criterion == "noisy");
    // Five seeds alone have few different draws, whose quantiles may coincide.
    if (clusters > 1) CHECK(slope(first) != slope(other));
  }
}

TEST_CASE("comparison: clusters without a score are no cases of the bootstrap") {
  auto cells = random_cells(2, 7);
  for (std::size_t i = 4; i < cells.size(); ++i) {
    for (CellSeed& seed : cells[i].seeds) seed.scores[0] = std::nan("");
  }
  const auto both = whole(cells, "noisy");
  const auto alone = whole({cells.begin(), cells.begin() + 4}, "noisy");
  CHECK(both.clusters == 1);
  CHECK(both.resampled_seeds);
  check_same(both.sign_auroc, alone.sign_auroc);
  check_same(both.top1_regret, alone.top1_regret);
  check_same(both.slope, alone.slope);
  REQUIRE(both.slope.interval95);
  CHECK(both.slope.interval95->hi > both.slope.interval95->lo);
}

TEST_CASE("comparison: the slope's interval covers the slope as often as it says") {
  // g = score + noise, one cell a cluster, so that the line's slope is 1.
  constexpr std::size_t kStudies = 200;
  std::size_t covered = 0;
  for (std::uint64_t study = 1; study <= kStudies; ++study) {
    Random random(derive_seed(study, "coverage"));
    std::vector<ComparedCell> cells;
    for (int i = 0; i < 30; ++i) {
      const double score = random.normal();
      cells.push_back(
          cell_of(std::to_string(i), std::to_string(i), {score + random.normal()}, score));
    }
    ComparisonOptions options;
    options.draws = 400;
    const auto scores = score_criteria(cells, options, {});
    const Interval interval = *scores.front().slope.interval95;
    if (interval.lo <= 1.0 && 1.0 <= interval.hi) ++covered;
  }
  // Bias bound .05: a percentile bootstrap of 30 clusters is known to be too narrow by that much.
  const double share = static_cast<double>(covered) / static_cast<double>(kStudies);
  CHECK(test::within_sampling_error(share, 0.95, std::sqrt(0.95 * 0.05 / kStudies), 0.05));
}

TEST_CASE("comparison: slices part the cells, facets of one value are left out") {
  auto cells = random_cells(5, 4);
  for (ComparedCell& cell : cells) cell.facets.push_back({"scenario", "same-rows", {}});
  std::vector<std::string> values;
  for (const CriterionScore& score : score_criteria(cells, {}, {})) {
    CHECK(score.facet != "scenario");
    if (score.facet.empty()) {
      CHECK(score.cells == 20);
    } else if (score.criterion == "noisy") {
      CHECK(score.facet == "gamma");
      CHECK(score.cells == 5);
      CHECK(score.clusters == 5);
      CHECK(score.top1_regret.cases == 0);  // one teacher is left in each group
      values.push_back(score.value);
    }
  }
  CHECK(values.size() == 4);
  CHECK(std::is_sorted(values.begin(), values.end()));
  ComparisonOptions few;
  few.most_values = 3;
  CHECK(score_criteria(cells, few, {}).size() == 2);
}

TEST_CASE("comparison: a criterion that never speaks has chance's AUROC and no hits") {
  const CriterionScore none = whole(random_cells(6, 5), "none");
  CHECK(near(*none.sign_auroc.value, 0.5, kRounding));
  CHECK(none.hits.of == 0);
  CHECK_FALSE(none.hits.value.has_value());
  CHECK_FALSE(none.kendall_tau.value.has_value());
  CHECK_FALSE(none.slope.value.has_value());
}

TEST_CASE("comparison: refusals") {
  const auto cells = random_cells(2, 6);
  ComparisonOptions options;
  options.draws = 99;
  CHECK(fault_code([&] { score_criteria(cells, options, {}); }) == "no-draws");
  options = {};
  options.bins = 0;
  CHECK(fault_code([&] { score_criteria(cells, options, {}); }) == "no-bins");
  const std::vector<ComparedCell> empty(1);
  CHECK(fault_code([&] { score_criteria(empty, {}, {}); }) == "empty-cell");
  CHECK(score_criteria({}, {}, {}).empty());
}

}  // namespace
}  // namespace cch
