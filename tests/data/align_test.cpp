#include "cch/data/align.hpp"

#include "tests/support/test.hpp"

namespace cch {

namespace {
using Ids = std::vector<std::string>;
using Rows = std::vector<std::size_t>;
}  // namespace

TEST_CASE("align by identifier: inner join in the order of the first input") {
  const std::vector<Ids> inputs = {
      {"c", "a", "x", "b"}, {"a", "b", "c"}, {"y", "c", "b", "a", "z"}};
  const Ids names = {"student", "teacher", "labels"};
  const Alignment out = align_by_id(inputs, names);
  CHECK(out.verified);
  CHECK(out.rows == std::vector<Rows>{{0, 1, 3}, {2, 0, 1}, {1, 3, 2}});
  CHECK(out.lost == Rows{1, 0, 2});
}

TEST_CASE("align by identifier: nothing in common, or a duplicate") {
  const Ids names = {"student", "teacher"};
  const std::vector<Ids> apart = {{"a", "b"}, {"A", "B"}};
  CHECK(test::fault_code([&] { align_by_id(apart, names); }) == "no-common-ids");
  const std::vector<Ids> twice = {{"a", "b"}, {"a", "b", "a"}};
  try {
    align_by_id(twice, names);
    FAIL("a duplicate was matched");
  } catch (const Error& error) {
    CHECK(error.faults().front().code == "duplicate-id");
    CHECK(error.faults().front().where == "teacher, rows 0 and 2 (from 0)");
  }
  CHECK(test::fault_code([&] { align_by_id(apart, Ids{"student"}); }) == "bad-alignment");
}

TEST_CASE("align by order: equal numbers of rows, never verified") {
  const Ids names = {"student", "teacher"};
  const Alignment out = align_by_order(Rows{3, 3}, names);
  CHECK_FALSE(out.verified);
  CHECK(out.rows == std::vector<Rows>{{0, 1, 2}, {0, 1, 2}});
  try {
    align_by_order(Rows{3, 4}, names);
    FAIL("unequal inputs were aligned");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    CHECK(error.faults().front().code == "unequal-rows");
    CHECK(error.faults().front().where == "student N = 3, teacher N = 4");
  }
}

TEST_CASE("align: samples that lie the other way round are named") {
  using Shape = std::vector<std::size_t>;
  const auto refusal = [&](std::size_t rows, const Shape& shape = {2, 3}) {
    try {
      refuse_transposed(shape, "'audio'", rows);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refusal(3).find("'audio' has 2 rows, the labels have 3") != std::string::npos);
  CHECK(refusal(3).find("x.T") != std::string::npos);
  CHECK(refusal(2).empty());
  CHECK(refusal(4).empty());
  CHECK(refusal(7, {5, 7, 2}).find("axis 1") != std::string::npos);
  CHECK(refusal(7, {5, 2, 7}).find("numpy.moveaxis(x, 2, 0)") != std::string::npos);
  CHECK(refusal(7, {7, 7, 2}).empty());
  CHECK(refusal(1, {5, 1}).empty());
}

}  // namespace cch
