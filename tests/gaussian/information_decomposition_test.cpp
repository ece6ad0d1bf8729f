#include "cch/gaussian/information_decomposition.hpp"

#include <algorithm>
#include <cmath>

#include "tests/gaussian/models.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {
using test::kRounding;
using test::near;

InformationDecomposition decomposed(const JointGaussian& g, const BlockNames& x1,
                                    const BlockNames& x2) {
  return decompose_information({g.information(x1, x2), g.information(x2, {"y"}),
                                g.information(x1, {"y"}), g.information(x1, {"y"}, x2)});
}

}  // namespace

TEST_CASE("decomposition: the parts add up to the informations, and none is negative") {
  Random random(1);
  for (int repeat = 0; repeat < 50; ++repeat) {
    const JointGaussian g = test::random_joint({3, 4, 2}, random);
    const auto d = decomposed(g, {"x1"}, {"x2"});
    CHECK(near(d.redundancy + d.unique_x1, g.information({"x1"}, {"y"}), kRounding));
    CHECK(near(d.redundancy + d.unique_x2, g.information({"x2"}, {"y"}), kRounding));
    CHECK(near(d.unique_x1 + d.synergy, g.information({"x1"}, {"y"}, {"x2"}), kRounding));
    CHECK(near(d.redundancy + d.unique_x1 + d.unique_x2 + d.synergy,
               g.information({"x1", "x2"}, {"y"}), kRounding));
    CHECK(std::min(d.unique_x1, d.unique_x2) == 0.0);
    CHECK(std::min({d.redundancy, d.unique_x1, d.unique_x2}) >= 0.0);
    CHECK(d.synergy >= -kRounding);
    const auto exchanged = decomposed(g, {"x2"}, {"x1"});
    CHECK(near(exchanged.synergy, d.synergy, kRounding));
    CHECK(exchanged.unique_x1 == d.unique_x2);
  }
}

TEST_CASE("decomposition: a noisier copy is redundant, independent halves are synergetic") {
  // x2 = x1 + noise, y = x1 + noise: whatever x2 says x1 says too, and x2 adds nothing.
  const auto copy = JointGaussian::from(Matrix(3, 3, {1, 1, 1, 1, 2, 1, 1, 1, 2}),
                                        {{"x1", 1}, {"x2", 1}, {"y", 1}});
  const auto c = decomposed(copy, {"x1"}, {"x2"});
  CHECK(near(c.redundancy, -0.5 * std::log(1.0 - 0.25), kRounding));  // corr(x2, y) = 1/2
  CHECK(near(c.unique_x1, 0.5 * std::log(2.0) - c.redundancy, kRounding));
  CHECK(std::abs(c.synergy) < kRounding);
  // y = x1 + x2 + noise with independent x: ½ ln 3 together, ½ ln(3/2) each.
  const auto sum = JointGaussian::from(Matrix(3, 3, {1, 0, 1, 0, 1, 1, 1, 1, 3}),
                                       {{"x1", 1}, {"x2", 1}, {"y", 1}});
  const auto s = decomposed(sum, {"x1"}, {"x2"});
  CHECK(near(s.synergy, 0.5 * std::log(3.0) - 0.5 * std::log(1.5), kRounding));
  CHECK(near(s.redundancy, 0.5 * std::log(1.5), kRounding));
}

}  // namespace cch
