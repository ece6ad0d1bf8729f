// The chance that distillation helps: the fitted model and the pilot's own posterior.
#include "cch/criterion/chance.hpp"

#include <cmath>

#include "cch/core/error.hpp"
#include "estimators/criterion/fitted_chance.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

/// A common pair: ten classes, 100 labelled rows, 500 unlabelled pairs.
ChanceEvidence common_pair(StudentKind kind, bool networks) {
  ChanceEvidence e;
  e.student = kind;
  e.scenario = Scenario::unlabelled_pairs;
  e.labelled = 100;
  e.further = 500;
  e.classes = 10;
  e.groups = 100;
  e.linear_nats = {0.05, 0.03};
  e.linear_accuracy = {0.02, 0.02};
  e.linear_informed = {0.03, 0.03};
  e.information_difference = 0.3;
  e.prediction_margin = -0.05;
  e.beta_difference = 0.2;
  e.closed_form_gain = 0.01;
  if (!networks) return e;
  e.network_nats = {0.08, 0.04};
  e.network_accuracy = {0.03, 0.02};
  e.network_informed = {0.06, 0.04};
  e.network_difference = 0.4;
  e.network_accuracy_difference = 0.1;
  return e;
}

TEST_CASE("chance: a normal whose probabilities, interval and parts fit together") {
  for (const StudentKind kind : {StudentKind::linear, StudentKind::mlp}) {
    for (const bool networks : {false, true}) {
      for (const GainMetric metric : {GainMetric::cross_entropy, GainMetric::accuracy}) {
        const auto chance = chance_of_gain(common_pair(kind, networks), metric, 0.01);
        REQUIRE(chance.has_value());
        CHECK(chance->in_range);
        CHECK(chance->basis == "corpus");
        // 80 %: ±1.2816 standard deviations.
        const double spread = (chance->interval80.hi - chance->interval80.lo) / 2.0 / 1.2815515655;
        const double z = chance->expected_gain / spread;
        CHECK(test::near(chance->p_gain, 0.5 * std::erfc(-z / std::sqrt(2.0)), 1e-9));
        const double w = (chance->expected_gain - 0.01) / spread;
        CHECK(test::near(chance->p_worthwhile, 0.5 * std::erfc(-w / std::sqrt(2.0)), 1e-9));
        CHECK(chance->p_worthwhile < chance->p_gain);
        double sum = 0.0;
        for (const ChanceContribution& part : chance->contributions) sum += part.effect;
        CHECK(test::near(sum, chance->expected_gain, 1e-9));
      }
    }
  }
}

TEST_CASE("chance: more evidence for a teacher never lowers its chance") {
  const auto p = [](const ChanceEvidence& e, GainMetric metric) {
    return chance_of_gain(e, metric, 0.01)->expected_gain;
  };
  for (const GainMetric metric : {GainMetric::cross_entropy, GainMetric::accuracy}) {
    const ChanceEvidence base = common_pair(StudentKind::mlp, true);
    ChanceEvidence more = base;
    more.network_nats->value += 0.05;
    more.network_accuracy->value += 0.02;
    CHECK(p(more, metric) > p(base, metric));
    more = base;
    more.linear_nats->value += 0.05;
    more.linear_accuracy->value += 0.02;
    CHECK(p(more, metric) >= p(base, metric));
    more = base;
    *more.information_difference += 0.2;
    *more.network_difference += 0.2;
    *more.network_accuracy_difference += 0.1;
    CHECK(p(more, metric) > p(base, metric));
  }
}

TEST_CASE("chance: outside the reference corpus the pilot's own posterior stands in, and says so") {
  ChanceEvidence e = common_pair(StudentKind::mlp, true);
  e.labelled = 200000;
  const auto far = chance_of_gain(e, GainMetric::cross_entropy, 0.01);
  CHECK_FALSE(far->in_range);
  CHECK(far->basis == "outside the reference corpus: rows a class");
  // .08 ± .04 under a prior of spread .1 around 0.
  const double share = 0.01 / (0.01 + 0.0016);
  CHECK(test::near(far->expected_gain, share * 0.08, 1e-9));
  CHECK(test::near(far->interval80.hi - far->expected_gain,
                   1.2815515655 * std::sqrt(share * 0.0016), 1e-9));

  e = common_pair(StudentKind::mlp, true);
  e.classes = 0;
  e.network_nats = {0.02, 0.01};
  const auto real = chance_of_gain(e, GainMetric::mse, 0.01);
  CHECK_FALSE(real->in_range);
  CHECK(real->p_gain > 0.95);

  ChanceEvidence none;
  none.classes = 3;
  none.labelled = 100;
  CHECK_FALSE(chance_of_gain(none, GainMetric::accuracy, 0.005).has_value());
}

TEST_CASE("chance: metrics by name") {
  CHECK(parse_gain_metric("accuracy") == GainMetric::accuracy);
  CHECK(to_string(parse_gain_metric("cross-entropy")) == "cross-entropy");
  CHECK_THROWS_WITH_AS(parse_gain_metric("acuracy"), doctest::Contains("Did you mean 'accuracy'?"),
                       Error);
}

TEST_CASE("chance: shares of firm verdicts come from the cells of the nearest number of rows") {
  for (const std::size_t rows :
       {std::size_t{10}, std::size_t{120}, std::size_t{300}, std::size_t{90000}}) {
    const auto shares = firm_shares(rows);
    REQUIRE(shares.size() >= 4);  // linear students and MLPs in two scenarios
    for (std::size_t i = 0; i < shares.size(); ++i) {
      CHECK(shares[i].firm > 0.0);
      CHECK(shares[i].firm < 1.0);
      CHECK(shares[i].cells >= 10);
      CHECK(shares[i].least_rows < shares[i].most_rows);
      for (std::size_t j = 0; j < i; ++j) {
        CHECK((shares[i].student != shares[j].student || shares[i].scenario != shares[j].scenario));
      }
    }
  }
  CHECK(firm_shares(10).front().least_rows == 50);
  CHECK(firm_shares(300).front().least_rows == 150);
  CHECK(firm_shares(90000).front().most_rows == 1500);
}

}  // namespace
}  // namespace cch
