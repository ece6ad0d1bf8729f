// Rank stability: against closed forms, correlation between teachers, and the error bars' variance.

#include "cch/criterion/stability.hpp"

#include <cmath>
#include <vector>

#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

// 4 binomial standard errors of 10 000 draws, at most.
constexpr double kShares = 4.0 * 0.005;

TEST_CASE("two teachers with independent normal errors: P(first) = Φ(difference / SE)") {
  // Difference .03, SE of the difference √(.03² + .04²) = .05; Φ(.6) = .7257. The t distribution
  // with 400 degrees of freedom is within .001 of the normal.
  const std::vector<double> values{0.50, 0.53};
  const Matrix d(2, 2, {0.03, 0.0, 0.0, 0.04});
  const RankStability s = rank_stability(values, d.view(), 400.0, {});
  CHECK(std::abs(s.teachers[1].top1 - 0.7257) < kShares);
  CHECK(test::near(s.teachers[0].top1 + s.teachers[1].top1, 1.0, test::kRounding));
  CHECK(test::near(s.teachers[0].mean_rank, 1.0 + s.teachers[1].top1, test::kRounding));
  CHECK(s.teachers[0].best == 1);
  CHECK(s.teachers[0].worst == 2);
}

TEST_CASE("few degrees of freedom: the t distribution's share") {
  // One degree: P(t_1 < 1) = 3/4, where the normal has .841.
  const std::vector<double> values{0.0, 1.0};
  const Matrix d(2, 1, {1.0, 0.0});
  CHECK(std::abs(rank_stability(values, d.view(), 1.0, {}).teachers[1].top1 - 0.75) < kShares);
}

TEST_CASE("errors that teachers share do not shake their order") {
  const std::vector<double> values{0.52, 0.50, 0.20};
  const Matrix shared(3, 1, {0.3, 0.3, 0.3});
  const RankStability s = rank_stability(values, shared.view(), 19.0, {});
  CHECK(s.teachers[0].top1 == 1.0);
  CHECK(s.teachers[1].best == 2);
  CHECK(s.teachers[1].worst == 2);
  CHECK(s.teachers[2].mean_rank == 3.0);
}

TEST_CASE("three equal teachers: a third each, ranks 1 to 3") {
  const std::vector<double> values{0.5, 0.5, 0.5};
  const Matrix own(3, 3, {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0});
  const RankStability s = rank_stability(values, own.view(), 19.0, {});
  for (const PlaceStability& teacher : s.teachers) {
    CHECK(std::abs(teacher.top1 - 1.0 / 3.0) < kShares);
    CHECK(teacher.best == 1);
    CHECK(teacher.worst == 3);
  }
}

struct Pair {
  Measurement first;
  Measurement second;
};

// A student, and two teachers of it with correlations .7 and rho.
Pair measured(const EstimatorOptions& options, double rho, const Execution& exec) {
  Random random(12);
  Matrix student(400, 1);
  Matrix first(400, 1);
  Matrix second(400, 1);
  for (std::size_t i = 0; i < 400; ++i) {
    student(i, 0) = random.normal();
    first(i, 0) = 0.7 * student(i, 0) + std::sqrt(1.0 - 0.49) * random.normal();
    second(i, 0) = rho * student(i, 0) + std::sqrt(1.0 - rho * rho) * random.normal();
  }
  const Samples s = Samples::from(std::move(student));
  const Groups groups = Groups::singletons(400);
  return {Measurement(options, Samples::from(std::move(first)), s, groups, exec),
          Measurement(options, Samples::from(std::move(second)), s, groups, exec)};
}

TEST_CASE("measured teachers: P(first) is the t probability of the paired difference's error bar") {
  for (const EstimatorOptions& options :
       {EstimatorOptions(Ksg1Options{}), EstimatorOptions(CcaKsgOptions{})}) {
    const Pair pair = measured(options, 0.65, {});
    const std::vector<const Measurement*> teachers{&pair.first, &pair.second};
    const auto stability = rank_stability(teachers, {});
    REQUIRE(stability.has_value());
    const std::vector<Term> terms{{&pair.first, 1.0}, {&pair.second, -1.0}};
    const auto bar = error_bar(terms, {});
    REQUIRE(bar.has_value());
    const double gap = pair.first.estimate().nats - pair.second.estimate().nats;
    CHECK(std::abs(stability->teachers[0].top1 - (1.0 - p_above_zero(gap, *bar))) < kShares);
    CHECK(stability->teachers[0].top1 > 0.01);
    CHECK(stability->teachers[0].top1 < 0.999);
  }
}

TEST_CASE("far apart teachers keep their places") {
  const Pair pair = measured(Ksg1Options{}, 0.1, {});
  const std::vector<const Measurement*> teachers{&pair.second, &pair.first};
  const auto stability = rank_stability(teachers, {});
  REQUIRE(stability.has_value());
  CHECK(stability->teachers[1].top1 > 0.99);
  CHECK(stability->teachers[0].best == 2);
}

TEST_CASE("no error bar, no stability: the reason is given") {
  const test::XY xy = test::gaussian_rows(30, 1, 1, 0.5, 1);
  const Measurement m(Ksg1Options{}, xy.x, xy.y, Groups::singletons(30), {});
  const std::vector<const Measurement*> teachers{&m};
  std::string why;
  CHECK_FALSE(rank_stability(teachers, {}, &why).has_value());
  CHECK(why.find("30 rows") != std::string::npos);
}

TEST_CASE("stability is equal for any number of threads, follows the seed, refuses misfits") {
  const std::vector<double> values{0.50, 0.53};
  const Matrix d(2, 2, {0.03, 0.0, 0.0, 0.04});
  auto top1 = [&](unsigned threads, std::uint64_t seed) {
    Execution exec;
    exec.threads = threads;
    exec.seed = seed;
    return rank_stability(values, d.view(), 19.0, exec).teachers[0].top1;
  };
  CHECK(top1(1, 1) == top1(5, 1));
  CHECK(top1(1, 1) != top1(1, 2));
  const Matrix wrong(3, 2, 0.1);
  CHECK(test::fault_code([&] { (void)rank_stability(values, wrong.view(), 19.0, {}); }) ==
        "bad-stability-input");
}

}  // namespace
}  // namespace cch
