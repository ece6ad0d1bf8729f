#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "cch/gaussian/shared_private_model.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

using test::near;
using test::npy_matrix;
using test::run_cch;

/// x1 = t, x2 = 20 columns, y; Ve = 1, Vh = .5, c = .3, B = .04, β_s = 1.
std::vector<double> row_covariance() {
  constexpr std::size_t kDim = 22;
  constexpr std::size_t kY = 21;
  std::vector<double> cov(kDim * kDim, 0.0);
  auto set = [&](std::size_t i, std::size_t j, double value) {
    cov[i * kDim + j] = cov[j * kDim + i] = value;
  };
  set(0, 0, 1.54);
  for (std::size_t j = 1; j < kY; ++j) set(j, j, 1.0);
  set(0, 1, 1.0);
  set(0, 2, 0.2);
  set(1, kY, 1.0);
  set(kY, kY, 2.0);
  set(0, kY, 1.3);
  return cov;
}

const char* const kModel =
    "a = [0.6, 0.6]\nb = [0.5]\nd = 0.4\nnuisance = 2\nteacher-noise = 0.3\nstudent-dim = 20\n"
    "n = 60\nlambda = [0.1, 1]\n";

struct Files {
  test::TempFolder folder;
  std::string cov = folder.write("cov.npy", npy_matrix(row_covariance(), 22));
  std::string weights =
      folder.write("w1.npy", test::npy("<f8", "(1,)", test::raw(std::vector{1.0})));
  std::string model = folder.write("model.toml", kModel);

  [[nodiscard]] std::vector<std::string> solve(const std::vector<std::string>& more) const {
    std::vector<std::string> all{"gaussian", "solve", cov, "--dims", "1,20,1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

}  // namespace

TEST_CASE("cch gaussian solve: the reference row, as JSON and as text") {
  constexpr double kFiveDecimals = 0.5e-5;
  const Files files;
  auto arguments =
      files.solve({"--n", "100", "--teacher", files.weights, "--lambda", "0,.1,.5,1,3"});
  const auto text = run_cch(arguments);
  CHECK(text.code == 0);
  CHECK(text.err.empty());
  CHECK(text.out_has("holds"));
  CHECK(text.out_has("0.16478"));
  arguments.push_back("--json");
  const auto document = run_cch(arguments).document();
  REQUIRE(document["schema"] == "cch.gaussian/1");
  const std::array<double, 5> expected{.25316, .22316, .16478, .14291, .13801};
  REQUIRE(document["risk"].size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(std::abs(document["risk"][i]["excess_risk"].get<double>() - expected[i]) < kFiveDecimals);
  }
  CHECK(document["cch_holds"] == true);
  CHECK(near(document["beta_e"], 0.3, test::kRounding));
  CHECK(document["inputs"][1]["sha256"].get<std::string>().size() == 64);
  CHECK(document["simulation"].is_null());
  // No λ beats t's own limit here, and JSON has no infinity.
  CHECK(document["largest_helpful_lambda"].is_null());
  CHECK(document["warnings"][0]["code"] == "infinite-value");
}

TEST_CASE("cch gaussian solve: a model file, and options before it") {
  const Files files;
  const auto document = run_cch({"gaussian", "solve", files.model, "--json"}).document();
  SharedPrivateModel m;
  m.a = {0.6, 0.6};
  m.b = {0.5};
  m.d = {0.4};
  m.nuisance = 2;
  m.teacher_noise = 0.3;
  m.student_dim = 20;
  CHECK(
      near(document["i_blocks"]["x1_x2"], m.joint().information({"x1"}, {"x2"}), test::kRounding));
  CHECK(document["config"]["n"] == 60);
  CHECK(document["risk"].size() == 2);
  const auto other =
      run_cch({"gaussian", "solve", files.model, "--n", "40", "--intercept", "--json"}).document();
  CHECK(other["config"]["n"] == 40);
  CHECK(other["config"]["intercept"] == true);
  CHECK(other["kappa"].get<double>() > document["kappa"].get<double>());
}

TEST_CASE("cch gaussian solve: teachers on the student's rows are simulated and labelled so") {
  const Files files;
  auto run = [&](const std::string& threads) {
    return run_cch(files.solve({"--n", "60", "--teacher", "same-rows:5", "--simulate", "50",
                                "--threads", threads, "--json"}))
        .document();
  };
  const auto document = run("1");
  CHECK(document["beta_s"].is_null());
  CHECK(document["risk"].is_null());
  CHECK(document["warnings"][0]["code"] == "dependent-teacher");
  CHECK(document["simulation"]["repeats"] == 50);
  CHECK(document["simulation"]["risk"][1]["gain"]["standard_error"].get<double>() > 0.0);
  CHECK(run("3")["simulation"] == document["simulation"]);
  const auto text =
      run_cch(files.solve({"--n", "60", "--teacher", "same-rows", "--simulate", "9"}));
  CHECK(text.out_has("Simulated: no formula covers"));
}

TEST_CASE("cch gaussian solve: what cannot be answered is refused, each for its own reason") {
  const Files files;
  auto bad = row_covariance();
  bad[0] = 1.0;
  const std::string indefinite = files.folder.write("bad.npy", npy_matrix(bad, 22));
  bad[0] = NAN;
  const std::string nan = files.folder.write("nan.npy", npy_matrix(bad, 22));
  const std::string typo = files.folder.write("typo.toml", "labelnoise = 1\n");
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string words;
  };
  const std::vector<Case> cases{
      {{"gaussian", "solve", indefinite, "--dims", "1,20,1", "--n", "50"}, 3, "'x1' and 'x2'"},
      {{"gaussian", "solve", nan, "--dims", "1,20,1", "--n", "50"}, 3, "[non-finite-value]"},
      {{"gaussian", "solve", files.cov, "--dims", "1,20,2", "--n", "50"}, 2, "[block-sizes]"},
      {{"gaussian", "solve", files.cov, "--n", "50"}, 2, "[dims-needed]"},
      {{"gaussian", "solve", typo}, 2, "label-noise"},
      {{"gaussian", "solve", files.model, "--dims", "1,2,3"}, 2, "[option-without-meaning]"},
      {{"gaussian"}, 2, "cch gaussian --help"},
      {files.solve({}), 2, "[n-needed]"},
      {files.solve({"--n", "21"}), 2, "[infinite-risk]"},
      {files.solve({"--n", "-5"}), 2, "whole number"},
      {files.solve({"--n", "50", "--lambda", "-1"}), 2, "[bad-lambda]"},
      {files.solve({"--n", "50", "--lambda", "inf"}), 2, "[bad-lambda]"},
      {files.solve({"--n", "50", "--teacher", "ols:x"}), 2, "[bad-teacher]"},
      {files.solve({"--n", "50", "--teacher", files.cov}), 2, "[teacher-shape]"},
      {files.solve({"--n", "50", "--teacher", "same-rows:99"}), 2, "[bad-folds]"},
      {files.solve({"--n", "50", "--lambdaa", "1"}), 2, "Did you mean '--lambda'"}};
  for (const Case& c : cases) {
    const auto run = run_cch(c.arguments);
    CAPTURE(c.words);
    CAPTURE(run.err);
    CHECK(run.code == c.code);
    CHECK(run.out.empty());
    CHECK(run.err_has(c.words));
  }
}

}  // namespace cch
