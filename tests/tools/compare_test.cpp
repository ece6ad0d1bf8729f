// `cch compare`: from study folders to table, JSON, CSV and page, and what is refused.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cch/experiments/store.hpp"
#include "cch/report/compare.hpp"
#include "support/full_rank_document.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/study_folder.hpp"
#include "tests/tools/sweep_document.hpp"
#include "tests/tools/text.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::check_page;
using test::check_refused;
using test::content;
using test::holds;
using test::kRounding;
using test::near;
using test::run_cch;
using test::RunOutcome;
using test::SyntheticStudy;
using test::TempFolder;

/// The document of a comparison of these folders.
json compared(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compare");
  arguments.insert(arguments.end(), {"--json", "-q", "--draws", "200"});
  const RunOutcome run = run_cch(arguments);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return run.document();
}

const json& criterion(const json& document, const std::string& name) {
  for (const json& entry : document.at("criteria")) {
    if (entry.at("criterion") == name) return entry;
  }
  FAIL("no criterion " << name);
  return document;
}

std::set<std::string> warning_codes(const json& document) {
  std::set<std::string> codes;
  for (const json& warning : document.at("warnings")) codes.insert(warning.at("code"));
  return codes;
}

/// Changes one run of the folder: the first whose key ends so.
void change(const std::string& folder, const std::string& ending,
            const std::function<void(json&)>& edit) {
  for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs")) {
    if (!entry.path().string().ends_with(ending)) continue;
    json document = json::parse(content((entry.path() / "result.json").string()));
    edit(document);
    test::write_json(entry.path() / "result.json", document);
    return;
  }
  FAIL("no run " << ending);
}

TEST_CASE("compare: gains, predictions and criteria of a study worked by hand") {
  const TempFolder folder;
  SyntheticStudy().write(folder.path("study"));
  const json document = compared({folder.path("study")});
  CHECK(document["schema"] == "cch.compare/1");
  CHECK(document["metrics"]["made up"] == "accuracy");
  CHECK(document["inputs"].size() == 1);
  CHECK(document["inputs"][0]["sha256"].get<std::string>().size() == 64);
  REQUIRE(document["pairs"].size() == 9);
  for (const json& pair : document["pairs"]) {
    const double gamma = pair["teacher"]["parameters"]["gamma"];
    const double mean = gamma == 0.0 ? -0.02 : (gamma == 0.5 ? 0.01 : 0.03);
    const json& gain = pair["observed_gain"];
    CHECK(near(gain["mean"], mean, kRounding));
    CHECK(gain["seeds"] == 4);
    // Four values .001 apart: variance .001²·(2.25 + .25)·2/3; t(.975; 3) = 3.182446 by table.
    const double error = 0.001 * std::sqrt(5.0 / 3.0) / 2.0;
    CHECK(near(gain["standard_error"], error, kRounding));
    constexpr double kTableDigits = 1e-6;
    CHECK(near(gain["interval95"][1].get<double>() - mean, 3.182446 * error, kTableDigits));
    CHECK(pair["sign"] == (mean > 0 ? "+" : "-"));
    CHECK(near(pair["gains"]["cross-entropy"]["mean"], mean, kRounding));
    CHECK(near(pair["student"]["accuracy"], 0.7, kRounding));
    CHECK(near(pair["teacher_alone"]["accuracy"], 0.6 + 0.2 * gamma, kRounding));
    CHECK(near(pair["scores"]["best-accuracy teacher"], -0.1 + 0.2 * gamma, kRounding));
    CHECK(pair["predicted"]["by"] == "prediction-level CCH, decision");
    CHECK(pair["predicted"]["says"] ==
          (gamma == 0.0 ? "do-not-distil" : (gamma == 0.5 ? "undecided" : "distil")));
    CHECK(pair["agrees"] == (gamma == 0.5 ? json() : json(true)));
  }
  CHECK(document["agreement"]["agree"] == 6);
  CHECK(document["agreement"]["decided"] == 6);
  const json& margin = criterion(document, "made-up margin");
  CHECK(margin["sign_auroc"]["value"] == 1.0);
  CHECK(margin["hit_rate"]["count"] == 9);
  CHECK(margin["top1_regret"]["value"] == 0.0);
  CHECK(margin["kendall_tau"]["value"] == 1.0);
  CHECK(margin["clusters"] == 3);
  CHECK(margin["resampled"] == "clusters and seeds");
  CHECK(near(criterion(document, "never distil")["top1_regret"]["value"], 0.03, kRounding));
  // All teachers are as good as each other: the mean gain of the three is what is taken.
  CHECK(near(criterion(document, "always distil")["top1_regret"]["value"], 0.03 - 0.02 / 3.0,
             kRounding));
  CHECK(criterion(document, "always distil")["kind"] == "baseline");
  CHECK(criterion(document, "always distil")["false_holds"]["value"] == 1.0);
  // The score of γ = ½ is 0 up to rounding on either side: its teacher is as good as the student.
  CHECK(criterion(document, "best-accuracy teacher")["sign_auroc"]["value"] == 1.0);
  CHECK(near(criterion(document, "closed-form accuracy gain")["slope"]["value"], 1.0, kRounding));
  CHECK(criterion(document, "closed-form accuracy gain")["predicts"] == json::array({"accuracy"}));
  CHECK(criterion(document, "prediction-level CCH, decision")["kind"] == "decision");
  CHECK(criterion(document, "prediction-level CCH, decision")["hit_rate"]["of"] == 6);
}

TEST_CASE("compare: slices by λ and by the teacher's parameter") {
  const TempFolder folder;
  SyntheticStudy study;
  study.lambdas = {0.1, 1.0};
  study.write(folder.path("study"));
  const json document = compared({folder.path("study")});
  CHECK(document["pairs"].size() == 18);
  std::vector<json> lambdas;
  std::vector<json> gammas;
  for (const json& slice : criterion(document, "made-up margin")["slices"]) {
    if (slice["by"] == "lambda") lambdas.push_back(slice["value"]);
    if (slice["by"] == "teacher: gamma") gammas.push_back(slice["value"]);
    CHECK(slice["by"] != "temperature");  // one value alone
  }
  CHECK(lambdas == std::vector<json>{0.1, 1.0});
  CHECK(gammas == std::vector<json>{0.0, 0.5, 1.0});
}

/// Rows of the table of pairs, each behind the line that it stands under.
std::vector<std::string> rows_of_pairs(const std::string& table) {
  std::vector<std::string> rows;
  std::istringstream lines(table.substr(table.find("\nPairs\n")));
  std::string heading;
  for (std::string line; std::getline(lines, line) && !line.starts_with("Gain ±");) {
    if (line.starts_with("  ")) {
      rows.push_back(heading + line.substr(0, line.find("  ", 2)));
    } else {
      heading = line;
    }
  }
  return rows;
}

TEST_CASE("compare: no two rows look alike, whatever the width and whatever differs") {
  const TempFolder folder;
  SyntheticStudy study;
  study.settings = {1.0};
  study.lambdas = {0.1, 0.5, 1.0};
  study.student = "audio and video of one recording";
  study.write(folder.path("one"));
  study.title = "another title";
  study.write(folder.path("two"));
  SyntheticStudy alone = study;
  alone.teachers.resize(1);
  alone.write(folder.path("alone"));
  const json several = compared({folder.path("one"), folder.path("two")});
  const json one_teacher = compared({folder.path("alone")});
  for (const unsigned width : {60U, 80U, 200U}) {
    for (const json& document : {several, one_teacher}) {
      const std::string table =
          report::render_compare_table(documents::read_compare(document), {false, width, false});
      CAPTURE(table);
      const std::vector<std::string> rows = rows_of_pairs(table);
      CHECK(rows.size() == document["pairs"].size());
      CHECK(std::set(rows.begin(), rows.end()).size() == rows.size());
    }
  }
}

TEST_CASE("compare: metrics by study, and --metric") {
  const TempFolder folder;
  SyntheticStudy().write(folder.path("classes"));
  SyntheticStudy real;
  real.title = "real";
  real.real_labels = true;
  real.write(folder.path("real"));
  const json both = compared({folder.path("real"), folder.path("classes")});
  CHECK(both["metrics"] == json{{"made up", "accuracy"}, {"real", "mse"}});
  CHECK(warning_codes(both).contains("several-metrics"));
  CHECK(criterion(both, "made-up margin")["top1_regret"]["value"].is_null());
  CHECK(criterion(both, "made-up margin")["sign_auroc"]["value"] == 1.0);
  for (const json& pair : both["pairs"]) {
    const double gamma = pair["teacher"]["parameters"]["gamma"];
    const double mean = gamma == 0.0 ? -0.02 : (gamma == 0.5 ? 0.01 : 0.03);
    // exp(−2g) is the ratio of MSE whose half logarithm is g.
    CHECK(near(pair["observed_gain"]["mean"], mean, kRounding));
  }
  check_page(report::render_compare_html(documents::read_compare(both)));
  const json nats = compared({folder.path("classes"), "--metric", "cross-entropy"});
  CHECK(nats["pairs"][0]["metric"] == "cross-entropy");
  const json partly =
      compared({folder.path("classes"), folder.path("real"), "--metric", "accuracy"});
  CHECK(partly["pairs"].size() == 9);
  CHECK(warning_codes(partly).contains("metric-missing"));
  CHECK(run_cch({"compare", folder.path("real"), "--metric", "accuracy"}).code == 3);
  CHECK(run_cch({"compare", folder.path("real"), "--metric", "accurate"}).code == 2);
}

TEST_CASE("compare: controls stand beside their pairs") {
  const TempFolder folder;
  SyntheticStudy study;
  study.controls = true;
  study.write(folder.path("study"));
  const json document = compared({folder.path("study")});
  CHECK(document["pairs"].size() == 9);
  for (const json& pair : document["pairs"]) {
    REQUIRE(pair["controls"].size() == 1);
    const json& control = pair["controls"][0];
    CHECK(control["control"] == "uniform");
    CHECK(near(control["gain"]["mean"], 0.005, kRounding));
    const double mean = pair["observed_gain"]["mean"];
    CHECK(near(control["difference"]["mean"], mean - 0.005, kRounding));
    CHECK(control["teacher_gains_more"] == (mean > 0.005));
  }
  CHECK(holds(report::render_compare_html(documents::read_compare(document)),
              "the control does as well"));
}

/// A ranking of the teacher "gamma" with what compare reads of it.
json ranking(const std::string& student, const std::string& scenario = "same-rows") {
  json document = test::sample_rank_document();
  document["student"]["name"] = student;
  document["scenario"] = scenario;
  document["inputs"] = json::array();
  json teacher = test::sample_teacher("gamma", 1, 3, 1.44, 1.19, 0.03);
  teacher["margin"]["nats"] = 0.25;
  teacher["cch"]["prediction"] =
      test::sample_prediction_outcome({{"i_teacher_student", 1.5}, {"i_student_labels", 1.0}});
  document["teachers"] = json::array({teacher});
  return document;
}

TEST_CASE("compare: a ranking is matched by teacher, student and scenario") {
  const TempFolder folder;
  SyntheticStudy study;
  study.student = "audio";
  study.write(folder.path("study"));
  test::write_json(folder.path("rank") + "/rank.json", ranking("audio"));
  const json document = compared({folder.path("rank"), folder.path("study")});
  CHECK(document["pairs"][0]["predicted"]["by"] == "cch rank: verdict");
  CHECK(document["pairs"][0]["predicted"]["says"] == "distil");
  CHECK(document["pairs"][0]["scores"]["cch rank: representation-level CCH margin"] == 0.25);
  CHECK(document["pairs"][0]["scores"]["cch rank: prediction-level CCH margin"] == 0.5);
  CHECK_FALSE(warning_codes(document).contains("ranking-unmatched"));
  CHECK(document["agreement"]["agree"] == 6);
  CHECK(document["agreement"]["decided"] == 9);
  for (const json& other : {ranking("video"), ranking("audio", "more-labels")}) {
    test::write_json(folder.path("rank") + "/rank.json", other);
    const json unmatched = compared({folder.path("study"), folder.path("rank")});
    CHECK(warning_codes(unmatched).contains("ranking-unmatched"));
    CHECK(unmatched["pairs"][0]["predicted"]["by"] == "prediction-level CCH, decision");
  }
}

// A study that was measured by two versions has both beside each other.
TEST_CASE("compare: criteria by the newest rule count, and earlier ones are named") {
  const TempFolder folder;
  const std::string study = folder.path("study");
  SyntheticStudy().write(study);
  const std::string margin = "representation-level CCH, auto margin";
  const std::string decision = "representation-level CCH, auto";
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(fs::path(study) / "runs")) {
    if (fs::exists(entry.path() / "criteria.json")) old.push_back(entry.path() / "criteria.json");
  }
  REQUIRE_FALSE(old.empty());
  for (const fs::path& path : old) {
    json document = json::parse(content(path.string()));
    document["scores"][margin] = -1.0;
    document["decisions"][decision] = "fails";
    test::write_json(path, document);
  }
  const json before = compared({study});
  CHECK(warning_codes(before).contains("earlier-criteria"));
  CHECK(before["pairs"][0]["scores"][decision + ", decision"] == -1.0);
  for (std::size_t i = 0; i < old.size(); ++i) {
    json document = json::parse(content(old[i].string()));
    document["format"] = 4;
    document["scores"][margin] = 0.5;
    document["decisions"][decision] = "distil";
    // Folders are read in the order of their names.
    const std::string name = (i % 2 == 0 ? "0-" : "z-") + std::to_string(i);
    test::write_json(fs::path(study) / "runs" / name / "criteria.json", document);
  }
  const json after = compared({study});
  CHECK_FALSE(warning_codes(after).contains("earlier-criteria"));
  for (const json& pair : after["pairs"]) {
    CHECK(pair["scores"][margin] == 0.5);
    CHECK(pair["scores"][decision + ", decision"] == 1.0);
  }
}

TEST_CASE(
    "compare: the level of representations of a ranking is its verdict, not its margin's sign") {
  const TempFolder folder;
  SyntheticStudy study;
  study.student = "audio";
  study.write(folder.path("study"));
  json document = ranking("audio");
  json& representation = document["teachers"][0]["cch"]["representation"];
  representation["outcome"] = "holds";
  representation["verdict"] = "unreliable";
  test::write_json(folder.path("rank") + "/rank.json", document);
  const json found = compared({folder.path("rank"), folder.path("study")});
  CHECK(found["pairs"][0]["scores"]["cch rank: representation-level CCH"] == 0.0);
}

TEST_CASE("compare: two studies of one title with other settings stay two") {
  const TempFolder folder;
  for (const char* name : {"one", "two"}) {
    SyntheticStudy().write(folder.path(name));
    for (const auto& entry : fs::directory_iterator(fs::path(folder.path(name)) / "runs")) {
      const fs::path path = entry.path() / "result.json";
      if (!fs::exists(path)) continue;
      json run = json::parse(content(path.string()));
      run["study_key"] = name;
      run["key"] = run["key"].get<std::string>() + name;
      if (run["student"].is_string()) run["student"] = run["student"].get<std::string>() + name;
      test::write_json(path, run);
    }
  }
  const json document = compared({folder.path("one"), folder.path("two")});
  CHECK(document["pairs"].size() == 2 * 9);
  CHECK(warning_codes(document).contains("same-title"));
  CHECK_FALSE(warning_codes(document).contains("repeated-seeds"));
  std::set<std::string> studies;
  for (const json& pair : document["pairs"]) {
    studies.insert(pair["study"]);
    CHECK(pair["observed_gain"]["seeds"] == 4);
  }
  CHECK(studies == std::set<std::string>{"made up (one)", "made up (two)"});
}

TEST_CASE("compare: failed, unfinished, lonely and repeated runs are counted") {
  const TempFolder folder;
  const std::string study = folder.path("study");
  SyntheticStudy().write(study);
  SyntheticStudy().write(folder.path("shard"));
  fs::create_directories(study + "/runs/started");
  change(study, "-1-student",
         [](json& run) { run["status"] = "failed", run["failure"] = "diverged: NaN"; });
  fs::remove_all(folder.path("shard") + "/runs");
  const json document = compared({study, folder.path("shard")});
  const auto codes = warning_codes(document);
  for (const char* code : {"failed-runs", "unfinished-runs", "runs-without-student", "no-runs"}) {
    CAPTURE(code);
    CHECK(codes.contains(code));
  }
  CHECK(holds(document["warnings"].dump(), "failed runs are left out [diverged (1)]: 1"));
  CHECK(holds(document["warnings"].dump(), "finished student to be paired with are left out: 3"));
  std::vector<int> seeds;
  for (const json& pair : document["pairs"]) seeds.push_back(pair["observed_gain"]["seeds"]);
  CHECK(std::count(seeds.begin(), seeds.end(), 3) == 3);
  CHECK(std::count(seeds.begin(), seeds.end(), 4) == 6);
  SyntheticStudy().write(folder.path("shard"));
  SyntheticStudy().write(study);
  const json twice = compared({study, folder.path("shard")});
  CHECK(warning_codes(twice).contains("repeated-runs"));
  CHECK(twice["criteria"] == compared({study})["criteria"]);
}

TEST_CASE("compare: pairs with one seed are left out, and refused where there is nothing else") {
  const TempFolder folder;
  SyntheticStudy study;
  study.seeds = 1;
  study.write(folder.path("one"));
  const RunOutcome alone = run_cch({"compare", folder.path("one")});
  CHECK(alone.code == 3);
  CHECK(alone.err_has("no-repeated-cells"));
  study.title = "two";
  study.seeds = 2;
  study.write(folder.path("two"));
  const json document = compared({folder.path("one"), folder.path("two")});
  CHECK(document["pairs"].size() == 9);
  CHECK(warning_codes(document).contains("one-seed"));
  CHECK(warning_codes(document).contains("few-seeds"));
}

TEST_CASE("compare: malformed input is refused with the name of the file") {
  const TempFolder folder;
  const std::string study = folder.path("study");
  SyntheticStudy().write(study);
  const std::string absent = folder.path("absent");
  fs::create_directories(folder.path("empty"));
  check_refused(run_cch({"compare", absent, folder.path("empty")}), 3,
                {"folder-missing", "absent", "folder-unknown", "empty"});
  check_refused(run_cch({"compare"}), 2, {"bad-arguments"});
  const std::string run = study + "/runs/" + "made up-1.000000-1-student/result.json";
  const std::string good = content(run);
  REQUIRE_FALSE(good.empty());
  const auto with = [&](const std::string& text) {
    std::ofstream(run, std::ios::binary) << text;
    return run_cch({"compare", study});
  };
  check_refused(with(good.substr(0, good.size() / 2)), 3, {"result-damaged", "result.json"});
  std::string altered = sealed(good);
  altered.replace(altered.find("\"accuracy\": 0.") + 14, 1, "1");
  check_refused(with(altered), 3, {"result-damaged", "checksum", "result.json"});
  check_refused(with("{\"schema\": \"cch.run/2\"}"), 3,
                {"document-schema", "1.000000-1-student/result.json"});
  check_refused(with("{\"schema\": \"cch.run/1\"}"), 3, {"result-incomplete", "key"});
  json changed = json::parse(good);
  changed["metrics"]["accuracy"] = "high";
  check_refused(with(changed.dump()), 3, {"document-field-type", "1-student/result.json"});
  changed = json::parse(good);
  changed["unit"].erase("seed");
  check_refused(with(changed.dump()), 3, {"result-incomplete", "seed"});
  std::ofstream(run, std::ios::binary) << good;
  std::ofstream(study + "/study.json", std::ios::binary) << "{\"schema\": \"other\"}";
  check_refused(run_cch({"compare", study}), 3, {"document-schema", "study.json"});
  test::write_json(study + "/study.json", {{"schema", "cch.study/1"}});
  check_refused(run_cch({"compare", study, "--predict-by", "made-up margn"}), 2,
                {"unknown-criterion", "made-up margin"});
}

TEST_CASE("compare: a folder with files that report renders again to the byte") {
  const TempFolder folder;
  SyntheticStudy().write(folder.path("study"));
  const std::string out = folder.path("out");
  const RunOutcome run = run_cch({"compare", folder.path("study"), "-o", out, "--draws", "200"});
  REQUIRE(run.code == 0);
  CHECK(run.err_has("compare.csv"));
  CHECK(run.out_has("Prediction and gain agree in 6 of 6 decided pairs."));
  CHECK(run.out_has("made-up margin"));
  const std::string page = content(out + "/report.html");
  const std::string csv = content(out + "/compare.csv");
  check_page(page);
  CHECK(holds(page, "id=\"scatter-0"));
  fs::remove(out + "/report.html");
  fs::remove(out + "/compare.csv");
  const RunOutcome again = run_cch({"report", out});
  CHECK(again.code == 0);
  CHECK(again.out == run.out);
  CHECK(content(out + "/report.html") == page);
  CHECK(content(out + "/compare.csv") == csv);
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 10);
  const RunOutcome threads =
      run_cch({"compare", folder.path("study"), "--json", "--draws", "200", "--threads", "3"});
  CHECK(test::comparable(threads.document()) ==
        test::comparable(json::parse(content(out + "/compare.json"))));
}

/// Places of the dots of a picture.
std::vector<std::pair<double, double>> marks_of(const std::string& svg) {
  const std::regex pattern("<circle class=\"mark [a-z -]+\" cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"");
  std::vector<std::pair<double, double>> out;
  for (std::sregex_iterator it(svg.begin(), svg.end(), pattern), last; it != last; ++it) {
    out.emplace_back(std::stod((*it)[1]), std::stod((*it)[2]));
  }
  return out;
}

/// Values that stand at ticks of an axis, with their places: text … x="…" y="…" … data-value="…".
std::vector<std::pair<double, double>> ticks_of(const std::string& svg, bool upright) {
  const std::regex pattern(
      "<text class=\"tick\" x=\"([-0-9.]+)\" y=\"([-0-9.]+)\" text-anchor=\"(end|middle)\" "
      "data-value=\"([-0-9.e]+)\"");
  std::vector<std::pair<double, double>> out;
  for (std::sregex_iterator it(svg.begin(), svg.end(), pattern), last; it != last; ++it) {
    if (((*it)[3] == "end") != upright) continue;
    out.emplace_back(std::stod((*it)[4]), std::stod((*it)[upright ? 2 : 1]));
  }
  return out;
}

TEST_CASE("compare: the points of a scatter lie where their numbers say") {
  const TempFolder folder;
  SyntheticStudy study;
  study.settings = {1.0, 2.0};
  study.write(folder.path("study"));
  const std::string page =
      report::render_compare_html(documents::read_compare(compared({folder.path("study")})));
  const std::size_t title = page.find("Gain against made-up margin");
  REQUIRE(title != std::string::npos);
  const std::size_t start = page.rfind("<svg", title);
  const std::string svg = page.substr(start, page.find("</svg>", start) - start);
  const auto x = ticks_of(svg, false);
  const auto y = ticks_of(svg, true);
  REQUIRE(x.size() >= 2);
  REQUIRE(y.size() >= 2);
  const auto place = [](const auto& ticks, double value) {
    const auto [a, at_a] = ticks.front();
    const auto [b, at_b] = ticks.back();
    return at_a + (value - a) / (b - a) * (at_b - at_a);
  };
  const auto marks = marks_of(svg);
  CHECK(marks.size() == 6);
  // Coordinates have two decimals; words of y ticks stand 4.5 below their line; ticks of x near the
  // ends are moved inwards, hence the middle ones decide nothing here.
  constexpr double kPixel = 0.2;
  for (const auto& [gain, score] : {std::pair{-2.0, -0.1}, {1.0, 0.05}, {3.0, 0.2}}) {
    CAPTURE(gain);
    const double at_y = place(y, gain) - 4.5;
    const double at_x = place(x, score);
    const bool found = std::any_of(marks.begin(), marks.end(), [&](const auto& mark) {
      return std::abs(mark.second - at_y) < kPixel && std::abs(mark.first - at_x) < kPixel;
    });
    CHECK(found);
  }
}

TEST_CASE("compare: hostile names, missing values and large studies") {
  const TempFolder folder;
  SyntheticStudy study;
  study.title = "<script>alert(1)</script>\"'&";
  study.student = "]]></svg><img src=x onerror=alert(1)>\u202e";
  study.controls = true;
  // A title with a slash cannot be a folder's name here.
  std::replace(study.title.begin(), study.title.end(), '/', '|');
  study.write(folder.path("study"));
  json document = compared({folder.path("study")});
  document["criteria"][0]["criterion"] = "<b onclick=x>criterion</b>";
  document["warnings"].push_back({{"code", "x"}, {"message", "<script>warn</script>"}});
  const std::string page = report::render_compare_html(documents::read_compare(document));
  check_page(page);
  CHECK_FALSE(holds(page, "<script>"));
  CHECK_FALSE(holds(page, "<img"));
  CHECK_FALSE(holds(page, "<b onclick"));
  for (json& pair : document["pairs"]) {
    for (const char* name : {"standard_deviation", "standard_error", "interval95"}) {
      pair["observed_gain"][name] = nullptr;
    }
    pair["predicted"] = nullptr;
    pair["controls"] = json::array();
    pair["scores"] = json::object();
  }
  for (json& entry : document["criteria"]) {
    entry["sign_auroc"]["value"] = entry["sign_auroc"]["interval95"] = nullptr;
  }
  check_page(report::render_compare_html(documents::read_compare(document)));
  CHECK_FALSE(report::render_compare_table(documents::read_compare(document), {}).empty());
  CHECK(test::fault_code([&] {
          document["schema"] = "cch.rank/1";
          report::render_compare_html(documents::read_compare(document));
        }) == "document-schema");
}

TEST_CASE("compare: the page of a thousand pairs and thirty criteria stays below a megabyte") {
  const TempFolder folder;
  SyntheticStudy().write(folder.path("study"));
  json document = compared({folder.path("study")});
  const json pairs = document["pairs"];
  document["pairs"] = json::array();
  for (std::size_t i = 0; i < 1000; ++i) {
    json pair = pairs[i % pairs.size()];
    for (int c = 0; c < 30; ++c) {
      pair["scores"]["criterion " + std::to_string(c)] = std::sin(static_cast<double>(i) + c);
    }
    document["pairs"].push_back(std::move(pair));
  }
  const json entry = document["criteria"][0];
  for (int c = 0; c < 30; ++c) {
    document["criteria"].push_back(entry);
    document["criteria"].back()["criterion"] = "criterion " + std::to_string(c);
  }
  const std::string page = report::render_compare_html(documents::read_compare(document));
  check_page(page);
  CHECK(holds(page, "Of 1000 pairs"));
  CHECK(holds(page, "compare.json beside it has it"));
}

}  // namespace
}  // namespace cch
