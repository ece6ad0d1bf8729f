// cch rank of a segmentation study: from its images to the matrix of students and teachers.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/sensor_world.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const json& pair_in(const json& document, const std::string& age, const std::string& student,
                    const std::string& teacher) {
  for (const json& pair : document["pairs"]) {
    if (pair["age"] == age && pair["student"] == student && pair["teacher"] == teacher) return pair;
  }
  FAIL("no such pair");
  return document;
}

TEST_CASE("rank from images: a matrix of pairs from encoders of two ages, and all of it cached") {
  if (!training_here()) return;
  const SensorWorld w;
  const RunOutcome plan = w.rank({"-n"});
  CHECK(plan.out_has("26 images to learn from, 26 held out to rank on"));
  CHECK(plan.out_has("brief: 3 networks to train, 0 of them cached"));
  const RunOutcome first = w.rank({"-o", w.out, "--json", "--brief-epochs", "4"});
  INFO(first.err);
  REQUIRE(first.code == 0);
  const json document = first.document();
  CHECK(document["schema"] == "cch.image-rank/1");
  CHECK(document["pairs"].size() == 12);  // 6 pairs, 2 ages
  CHECK(document["students"].size() == 6);
  CHECK(document["images"]["ranked"] == 26);
  CHECK(document["images"]["fitted"] == 26);
  CHECK(document["ages"][0]["networks"][0]["miou"].is_null());
  CHECK(document["ages"][1]["epochs"] == 4);
  // What the truth says: `good` knows the classes, `shuffled` those of other images.
  std::map<std::string, double> alone;
  for (const json& n : document["ages"][1]["networks"]) {
    alone[n["modality"].get<std::string>()] = n["miou"].get<double>();
  }
  CHECK(alone["good"] > 0.9);
  CHECK(alone["shuffled"] < 0.6);
  const json& good = pair_in(document, "brief", "weak", "good");
  const json& shuffled = pair_in(document, "brief", "weak", "shuffled");
  CHECK(good["information_difference"].get<double>() > 0.2);
  CHECK(shuffled["information_difference"].get<double>() < 0.05);
  for (const json& pair : document["pairs"]) {
    if (pair["teacher"] == "shuffled") CHECK(pair["verdict"] != "distil");
  }
  CHECK(document["agreement"].size() == 3);

  // The numbers are those of the rankings behind it.
  for (const json& student : document["students"]) {
    const fs::path folder = fs::path(w.out) / student["folder"].get<std::string>();
    const json ranked = json::parse(std::ifstream(folder / "rank.json"));
    CHECK(fs::exists(folder / "report.html"));
    CHECK(ranked["rows"] == 400);
    CHECK(ranked["groups"]["count"] == 26);
    CHECK(ranked["labels"]["class_names"] == json::array({"dry", "wet"}));
    for (const json& teacher : ranked["teachers"]) {
      const json& pair = pair_in(document, student["age"], student["student"], teacher["name"]);
      CHECK(pair["verdict"] == teacher["verdict"]);
      CHECK(pair["cch_representation_margin"] == teacher["margin"]["nats"]);
    }
  }
  const fs::path page = fs::path(w.out) / "report.html";
  CHECK(fs::file_size(page) < 1'000'000);

  const RunOutcome again = w.rank({"-o", w.out, "--json", "--brief-epochs", "4"});
  REQUIRE(again.code == 0);
  CHECK(!again.err_has("ranking teachers"));
  CHECK(comparable(again.document()) == comparable(document));
  CHECK(w.rank({"-n", "-o", w.out, "--brief-epochs", "4"}).out_has("3 of them cached"));

  const RunOutcome shown = run_cch({"report", w.out});
  CHECK(shown.code == 0);
  CHECK(shown.out_has("by good"));
  CHECK(shown.out_has("Do encoders of other ages say the same?"));
  CHECK(comparable(json::parse(run_cch({"report", w.out, "--json"}).out)) == comparable(document));
}

TEST_CASE("rank from images: the same numbers for one thread and for two, and one student alone") {
  if (!training_here()) return;
  const SensorWorld w;
  const auto run = [&](const char* threads, const std::string& out) {
    const RunOutcome done = w.rank({"-o", w.folder.path(out), "--json", "-q", "--threads", threads,
                                    "--student", "weak", "--teacher", "good", "--age", "brief"});
    INFO(done.err);
    REQUIRE(done.code == 0);
    json document = comparable(done.document());
    for (json& network : document["ages"][0]["networks"]) network.erase("seconds");
    return document;
  };
  const json one = run("1", "one");
  CHECK(one["pairs"].size() == 1);
  CHECK(run("2", "two") == one);
}

TEST_CASE("rank from images: classes and conditions of drawn scenes") {
  if (!training_here()) return;
  SegmentWorld w;
  w.change("images = 14\ntest-images = 6", "images = 60\ntest-images = 6\nnight = 0.5\nfog = 0.0");
  const RunOutcome run = run_cch({"rank",        w.study,    "--data",      w.folder.path(""),
                                  "-o",          w.out,      "--json",      "-q",
                                  "--age",       "random",   "--student",   "event",
                                  "--teacher",   "rgb",      "--pixels",    "300",
                                  "--decide-by", "combined", "--per-class", "--per-condition"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  const json document = run.document();
  CHECK(document["conditions"].size() == 4);
  std::map<std::string, std::size_t> groups;
  for (const json& s : document["students"]) {
    if (s["condition"].is_null()) continue;
    groups[s["condition"].get<std::string>()] = s["groups"].get<std::size_t>();
    if (s["condition"] == "fog") CHECK(s["refused"].is_string());
  }
  CHECK(groups["day"] + groups["night"] == document["images"]["ranked"]);
  std::size_t classes = 0;
  for (const json& pair : document["pairs"]) classes += pair["class"].is_null() ? 0 : 1;
  CHECK(classes >= 3);
  CHECK(run_cch({"report", w.out}).out_has("Under each condition"));
}

TEST_CASE("rank from images: that set-ups see fewer labels is said") {
  if (!training_here()) return;
  SegmentWorld w;
  const auto said = [&w](const char* name) {
    const RunOutcome run = run_cch({"rank", w.study, "-o", w.folder.path(name), "--json", "-q",
                                    "--age", "random", "--student", "event", "--teacher", "rgb",
                                    "--pixels", "60", "--quick", "--groups", "image"});
    INFO(run.err);
    REQUIRE(run.code == 0);
    return run.document()["warnings"].dump().find("see the labels of 5 images alone") !=
           std::string::npos;
  };
  CHECK_FALSE(said("all"));
  w.change("name = \"event\"", "name = \"event\"\nlabelled = 5");
  CHECK(said("few"));
}

TEST_CASE("rank from images: what has no meaning is refused by name") {
  const SensorWorld w;
  const auto refused = [&](const std::vector<std::string>& more, const char* code) {
    const RunOutcome run = w.rank(more);
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.err_has("[" + std::string(code) + "]"));
  };
  refused({}, "no-folder");
  refused({"-n", "--groups", "none"}, "pixels-not-independent");
  refused({"-n", "--groups", "g.npy"}, "option-without-meaning");
  refused({"-n", "--labels", "y.npy"}, "option-without-meaning");
  refused({"-n", "--age", "brief", "--age", "random"}, "bad-ages");
  refused({"-n", "--age", "old"}, "unknown-age");
  refused({"-n", "--age", "random", "--brief-epochs", "2"}, "option-without-meaning");
  refused({"-n", "--student", "god"}, "unknown-modality");
  refused({"-n", "--student", "good", "--teacher", "good"}, "same-modality");
  refused({"-o", w.folder.path("many"), "--shard", "auto"}, "bad-arguments");
  refused({"-n", "--per-condition"}, "no-conditions");
  refused({"-n", "--per-class"}, "no-classes");
  refused({"-n", "--stage", "9"}, "unknown-stage");
  refused({"-n", "--brief-epochs", "11"}, "bad-study");
  const WorldFiles rows;
  CHECK(run_cch(rows.rank({"--age", "brief"})).err_has("--age has no use here"));
  CHECK(!fs::exists(w.out));
}

}  // namespace
}  // namespace cch::test
