// Estimators with networks through the program: one family on both sides of a ranking, or a refusal
// where there is no LibTorch.

#include "cch/estimators/neural.hpp"
#include "tests/support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

TEST_CASE(
    "estimate with a network gives a document with curves, or says that LibTorch is missing") {
  const test::WorldFiles files(160, 2, 0.9);
  const auto run =
      test::run_cch({"estimate", files.teacher, files.student, "--estimator", "infonce", "--json"});
  if (!neural_support().available) {
    CHECK(run.code == 2);
    CHECK(run.err_has("LibTorch"));
    return;
  }
  REQUIRE(run.code == 0);
  const auto document = run.document();
  CHECK(document["estimator"] == "infonce");
  CHECK(document["nats"].get<double>() > 0.5);
  CHECK(document["standard_error"].get<double>() > 0.0);
  CHECK(document["diagnostics"].contains("curve_fold_0"));
}

TEST_CASE("a ranking by a network has one family on both sides and says what it left out") {
  if (!neural_support().available) return;
  const test::WorldFiles files(200, 2, 0.9);
  const auto run =
      test::run_cch({"rank", "--student", "s=" + files.student, "--teacher", "t=" + files.teacher,
                     "--labels", files.labels, "--estimator", "mine", "--planted-bias", "--json"});
  REQUIRE(run.code == 0);
  const auto document = run.document();
  CHECK(document["estimators"][0]["student_labels"] == "mine");
  bool said = false;
  for (const auto& warning : document["warnings"]) said |= warning["code"] == "no-planted-bias";
  CHECK(said);
}

TEST_CASE("doctor names LibTorch and what it sees") {
  const auto document = test::run_cch({"doctor", "--json"}).document();
  CHECK(document["libtorch"].is_null() != neural_support().available);
  CHECK(document["cuda"].get<bool>() == neural_support().cuda);
}

}  // namespace
}  // namespace cch
