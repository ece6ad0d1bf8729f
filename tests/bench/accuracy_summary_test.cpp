#include "tools/bench/accuracy_summary.hpp"

#include <string>
#include <vector>

#include "tests/bench/fits.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"
#include "tools/bench/accuracy_table.hpp"

namespace cch::bench {
namespace {

using test::add_fit;
using test::made_up_task;

// Two seeds a task. By the spread: "a" has mean 1.1, SD/√2 = .01, so it is above 1 + .02; "b" has
// mean 2.1 and SE .1, so it is not above 2 + .2. By own error bars: 1.09 ± .1 is not, 1.11 ± .05 is
// above; 2.2 ± .05 is; the other fit of "b" has no error bar.
struct Fixture {
  Fixture() : store(folder.path("fits.jsonl"), 120.0) {
    add_fit(store, "a", 1, 1.09, 0.1);
    add_fit(store, "a", 2, 1.11, 0.05);
    add_fit(store, "b", 1, 2.0);
    add_fit(store, "b", 2, 2.2, 0.05);
  }
  test::TempFolder folder;
  FitStore store;
  AccuracyPlan plan = test::plan_with({made_up_task("a", 1.0), made_up_task("b", 2.0)}, 2);
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "accuracy summary: what is above by the spread and by own error bars") {
  const std::vector<AccuracyRow> rows = accuracy_rows(plan, store, "hidden-pairs");
  REQUIRE(rows.size() == 2);
  const std::vector<EstimatorSummary> all = summaries_of(rows);
  REQUIRE(all.size() == 1);
  const EstimatorSummary& ksg1 = all.front();
  CHECK(ksg1.above_by_spread.count == 1);
  CHECK(ksg1.above_by_spread.of == 2);
  CHECK(ksg1.above_by_own.count == 2);
  CHECK(ksg1.above_by_own.of == 3);
  CHECK(test::near(ksg1.mean_absolute(), 0.1, test::kRounding));
  CHECK(test::near(ksg1.mean_signed(), 0.1, test::kRounding));
  CHECK(ksg1.fits == 4);
  CHECK(test::near(*rows.front().cells.front().own_error(), 0.075, test::kRounding));
}

TEST_CASE("accuracy summary: quantiles interpolate, signs cancel in the signed mean alone") {
  EstimatorSummary summary;
  summary.errors = {0.3, -0.1, 0.1, -0.3, 0.0};
  CHECK(summary.quantile(0.0) == -0.3);
  CHECK(summary.quantile(1.0) == 0.3);
  CHECK(test::near(summary.quantile(0.125), -0.2, test::kRounding));
  CHECK(test::near(summary.mean_signed(), 0.0, test::kRounding));
  CHECK(test::near(summary.mean_absolute(), 0.16, test::kRounding));
}

TEST_CASE_FIXTURE(Fixture, "accuracy table: says which standard error it used") {
  const std::string with = accuracy_markdown(plan, store);
  CHECK(with.find("by the spread over seeds (cells)** | | | 50 % (2)") != std::string::npos);
  CHECK(with.find("by each fit's own SE (fits)** | | | 67 % (3)") != std::string::npos);
  FitStore none(folder.path("none.jsonl"), 120.0);
  add_fit(none, "a", 1, 1.0);
  CHECK(accuracy_markdown(plan, none).find("own SE") == std::string::npos);
}

}  // namespace cch::bench
