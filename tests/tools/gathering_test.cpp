// Reports of studies of very many runs: what stays of a run, and that nothing is lost by it.

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tools/cch/train/summary.hpp"

namespace cch::test {
namespace {

using documents::RunDocument;

constexpr std::size_t kSeeds = 2000;

double accuracy_of(std::uint64_t seed, bool taught) {
  const double alone = 0.5 + 0.3 * std::sin(static_cast<double>(seed));
  return taught ? alone + 0.05 * std::cos(3.0 * static_cast<double>(seed)) + 0.01 : alone;
}

/// With texts and lists that a report has no use of.
RunDocument run_of(std::uint64_t seed, bool taught) {
  RunDocument run;
  run.key = (taught ? "taught-" : "alone-") + std::to_string(seed);
  run.study = std::string(500, 's');
  run.unit = {"task", {{"v", 0.0}}, std::uint64_t{200}, "same-rows", seed};
  run.role = taught ? "distilled" : "student";
  if (taught) {
    run.teacher = documents::TeacherOfRun{"audio", {}, {}};
    run.loss = documents::LossOfRun{"kl", "added", 0.5, 1.0, true};
    run.student = run_of(seed, false).key;
  }
  run.network = documents::NetworkOfRun{"mlp", std::vector<std::size_t>(100, 8), 0.0};
  run.status = "done";
  run.metrics.rows = 100;
  run.metrics.accuracy = accuracy_of(seed, taught);
  run.metrics.calibrated_cross_entropy = 1.0 - accuracy_of(seed, taught);
  run.inputs.assign(10, {"features", std::string(200, 'p'), std::string(64, '0'), {}});
  run.command = std::string(1000, 'c');
  return run;
}

report::TrainReport report_of(const std::vector<RunDocument>& runs) {
  GatheredRuns gathered;
  for (const RunDocument& run : runs) gathered.add(run);
  return gathered.report({}, [](const std::string&) { return std::vector<LossPoint>(); });
}

}  // namespace

TEST_CASE("gathered runs: a stated number of bytes stays of each, whatever its record holds") {
  constexpr std::size_t kOfRun = 200;
  constexpr std::size_t kOfAll = 100'000;  // cells, and what grows by doubling
  GatheredRuns gathered;
  const std::size_t before = ::mallinfo2().uordblks;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    gathered.add(run_of(seed, false));
    gathered.add(run_of(seed, true));
  }
  CHECK(gathered.size() == 2 * kSeeds);
  CHECK(gathered.bytes() <= 2 * kSeeds * kOfRun);
  // As the allocator counts it; under a sanitizer it counts nothing.
  const std::size_t after = ::mallinfo2().uordblks;
  CHECK(after - std::min(before, after) <= 2 * kSeeds * kOfRun + kOfAll);
}

TEST_CASE("gathered runs: gains are those of their pairs, in whatever order they come") {
  std::vector<RunDocument> runs;
  std::vector<double> gains;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    runs.push_back(run_of(seed, true));
    runs.push_back(run_of(seed, false));
    gains.push_back(accuracy_of(seed, true) - accuracy_of(seed, false));
  }
  const report::TrainReport one = report_of(runs);
  REQUIRE(one.pairs.size() == 1);
  const GainSummary expected = summarise_gains(gains);
  CHECK(one.pairs[0].gain->mean == expected.mean);
  CHECK(one.pairs[0].gain->standard_error == expected.standard_error);
  CHECK(one.pairs[0].gain->seeds == 40);
  CHECK(one.levels.size() == 1);
  CHECK(one.done == 80);
  std::reverse(runs.begin(), runs.end());
  const report::TrainReport other = report_of(runs);
  CHECK(other.pairs[0].gain->mean == expected.mean);
  CHECK(other.levels[0].score->mean == one.levels[0].score->mean);
  // A seed twice, of which one counts; a student that failed; one that is not there.
  RunDocument again = run_of(7, true);
  again.key += "-again";
  again.metrics.accuracy = 0.0;
  runs.push_back(again);
  for (RunDocument& run : runs) {
    if (run.key == "alone-3") run.status = "failed";
  }
  std::erase_if(runs, [](const RunDocument& run) { return run.key == "alone-4"; });
  const report::TrainReport less = report_of(runs);
  CHECK(less.pairs[0].gain->seeds == 38);
  CHECK(less.pairs[0].failed == 2);
  CHECK(less.failed == 1);
  REQUIRE(less.warnings.size() == 1);
  CHECK(less.warnings[0].code == "repeated-seeds");
}

}  // namespace cch::test
