// What the program says about how inputs were read: parts, sequences, transposed arrays, serial
// rows.

#include <string>
#include <vector>

#include "cch/data/sha256.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch::test {
namespace {

using nlohmann::json;

constexpr std::size_t kReadRows = 120;
constexpr std::size_t kSteps = 5;

bool warns(const json& document, const std::string& code) {
  bool found = false;
  for (const json& warning : document["warnings"]) found |= warning["code"] == code;
  return found;
}

const json& input(const json& document, const std::string& role) {
  for (const json& entry : document["inputs"]) {
    if (entry["role"] == role) return entry;
  }
  FAIL("no input " << role);
  return document;
}

/// A teacher of padded sequences N × 5 × 2 of which each step repeats a row of t.npy, and what its
/// mean over the steps is.
struct Sequences : WorldFiles {
  std::string sequences;
  std::string lengths;

  Sequences() : WorldFiles(kReadRows, 2) {
    const std::vector<double> rows = small_world(kReadRows, 2, 0.9).teacher;
    std::vector<double> values;
    std::vector<std::int64_t> steps;
    for (std::size_t i = 0; i < kReadRows; ++i) {
      steps.push_back(static_cast<std::int64_t>(1 + i % kSteps));
      for (std::size_t t = 0; t < kSteps; ++t) {
        for (std::size_t j = 0; j < 2; ++j) {
          values.push_back(t < 1 + i % kSteps ? rows[2 * i + j] : 0.0);
        }
      }
    }
    sequences = folder.write("seq.npy", npy("<f8", "(120, 5, 2)", raw(values)));
    lengths = folder.write("len.npy", npy_vector(steps));
  }
};

json rank(const std::string& s, const std::string& t, const std::string& y,
          std::vector<std::string> more, int code = 0) {
  std::vector<std::string> arguments = WorldFiles::rank_of(s, t, y);
  arguments.emplace_back("--json");
  arguments.insert(arguments.end(), more.begin(), more.end());
  const RunOutcome run = run_cch(arguments);
  CAPTURE(run.err);
  CHECK(run.code == code);
  return run.document();
}

// Largest difference of two numbers that are the same but for the rounding of a mean of equal
// values.
void check_same_margin(const json& a, const json& b) {
  CHECK(near(a["teachers"][0]["margin"]["nats"].get<double>(),
             b["teachers"][0]["margin"]["nats"].get<double>(), 1e-9));
}

}  // namespace

TEST_CASE("rank: sequences are pooled by --pool, by lengths and in a study") {
  const Sequences files;
  const json flat = rank(files.student, files.sequences, files.labels, {});
  CHECK(warns(flat, "sequence-flattened"));
  CHECK(flat["teachers"][0]["dim"] == 10);
  const json rows = rank(files.student, files.teacher, files.labels, {});
  const json mean = rank(files.student, files.sequences, files.labels, {"--pool", "mean"});
  CHECK(mean["teachers"][0]["dim"] == 2);
  CHECK(mean["config"]["pool"] == "mean");
  CHECK_FALSE(warns(mean, "sequence-flattened"));
  check_same_margin(mean, rows);
  const json lengths = rank(files.student, files.sequences, files.labels,
                            {"--pool", "mean", "--lengths", files.lengths});
  check_same_margin(lengths, rows);
  const std::string study = files.folder.write(
      "study.toml",
      "student = \"s=s.npy\"\nteacher = [\"t=seq.npy\"]\nlabels = \"y.npy\"\npool = \"mean\"\n"
      "lengths = \"len.npy\"\nsensitivity = false\nplanted-bias = false\n");
  const RunOutcome by_study = run_cch({"rank", study, "-q", "--json"});
  CAPTURE(by_study.err);
  REQUIRE(by_study.code == 0);
  check_same_margin(by_study.document(), rows);
}

TEST_CASE("rank, estimate, check: pooling that has no meaning is refused") {
  const Sequences files;
  const auto base = WorldFiles::rank_of(files.student, files.sequences, files.labels);
  const auto refused = [&](const std::vector<std::string>& more, const std::string& code) {
    std::vector<std::string> arguments = base;
    arguments.insert(arguments.end(), more.begin(), more.end());
    const RunOutcome run = run_cch(arguments);
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.err_has(code));
  };
  refused({"--pool", "max"}, "unknown-pool");
  refused({"--lengths", files.lengths}, "option-without-meaning");
  refused({"--pool", "mean", "--pixels", "10"}, "option-without-meaning");
  const RunOutcome estimate =
      run_cch({"estimate", files.sequences, files.labels, "--lengths", files.lengths});
  CHECK(estimate.code == 2);
  CHECK(run_cch({"check", "--student", files.student, "--teacher", files.sequences, "--labels",
                 files.labels, "--pool", "max"})
            .err_has("unknown-pool"));
}

TEST_CASE("estimate: --pool mean is the estimate of the means") {
  const Sequences files;
  const auto estimate = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"estimate"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.emplace_back("--json");
    return run_cch(all).document();
  };
  const json mean = estimate({files.sequences, files.labels, "--pool", "mean"});
  CHECK(mean["dim_x"] == 2);
  CHECK(near(mean["nats"].get<double>(),
             estimate({files.teacher, files.labels})["nats"].get<double>(), 1e-9));
  CHECK(warns(estimate({files.sequences, files.labels}), "sequence-flattened"));
}

TEST_CASE("rank: the document says which part of a file was hashed") {
  const WorldFiles files(200);
  const json all = rank(files.student, files.teacher, files.labels, {});
  CHECK(input(all, "student")["sha256"] == sha256(map_file(files.student).view));
  CHECK_FALSE(input(all, "student").contains("sha256_of"));
  const json part = rank(files.student, files.teacher, files.labels, {"--first-rows", "150"});
  CHECK(input(part, "student")["sha256_of"] == "rows 0 to 149");
  CHECK(input(part, "labels")["sha256_of"] == "rows 0 to 149");
  CHECK(input(part, "student")["shape"] == json::array({200, 1}));
  CHECK(input(part, "student")["sha256"] != input(all, "student")["sha256"]);
}

TEST_CASE("rank, estimate: another axis that fits the labels is named, also with a row limit") {
  const WorldFiles files(kReadRows, 2);
  const std::vector<double> values = small_world(kReadRows, 2, 0.9).teacher;
  const std::string turned = files.folder.write("turned.npy", npy_matrix(values, kReadRows));
  const std::string deep = files.folder.write("deep.npy", npy("<f8", "(2, 120, 1)", raw(values)));
  for (const std::string& path : {turned, deep}) {
    std::vector<std::string> arguments = WorldFiles::rank_of(files.student, path, files.labels);
    arguments.insert(arguments.end(), {"--first-rows", "100"});
    const RunOutcome ranked = run_cch(arguments);
    CHECK(ranked.code == 3);
    CHECK(ranked.err_has("axis 1"));
    const RunOutcome estimated = run_cch({"estimate", path, files.labels});
    CHECK(estimated.code == 3);
    CHECK(estimated.err_has("axis 1"));
    const RunOutcome given = run_cch({"estimate", files.student, files.teacher, "--given", path,
                                      "--estimator", "ksg-conditional"});
    CHECK(given.err_has("axis 1"));
  }
}

TEST_CASE("rank: inputs that are several files each are the same files, or are matched by names") {
  const TempFolder folder;
  const SmallWorld w = small_world(160, 1, 0.9);
  for (const char* view : {"s", "t"}) {
    std::filesystem::create_directory(folder.path(view));
    const auto& values = view[0] == 's' ? w.student : w.teacher;
    for (std::size_t part = 0; part < 8; ++part) {
      const std::vector<double> rows(values.begin() + static_cast<std::ptrdiff_t>(20 * part),
                                     values.begin() + static_cast<std::ptrdiff_t>(20 * part + 20));
      static_cast<void>(folder.write(view + std::string("/clip") + std::to_string(part) + ".npy",
                                     npy_matrix(rows, 1)));
    }
  }
  const std::string labels = folder.write("y.npy", npy_vector(w.labels));
  const auto ranked = [&](std::vector<std::string> more) {
    std::vector<std::string> all =
        WorldFiles::rank_of(folder.path("s/*.npy"), folder.path("t/*.npy"), labels);
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  };
  const RunOutcome usual = ranked({"--json", "--groups", folder.path("s/*.npy")});
  REQUIRE(usual.code == 0);
  CHECK(usual.document()["groups"]["count"] == 8);
  std::filesystem::rename(folder.path("t/clip3.npy"), folder.path("t/clip9.npy"));
  const RunOutcome other = ranked({});
  CHECK(other.code == 3);
  CHECK(other.err_has("[other-files]"));
  CHECK(other.err_has("'clip3'"));
}

TEST_CASE("rank: words for labels that are not known are named by every command") {
  const WorldFiles files(kReadRows, 2);
  std::string table = "label\n";
  for (std::size_t i = 0; i < kReadRows; ++i) {
    table += i % 3 == 0 ? "[Not Available]\n" : i % 3 == 1 ? "a\n" : "b\n";
  }
  const std::string words = files.folder.write("w.csv", table);
  CHECK(warns(rank(files.student, files.teacher, words, {}), "label-may-mean-none"));
  CHECK(warns(run_cch({"estimate", files.student, words, "--json"}).document(),
              "label-may-mean-none"));
  CHECK(warns(run_cch({"estimate", words, words, "--estimator", "discrete", "--json"}).document(),
              "label-may-mean-none"));
  const RunOutcome check =
      run_cch({"check", "--student", files.student, "--teacher", files.teacher, "--labels", words,
               "--json", "--no-curved", "--no-sizes", "--no-cost", "--draws", "2"});
  CHECK(warns(check.document(), "label-may-mean-none"));
}

TEST_CASE("rank: serial rows ask for groups, and --groups none answers") {
  Random random(derive_seed(1, "serial"));
  std::vector<double> s;
  std::vector<double> t;
  std::vector<std::int64_t> y;
  double memory = 0.0;
  for (std::size_t i = 0; i < 300; ++i) {
    memory = 0.9 * memory + random.normal();
    s.push_back(memory);
    t.push_back(random.normal());
    y.push_back(random.uniform() < 0.5 ? 0 : 1);
  }
  const TempFolder folder;
  const std::string sp = folder.write("s.npy", npy_matrix(s, 1));
  const std::string tp = folder.write("t.npy", npy_matrix(t, 1));
  const std::string yp = folder.write("y.npy", npy_vector(y));
  CHECK(warns(rank(sp, tp, yp, {}), "serial-rows"));
  CHECK_FALSE(warns(rank(sp, tp, yp, {"--groups", "none"}), "serial-rows"));
}

TEST_CASE("rank: pixels of one image are a group, so they are no serial rows") {
  Random random(derive_seed(1, "pixels"));
  std::vector<double> x;
  std::vector<std::uint8_t> y;
  for (std::size_t i = 0; i < 30; ++i) {
    const double offset = 3.0 * random.normal();
    for (std::size_t p = 0; p < 64; ++p) {
      x.push_back(offset + random.normal());
      y.push_back(random.uniform() < 0.5 ? 0 : 1);
    }
  }
  const TempFolder folder;
  const std::string xp = folder.write("x.npy", npy("<f8", "(30, 1, 8, 8)", raw(x)));
  const std::string yp = folder.write("y.npy", npy("|u1", "(30, 8, 8)", raw(y)));
  const json document = rank(xp, xp, yp, {"--pixels", "600", "--dry-run"});
  CHECK(document["groups"] == 30);
  CHECK_FALSE(warns(document, "serial-rows"));
}

}  // namespace cch::test
