// Labels, rows, options and outputs that are wrong or doubtful, through the program: an error or a
// warning code for each. README.md lists all codes.

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "tests/tools/bad_input.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using test::Arguments;
using test::Case;
using test::kNaN;
using test::npy_matrix;
using test::npy_vector;
using test::run_cch;
using test::RunOutcome;
using test::World;
using test::WorldFiles;

constexpr std::size_t kRows = test::kBadRows;

std::vector<Case> bad_labels_and_rows() {
  const auto labels = [](auto make, Arguments more = {}) {
    return [=](const World& w) { return w.labelled(w.file("bad_y.npy", make()), more); };
  };
  return {
      {"labels all one class", 3, "one-class", {"one class"}, labels([] {
         return npy_vector(std::vector<std::int64_t>(kRows, 4));
       })},
      {"real labels all equal", 3, "constant-labels", {"bad_y.npy"}, labels([] {
         return npy_matrix(std::vector<double>(kRows, 1.5), 1);
       })},
      {"class with one row", 3, "lone-class", {"'9'"}, labels([] {
         auto codes = World::classes();
         codes[7] = 9;
         return npy_vector(codes);
       })},
      {"integer labels that look like regression",
       2,
       "label-kind-unclear",
       {"40 distinct", "--y-kind"},
       labels([] { return npy_vector(World::cycle(40)); })},
      {"classes stored as floats",
       2,
       "label-kind-unclear",
       {"2 distinct whole numbers, stored as float64", "--y-kind discrete"},
       labels([] {
         const auto codes = World::classes();
         return npy_matrix({codes.begin(), codes.end()}, 1);
       })},
      {"one-hot labels", 2, "label-kind-unclear", {"one-hot", "argmax"}, labels([] {
         std::vector<double> hot;
         for (const auto code : World::classes()) {
           hot.push_back(code == 0 ? 1.0 : 0.0);
           hot.push_back(code == 0 ? 0.0 : 1.0);
         }
         return npy_matrix(hot, 2);
       })},
      {"teacher saved the other way round",
       3,
       "unequal-rows",
       {"'t' has 2 rows", "other way round", "x.T"},
       [](const World& w) {
         return w.teacher(w.file("turned.npy", npy_matrix(World::values(), kRows)));
       }},
      {"NA among numbers",
       3,
       "missing-label",
       {"'NA' among numbers", "--unlabelled 'NA'"},
       [](const World& w) {
         std::string text = "y\n";
         for (std::size_t i = 0; i < kRows; ++i) text += i == 2 ? "NA\n" : "1.5\n";
         return w.labelled(w.file("na.csv", text));
       }},
      {"fractions as classes",
       3,
       "labels-not-whole",
       {"row 0"},
       labels([] { return npy_matrix(std::vector<double>(kRows, 0.5), 1); },
              {"--y-kind", "discrete"})},
      {"NaN among labels",
       3,
       "non-finite-label",
       {"row 3", "1 of 160", "--unlabelled nan"},
       labels([] {
         auto targets = test::small_world(kRows, 1, 0.5).noise;
         targets[3] = kNaN;
         return npy_matrix(targets, 1);
       })},
      {"empty label of a CSV",
       3,
       "missing-label",
       {"row 2", "2 of 160", "--unlabelled"},
       [](const World& w) {
         std::string text = "y\n";
         for (std::size_t i = 0; i < kRows; ++i) text += i == 2 || i == 9 ? "\n" : "1\n";
         return w.labelled(w.file("y.csv", text));
       }},
      {"no label at all",
       3,
       "no-labelled-rows",
       {"--unlabelled"},
       labels([] { return npy_vector(std::vector<std::int64_t>(kRows, 255)); },
              {"--unlabelled", "255"})},
      {"k at least N",
       2,
       "k-too-large",
       {"160", "159"},
       [](const World& w) {
         return w.with({"--estimator", "ksg1", "--k", "160"});
       }},
      {"one row",
       3,
       "too-few-rows",
       {},
       [](const World& w) {
         const std::string one = w.file("one.npy", npy_matrix({1.0}, 1));
         return WorldFiles::rank_of(one, one, one);
       }},
      {"swapped ids",
       3,
       "no-common-ids",
       {"'r0'", "'r500'"},
       [](const World& w) {
         return w.with({"--ids", "s=" + w.ids("a.txt", 0), "--ids", "t=" + w.ids("b.txt", 500),
                        "--ids", "labels=" + w.ids("c.txt", 0)});
       }},
      {"duplicate ids",
       3,
       "duplicate-id",
       {"'r1'", "rows 0 and 1"},
       [](const World& w) {
         const std::string good = w.ids("a.txt", 0);
         const std::string twice = w.file("twice.txt", "r1\nr1\nr2\n");
         return w.with({"--ids", "s=" + good, "--ids", "t=" + twice, "--ids", "labels=" + good});
       }},
      {"unknown estimator",
       2,
       "unknown-estimator",
       {"'ksg9'", "'ksg1'"},
       [](const World& w) {
         return w.with({"--estimator", "ksg9"});
       }},
      {"unknown key of a study",
       2,
       "unknown-key",
       {"'estimater'", "line 1", "'estimator'"},
       [](const World& w) {
         return Arguments{"rank", w.file("study.toml", "estimater = \"ksg1\"\n")};
       }},
      {"name that is no text",
       2,
       "bad-name",
       {"UTF-8"},
       [](const World& w) {
         return Arguments{"rank",      "--student",           "\xff=" + w.student,
                          "--teacher", "t=" + w.teacher_file, "--labels",
                          w.labels};
       }},
      {"unwritable output",
       1,
       "cannot-write",
       {},
       [](const World& w) {
         return w.with({"--html", w.labels + "/report.html"});
       }},
  };
}

std::vector<Case> doubtful_inputs() {
  const auto features = [](auto change) {
    return [=](const World& w) {
      auto values = World::values();
      change(values);
      return w.teacher(w.file("doubtful.npy", npy_matrix(values, 2)));
    };
  };
  const auto labels = [](auto make, Arguments more = {}) {
    return [=](const World& w) { return w.labelled(w.file("y2.npy", make()), more); };
  };
  const auto groups = [](std::vector<std::int64_t> codes) {
    return [=](const World& w) { return w.with({"--groups", w.file("g.npy", npy_vector(codes))}); };
  };
  return {
      {"constant column", 0, "constant-column", {"column 1"}, features([](auto& values) {
         for (std::size_t i = 1; i < values.size(); i += 2) values[i] = 3.0;
       })},
      {"all rows equal", 0, "all-rows-equal", {"160 rows of 't'"}, features([](auto& values) {
         std::fill(values.begin(), values.end(), 2.0);
       })},
      {"row numbers beside rows in the order of their classes",
       0,
       "column-follows-rows",
       {"column 1 (from 0) of 't'"},
       [](const World& w) {
         auto values = World::values();
         auto codes = World::classes();
         std::sort(codes.begin(), codes.end());
         for (std::size_t i = 0; i < kRows; ++i) values[2 * i + 1] = 0.5 * static_cast<double>(i);
         return WorldFiles::rank_of(w.student, w.file("rows.npy", npy_matrix(values, 2)),
                                    w.file("sorted.npy", npy_vector(codes)));
       }},
      {"index column of a CSV",
       0,
       "csv-index-column",
       {"column 1 (without a name)"},
       [](const World& w) {
         std::string text = ",a\n";
         const auto values = World::values();
         for (std::size_t i = 0; i < kRows; ++i) {
           text += std::to_string(i) + "," + std::to_string(values[2 * i]) + "\n";
         }
         return w.teacher(w.file("index.csv", text));
       }},
      {"duplicate rows", 0, "duplicate-rows", {"12 of 160 rows of 't'"}, features([](auto& values) {
         std::copy_n(values.begin(), 24, values.begin() + 100);
       })},
      {"duplicate samples",
       0,
       "duplicate-samples",
       {"10 of 160 rows"},
       [](const World& w) {
         auto values = World::values();
         std::copy_n(values.begin(), 20, values.begin() + 100);
         const std::string path = w.file("copies.npy", npy_matrix(values, 2));
         return WorldFiles::rank_of(path, path, w.labels);
       }},
      {"string labels",
       0,
       "row-order-unverified",
       {},
       [](const World& w) {
         std::string text;
         for (const auto code : World::classes()) text += code == 0 ? "cat\n" : "dog\n";
         return w.labelled(w.file("words.txt", text));
       }},
      {"negative label", 0, "label-may-mean-none", {"'-1'", "--unlabelled -1"}, labels([] {
         auto codes = World::classes();
         for (std::size_t i = 0; i < kRows; i += 9) codes[i] = -1;
         return npy_vector(codes);
       })},
      {"label 255", 0, "label-may-mean-none", {"'255'", "--unlabelled 255"}, labels([] {
         auto codes = World::classes();
         for (std::size_t i = 0; i < kRows; i += 9) codes[i] = 255;
         return npy_vector(codes);
       })},
      {"more classes than a fifth of the rows",
       0,
       "many-classes",
       {"40 classes in 160 rows"},
       labels([] { return npy_vector(World::cycle(40)); }, {"--y-kind", "discrete"})},
      {"groups of one row", 0, "groups-of-one-row", {}, groups(World::cycle(kRows))},
      {"two groups", 0, "few-groups", {"2 groups"}, groups(World::cycle(2))},
      {"ids that some input lacks",
       0,
       "rows-left-out",
       {"10 rows of 't'"},
       [](const World& w) {
         return w.with({"--ids", "s=" + w.ids("a.txt", 0), "--ids", "t=" + w.ids("b.txt", 10),
                        "--ids", "labels=" + w.ids("c.txt", 0)});
       }},
  };
}

TEST_CASE("bad input: refused with a code of its own, nothing is written") {
  test::check_refused(bad_labels_and_rows());
}

TEST_CASE("bad input: what is doubtful is ranked, with a warning of its own") {
  for (const Case& doubtful : doubtful_inputs()) {
    CAPTURE(doubtful.what);
    const World world;
    Arguments arguments = doubtful.arguments(world);
    arguments.emplace_back("--json");
    const RunOutcome run = run_cch(arguments);
    CAPTURE(run.err);
    REQUIRE(run.code == 0);
    const nlohmann::json document = run.document();
    std::string messages;
    for (const auto& warning : document["warnings"]) {
      if (warning["code"] == doubtful.code) messages += warning["message"].get<std::string>();
    }
    CHECK_FALSE(messages.empty());
    for (const std::string& word : doubtful.words) {
      CAPTURE(word);
      CAPTURE(messages);
      CHECK(messages.find(word) != std::string::npos);
    }
    CHECK(document["teachers"][0]["margin"]["nats"].is_number());
    if (doubtful.what == "string labels") {
      CHECK(document["labels"]["class_names"] == nlohmann::json{"cat", "dog"});
    }
    if (doubtful.what == "two groups") CHECK(document["teachers"][0]["verdict"] == "unreliable");
  }
}

TEST_CASE("bad input: one file of several that cannot be written leaves none") {
  const World world;
  fs::create_directories(world.folder.path("out/report.html"));
  const RunOutcome run = run_cch(world.with({"-o", world.folder.path("out")}));
  CHECK(run.code == 1);
  CHECK(run.err_has("[cannot-write]"));
  CHECK(run.err_has("report.html"));
  CHECK_FALSE(fs::exists(world.folder.path("out/rank.json")));
}

}  // namespace
}  // namespace cch
