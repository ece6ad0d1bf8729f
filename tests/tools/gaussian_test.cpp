#include <algorithm>
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

TEST_CASE("cch gaussian solve: without rows informations alone, and said so") {
  const Files files;
  const auto with = run_cch(files.solve({"--n", "100", "--json"})).document();
  const auto without = run_cch(files.solve({"--json"})).document();
  for (const char* same : {"i_teacher_student", "i_student_labels", "beta_s", "beta_e", "i_blocks",
                           "moments", "cch_holds"}) {
    CHECK(without[same] == with[same]);
  }
  CHECK(without["risk"].is_null());
  CHECK(without["kappa"].is_null());
  CHECK(without["config"]["n"].is_null());
  CHECK(without["warnings"][0]["code"] == "n-needed");
  const auto text = run_cch(files.solve({}));
  CHECK(text.code == 0);
  CHECK(text.out_has("--n N"));
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

TEST_CASE("cch gaussian solve: a model file asks what the options ask") {
  const Files files;
  const std::string asks = files.folder.write(
      "asks.toml",
      std::string(kModel) + "teacher-scale = 0.5\nridge = [0.1, 1]\nteachers = [2, 3]\n");
  auto body = [](const std::vector<std::string>& arguments) {
    auto document = run_cch(arguments).document();
    document.erase("inputs");
    document.erase("command");
    return document;
  };
  const auto from_file = body({"gaussian", "solve", asks, "--json"});
  CHECK(from_file["ridge"].is_object());
  CHECK(from_file == body({"gaussian", "solve", files.model, "--teacher-scale", "0.5", "--ridge",
                           "0.1,1", "--teachers", "2,3", "--json"}));
}

TEST_CASE("cch gaussian solve: verbose adds moments and informations of the blocks") {
  const Files files;
  const auto plain = run_cch({"gaussian", "solve", files.model});
  const auto verbose = run_cch({"gaussian", "solve", files.model, "-v"});
  CHECK(verbose.out.starts_with(plain.out));
  CHECK_FALSE(plain.out_has("x1_y_given_x2"));
  CHECK(verbose.out_has("x1_y_given_x2"));
  CHECK(verbose.out_has("vh"));
}

TEST_CASE("cch gaussian solve: a scaled teacher is the teacher with scaled weights") {
  const Files files;
  const std::string tripled =
      files.folder.write("w3.npy", test::npy("<f8", "(1,)", test::raw(std::vector{3.0})));
  auto risks = [&](const std::vector<std::string>& more) {
    auto arguments = files.solve({"--n", "60", "--json"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cch(arguments).document();
  };
  const auto scaled = risks({"--teacher", files.weights, "--teacher-scale", "3"});
  const auto given = risks({"--teacher", tripled});
  CHECK(scaled["config"]["teacher_scale"] == 3.0);
  REQUIRE(scaled["risk"].size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(near(scaled["risk"][i]["excess_risk"], given["risk"][i]["excess_risk"], test::kRounding));
  }
  const auto simulated =
      risks({"--teacher", files.weights, "--teacher-scale", "3", "--simulate", "400"});
  const auto& point = simulated["simulation"]["risk"][2];
  CHECK(test::within_sampling_error(point["gain"]["mean"], given["risk"][2]["gain"],
                                    point["gain"]["standard_error"]));
  CHECK(point["cosine_gain"]["standard_error"].get<double>() > 0.0);
}

TEST_CASE(
    "cch gaussian solve: a ridge student beside least squares, and alone where n is below p") {
  const Files files;
  const auto both = run_cch(files.solve({"--n", "100", "--ridge", "0,0.2", "--json"})).document();
  REQUIRE(both["ridge"]["risk"].size() == 10);
  // At ℓ = 0 and λ = 0 the approximation has p/(n − p) for κ.
  CHECK(near(both["ridge"]["risk"][0]["excess_risk"], 20.0 / 80.0, test::kRounding));
  CHECK(near(both["kappa"], 20.0 / 79.0, test::kRounding));
  const double without = both["ridge"]["without_teacher"]["excess_risk"];
  CHECK(without < both["ridge"]["risk"][0]["excess_risk"].get<double>());
  CHECK(near(both["ridge"]["tuned_gain"].get<double>(),
             without - both["ridge"]["best"]["excess_risk"].get<double>(), test::kRounding));
  const auto few = run_cch(files.solve({"--n", "12", "--ridge", "0.2", "--json"})).document();
  CHECK(few["risk"].is_null());
  CHECK(few["kappa"].is_null());
  CHECK(few["warnings"][0]["code"] == "infinite-risk");
  CHECK(near(few["i_student_labels"], both["i_student_labels"], test::kRounding));
  CHECK(few["ridge"]["risk"][0]["excess_risk"].get<double>() > 0.0);
  const auto text = run_cch(files.solve({"--n", "12", "--ridge", "0.2"}));
  CHECK(text.code == 0);
  CHECK(text.out_has("a ridge student alone"));
  CHECK(text.out_has("Gain once ℓ is tuned"));
}

TEST_CASE("cch gaussian solve: several teachers, each alone and together") {
  const Files files;
  auto run = [&](const std::string& teachers, const std::string& more) {
    return run_cch({"gaussian", "solve", files.model, "--teachers", teachers, "--json", "--teacher",
                    more})
        .document();
  };
  const auto d = run("2,3", "optimal");  // the common factors, then the private and the nuisance
  REQUIRE(d["teachers"].size() == 2);
  CHECK(d["teachers"][0]["columns"] == 2);
  const double one = d["teachers"][0]["best_gain"];
  const double other = d["teachers"][1]["best_gain"];
  CHECK(d["together"]["gain"].get<double>() >= std::max(one, other) - test::kRounding);
  CHECK(near(d["together"]["gain_over_single"].get<double>(),
             d["together"]["gain"].get<double>() - std::max(one, other), test::kRounding));
  const double weights = d["teachers"][0]["weight"].get<double>() +
                         d["teachers"][1]["weight"].get<double>() +
                         d["together"]["label_weight"].get<double>();
  CHECK(near(weights, 1.0, test::kRounding));
  // One teacher with all columns is the teacher.
  const auto all = run("5", "ols:40");
  CHECK(near(all["together"]["gain"], all["best_gain"], test::kRounding));
  CHECK(near(all["teachers"][0]["beta_s"], all["beta_s"], test::kRounding));
  // A teacher of a hundred times its only feature harms at any weight that it could have.
  const std::string harmful = files.folder.write(
      "w5.npy", test::npy("<f8", "(5,)", test::raw(std::vector{0.0, 0.0, 100.0, 0.0, 0.0})));
  const auto none = run("3,2", harmful);
  CHECK(none["teachers"][0]["weight"] == 0.0);
  const auto text = run_cch({"gaussian", "solve", files.model, "--teachers", "2,3"});
  CHECK(text.out_has("x1.2"));
  CHECK(text.out_has("Together"));
}

TEST_CASE("cch gaussian solve: a model of two thousand columns a modality needs no covariance") {
  const Files files;
  const std::string wide = files.folder.write(
      "wide.toml", "a = [1, 1]\nteacher-dim = 2000\nstudent-dim = 2000\nn = 5000\n");
  const auto d = run_cch({"gaussian", "solve", wide, "--ridge", "0.5", "--json"}).document();
  CHECK(near(d["i_blocks"]["x1_x2"], -std::log(1.0 - 0.25), test::kRounding));
  CHECK(near(d["kappa"], 2000.0 / 2999.0, test::kRounding));
}

TEST_CASE("cch gaussian solve: without noise informations are null, and said to be infinite") {
  const Files files;
  const std::string exact = files.folder.write(
      "exact.toml", "a = [1, 1]\nteacher-noise = 0\nstudent-noise = 0\nn = 50\n");
  const auto run = run_cch({"gaussian", "solve", exact, "--json"});
  CHECK(run.code == 0);
  const auto d = run.document();
  CHECK(d["i_blocks"]["x1_x2"].is_null());
  CHECK(d["warnings"].dump().find("i_blocks.x1_x2") != std::string::npos);
  CHECK(near(d["best_gain"], 2.0 / 47.0, test::kRounding));  // t = s: the whole risk κVe
}

TEST_CASE("cch gaussian solve: the rounding of float32 is taken and said, names of rows left out") {
  const Files files;
  auto rounded = row_covariance();
  rounded[1] += 2.4e-7;
  const auto exact = run_cch(files.solve({"--n", "100", "--json"})).document();
  const auto solve = [&](const std::string& name, const std::string& bytes) {
    const std::string path = files.folder.write(name, bytes);
    return run_cch({"gaussian", "solve", path, "--dims", "1,20,1", "--n", "100", "--json"});
  };
  const auto taken = solve("rounded.npy", npy_matrix(rounded, 22)).document();
  constexpr double kOfRounding = 1e-6;  // a few times the change of an entry
  CHECK(near(taken["i_teacher_student"], exact["i_teacher_student"], kOfRounding));
  CHECK(taken["warnings"].dump().find("covariance-rounded") != std::string::npos);
  CHECK(taken["warnings"].dump().find("1.9e-07") != std::string::npos);  // 2.4e-7/√1.54
  CHECK(exact["warnings"].dump().find("covariance-rounded") == std::string::npos);

  std::string text;
  for (int j = 0; j < 22; ++j) text += ",v" + std::to_string(j);
  const auto values = row_covariance();
  for (std::size_t i = 0; i < 22; ++i) {
    text += "\nv" + std::to_string(i);
    for (std::size_t j = 0; j < 22; ++j) text += "," + std::to_string(values[22 * i + j]);
  }
  const auto named = solve("named.csv", text + "\n").document();
  CHECK(named["i_teacher_student"] == exact["i_teacher_student"]);
  CHECK(named["warnings"].dump().find("csv-index-column") != std::string::npos);

  // Two rows of float32: an eigenvalue of 1e-8 is rounding of 0.
  std::vector<float> few(9);
  for (std::size_t i = 0; i < 9; ++i) few[i] = i % 4 == 0 ? 1.0F : 0.3F;
  few[1] = few[3] = 0x1.fffffep-1F;  // 1 − 2⁻²⁴
  const std::string path =
      files.folder.write("few.npy", test::npy("<f4", "(3, 3)", test::raw(few)));
  const auto singular = run_cch({"gaussian", "solve", path, "--dims", "1,1,1", "--n", "100"});
  CHECK(singular.code == 3);
  CHECK(singular.err_has("[singular-covariance]"));
  CHECK(singular.err_has("rounding"));
}

TEST_CASE("cch gaussian solve: what cannot be answered is refused, each for its own reason") {
  const Files files;
  auto bad = row_covariance();
  bad[0] = 1.0;
  const std::string indefinite = files.folder.write("bad.npy", npy_matrix(bad, 22));
  bad[0] = NAN;
  const std::string nan = files.folder.write("nan.npy", npy_matrix(bad, 22));
  auto skewed = row_covariance();
  skewed[1] += 0.1;
  const std::string asymmetric = files.folder.write("skew.npy", npy_matrix(skewed, 22));
  const std::string typo = files.folder.write("typo.toml", "labelnoise = 1\n");
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string words;
  };
  const std::vector<Case> cases{
      {{"gaussian", "solve", asymmetric, "--dims", "1,20,1", "--n", "50"},
       3,
       "[asymmetric-covariance]"},
      {{"gaussian", "solve", indefinite, "--dims", "1,20,1", "--n", "50"}, 3, "'x1' and 'x2'"},
      {{"gaussian", "solve", indefinite, "--dims", "1,20,1", "--n", "50"},
       3,
       "[indefinite-covariance]"},
      {{"gaussian", "solve", nan, "--dims", "1,20,1", "--n", "50"}, 3, "[non-finite-value]"},
      {{"gaussian", "solve", files.cov, "--dims", "1,20,2", "--n", "50"}, 2, "[block-sizes]"},
      {{"gaussian", "solve", files.cov, "--n", "50"}, 2, "[dims-needed]"},
      {{"gaussian", "solve", typo}, 2, "label-noise"},
      {{"gaussian", "solve", typo}, 2, "[unknown-key]"},
      {{"gaussian", "solve", files.model, "--dims", "1,2,3"}, 2, "[option-without-meaning]"},
      {{"gaussian"}, 2, "cch gaussian --help"},
      {files.solve({"--simulate", "10"}), 2, "[n-needed]"},
      {files.solve({"--teacher", "same-rows:5"}), 2, "[n-needed]"},
      {files.solve({"--n", "21"}), 2, "[infinite-risk]"},
      {files.solve({"--n", "-5"}), 2, "whole number"},
      {files.solve({"--n", "50", "--lambda", "-1"}), 2, "[bad-lambda]"},
      {files.solve({"--n", "50", "--lambda", "inf"}), 2, "[bad-lambda]"},
      {files.solve({"--n", "50", "--teacher", "ols:x"}), 2, "[bad-teacher]"},
      {files.solve({"--n", "50", "--teacher", files.cov}), 2, "[teacher-shape]"},
      {files.solve({"--n", "50", "--teacher", "same-rows:99"}), 2, "[bad-teacher]"},
      {files.solve({"--n", "50", "--ridge", "-1"}), 2, "[bad-ridge]"},
      {files.solve({"--n", "20", "--ridge", "0"}), 2, "[infinite-risk]"},
      {files.solve({"--n", "50", "--ridge", "1", "--teacher", "same-rows"}), 2,
       "[option-without-meaning]"},
      {files.solve({"--n", "50", "--teachers", "1", "--teacher", "same-rows"}), 2,
       "[option-without-meaning]"},
      {files.solve({"--n", "50", "--teachers", "1,1"}), 2, "[block-sizes]"},
      {files.solve({"--n", "50", "--teachers", "1,0"}), 2, "[bad-blocks]"},
      {files.solve({"--n", "50", "--teacher-scale", "nan"}), 2, "[bad-scale]"},
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
