#include "cch/experiments/median.hpp"

#include "support/test.hpp"

namespace cch {

TEST_CASE("median: the middle, or the mean of the two there") {
  CHECK(*median_of({3.0, 1.0, 2.0}) == 2.0);
  CHECK(*median_of({4.0, 1.0, 3.0, 2.0}) == 2.5);
  CHECK_FALSE(median_of({}));
}

}  // namespace cch
