// Teachers that were trained before, as `cch rank`, `cch check` and `cch train` take them.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::has_warning;
using test::npy_matrix;
using test::npy_vector;
using test::run_cch;
using test::RunOutcome;

constexpr std::size_t kStoredRows = 150;
constexpr std::size_t kClasses = 3;

/// Three classes, a student of two columns, logits that know the class, and their softmax.
struct Outputs {
  test::TempFolder folder;
  std::vector<double> logits;
  std::vector<double> probabilities;

  Outputs() {
    Random random(7);
    std::vector<double> student;
    std::vector<std::int64_t> labels;
    std::vector<double> values;
    for (std::size_t i = 0; i < kStoredRows; ++i) {
      const std::size_t y = random.below(kClasses);
      labels.push_back(static_cast<std::int64_t>(y));
      for (std::size_t j = 0; j < 2; ++j) student.push_back(random.normal() + (j == y ? 1.0 : 0.0));
      double total = 0.0;
      for (std::size_t c = 0; c < kClasses; ++c) {
        logits.push_back(random.normal() + (c == y ? 2.0 : 0.0));
        total += std::exp(logits.back());
      }
      for (std::size_t c = 0; c < kClasses; ++c) {
        probabilities.push_back(std::exp(logits[i * kClasses + c]) / total);
      }
      values.push_back(random.normal());
    }
    write("s.npy", student, 2);
    write("z.npy", logits, kClasses);
    write("p.npy", probabilities, kClasses);
    write("real.npy", values, 1);
    static_cast<void>(folder.write("y.npy", npy_vector(labels)));
  }

  void write(const std::string& name, const std::vector<double>& x, std::size_t columns) const {
    static_cast<void>(folder.write(name, npy_matrix(x, columns)));
  }

  [[nodiscard]] std::vector<std::string> rank(const std::vector<std::string>& more,
                                              const std::string& teacher = "z.npy",
                                              const std::string& labels = "y.npy") const {
    std::vector<std::string> out{"rank",     "--student",        "s=" + folder.path("s.npy"),
                                 "-q",       "--teacher",        "t=" + folder.path(teacher),
                                 "--labels", folder.path(labels)};
    out.insert(out.end(), test::kQuick.begin(), test::kQuick.end());
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
};

const std::vector<std::string> kLogits{"--teacher-kind", "logits", "--teacher-saw-rows", "no"};

std::vector<std::string> also(std::vector<std::string> first,
                              const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("rank --teacher-kind: logits and their softmax are one teacher, features another") {
  const Outputs files;
  const RunOutcome run = run_cch(files.rank(also(kLogits, {"--json"})));
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json logits = run.document();
  const json& teacher = logits["teachers"][0];
  CHECK(teacher["stored"] == json{{"kind", "logits"}, {"saw_rows", false}});
  CHECK(teacher["dim"] == kClasses - 1);
  CHECK(logits["config"]["teacher-kind"] == json{"logits"});
  CHECK(logits["config"]["teacher-saw-rows"] == json{"no"});
  const json p = run_cch(files.rank({"--teacher-kind", "t=probabilities", "--teacher-saw-rows",
                                     "t=no", "--json"},
                                    "p.npy"))
                     .document();
  // The same logarithms but for the rounding of exp and ln; a fit ends where it gains less than
  // 1e-6 nats.
  CHECK(std::abs(p["teachers"][0]["pilot"]["gain_cross_entropy"]["nats"].get<double>() -
                 teacher["pilot"]["gain_cross_entropy"]["nats"].get<double>()) < 1e-5);
  CHECK(std::abs(p["teachers"][0]["i_teacher_student"]["nats"].get<double>() -
                 teacher["i_teacher_student"]["nats"].get<double>()) < 1e-6);
  const json features = run_cch(files.rank({"--json"})).document();
  CHECK_FALSE(features["teachers"][0].contains("stored"));
  CHECK_FALSE(features["config"].contains("teacher-kind"));
  CHECK(features["teachers"][0]["dim"] == kClasses);
}

TEST_CASE("rank --teacher-kind: in study files, in check, in the report and in every scenario") {
  const Outputs files;
  const std::string study = files.folder.write("study.toml",
                                               "student = \"s=s.npy\"\nteacher = [\"t=z.npy\"]\n"
                                               "labels = \"y.npy\"\nteacher-kind = [\"logits\"]\n"
                                               "teacher-saw-rows = [\"t=no\"]\n"
                                               "planted-bias = false\nsensitivity = false\n");
  const std::string out = files.folder.path("out");
  const RunOutcome run = run_cch({"rank", study, "-q", "-o", out});
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const RunOutcome again = run_cch({"report", out});
  CHECK(again.code == 0);
  const std::string page = file_text(out + "/report.html");
  CHECK(page.find("Teachers trained before") != std::string::npos);
  CHECK(page.find("had not seen these rows") != std::string::npos);
  CHECK(page.find("Egozcue") != std::string::npos);
  const RunOutcome check = run_cch({"check", study, "-n"});
  CAPTURE(check.err);
  CHECK(check.code == 0);
  CHECK(check.out_has("teacher t: 2 columns"));
  const json pairs = run_cch(files.rank(also(kLogits, {"--scenario", "unlabelled-pairs",
                                                       "--labelled", "100", "--json"})))
                         .document();
  CHECK(pairs["pilot"]["extra_rows"] == kStoredRows - 100);
  CHECK_FALSE(pairs["teachers"][0]["i_teacher_student_all_rows"].is_null());
  const json classes = run_cch(files.rank(also(kLogits, {"--per-class", "--json"}))).document();
  REQUIRE(classes["per_class"].size() == kClasses);
  for (const json& one : classes["per_class"]) {
    REQUIRE(one["teachers"].size() == 1);
    CHECK(one["teachers"][0]["dim"] == 1);
    CHECK(one["teachers"][0]["pilot"]["gain_cross_entropy"]["nats"].is_number());
  }
}

TEST_CASE("rank --teacher-saw-rows: an answer without a name is for the teachers with outputs") {
  const Outputs files;
  const std::vector<std::string> both{"--teacher", "f=" + files.folder.path("z.npy"),
                                      "--teacher-kind", "t=logits", "-n"};
  CHECK(run_cch(files.rank(also(both, {"--teacher-saw-rows", "no"}))).code == 0);
  const RunOutcome named = run_cch(files.rank(also(both, {"--teacher-saw-rows", "f=no"})));
  CHECK(named.code == 2);
  CHECK(named.err_has("the features of 'f'"));
  CHECK(named.err_has("was 't' trained"));
}

TEST_CASE("rank --teacher-saw-rows yes: unreliable, with the reason and the way out") {
  const Outputs files;
  const json saw =
      run_cch(files.rank({"--teacher-kind", "logits", "--teacher-saw-rows", "yes", "--json"}))
          .document();
  CHECK(saw["teachers"][0]["verdict"] == "unreliable");
  CHECK(saw["teachers"][0]["reasons"].dump().find("labels of these rows") != std::string::npos);
  CHECK(has_warning(saw, "teacher-saw-rows"));
  const json held = run_cch(files.rank(also(kLogits, {"--json"}))).document();
  CHECK(held["teachers"][0]["verdict"] != "unreliable");
  CHECK_FALSE(has_warning(held, "teacher-saw-rows"));
  CHECK(saw["teachers"][0]["pilot"] == held["teachers"][0]["pilot"]);
}

TEST_CASE("rank --teacher-kind: what cannot be is refused with a way out") {
  const Outputs files;
  std::vector<double> turned = files.logits;
  for (std::size_t i = 0; i < kStoredRows; ++i)
    std::swap(turned[i * kClasses], turned[i * kClasses + 2]);
  files.write("turned.npy", turned, kClasses);
  std::vector<double> two(files.logits.begin(), files.logits.begin() + 2 * kStoredRows);
  files.write("two.npy", two, 2);
  struct Case {
    std::string teacher;
    std::string labels;
    std::vector<std::string> options;
    int code;
    std::vector<std::string> words;
  };
  const std::vector<Case> cases{
      {"z.npy",
       "y.npy",
       {"--teacher-kind", "logits"},
       2,
       {"[teacher-saw-rows-missing]", "was 't' trained with labels of these rows?", "t=no"}},
      {"z.npy",
       "y.npy",
       {"--teacher-kind", "logit", "--teacher-saw-rows", "no"},
       2,
       {"[unknown-teacher-kind]", "'logits'"}},
      {"z.npy",
       "y.npy",
       {"--teacher-kind", "logits", "--teacher-saw-rows", "maybe"},
       2,
       {"neither yes nor no"}},
      {"z.npy",
       "y.npy",
       also(kLogits, {"--teacher-kind", "T=logits"}),
       2,
       {"[unknown-name]", "Did you mean 't'?"}},
      {"z.npy", "y.npy", also(kLogits, {"--teacher-kind", "features"}), 2, {"[duplicate-name]"}},
      {"z.npy",
       "y.npy",
       {"--teacher-saw-rows", "no"},
       2,
       {"[option-without-meaning]", "--teacher-kind t=logits"}},
      {"z.npy", "real.npy", kLogits, 2, {"[outputs-need-classes]", "leave out --teacher-kind"}},
      {"two.npy",
       "y.npy",
       kLogits,
       3,
       {"[outputs-columns]", "two.npy", "2 columns", "3 classes", "from '0' to '2'"}},
      {"p.npy", "y.npy", kLogits, 3, {"[outputs-are-probabilities]", "p.npy"}},
      {"z.npy",
       "y.npy",
       {"--teacher-kind", "probabilities", "--teacher-saw-rows", "no"},
       3,
       {"[outputs-not-probabilities]", "row 0 (from 0)", "z.npy"}},
      {"turned.npy",
       "y.npy",
       kLogits,
       3,
       {"[outputs-permuted]", "2 for '0', 1 for '1', 0 for '2'"}},
      {"z.npy",
       "y.npy",
       also(kLogits,
            {"--scenario", "more-labels", "--extra-teacher", "t=" + files.folder.path("z.npy"),
             "--extra-labels", files.folder.path("y.npy")}),
       2,
       {"[stored-teacher]", "further labels teach it nothing"}},
  };
  for (const Case& c : cases) {
    const RunOutcome run = run_cch(files.rank(c.options, c.teacher, c.labels));
    CAPTURE(c.words.front());
    CAPTURE(run.err);
    CHECK(run.code == c.code);
    CHECK(run.out.empty());
    for (const std::string& word : c.words) CHECK(run.err_has(word));
  }
}

TEST_CASE("--teacher-kind without a teacher says that the teacher is missing") {
  const Outputs files;
  const RunOutcome none = run_cch({"rank", "--student", files.folder.path("s.npy"), "--labels",
                                   files.folder.path("y.npy"), "--teacher-kind", "t=logits"});
  CHECK(none.code == 2);
  CHECK(none.err_has("--teacher is missing"));
  CHECK_FALSE(none.err_has("[unknown-name]"));
  const RunOutcome plan = run_cch({"check", "--n", "200", "--dim-student", "2", "--dim-teacher",
                                   "3", "--teacher-kind", "logits"});
  CHECK(plan.code == 2);
  CHECK(plan.err_has("[plan-with-features]"));
}

TEST_CASE("rank --teacher-kind: outputs of rows in another order are at chance") {
  const Outputs files;
  std::vector<double> moved(files.logits);
  std::rotate(moved.begin(), moved.begin() + 50 * kClasses, moved.end());
  files.write("moved.npy", moved, kClasses);
  const json other = run_cch(files.rank(also(kLogits, {"--json"}), "moved.npy")).document();
  CHECK(has_warning(other, "outputs-at-chance"));
  CHECK_FALSE(
      has_warning(run_cch(files.rank(also(kLogits, {"--json"}))).document(), "outputs-at-chance"));
}

TEST_CASE("train: a stored teacher has no network, and its document and key say so") {
  const Outputs files;
  const auto study = [&](const std::string& stored, const std::string& teacher) {
    return files.folder.write(
        "study.toml",
        "seeds = 1\n[task]\nname = \"features\"\nsource = \"dir:set\"\n"
        "students = [\"s\"]\nteachers = [\"z\"]\nunpaired-rows = \"keep\"\nstored = { z = " +
            stored + " }\n[student]\nlayers = \"linear\"\n[teacher]\n" + teacher +
            "[training]\nsteps = 20\n");
  };
  std::filesystem::create_directory(files.folder.path("set"));
  for (const char* name : {"s.npy", "z.npy"}) {
    std::filesystem::copy_file(files.folder.path(name),
                               files.folder.path("set/" + std::string(name)));
  }
  std::filesystem::copy_file(files.folder.path("y.npy"), files.folder.path("set/labels.npy"));
  const std::string unanswered = study("{ kind = \"logits\" }", "");
  const RunOutcome asked = run_cch({"train", unanswered, "--list", "-q"});
  CHECK(asked.code == 2);
  CHECK(asked.err_has("[teacher-saw-rows-missing]"));
  CHECK(run_cch({"train", study("{ kind = \"features\", saw-rows = false }", ""), "--list", "-q"})
            .code == 2);
  const auto teacher_of = [&](const std::string& path, const std::string& out) {
    const RunOutcome run = run_cch({"train", path, "-q", "-o", files.folder.path(out)});
    CAPTURE(run.err);
    REQUIRE(run.code == 0);
    for (const auto& entry :
         std::filesystem::directory_iterator(files.folder.path(out + "/runs"))) {
      json record = json::parse(file_text((entry.path() / "result.json").string()));
      if (record["role"] == "teacher") return record;
    }
    return json();
  };
  const json record = teacher_of(study("{ kind = \"logits\", saw-rows = false }", ""), "a");
  CHECK(record["teacher"]["labels_from"] == "stored");
  CHECK(record["network"].is_null());
  CHECK(record["training"].empty());
  CHECK_FALSE(record.contains("weights"));
  CHECK(record["calibration_temperature"].is_number());
  CHECK(record["metrics"]["accuracy"].get<double>() > 0.5);
  const json other =
      teacher_of(study("{ kind = \"logits\", saw-rows = false }", "layers = \"linear\"\n"), "b");
  CHECK(record["key"] == other["key"]);
  CHECK(record["key"] !=
        teacher_of(study("{ kind = \"logits\", saw-rows = true }", ""), "c")["key"]);
  // Rows that the teacher said nothing of are no rows of probabilities, and are left to the labels.
  std::vector<double> some = files.probabilities;
  std::fill_n(some.begin(), 30 * kClasses, std::numeric_limits<double>::quiet_NaN());
  files.write("set/z.npy", some, kClasses);
  const json partly = teacher_of(study("{ kind = \"probabilities\", saw-rows = false }", ""), "d");
  CHECK(partly["paired"]["labelled_paired"] < partly["paired"]["labelled"]);
  CHECK(partly["metrics"]["accuracy"].get<double>() > 0.5);
}

}  // namespace
}  // namespace cch
