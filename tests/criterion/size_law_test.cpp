// Smallest margins at other numbers of rows: readings made by hand, whose errors and biases are
// known at every size.

#include <array>
#include <cmath>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/criterion/feasibility/size_law.hpp"
#include "estimators/criterion/feasibility/sizes.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using detail::MarginPower;
using detail::MarginRange;
using detail::PlantedSize;
using detail::Readings;
using detail::SizeFound;
using detail::SizeLaw;

constexpr double kPower = 0.8;
constexpr double kWrong = 0.05;
constexpr double kGrid = 0.04;  // relative: smallest margins are found on grids of 3 % and 1 %
constexpr std::size_t kDraws = 8;

/// A world in which a measured margin has standard error s/√n, as reported, and bias c n^(−β).
struct MarginWorld {
  double s = 1.5;
  double c = 0.0;
  double beta = 1.0;
  /// The mean expectation may be off by this factor. A bias that stays hides behind the errors of
  /// fewer rows, and then half of the weight is on powers by which it would fall.
  double off = 1.25;

  [[nodiscard]] double bias(double rows) const { return c * std::pow(rows, -beta); }

  /// Three planted margins; draws scatter by chance, or, without it, exactly as reported (variance
  /// 1 of 8 draws, mean 0); alike at every margin.
  [[nodiscard]] Readings readings(double rows, Random* noise) const {
    Readings out;
    out.labels.assign(kDraws, {0.2, 0.5 * s / std::sqrt(rows), 0.0, 0.0, false});
    out.i_student_labels = 0.2;
    out.groups = static_cast<std::size_t>(rows);
    const double error = s / std::sqrt(rows);
    std::array<double, kDraws> scatter{};
    for (std::size_t r = 0; r < kDraws; ++r) {
      const double exact = (r % 2 == 0 ? 1.0 : -1.0) * std::sqrt((kDraws - 1.0) / kDraws);
      scatter[r] = noise == nullptr ? exact : noise->normal();
    }
    const double far = 4.0 * error + 4.0 * std::abs(bias(rows));
    for (const double margin : {0.0, far, 3.0 * far}) {
      Readings::Point point{margin, {}};
      for (const double z : scatter) {
        const double measured = margin + bias(rows) + z * error;
        point.draws.push_back({measured, error, 0.2 + measured, error, 0.0});
      }
      out.points.push_back(point);
    }
    return out;
  }

  [[nodiscard]] std::vector<PlantedSize> sizes(double rows, Random* noise) const {
    std::vector<PlantedSize> out;
    for (const double part : {rows / 4.0, rows / 2.0, rows}) {
      out.push_back({static_cast<std::size_t>(part), readings(part, noise)});
    }
    return out;
  }

  /// What a check of so many rows finds on the mean.
  [[nodiscard]] double truth(double rows) const {
    const Readings exact = readings(rows, nullptr);
    return MarginPower(exact).smallest(1, 3.0, kPower, kWrong).value();
  }
};

TEST_CASE("smallest margins without bias fall as 1/√n, never by more") {
  const MarginWorld world;
  const SizeLaw law(world.sizes(1000.0, nullptr), kPower, kWrong);
  const double own = world.truth(1000.0);
  for (const double times : {1.0, 2.0, 4.0, 16.0}) {
    CAPTURE(times);
    const MarginRange found = law.at(1000.0 * times);
    REQUIRE(found.nats.has_value());
    CHECK(std::abs(*found.nats / (own / std::sqrt(times)) - 1.0) < kGrid);
  }
}

TEST_CASE("biases that stay and biases that fall are told apart by the planted sizes") {
  for (const double beta : {0.0, 0.5, 1.0}) {
    CAPTURE(beta);
    MarginWorld world;
    world.s = 0.3;  // draws that leave no doubt about the bias
    world.beta = beta;
    world.c = -0.1 * std::pow(1000.0, beta);  // −.1 nats at 1000 rows
    const SizeLaw law(world.sizes(1000.0, nullptr), kPower, kWrong);
    const MarginRange found = law.at(4000.0);
    REQUIRE(found.nats.has_value());
    CHECK(std::abs(*found.nats / world.truth(4000.0) - 1.0) < kGrid);
    REQUIRE(found.low.has_value());
    CHECK(*found.low <= *found.nats);
  }
}

TEST_CASE("intervals at four times the rows hold what is true there") {
  Random random(7);
  for (const MarginWorld& world :
       {MarginWorld{1.5, 0.0, 1.0}, MarginWorld{1.5, -60.0, 1.0}, MarginWorld{1.5, -2.0, 0.5},
        MarginWorld{1.5, 40.0, 1.0}, MarginWorld{1.5, -0.05, 0.0, 1.5}}) {
    CAPTURE(world.c);
    CAPTURE(world.beta);
    const double truth = world.truth(4000.0);
    constexpr std::size_t kWorlds = 60;
    std::size_t held = 0;
    double logs = 0.0;
    for (std::size_t i = 0; i < kWorlds; ++i) {
      const SizeLaw law(world.sizes(1000.0, &random), kPower, kWrong);
      const MarginRange found = law.at(4000.0);
      if (!found.nats || !found.low) continue;
      held += *found.low <= truth && (!found.high || truth <= *found.high) ? 1 : 0;
      logs += std::log(*found.nats / truth) / static_cast<double>(kWorlds);
    }
    CAPTURE(truth);
    CAPTURE(logs);
    // 60 worlds: nine tenths less two standard errors of such a share.
    CHECK(held >= 47);
    CHECK(std::abs(logs) < std::log(world.off));
  }
}

TEST_CASE("rows needed: inside the planted sizes, beyond them, and too far") {
  const MarginWorld world;
  std::vector<SizeFound> found;
  for (PlantedSize& size : world.sizes(1000.0, nullptr)) {
    const auto smallest = MarginPower(size.readings).smallest(1, 3.0, kPower, kWrong);
    found.push_back({size.rows, size.rows, {smallest, {}}, size.readings});
  }
  const double own = *found.back().above.nats;
  FeasibilityOptions options;
  const auto needed = [&](double margin) {
    options.margin = margin;
    return forecast_sizes(found, 1000, 1000, options);
  };
  // Errors alone: (margin now / margin wanted)² times the rows.
  const auto beyond = needed(own / 2.0);
  REQUIRE(beyond.needed.has_value());
  CHECK(std::abs(static_cast<double>(beyond.needed->rows) / 4000.0 - 1.0) < 2.0 * kGrid);
  CHECK(beyond.needed->extrapolated);
  CHECK(beyond.needed->groups == beyond.needed->rows);
  REQUIRE(beyond.needed_low.has_value());
  CHECK(*beyond.needed_low <= beyond.needed->rows);
  CHECK((!beyond.needed_high || *beyond.needed_high >= beyond.needed->rows));
  const auto inside = needed(own * 1.2);
  REQUIRE(inside.needed.has_value());
  CHECK_FALSE(inside.needed->extrapolated);
  CHECK(std::abs(static_cast<double>(inside.needed->rows) * 1.44 / 1000.0 - 1.0) < 2.0 * kGrid);
  CHECK(needed(own * 3.0).needed_why_not == "The fewest rows planted suffice.");
  CHECK_FALSE(needed(own / 5.0).needed.has_value());
  // Beside the planted sizes twice and four times the rows, with intervals.
  options.margin.reset();
  const auto sizes = forecast_sizes(found, 1000, 1000, options).sizes;
  REQUIRE(sizes.size() == 5);
  CHECK(sizes[3].rows == 2000);
  CHECK(sizes[4].rows == 4000);
  for (const SizePoint& point : sizes) {
    REQUIRE(point.above.nats.has_value());
    CHECK(point.low.value_or(0.0) <= *point.above.nats);
  }
}

}  // namespace
}  // namespace cch
