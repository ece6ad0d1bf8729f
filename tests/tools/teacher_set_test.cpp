// Sets of teachers in `cch rank`: what a set is, what is refused, and whether fusing pays.

#include <fstream>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::npy_matrix;
using test::npy_vector;
using test::run_cch;
using test::RunOutcome;
using Words = std::vector<std::string>;

/// A student and three teachers, two of which know another factor of the label each.
struct Parts {
  test::TempFolder folder;

  explicit Parts(std::size_t n = 160, std::size_t columns = 4, double spread = 2.0) {
    Random random(3);
    std::vector<double> s;
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> noise;
    std::vector<std::int64_t> y;
    for (std::size_t i = 0; i < n; ++i) {
      const double z[2] = {random.normal(), random.normal()};
      y.push_back(z[0] + z[1] > 0.0 ? 1 : 0);
      for (std::size_t j = 0; j < columns; ++j) s.push_back(z[j % 2] + spread * random.normal());
      for (std::size_t j = 0; j < 2; ++j) {
        a.push_back(z[0] + 0.3 * random.normal());
        noise.push_back(random.normal());
      }
      for (std::size_t j = 0; j < 3; ++j) b.push_back(z[1] + 0.3 * random.normal());
    }
    static_cast<void>(folder.write("s.npy", npy_matrix(s, columns)));
    static_cast<void>(folder.write("a.npy", npy_matrix(a, 2)));
    static_cast<void>(folder.write("b.npy", npy_matrix(b, 3)));
    static_cast<void>(folder.write("noise.npy", npy_matrix(noise, 2)));
    static_cast<void>(folder.write("y.npy", npy_vector(y)));
  }

  [[nodiscard]] std::string at(const std::string& name) const { return folder.path(name); }

  [[nodiscard]] RunOutcome rank(const Words& more) const {
    Words arguments{"rank",      "--student", at("s.npy"), "--teacher", at("a.npy"),
                    "--teacher", at("b.npy"), "--labels",  at("y.npy"), "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cch(arguments);
  }
};

json teacher_of(const json& document, const std::string& name) {
  for (const json& teacher : document["teachers"]) {
    if (teacher["name"] == name) return teacher;
  }
  return {};
}

TEST_CASE("rank: a+b is a teacher of the columns of a and b, with its chance and verdict") {
  const Parts files;
  const json document =
      files.rank({"--teacher", "a+b", "--quick", "--json", "--labelled", "120"}).document();
  REQUIRE(document["teachers"].size() == 3);
  const json set = teacher_of(document, "a+b");
  REQUIRE(set.is_object());
  CHECK(set["dim"] == 5);
  REQUIRE(set["chances"].size() == 2);
  CHECK(set["chances"][1]["further_rows"] == 40);
  CHECK(set["pilot"]["teacher_score"] < teacher_of(document, "a")["pilot"]["teacher_score"]);
  CHECK_FALSE(document.contains("best_set"));
  // The others are ranked as they are without it, but for what is adjusted over the teachers.
  const json without = files.rank({"--quick", "--json", "--labelled", "120"}).document();
  for (const std::string name : {"a", "b"}) {
    CHECK(teacher_of(document, name)["pilot"] == teacher_of(without, name)["pilot"]);
  }
}

TEST_CASE("rank: a set in a study file, and names with a plus") {
  const Parts files;
  static_cast<void>(files.folder.write(
      "study.toml",
      "student = \"s.npy\"\nteacher = [\"p+q=a.npy\", \"b.npy\", \"p+q+b\"]\nlabels = \"y.npy\"\n"
      "quick = true\n"));
  const json document = run_cch({"rank", files.at("study.toml"), "--json", "-q"}).document();
  REQUIRE(document["teachers"].size() == 3);
  CHECK(teacher_of(document, "p+q")["dim"] == 2);
  CHECK(teacher_of(document, "p+q+b")["dim"] == 5);
}

TEST_CASE("rank: members' extra rows are those of the set, groups and identifiers need nothing") {
  const Parts files;
  const json document = files
                            .rank({"--teacher", "a+b", "--extra-teacher", "a=" + files.at("a.npy"),
                                   "--extra-teacher", "b=" + files.at("b.npy"), "--extra-labels",
                                   files.at("y.npy"), "--quick", "--json"})
                            .document();
  const json set = teacher_of(document, "a+b");
  REQUIRE(set.is_object());
  CHECK(set["chances"][1]["scenario"] == "more-labels");
  CHECK(set["chances"][1]["further_rows"] == 160);

  // a lacks every fourth row: so does the set, and the others' rows are those of all.
  std::string all = "id\n";
  for (int i = 0; i < 160; ++i) all += "r" + std::to_string(i) + "\n";
  static_cast<void>(files.folder.write("ids.csv", all));
  std::string few = "id,v,w\n";
  for (int i = 159; i >= 0; --i) {
    if (i % 4 != 0) few += "r" + std::to_string(i) + "," + std::to_string(i % 7) + ",1.5\n";
  }
  static_cast<void>(files.folder.write("few.csv", few));
  std::string values = "v,w\n";
  for (int i = 159; i >= 0; --i) {
    if (i % 4 != 0) values += std::to_string(i % 7) + "," + std::to_string(i % 5) + "\n";
  }
  static_cast<void>(files.folder.write("c.csv", values));
  const std::string ids = files.at("ids.csv") + ":id";
  const json paired =
      files
          .rank({"--teacher", "c=" + files.at("c.csv"), "--teacher", "b+c", "--ids", "s=" + ids,
                 "--ids", "a=" + ids, "--ids", "b=" + ids, "--ids", "labels=" + ids, "--ids",
                 "c=" + files.at("few.csv") + ":id", "--quick", "--json"})
          .document();
  REQUIRE(teacher_of(paired, "b+c").is_object());
  CHECK(paired["rows"] == 120);
  CHECK(paired["pilot"]["unpaired_rows"] == 40);
}

TEST_CASE("rank: sets that cannot be are refused in words") {
  const Parts files;
  const auto refused = [&](const Words& more, const std::string& code, const std::string& words) {
    const RunOutcome run = files.rank(more);
    CAPTURE(run.err);
    CHECK(run.code == 2);
    CHECK(run.err_has(code));
    CHECK(run.err_has(words));
  };
  refused({"--teacher", "a+c"}, "unknown-name", "names 'c', which is no teacher");
  refused({"--teacher", "a+a"}, "bad-set", "has a teacher twice");
  refused({"--teacher", "a+b", "--teacher", "b+a"}, "bad-set", "is the set 'a+b' again");
  refused({"--teacher", "a+b", "--teacher-kind", "a=logits", "--teacher-saw-rows", "a=no"},
          "set-of-outputs", "can be in no set");
  refused({"--best-set", "--decide-by", "pilot"}, "option-without-meaning", "--best-set");
  refused({"--metric", "f1", "--quick"}, "metric-needs-networks", "no gain is measured in f1");
  const RunOutcome alone =
      run_cch({"rank", "--student", files.at("s.npy"), "--teacher", files.at("a.npy"), "--labels",
               files.at("y.npy"), "--best-set"});
  CHECK(alone.code == 2);
  CHECK(alone.err_has("best-set-alone"));
  // No part is a teacher: a file that is not there.
  CHECK(files.rank({"--teacher", "c+d"}).err_has("file-not-found"));
}

TEST_CASE("rank: one sentence says whether fusing teachers pays, on screen, page and document") {
  const Parts files(700, 40, 6.0);  // few labels do not suffice, those of a teacher that knows do
  const std::string out = files.at("ranked");
  const RunOutcome run = files.rank({"--teacher", files.at("noise.npy"), "--best-set", "--quick",
                                     "--labelled", "100", "-o", out});
  REQUIRE(run.code == 0);
  std::ifstream file(out + "/rank.json");
  const json set = json::parse(file)["best_set"];
  // Which of the two it is, tests of the search say on rows made for it.
  const bool pays = set["steps"][0]["taken"];
  const std::string whether =
      pays ? "Fusing teachers pays: " : "Fusing teachers is not shown to pay: ";
  CHECK(run.out_has(whether));
  CHECK(run.out_has(" alone, cross-entropy "));
  std::ifstream page(out + "/report.html");
  const std::string html{std::istreambuf_iterator<char>(page), {}};
  CHECK(html.find(whether) != std::string::npos);
  CHECK(html.find("Over the best single") != std::string::npos);
  CHECK((set["best"] == set["single"]) == !pays);
  CHECK(set["steps"].back()["taken"] == false);
  CHECK(set["networks"] == 0);
  CHECK(run_cch({"report", out}).code == 0);
}

TEST_CASE("rank: f1 and auc decide by pilots of networks") {
  const Parts files(120);
  for (const std::string metric : {"f1", "auc"}) {
    const RunOutcome run = files.rank({"--metric", metric, "--student-model", "linear",
                                       "--no-planted-bias", "--no-sensitivity", "--json"});
    const json document = run.document();
    for (const json& teacher : document["teachers"]) {
      const json& chance = teacher["chances"][0];
      CHECK(chance["metric"] == metric);
      CHECK(chance["in_range"] == false);
      CHECK(chance["worthwhile"] == (metric == "auc" ? 0.003 : 0.005));
      CHECK(chance["networks"] > 0);
    }
  }
}

}  // namespace
}  // namespace cch
