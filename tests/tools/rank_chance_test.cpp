// `cch rank` by chances: scenarios side by side, options, documents of version 1.

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::run_cch;
using test::RunOutcome;
using test::WorldFiles;
using Words = std::vector<std::string>;

/// `rank` by the default rule.
RunOutcome by_chance(const WorldFiles& files, const Words& more) {
  Words arguments{"rank",
                  "--student",
                  "s=" + files.student,
                  "--teacher",
                  "t=" + files.teacher,
                  "--teacher",
                  "noise=" + files.noise,
                  "--labels",
                  files.labels,
                  "-q"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_cch(arguments);
}

Words scenarios_of(const json& teacher) {
  Words out;
  for (const json& chance : teacher["chances"]) out.push_back(chance["scenario"]);
  return out;
}

TEST_CASE("rank: chances decide unless told otherwise, in every scenario that the rows allow") {
  const WorldFiles files(200, 2);
  const json document = by_chance(files, {"--quick", "--json", "--labelled", "120"}).document();
  REQUIRE(document.is_object());
  CHECK(document["schema"] == "cch.rank/2");
  CHECK(document["decided_by"] == "chance");
  CHECK(document["config"]["scenario"] == "auto");
  CHECK(document["config"]["student-model"] == json({"auto"}));
  CHECK(document["sensitivity"].is_null());
  CHECK(document["teachers"][0]["planted_bias"].is_null());
  for (const json& teacher : document["teachers"]) {
    CHECK(scenarios_of(teacher) == Words{"same-rows", "unlabelled-pairs"});
    for (const json& chance : teacher["chances"]) {
      CHECK(chance["metric"] == "cross-entropy");
      CHECK(chance["worthwhile"] == 0.01);
      CHECK(chance["networks"] == 0);
      CHECK(chance["rows"] == 120);
      CHECK(chance["p_gain"] >= chance["p_worthwhile"]);
      CHECK(chance["interval80"][0] <= chance["expected_gain"]);
    }
    CHECK(teacher["chances"][1]["further_rows"] == 80);
  }
  const auto best = [](const json& teacher) {
    return std::max(teacher["chances"][0]["expected_gain"].get<double>(),
                    teacher["chances"][1]["expected_gain"].get<double>());
  };
  if (document["teachers"][0]["verdict"] == document["teachers"][1]["verdict"]) {
    CHECK(best(document["teachers"][0]) >= best(document["teachers"][1]));
  }
  // One that is named stands alone, and another rule has none.
  const json one =
      by_chance(files, {"--quick", "--json", "--labelled", "120", "--scenario", "same-rows"})
          .document();
  CHECK(scenarios_of(one["teachers"][0]) == Words{"same-rows"});
  const json pilot = by_chance(files, {"--quick", "--json", "--decide-by", "pilot"}).document();
  CHECK_FALSE(pilot["teachers"][0].contains("chances"));
}

TEST_CASE("rank: the metric, what is worth the trouble and the student are the user's") {
  const WorldFiles files(120, 2);
  const json document = by_chance(files, {"--json", "--no-planted-bias", "--no-sensitivity",
                                          "--student-model", "linear", "--metric", "accuracy",
                                          "--worthwhile", "0.2", "--budget", "none"})
                            .document();
  REQUIRE(document.is_object());
  for (const json& teacher : document["teachers"]) {
    REQUIRE(teacher["chances"].size() == 1);
    const json& chance = teacher["chances"][0];
    CHECK(chance["student_model"] == "linear");
    CHECK(chance["metric"] == "accuracy");
    // Of each of 5 folds and 3 repeats: the student alone, the teacher and the student itself in 4
    // parts, 4 arms of the teacher and of 2 references.
    CHECK(chance["networks"] == 3 * 5 * (1 + 2 * 4 + 4 * 3));
    CHECK(chance["repeats"] == 3);
    // No teacher adds 20 points here.
    CHECK(teacher["verdict"] == "do_not_distil");
  }
  // Those of the other teacher as well.
  CHECK(document["network_pilots"]["networks"] == 3 * 5 * (1 + 3 * 4 + 4 * 4));
  CHECK(document["network_pilots"]["budget"].is_null());
  CHECK(document["network_pilots"]["ended"] == "everything");
}

TEST_CASE("rank: a budget goes to teachers that are open, and the document says what it did") {
  const WorldFiles files(120, 2);
  const Words linear{"--no-planted-bias", "--no-sensitivity", "--student-model", "linear"};
  const auto with = [&](Words more) {
    more.insert(more.end(), linear.begin(), linear.end());
    return by_chance(files, more);
  };
  const RunOutcome usual = with({"--json"});
  const json pilots = usual.document()["network_pilots"];
  CHECK(pilots["budget"] == 45.0);
  CHECK(pilots["ended"] != "budget");
  CHECK(usual.document()["config"]["budget"] == "45s");
  // Nothing can be trained in so little time: all chances are those of --quick.
  const json none = with({"--json", "--budget", "0.000001s"}).document();
  CHECK(none["network_pilots"]["networks"] == 0);
  const json quick =
      by_chance(files, {"--json", "--quick", "--student-model", "linear"}).document();
  bool open = false;
  for (const json& teacher : none["teachers"]) {
    CHECK_FALSE(teacher["chances"][0].contains("repeats"));
    open = open || teacher["verdict"] == "inconclusive";
    for (const json& other : quick["teachers"]) {
      if (other["name"] != teacher["name"]) continue;
      CHECK(teacher["chances"] == other["chances"]);
    }
  }
  if (open) CHECK(none["network_pilots"]["ended"] == "budget");
  CHECK(none["network_pilots"]["open"].empty() != open);
  const RunOutcome verbose = with({"-v"});
  CHECK(verbose.out_has("Pilots of networks: "));
}

TEST_CASE("rank: the first line says what to do") {
  const WorldFiles files(200, 2);
  const RunOutcome run = by_chance(files, {"--quick"});
  CHECK(run.code == 0);
  CHECK(run.out_has("expected (80 %: "));
  CHECK(run.out.find("expected (80 %") < run.out.find("#  teacher"));
}

TEST_CASE("rank: an open verdict says what more rows are expected to do") {
  const WorldFiles files(120, 2);
  const Words plain{
      "--no-planted-bias", "--no-sensitivity", "--student-model", "linear", "--risk", "0.001",
      "--scenario",        "same-rows"};
  Words for_json = plain;
  for_json.emplace_back("--json");
  const json document = by_chance(files, for_json).document();
  const json& first = document["teachers"][0];
  REQUIRE(first["verdict"] == "inconclusive");
  const json& forecast = first["what_decides"];
  CHECK(forecast["scenario"] == "same-rows");
  CHECK(forecast["curve"][0]["rows"] == 30);
  CHECK(forecast["curve"][1]["rows"] == 60);
  CHECK(forecast["forecast"][0]["rows"] == 240);
  CHECK(by_chance(files, plain).out_has("with 240 labelled rows"));
  CHECK(by_chance(files, plain).out_has("The linear pilot gained "));
  for_json.emplace_back("--quick");
  CHECK_FALSE(by_chance(files, for_json).document()["teachers"][0].contains("what_decides"));
}

TEST_CASE("rank: options of chances that have no meaning are refused") {
  const WorldFiles files;
  const auto refused = [&](const Words& more, const std::string& word) {
    const RunOutcome run = by_chance(files, more);
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.err_has(word));
  };
  refused({"--risk", "0.5"}, "bad-risk");
  refused({"--worthwhile", "-1"}, "bad-worthwhile");
  refused({"--metric", "mse"}, "wrong-metric");
  for (const char* budget : {"soon", "0s", "-1m", "5", "infs"}) {
    refused({"--budget", budget}, "bad-budget");
  }
  refused({"--quick", "--budget", "5m"}, "option-without-meaning");
  refused({"--decide-by", "pilot", "--budget", "none"}, "option-without-meaning");
  refused({"--student-model", "tree"}, "unknown-network");
  refused({"--student-model", "cnn"}, "no-image-shape");
  refused({"--decide-by", "pilot", "--metric", "accuracy"}, "option-without-meaning");
}

TEST_CASE("report, compare: documents of version 1 still render") {
  const WorldFiles files;
  const std::string out = files.folder.path("ranked");
  REQUIRE(run_cch(files.rank({"-o", out})).code == 0);
  const auto content = [&](const std::string& name) {
    std::ifstream file(out + "/" + name, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  const std::string csv = content("ranking.csv");
  std::string text = content("rank.json");
  const std::size_t at = text.find("cch.rank/2");
  REQUIRE(at != std::string::npos);
  std::ofstream(out + "/rank.json", std::ios::binary) << text.replace(at, 10, "cch.rank/1");
  CHECK(run_cch({"report", out}).code == 0);
  CHECK(content("ranking.csv") == csv);
}

}  // namespace
}  // namespace cch
