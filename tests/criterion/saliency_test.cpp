#include "cch/criterion/saliency.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/mfh_rows.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using test::labels_of;
using test::near;

struct Rows {
  Samples teacher;
  Samples student;
  ClassLabels y;
};

Rows mfh(std::size_t v, std::size_t n) {
  Random random(7);
  const std::vector<double> a(20, 1.0);
  test::MfhRows rows = test::mfh_rows(n, v, a, random);
  return {Samples::from(std::move(rows.x1)), Samples::from(std::move(rows.x2)),
          labels_of(std::move(rows.y), 2)};
}

ModalitySaliency saliency(const Rows& rows, const Execution& exec = {}) {
  return modality_saliency(rows.teacher, rows.student, rows.y,
                           Groups::singletons(rows.teacher.size()), {}, exec);
}

double mean(const std::vector<double>& v, std::size_t begin, std::size_t end) {
  double sum = 0.0;
  for (std::size_t i = begin; i < end; ++i) sum += v[i];
  return sum / static_cast<double>(end - begin);
}

TEST_CASE("saliency: the share follows γ from nothing to all") {
  constexpr std::size_t kRows = 4000;
  const double none = saliency(mfh(0, kRows)).share.value();
  const double some = saliency(mfh(5, kRows)).share.value();
  const double all = saliency(mfh(10, kRows)).share.value();
  // At v = 10 both models see the same ten columns, at v = 0 none. Statistical: six other draws
  // gave −.03 to .06 at v = 0, .75 to .81 at v = 5, .992 to .997 at v = 10.
  CHECK(std::abs(none) < 0.12);
  CHECK(near(all, 1.0, 0.02));
  CHECK(some > none + 0.2);
  CHECK(some < all - 0.2);
}

TEST_CASE("saliency: columns that both modalities decide by come first") {
  const ModalitySaliency found = saliency(mfh(5, 4000));
  REQUIRE(found.channels.size() == 25);
  // Columns 5 to 9 are shared and decisive, 10 to 14 decisive for the teacher alone, others noise.
  const double shared = mean(found.channels, 5, 10);
  CHECK(shared > 3.0 * std::abs(mean(found.channels, 10, 15)));
  CHECK(shared > 10.0 * std::abs(mean(found.channels, 15, 25)));
  CHECK(*std::min_element(found.channels.begin() + 5, found.channels.begin() + 10) >
        *std::max_element(found.channels.begin() + 10, found.channels.end()));
}

TEST_CASE("saliency: real labels, a copy of the teacher as student and a stranger") {
  Random random(9);
  constexpr std::size_t kRows = 1500;
  Matrix x(kRows, 4);
  Matrix other(kRows, 4);
  Matrix y(kRows, 1);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (double& v : x.row(i)) v = random.normal();
    for (double& v : other.row(i)) v = random.normal();
    y(i, 0) = 2.0 * x(i, 0) - x(i, 1) + random.normal();
  }
  const Samples teacher = Samples::from(std::move(x));
  const Variable labels = Samples::from(std::move(y));
  const Groups groups = Groups::singletons(kRows);
  const auto copy = modality_saliency(teacher, teacher, labels, groups, {}, {});
  CHECK(near(copy.share.value(), 1.0, 0.02));
  CHECK(copy.channels[0] > copy.channels[1]);
  const auto stranger =
      modality_saliency(teacher, Samples::from(std::move(other)), labels, groups, {}, {});
  CHECK(std::abs(stranger.share.value()) < 0.1);
}

TEST_CASE("saliency: the same for the same seed, none for constant columns, refusals") {
  const Rows rows = mfh(5, 300);
  const auto a = saliency(rows);
  CHECK(a.channels == saliency(rows).channels);
  CHECK(a.channels != saliency(rows, Execution{}.with_seed(8)).channels);
  const Rows constant{Samples::from(Matrix(300, 2)), rows.student, rows.y};
  CHECK_FALSE(saliency(constant).share.has_value());
  const Rows fewer{mfh(5, 200).teacher, rows.student, rows.y};
  CHECK_THROWS_AS(saliency(fewer), Error);
}

}  // namespace
