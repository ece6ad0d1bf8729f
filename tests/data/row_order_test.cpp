#include "cch/data/row_order.hpp"

#include "cch/core/random.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kRows = 120;

Samples made(double (*value)(std::size_t, std::size_t)) {
  Matrix values(kRows, 2);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < 2; ++j) values(i, j) = value(i, j);
  }
  return Samples::from(std::move(values), "x");
}

Variable classes(int (*code)(std::size_t)) {
  std::vector<int> codes;
  for (std::size_t i = 0; i < kRows; ++i) codes.push_back(code(i));
  return ClassLabels::from(std::move(codes), {"a", "b", "c"});
}

const Samples kNumbered = made([](std::size_t i, std::size_t j) {
  return j == 0 ? static_cast<double>(i * i % 7) : -static_cast<double>(i);
});

}  // namespace

TEST_CASE("row order: a column that only falls, beside one that does not") {
  CHECK(columns_in_row_order(kNumbered) == std::vector<std::size_t>{1});
  CHECK(columns_in_row_order(made([](std::size_t i, std::size_t) {
          return static_cast<double>(i == 60 ? 59 : i);  // one tie
        })).empty());
  CHECK(columns_in_row_order(Samples::from(Matrix(3, 1, {1, 2, 3}), "x")).empty());
}

TEST_CASE("row order: labels in blocks or nearly so, and labels that are not") {
  CHECK(labels_in_row_order(classes([](std::size_t i) { return static_cast<int>(i / 40); })));
  CHECK(labels_in_row_order(classes([](std::size_t i) { return static_cast<int>(i / 10 % 3); })));
  CHECK_FALSE(labels_in_row_order(classes([](std::size_t i) { return static_cast<int>(i % 3); })));
  CHECK_FALSE(labels_in_row_order(classes([](std::size_t) { return 1; })));
  // Drawn: about 80 runs where 40 would be the bound; 8 standard deviations away.
  CHECK_FALSE(labels_in_row_order(classes([](std::size_t i) {
    return static_cast<int>(Random(derive_seed(1, "row-order", i)).below(3));
  })));
  CHECK(labels_in_row_order(Samples::from(Matrix(8, 1, {1, 1, 2, 2, 2, 5, 6, 7}), "y")));
  CHECK_FALSE(labels_in_row_order(Samples::from(Matrix(8, 1, {1, 1, 2, 2, 1, 5, 6, 7}), "y")));
}

TEST_CASE("row order: both together are a leak") {
  const auto leak = look_at_row_order(
      kNumbered, "audio", classes([](std::size_t i) { return static_cast<int>(i / 40); }));
  REQUIRE(leak);
  CHECK(leak->code == "column-follows-rows");
  CHECK(leak->message.find("column 1 (from 0) of 'audio'") != std::string::npos);
  CHECK_FALSE(look_at_row_order(kNumbered, "audio",
                                classes([](std::size_t i) { return static_cast<int>(i % 3); })));
}

}  // namespace cch
