// Which rows keep their label when only so many shall have one.

#include <algorithm>
#include <string>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/data/labelled_rows.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

/// `counts[c]` rows of class c, mixed.
ClassLabels classes(const Rows& counts, std::uint64_t seed = 1) {
  std::vector<int> codes;
  std::vector<std::string> names;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    codes.insert(codes.end(), counts[c], static_cast<int>(c));
    names.push_back(std::to_string(c));
  }
  Random random(seed);
  random.shuffle(std::span(codes));
  return ClassLabels::from(std::move(codes), std::move(names));
}

Rows choose(const ClassLabels& labels, std::size_t wanted, std::uint64_t seed = 1) {
  return choose_labelled(labels, Groups::singletons(labels.size()), wanted, seed);
}

std::string refusal(const Variable& labels, std::size_t wanted) {
  return test::fault_code(
      [&] { choose_labelled(labels, Groups::singletons(size(labels)), wanted, 1); });
}

Samples numbers(std::size_t n) {
  Matrix values(n, 1);
  for (std::size_t i = 0; i < n; ++i) values(i, 0) = static_cast<double>(i);
  return Samples::from(std::move(values), "labels");
}

}  // namespace

TEST_CASE("kept labels: as many as asked for, ascending, once each, classes in their shares") {
  const ClassLabels labels = classes({500, 300, 150, 50});
  const Rows rows = choose(labels, 100);
  CHECK(rows.size() == 100);
  CHECK(std::is_sorted(rows.begin(), rows.end()));
  CHECK(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
  CHECK(labels.select(rows).counts() == Rows{50, 30, 15, 5});
  // Shares that are no whole numbers are missed by less than one row.
  CHECK(labels.select(choose(labels, 33)).counts() == Rows{16, 10, 5, 2});
}

TEST_CASE("kept labels: a class that is too rare for its share keeps two rows, if it has them") {
  CHECK(classes({990, 9, 1}).select(choose(classes({990, 9, 1}), 40)).counts() == Rows{37, 2, 1});
  CHECK(classes({400, 400}).select(choose(classes({400, 400}), 4)).counts() == Rows{2, 2});
}

TEST_CASE("kept labels: the seed draws them, every row as likely as the others of its class") {
  const ClassLabels labels = classes({30, 10});
  CHECK(choose(labels, 8, 3) == choose(labels, 8, 3));
  std::vector<double> kept(labels.size(), 0.0);
  constexpr std::size_t kDraws = 4000;
  for (std::size_t seed = 0; seed < kDraws; ++seed) {
    for (const std::size_t row : choose(labels, 8, seed)) kept[row] += 1.0;
  }
  const double share = 8.0 / 40.0;
  const double error = std::sqrt(share * (1.0 - share) / kDraws);
  for (const double count : kept) {
    CHECK(test::within_sampling_error(count / kDraws, share, error, 0.0));
  }
}

TEST_CASE("kept labels: all rows may be asked for, and numbers are drawn plainly") {
  const ClassLabels labels = classes({5, 5});
  CHECK(choose(labels, 10).size() == 10);
  const Rows rows = choose_labelled(numbers(50), Groups::singletons(50), 20, 1);
  CHECK(rows.size() == 20);
  CHECK(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
}

TEST_CASE("kept labels: whole groups, of every class, as near to the number as they allow") {
  // 60 groups of 5 rows; a group's class is that of three or more of its rows.
  std::vector<int> codes;
  Rows identifiers;
  for (std::size_t g = 0; g < 60; ++g) {
    const int own = g % 3 == 0 ? 1 : 0;
    for (std::size_t i = 0; i < 5; ++i) {
      codes.push_back(i < 3 ? own : 1 - own);
      identifiers.push_back(g);
    }
  }
  const auto labels = ClassLabels::from(codes, {"0", "1"});
  const Groups groups = Groups::from(identifiers);
  for (const auto& [wanted, got] : std::vector<std::pair<std::size_t, std::size_t>>{
           {60, 60}, {61, 60}, {64, 65}, {298, 300}, {4, 5}}) {
    CAPTURE(wanted);
    const Rows rows = choose_labelled(labels, groups, wanted, 1);
    CHECK(rows.size() == got);
    Rows members(groups.count(), 0);
    for (const std::size_t row : rows) ++members[groups.of(row)];
    CHECK(std::all_of(members.begin(), members.end(), [](auto n) { return n == 0 || n == 5; }));
    if (wanted != 60) continue;
    std::size_t ones = 0;
    for (std::size_t g = 0; g < 60; g += 3) ones += members[g] / 5;
    CHECK(ones == 4);  // a third of twelve
  }
}

TEST_CASE("kept labels: one group larger than all that is asked for is taken all the same") {
  const Groups one = Groups::from(Rows(30, 7));
  CHECK(choose_labelled(numbers(30), one, 5, 1).size() == 30);
}

TEST_CASE("kept labels: more than there are, or fewer than two a class, are refused") {
  const ClassLabels labels = classes({20, 20, 20});
  CHECK(refusal(labels, 61) == "bad-labelled");
  CHECK(refusal(labels, 5) == "bad-labelled");
  CHECK(refusal(labels, 0) == "bad-labelled");
  CHECK(refusal(labels, 6).empty());
  CHECK(refusal(numbers(20), 1) == "bad-labelled");
  CHECK(refusal(numbers(20), 2).empty());
  // Classes without a row do not count.
  Rows of_one;
  for (std::size_t i = 0; of_one.size() < 2; ++i) {
    if (labels[i] == labels[0]) of_one.push_back(i);
  }
  CHECK(refusal(labels.select(of_one), 2).empty());
}

}  // namespace cch
