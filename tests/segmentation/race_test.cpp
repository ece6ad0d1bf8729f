// Races of set-ups: costs, rungs, who stays, and what is foreseen, by hand and by simulation.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_race.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::fault_code;
using test::kRounding;
using test::near;

SegmentationSetup setup_of(const std::string& name, const std::vector<std::string>& modalities,
                           const std::string& teacher = "") {
  SegmentationSetup out;
  out.name = name;
  out.modalities = modalities;
  out.teacher = teacher;
  if (!teacher.empty()) out.losses = {{MadLoss{}, 1.0}};
  return out;
}

/// a and b alone, a by b, and a network of both that a third one follows.
SegmentationStudy raced_study() {
  SegmentationStudy study;
  study.training.epochs = 20;
  study.seeds = {1, 2, 3};
  study.setups = {setup_of("a", {"a"}), setup_of("b", {"b"}), setup_of("a by b", {"a"}, "b"),
                  setup_of("both", {"a", "b"}), setup_of("robust", {"a", "b"}, "both")};
  return study;
}

TEST_CASE("a race: metrics, candidates, and costs counted by hand") {
  const SegmentationStudy study = raced_study();
  const auto metric = [](const std::string& text) { return parse_race_metric(text, {"a", "b"}); };
  CHECK(metric("worst").kind == RaceMetric::Kind::worst);
  CHECK(metric("b").modality == "b");
  CHECK(fault_code([&] { metric("wurst"); }) == "unknown-metric");
  CHECK(race_candidates(study, metric("a")) == std::vector<std::size_t>{0, 2, 3, 4});
  CHECK(race_candidates(study, metric("average")) == std::vector<std::size_t>{3, 4});
  SegmentationStudy small = study;
  small.setups.resize(4);
  CHECK(fault_code([&] { race_candidates(small, metric("full")); }) == "nothing-to-race");

  CHECK(epoch_cost(study, 0) == 3.0);
  CHECK(epoch_cost(study, 2) == 4.0);  // its teacher sees every image once
  CHECK(epoch_cost(study, 4) == 8.0);
  CHECK(with_needs(study, {2}) == std::vector<std::size_t>{1, 2});
  CHECK(epoch_cost(study, std::vector<std::size_t>{2, 4}) == 3.0 + 4.0 + 6.0 + 8.0);
  CHECK(full_cost(study) == (3.0 + 3.0 + 4.0 + 6.0 + 8.0) * 20.0 * 3.0);
  CHECK(rungs_of(2) == 1);
  CHECK(rungs_of(4) == 2);
  CHECK(rungs_of(5) == 3);
  CHECK(rungs_of(16) == 4);
}

TEST_CASE("a race: a rung takes its part of the budget, and never more than is left") {
  const SegmentationStudy study = raced_study();
  const std::vector<std::size_t> all{0, 2, 3, 4};  // with b: 24 passes an epoch
  const auto first = next_rung(study, all, 288.0, 2);
  REQUIRE(first);
  CHECK(first->epochs == 6);
  CHECK(first->seeds == 1);
  CHECK(first->cost == 144.0);
  const auto wide = next_rung(study, all, 288.0, 1);  // 12 epochs: two seeds of 6, a quarter is 5
  REQUIRE(wide);
  CHECK(wide->epochs == 6);
  CHECK(wide->seeds == 2);
  const auto rich = next_rung(study, all, 1e9, 1);
  REQUIRE(rich);
  CHECK(rich->epochs == 20);
  CHECK(rich->seeds == 3);
  const auto least = next_rung(study, all, 30.0, 4);
  REQUIRE(least);
  CHECK(least->epochs == 1);
  CHECK(!next_rung(study, all, 23.0, 4));
  // Whatever the budget, the rungs together stay within it.
  for (const double budget : {25.0, 60.0, 100.0, 333.0, 1000.0}) {
    std::vector<std::size_t> setups = all;
    double spent = 0.0;
    for (std::size_t left = 2; left > 0 && setups.size() > 1; --left) {
      const auto rung = next_rung(study, setups, budget - spent, left);
      if (!rung) break;
      spent += rung->cost;
      setups.resize((setups.size() + 1) / 2);
    }
    CHECK(spent <= budget);
    CHECK(spent > 0.0);
  }
}

RungScores rung(std::size_t epochs, const std::vector<std::size_t>& setups,
                const std::vector<std::vector<double>>& scores) {
  return {{setups, epochs, 1, 0.0}, scores};
}

TEST_CASE("a race: the better half stays, failed networks do not") {
  CHECK(better_half(rung(1, {0, 1, 2, 3}, {{.3}, {.5}, {.2}, {.4}})) ==
        std::vector<std::size_t>{1, 3});
  CHECK(better_half(rung(1, {0, 4, 7}, {{.3}, {.1, .3}, {.1}})) == std::vector<std::size_t>{0, 4});
  CHECK(better_half(rung(1, {0, 1, 2}, {{}, {.5}, {}})) == std::vector<std::size_t>{1});
}

TEST_CASE("a race: what is foreseen, by hand") {
  // Differences of the two finalists change from .10 to .14: v = .0008, one degree of freedom.
  const std::vector<RungScores> rungs{rung(2, {0, 1, 2}, {{.40}, {.30}, {.10}}),
                                      rung(4, {0, 1}, {{.47}, {.33}})};
  const RaceForecast f = forecast_race(rungs, 8, 1);
  REQUIRE(f.setups == std::vector<std::size_t>{0, 1, 2});
  CHECK(near(f.step, std::sqrt(2.0 * .02 * .02), kRounding));
  CHECK(near(f.difference[0], .07, kRounding));
  CHECK(near(f.difference[1], -.07, kRounding));
  CHECK(near(f.difference[2], -.25, kRounding));
  CHECK(f.winner == 0);
  CHECK(near(std::accumulate(f.p_best.begin(), f.p_best.end(), 0.0), 1.0, 1e-9));
  // Of the finalists P(first) = Φ(.14/√(2v)) = Φ(3.5); the third is 8 of its deviations away.
  CHECK(std::abs(f.p_best[0] - .99977) < .0008);
  // The finalists gained .05 in one doubling, and one is left.
  CHECK(near(f.level, .40 + .05 + .07, kRounding));
  CHECK(near(f.high - f.level, 1.959963984540054 * std::sqrt(2.0 * f.step * f.step + .05 * .05),
             kRounding));
}

TEST_CASE("a race: where set-ups do not differ nobody is sure, and chances are those of truth") {
  // Scores of four set-ups: level, a lasting difference, and noise anew on each rung.
  std::size_t right = 0;
  double claimed = 0.0;
  constexpr std::size_t kRaces = 300;
  Random random(11);
  for (std::size_t race = 0; race < kRaces; ++race) {
    std::vector<double> truth;
    for (std::size_t i = 0; i < 4; ++i) truth.push_back(.5 + .02 * random.normal());
    const auto seen = [&](const std::vector<std::size_t>& setups) {
      std::vector<std::vector<double>> out;
      for (const std::size_t i : setups) out.push_back({truth[i] + .02 * random.normal()});
      return out;
    };
    std::vector<RungScores> rungs{rung(2, {0, 1, 2, 3}, seen({0, 1, 2, 3}))};
    const auto kept = better_half(rungs.front());
    rungs.push_back(rung(4, kept, seen(kept)));
    const RaceForecast f = forecast_race(rungs, 8, race, 500);
    const auto best =
        static_cast<std::size_t>(std::max_element(truth.begin(), truth.end()) - truth.begin());
    right += f.setups[f.winner] == best ? 1 : 0;
    claimed += f.p_best[f.winner] / kRaces;
  }
  // Better than one in four, and what is claimed is within .15 of what holds (statistical: the
  // standard error of the share is below .03; one degree of freedom for v makes chances rough).
  const double share = static_cast<double>(right) / kRaces;
  CHECK(share > .4);
  CHECK(std::abs(claimed - share) < .15);
}

}  // namespace
}  // namespace cch
