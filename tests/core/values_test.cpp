#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/estimate.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"
#include "cch/core/samples.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

Rows members_of(const Groups& groups, std::size_t g) {
  const auto rows = groups.members(g);
  return {rows.begin(), rows.end()};
}

TEST_CASE("an error names problem, place, reason and way out, one line a fault") {
  const Fault full{"code", "x has NaN", "row 3", "searches would be wrong", "Drop the row"};
  const Fault bare{"other", "y is empty", {}, {}, {}};
  const Fault no_place{"third", "k is 0", {}, "no neighbour", "Give k of 1 or more"};
  const Error error(ErrorKind::data, std::vector<Fault>{full, bare, no_place});
  CHECK(std::string(error.what()) ==
        "x has NaN (row 3; searches would be wrong). Drop the row\n"
        "y is empty\n"
        "k is 0 (no neighbour). Give k of 1 or more");
  CHECK(error.kind() == ErrorKind::data);
  CHECK(error.faults().size() == 3);
  CHECK(error.faults()[1].code == "other");
}

TEST_CASE("refuse_usage and refuse_data throw their kind") {
  try {
    refuse_usage("a", "b", "c", "d");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string(error.what()) == "b (c). d");
  }
  try {
    refuse_data("a", "b", "w", "c", "d");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    CHECK(error.faults().front().where == "w");
  }
}

TEST_CASE("samples refuse values that are not finite: first place and count are named") {
  Matrix values(4, 3, 1.0);
  values(1, 2) = std::numeric_limits<double>::quiet_NaN();
  values(2, 0) = std::numeric_limits<double>::infinity();
  values(3, 1) = -std::numeric_limits<double>::infinity();
  try {
    Samples::from(values, "student.npy:h");
    FAIL("accepted");
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    CHECK(error.kind() == ErrorKind::data);
    CHECK(fault.code == "non-finite-value");
    CHECK(fault.problem.find("student.npy:h") != std::string::npos);
    CHECK(fault.where == "first at row 1, column 2 (from 0); 3 of 12 values");
  }
}

TEST_CASE("samples refuse an empty array and keep extreme finite values") {
  CHECK(test::fault_code([] { Samples::from(Matrix(0, 3)); }) == "empty-array");
  CHECK(test::fault_code([] { Samples::from(Matrix(3, 0)); }) == "empty-array");
  const double largest = std::numeric_limits<double>::max();
  const double tiny = std::numeric_limits<double>::denorm_min();
  const Samples samples = Samples::from(Matrix(2, 1, {largest, -tiny}));
  CHECK(samples(0, 0) == largest);
  CHECK(samples(1, 0) == -tiny);
}

TEST_CASE("selected rows keep order, repeats and the name") {
  const Samples samples = Samples::from(Matrix(3, 2, {0, 1, 10, 11, 20, 21}), "t");
  const Samples chosen = samples.select(Rows{2, 0, 2});
  REQUIRE(chosen.size() == 3);
  CHECK(chosen(0, 1) == 21);
  CHECK(chosen(1, 0) == 0);
  CHECK(chosen(2, 0) == 20);
  CHECK(chosen.name() == "t");
}

TEST_CASE("a strided view reads its own columns only") {
  const Matrix m(2, 3, {1, 2, 3, 4, 5, 6});
  const MatrixView last(m.data() + 1, 2, 2, 3);
  CHECK(last(0, 0) == 2);
  CHECK(last(1, 1) == 6);
  CHECK(last.row(1).size() == 2);
  CHECK(last.row(1)[0] == 5);
}

TEST_CASE("groups are numbered by first appearance and know their members") {
  const Groups groups = Groups::from(Rows{70, 3, 70, 9, 3, 70});
  CHECK(groups.rows() == 6);
  CHECK(groups.count() == 3);
  CHECK(groups.grouped());
  CHECK(groups.of(0) == 0);
  CHECK(groups.of(4) == 1);
  CHECK(groups.of(3) == 2);
  CHECK(members_of(groups, 0) == Rows{0, 2, 5});
  CHECK(members_of(groups, 1) == Rows{1, 4});
  CHECK(groups.size_of(5) == 3);
  CHECK(groups.size_of(3) == 1);
}

TEST_CASE("without grouping every row is its own group") {
  const Groups groups = Groups::singletons(4);
  CHECK_FALSE(groups.grouped());
  CHECK(groups.count() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(members_of(groups, i) == Rows{i});
  CHECK(Groups::singletons(0).count() == 0);
}

TEST_CASE("selected rows keep who belongs together") {
  const Groups groups = Groups::from(Rows{5, 6, 5, 7, 6});
  const Groups chosen = groups.select(Rows{3, 2, 0, 4});
  CHECK(chosen.count() == 3);
  CHECK(chosen.of(1) == chosen.of(2));
  CHECK(chosen.of(0) != chosen.of(3));
  CHECK(chosen.of(0) == 0);
}

TEST_CASE("copies of one row stay in one group, grouped or not") {
  for (const Groups& groups : {Groups::singletons(3), Groups::from(Rows{1, 1, 2})}) {
    const Groups chosen = groups.select(Rows{2, 0, 2});
    CHECK(chosen.of(0) == chosen.of(2));
    CHECK(chosen.of(0) != chosen.of(1));
  }
}

TEST_CASE("class labels count, name and select") {
  const ClassLabels labels = ClassLabels::from({0, 2, 0, 2, 2}, {"cat", "none", "dog"});
  CHECK(labels.counts() == Rows{2, 0, 3});
  CHECK(labels.classes() == 3);
  const ClassLabels chosen = labels.select(Rows{0, 2});
  CHECK(chosen.counts() == Rows{2, 0, 0});
  CHECK(chosen.names()[2] == "dog");
  CHECK(ClassLabels().classes() == 0);
  CHECK(ClassLabels().names().empty());
}

TEST_CASE("label entropy is in nats and ignores empty classes") {
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  const ClassLabels uniform = ClassLabels::from({0, 1, 2, 3}, names);
  CHECK(test::near(uniform.entropy_nats(), std::log(4.0), test::kRounding));
  const ClassLabels skewed = ClassLabels::from({0, 0, 0, 2}, names);
  // −¾ ln ¾ − ¼ ln ¼ = 2 ln 2 − ¾ ln 3.
  CHECK(test::near(skewed.entropy_nats(), 2.0 * std::log(2.0) - 0.75 * std::log(3.0),
                   test::kRounding));
  CHECK(ClassLabels::from({1, 1}, names).entropy_nats() == 0.0);
}

TEST_CASE("label codes outside the names are refused with their row") {
  for (const int code : {-1, 2}) {
    try {
      ClassLabels::from({0, code}, {"a", "b"});
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.faults().front().code == "label-out-of-range");
      CHECK(error.faults().front().where == "row 1");
    }
  }
}

TEST_CASE("a variable knows its size, width and kind") {
  const Variable real = Samples::from(Matrix(4, 3, 0.0));
  const Variable classes = ClassLabels::from({0, 1}, {"a", "b"});
  CHECK(size(real) == 4);
  CHECK(dim(real) == 3);
  CHECK_FALSE(is_discrete(real));
  CHECK(size(classes) == 2);
  CHECK(dim(classes) == 1);
  CHECK(is_discrete(classes));
  CHECK(size(select(classes, Rows{1})) == 1);
}

TEST_CASE("diagnostics keep order and give back what was recorded") {
  Diagnostics diagnostics;
  diagnostics.set("seconds", 1.5);
  diagnostics.set("bias", -0.25);
  diagnostics.note("path", "tree");
  CHECK(diagnostics.number("bias") == -0.25);
  CHECK_FALSE(diagnostics.number("path").has_value());
  CHECK(diagnostics.text("path") == "tree");
  CHECK(diagnostics.numbers().front().first == "seconds");
}

TEST_CASE("samples can borrow values: they stay where they are as long as a copy lives") {
  const auto owner = std::make_shared<const std::vector<double>>(std::vector{1.0, 2.0, 3.0, 4.0});
  const std::weak_ptr<const std::vector<double>> watched = owner;
  {
    Samples copy;
    {
      const Samples samples = Samples::borrowed({watched.lock()->data(), 2, 2}, owner, "x");
      copy = samples;
    }
    CHECK(copy.view().data() == owner->data());
    CHECK(watched.use_count() == 2);
    CHECK(copy.select(Rows{1})(0, 1) == 4.0);
    CHECK(copy.name() == "x");
  }
  CHECK(watched.use_count() == 1);
  const std::vector<double> bad{1.0, std::numeric_limits<double>::quiet_NaN()};
  CHECK(test::fault_code([&] {
          Samples::borrowed({bad.data(), 2, 1}, nullptr);
        }) == "non-finite-value");
  CHECK(test::fault_code([&] { Samples::borrowed({bad.data(), 0, 1}, nullptr); }) == "empty-array");
}

}  // namespace
}  // namespace cch
