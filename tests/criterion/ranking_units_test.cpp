#include "cch/criterion/ranking_units.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include "cch/core/random.hpp"
#include "cch/estimators/column_units.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using Map = std::function<double(double)>;

Samples mapped(const Samples& x, const Map& map) {
  Matrix out(x.size(), x.dim());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) out(i, j) = map(x(i, j));
  }
  return Samples::from(std::move(out));
}

// Values are multiples of 2^-10 below 8, so that 1e12 and 2^40 away from zero they are still exact.
Samples rounded(const Samples& x) {
  return mapped(x, [](double v) { return std::round(v * 1024.0) / 1024.0; });
}

RankInput question(const Map& map) {
  const Samples z = rounded(test::gaussian_rows(160, 2, 2, 0.0, 11).x);
  const Samples noise = rounded(test::gaussian_rows(160, 2, 2, 0.0, 12).x);
  Matrix student(160, 2);
  std::vector<int> codes(160);
  for (std::size_t i = 0; i < 160; ++i) {
    for (std::size_t j = 0; j < 2; ++j) student(i, j) = z(i, j) + noise(i, j);
    codes[i] = z(i, 0) + z(i, 1) > 0.0 ? 1 : 0;
  }
  return {{"student", mapped(Samples::from(std::move(student)), map)},
          {{"teacher", mapped(z, map)}},
          test::labels_of(std::move(codes), 2),
          Groups::singletons(160)};
}

struct SaidOfFirst {
  double gain;
  double margin;
  double prediction;
  Verdict verdict;
};

SaidOfFirst said(const RankInput& input) {
  RankOptions options;
  options.coarse = true;
  const RankResult result = rank_teachers(input, options, {});
  const TeacherEvidence& evidence = result.evidence.front();
  return {evidence.pilot->gain.value, result.estimators.front().teachers.front().margin.nats,
          evidence.prediction->margin.nats, evidence.decision.verdict};
}

// Powers of two change no digit; the others round each value once, by 1e-16 of it, and moved values
// are whole multiples of what doubles have there. What is left are sums in another order.
TEST_CASE("units: a ranking says the same in any units, however far from zero") {
  const SaidOfFirst usual = said(question([](double v) { return v; }));
  const std::pair<const char*, Map> maps[] = {
      {"2^600", [](double v) { return std::ldexp(v, 600); }},
      {"2^-700", [](double v) { return std::ldexp(v, -700); }},
      {"1e300", [](double v) { return v * 1e300; }},
      {"1e-290", [](double v) { return v * 1e-290; }},
      {"2^40 away", [](double v) { return v + 0x1p40; }},
      {"-1e12 away", [](double v) { return v - 1e12; }},
      {"far and large", [](double v) { return (v + 0x1p40) * 0x1p900; }},
  };
  for (const auto& [name, map] : maps) {
    CAPTURE(name);
    const SaidOfFirst now = said(question(map));
    CHECK(now.verdict == usual.verdict);
    CHECK(now.gain == doctest::Approx(usual.gain).epsilon(1e-6));
    CHECK(now.margin == doctest::Approx(usual.margin).epsilon(1e-6));
    CHECK(now.prediction == doctest::Approx(usual.prediction).epsilon(1e-6));
  }
}

TEST_CASE("units: usual columns are not copied, constant ones stay, others keep every digit") {
  const Samples x = rounded(test::gaussian_rows(50, 3, 3, 0.0, 1).x);
  CHECK(ColumnUnits(x).usual());
  CHECK(ColumnUnits(x).applied(x).view().data() == x.view().data());
  CHECK(ColumnUnits(mapped(x, [](double) { return 1e200; })).usual());
  const Samples far = mapped(x, [](double v) { return v + 0x1p40; });
  const ColumnUnits units(far);
  REQUIRE_FALSE(units.usual());
  CHECK(units.first_extreme().empty());
  const Samples moved = units.applied(far);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(moved(i, 0) == x(i, 0) - x(0, 0));
  const Samples large = mapped(x, [](double v) { return std::ldexp(v, 1020); });
  const Samples back = ColumnUnits(large).applied(large);
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(back(i, 1) / back(0, 1) == doctest::Approx(x(i, 1) / x(0, 1)).epsilon(1e-14));
    CHECK(std::abs(back(i, 1)) < 4.0);
  }
}

TEST_CASE("units: further rows share those of the main ones, a clone goes on being one") {
  RankInput input = question([](double v) { return v + 0x1p40; });
  input.teachers.push_back({"clone", input.student.features});
  ExtraRows further;
  further.student = input.student.features;
  further.teachers = {input.teachers[0].features, input.student.features};
  REQUIRE(put_in_usual_units(input, &further, Scale::rank));
  CHECK(input.teachers[1].features.view().data() == input.student.features.view().data());
  for (std::size_t i = 0; i < 160; ++i) {
    CHECK((*further.student)(i, 0) == input.student.features(i, 0));
    CHECK(further.teachers[0](i, 1) == input.teachers[0].features(i, 1));
  }
  CHECK_FALSE(put_in_usual_units(input, &further, Scale::rank));
}

TEST_CASE("units: without a scale extreme columns are refused by name, far ones are moved") {
  RankInput large = question([](double v) { return v * 1e200; });
  CHECK(test::fault_code([&] { put_in_usual_units(large, nullptr, Scale::none); }) ==
        "extreme-values");
  RankInput far = question([](double v) { return v + 0x1p40; });
  CHECK(put_in_usual_units(far, nullptr, Scale::none));
}

}  // namespace
}  // namespace cch
