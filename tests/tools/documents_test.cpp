// Documents as structs: every field of a document that the program makes is known, none can be
// renamed, left out or added unseen.

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "cch/documents/check.hpp"
#include "cch/documents/compare.hpp"
#include "cch/documents/plan.hpp"
#include "cch/documents/run.hpp"
#include "cch/documents/segmentation.hpp"
#include "cch/documents/solve.hpp"
#include "cch/documents/sweep.hpp"
#include "support/full_rank_document.hpp"
#include "support/test.hpp"
#include "tests/tools/made_documents.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/study_folder.hpp"
#include "tests/tools/tag_fault.hpp"
#include "tests/tools/training_here.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::fault_code;
using test::run_cch;
using test::WorldFiles;

using Names = std::set<std::string>;

/// Every object of a document but those whose keys no schema fixes, as a pointer into it.
void find_objects(const json& node, const json::json_pointer& at, const Names& free_keys,
                  std::vector<json::json_pointer>& found) {
  if (!at.empty() && free_keys.contains(at.back())) return;
  if (node.is_object()) {
    found.push_back(at);
    for (const auto& [key, value] : node.items()) find_objects(value, at / key, free_keys, found);
  } else if (node.is_array()) {
    for (std::size_t i = 0; i < node.size() && i < 2; ++i) {
      find_objects(node[i], at / i, free_keys, found);
    }
  }
}

const Names kFreeOfRank = {"config", "diagnostics", "top1_stability", "student_labels_diagnostics"};

/// What rankings had not from the first, or have not always.
const Names kLaterInRank = [] {
  Names out{"chances", "what_decides", "network_pilots", "i_teacher_student_labels"};
  for (const char* of : {"/teachers/0", "/teachers/1", "/controls/0", "/controls/1"}) {
    for (const char* at : {"/chances/0/repeats", "/chances/1/repeats"}) {
      out.insert(std::string(of) + at);
    }
  }
  return out;
}();

/// A ranking with every part that can be asked for.
json whole_ranking() {
  const WorldFiles files;
  std::vector<std::int64_t> three;
  for (std::int64_t i = 0; i < 160; ++i) three.push_back(i % 3);
  const std::string labels = files.folder.write("three.npy", test::npy_vector(three));
  return run_cch({"rank", "-q", "--json", "--student", "s=" + files.student, "--teacher",
                  "t=" + files.teacher, "--teacher", "noise=" + files.noise, "--labels", labels,
                  "--controls", "--per-class", "--full", "--permutations", "49", "--student-model",
                  "linear"})
      .document();
}

/// Takes a key out of every object, renames it, adds one: each must be refused. `may_lack`: keys
/// that an object may do without, of any object or as a pointer.
template <class Read>
void check_every_key_counts(const json& document, Read&& read, const Names& free_keys,
                            const Names& may_lack = {}) {
  std::vector<json::json_pointer> objects;
  find_objects(document, json::json_pointer(), free_keys, objects);
  REQUIRE(objects.size() > 1);
  for (const json::json_pointer& at : objects) {
    CAPTURE(at.to_string());
    json added = document;
    added[at]["no_such_field"] = 1;
    CHECK(fault_code([&] { read(added); }) == "document-schema");
    for (const auto& [key, value] : document[at].items()) {
      if (key == "schema") continue;
      CAPTURE(key);
      json renamed = document;
      renamed[at].erase(key);
      const bool optional = may_lack.contains(key) || may_lack.contains((at / key).to_string());
      CHECK(fault_code([&] { read(renamed); }) == std::string(optional ? "" : "result-incomplete"));
      renamed[at][key + "_"] = value;
      CHECK(fault_code([&] { read(renamed); }) ==
            std::string(optional ? "document-schema" : "result-incomplete"));
    }
  }
}

TEST_CASE("documents: a ranking reads back as the same JSON, and every key counts") {
  const json document = whole_ranking();
  REQUIRE(document.is_object());
  for (const char* part : {"controls", "per_class", "curves", "sensitivity", "pilot"}) {
    CAPTURE(part);
    REQUIRE_FALSE(document[part].is_null());
  }
  for (const char* part : {"null", "planted_bias", "prediction_level", "stability"}) {
    CAPTURE(part);
    REQUIRE_FALSE(document["teachers"][0][part].is_null());
  }
  const documents::RankDocument ranking = documents::read_rank(document);
  CHECK(documents::to_json(ranking) == document);
  CHECK(documents::to_text(ranking, 2) == document.dump(2));
  for (const char* of : {"teachers", "controls"}) REQUIRE(document[of][0].contains("chances"));
  // Where chances do not decide there are none, and what would decide stands by open verdicts.
  check_every_key_counts(document, documents::read_rank, kFreeOfRank, kLaterInRank);
}

TEST_CASE("documents: what would decide a ranking reads back, and every key counts") {
  json document = test::full_rank_document();
  document["teachers"][0]["what_decides"] = json::parse(R"({
    "scenario": "unlabelled-pairs",
    "curve": [{"rows": 50, "nats": 0.02, "standard_error": 0.01, "accuracy": null,
               "accuracy_error": null}],
    "forecast": [{"rows": 400, "p_distil": 0.3, "p_do_not": 0.2, "expected_gain": 0.03}]})");
  CHECK(documents::to_json(documents::read_rank(document)) == document);
  check_every_key_counts(document, documents::read_rank, kFreeOfRank, kLaterInRank);
}

TEST_CASE("documents: the plan of a ranking reads back as the same JSON, and every key counts") {
  const WorldFiles files;
  const json document = run_cch({"rank", "--dry-run", "--json", "--student", "s=" + files.student,
                                 "--teacher", "t=" + files.teacher, "--labels", files.labels})
                            .document();
  CHECK(documents::to_json(documents::read_rank_plan(document)) == document);
  check_every_key_counts(document, documents::read_rank_plan, {});
}

TEST_CASE("documents: an estimate reads back as the same JSON, and every key counts") {
  const WorldFiles files;
  const json document = run_cch({"estimate", files.student, files.teacher, "--json"}).document();
  CHECK(documents::to_json(documents::read_estimate(document)) == document);
  check_every_key_counts(document, documents::read_estimate, {"config", "diagnostics"});
}

TEST_CASE("documents: a comparison reads back as the same JSON, and every key counts") {
  const test::TempFolder folder;
  test::SyntheticStudy study;
  study.controls = true;
  study.write(folder.path("study"));
  const json document = run_cch({"compare", folder.path("study"), "-q", "--json"}).document();
  REQUIRE(document["pairs"].size() > 1);
  CHECK(documents::to_json(documents::read_compare(document)) == document);
  check_every_key_counts(document, documents::read_compare,
                         {"folders", "setting", "parameters", "metrics", "gains", "student",
                          "distilled", "teacher_alone", "scores"},
                         {"labelled", "scenario", "parameters", "labels_from", "weighting",
                          "lambda", "temperature", "scaled"});
}

TEST_CASE("documents: a check reads back as the same JSON, and every key counts") {
  const WorldFiles files;
  std::vector<std::int64_t> halves(160, 0);
  std::fill(halves.begin() + 80, halves.end(), 1);
  const std::string split = files.folder.write("split.npy", test::npy_vector(halves));
  const std::vector<std::string> few{"check",       "--json", "--draws",  "2",  "-q",
                                     "--estimator", "ksg1",   "--margin", "0.3"};
  const auto check = [&few](std::vector<std::string> more) {
    more.insert(more.begin(), few.begin(), few.end());
    return run_cch(more).document();
  };
  const json features = check({"--student", "s=" + files.student, "--teacher", "t=" + files.teacher,
                               "--labels", files.labels, "--split", split, "--no-sizes"});
  const json plan = check({"--n", "300", "--groups", "60", "--dim-student", "1", "--dim-teacher",
                           "1", "--classes", "2", "--no-curved"});
  for (const char* part : {"leaks", "alignment"}) REQUIRE_FALSE(features[part].is_null());
  REQUIRE_FALSE(features["consistency"].empty());
  for (const char* part : {"plan", "groups"}) REQUIRE_FALSE(plan[part].is_null());
  REQUIRE_FALSE(plan["teachers"][0]["needed"].is_null());
  for (const json& document : {features, plan}) {
    CHECK(documents::to_json(documents::read_check(document)) == document);
    REQUIRE_FALSE(document["firm"].empty());
    check_every_key_counts(document, documents::read_check, {},
                           {"firm", "about", "estimator", "/consistency/0/standard_error",
                            "/consistency/1/standard_error"});
  }
}

TEST_CASE("documents: a Gaussian study reads back as the same JSON, and every key counts") {
  const test::TempFolder folder;
  const std::string study = folder.write("study.toml", R"(
title = "all parts"
lambda = [0.5, 1]
simulate = 4
[model]
teacher-dim = 4
student-dim = 4
[grid]
n = [7, 40]
teacher = ["optimal", "same-rows"]
[estimates]
estimators = ["gaussian"]
draws = 2
rows = 40
)");
  const json document = run_cch({"gaussian", "sweep", study, "--json"}).document();
  REQUIRE(document["cells"].size() == 4);
  REQUIRE_FALSE(document["cells"][0]["warnings"].empty());
  for (const char* part : {"simulation", "estimation", "formula_against_simulation"}) {
    CAPTURE(part);
    REQUIRE_FALSE(document[part].is_null());
  }
  CHECK(documents::to_json(documents::read_sweep(document)) == document);
  json rest = document;
  rest.erase("kind");  // refused as a document of one model
  check_every_key_counts(rest,
                         [](json changed) {
                           changed["kind"] = "sweep";
                           documents::read_sweep(changed);
                         },
                         {"parameters", "model", "grid"},
                         {"/cells/0/cell", "/cells/1/cell", "/config/estimates"});
}

TEST_CASE("documents: one Gaussian model reads back as the same JSON, and every key counts") {
  const test::TempFolder folder;
  const std::string model = folder.write(
      "model.toml", "a = [0.6, 0.6]\nb = [0.5]\nteacher-noise = 0.3\nstudent-dim = 5\nn = 40\n");
  const json document = run_cch({"gaussian", "solve", model, "--json", "--ridge", "0.1,1",
                                 "--teachers", "2,1", "--simulate", "5", "--lambda", "0.1,1"})
                            .document();
  for (const char* part : {"ridge", "teachers", "together", "simulation", "risk", "moments"}) {
    CAPTURE(part);
    REQUIRE_FALSE(document[part].is_null());
  }
  CHECK(documents::to_json(documents::read_solve(document)) == document);
  check_every_key_counts(document, documents::read_solve, {});
}

/// Runs of every role by best weights, with all that may be chosen.
json trained_pairs() {
  const test::TempFolder folder;
  const std::string study = folder.write("study.toml", R"(
title = "all parts"
seeds = 1
[task]
name = "mfh-gamma"
v = [5]
rows = 80
test-rows = 80
moment-rows = 300
[teacher]
rows = ["same-rows", "k-fold"]
allow-chance = true
[training]
learning-rate = 0.05
weight-decay = [0.001, 0.1]
epochs = 6
[distil]
lambda = [0.5, 1]
choose = "validation"
controls = ["uniform"]
)");
  return run_cch({"train", study, "-o", folder.path("out"), "-q", "--json"}).document()["results"];
}

TEST_CASE("documents: a training reads back as the same JSON, and every key counts") {
  if (!test::training_here()) return;
  const json runs = trained_pairs();
  // Runs of earlier versions lack these, so that reading alone would not notice a renamed one.
  const Names later{"weights",        "last",   "stopped",
                    "weight_decay",   "chosen", "calibration_temperature",
                    "validation_loss"};
  Names roles;
  Names filled;
  for (const json& run : runs) {
    roles.insert(run["role"]);
    CHECK(documents::to_json(documents::read_run(run)) == run);
    for (const std::string& key : later) {
      CHECK(run.contains(key) == (key != "chosen" || !run["loss"].is_null()));
      if (run.contains(key) && !run[key].is_null()) filled.insert(key);
    }
    Names lacking;
    for (const std::string& key : later) lacking.insert('/' + key);
    check_every_key_counts(run, documents::read_run, {"setting", "parameters", "training"},
                           lacking);
  }
  CHECK(roles == Names{"student", "teacher", "distilled", "control"});
  filled.insert("stopped");  // none of these few epochs stops
  CHECK(filled == later);
}

TEST_CASE("documents: a segmentation study reads back as the same JSON, and every key counts") {
  if (!test::training_here()) return;
  test::SegmentWorld world;
  world.change("seeds = 2", "seeds = 1");
  const json document = world.train({"--json"}).document();
  REQUIRE(document["results"].size() > 1);
  for (const char* part : {"weights", "miou_expected_0.1", "images_per_second"}) {
    CAPTURE(part);
    REQUIRE(document["results"][0].contains(part));
  }
  CHECK(documents::to_json(documents::read_segmentation(document)) == document);
  check_every_key_counts(document, documents::read_segmentation, {"config", "setup", "setups"},
                         {"classes", "weights", "miou_expected_0.1", "images_per_second",
                          "training_seconds", "interval_by", "sha256_of"});
}

/// A document of a schema whose every list has an element and whose every optional has a value.
template <class Document, class Read>
void check_made(const Document& made, Read&& read, const Names& free_keys) {
  const json document = documents::to_json(made);
  CHECK(documents::to_json(read(document)) == document);
  check_every_key_counts(document, read, free_keys, {"sha256_of"});
}

TEST_CASE("documents: a ranking from images reads back as the same JSON, and every key counts") {
  check_made(test::made_image_ranking(), documents::read_image_rank, {"config"});
}

TEST_CASE("documents: a race reads back as the same JSON, and every key counts") {
  check_made(test::made_race(), documents::read_race, {"config"});
}

TEST_CASE("documents: the rankings that page tests are made of have the schema of the program") {
  for (const json& document : {test::sample_rank_document(), test::full_rank_document()}) {
    CHECK(documents::to_json(documents::read_rank(document)) == document);
    check_every_key_counts(document, documents::read_rank, kFreeOfRank,
                           {"chances", "i_teacher_student_labels"});
  }
}

TEST_CASE("documents: an error names the place") {
  json document = test::full_rank_document();
  document["teachers"][1]["pilot"]["weights"][2] = "a";
  try {
    documents::read_rank(document);
    FAIL("it was taken");
  } catch (const Error& error) {
    const std::string words = error.what();
    CAPTURE(words);
    CHECK(words.find("field teachers[1].pilot.weights[2], found \"a\"") != std::string::npos);
  }
}

TEST_CASE("documents: numbers that are not finite are null in the file, bad text is replaced") {
  documents::RankDocument ranking = test::typed(test::sample_rank_document());
  ranking.teachers[0].margin.nats = std::numeric_limits<double>::quiet_NaN();
  ranking.student.name = "bad \xFF";
  const documents::RankDocument stored = documents::as_stored(ranking);
  CHECK_FALSE(stored.teachers[0].margin.nats.has_value());
  CHECK(stored.student.name == "bad \uFFFD");
}

TEST_CASE("documents: a text that is cut, or has a number beyond any double, is damaged") {
  CHECK(fault_code([] { static_cast<void>(documents::parse("{\"a\": 1")); }) == "result-damaged");
  CHECK(fault_code([] { static_cast<void>(documents::parse("[1e999]")); }) == "result-damaged");
}

}  // namespace
}  // namespace cch
