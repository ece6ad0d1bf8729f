// `cch report DIR`: the same renderings to the byte, and what is refused.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/text.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::run_cch;
using test::RunOutcome;
using test::WorldFiles;

// A folder that rank has written, and what rank printed.
struct Ranked : WorldFiles {
  std::string out = folder.path("out");
  RunOutcome run = run_cch(rank({"-o", out, "--permutations", "49", "--controls"}));

  [[nodiscard]] std::string in(const std::string& name) const { return out + "/" + name; }
};

TEST_CASE("report: renders a folder of rank again, to the byte") {
  const Ranked ranked;
  REQUIRE(ranked.run.code == 0);
  const std::string text = content(ranked.in("rank.json"));
  const std::string csv = content(ranked.in("ranking.csv"));
  const std::string html = content(ranked.in("report.html"));
  fs::remove(ranked.in("ranking.csv"));
  fs::remove(ranked.in("report.html"));
  const std::string alone = ranked.folder.path("alone.html");
  const RunOutcome again = run_cch({"report", ranked.out, "-q", "--html", alone});
  CHECK(again.code == 0);
  CHECK(again.out == ranked.run.out);
  CHECK(content(ranked.in("ranking.csv")) == csv);
  CHECK(content(ranked.in("report.html")) == html);
  CHECK(content(alone) == html);
  CHECK(content(ranked.in("rank.json")) == text);
  CHECK(again.err_has("ranking.csv"));
  CHECK(again.err_has("alone.html"));
  const RunOutcome stored = run_cch({"report", ranked.out, "--json"});
  CHECK(stored.code == 0);
  CHECK(stored.out == text);
}

TEST_CASE("report: names that are no ASCII or hold markup are rendered alike") {
  const WorldFiles files;
  const std::string out = files.folder.path("out");
  auto arguments = WorldFiles::rank_of(files.student, files.teacher, files.labels);
  arguments[2] = "<b>\"schüler\"&amp;=" + files.student;
  arguments.insert(arguments.end(), {"-o", out});
  REQUIRE(run_cch(arguments).code == 0);
  const std::string html = content(out + "/report.html");
  REQUIRE(run_cch({"report", out}).code == 0);
  CHECK(content(out + "/report.html") == html);
  CHECK(html.find("<b>\"sch") == std::string::npos);
}

void check_damaged(const RunOutcome& run, const std::vector<std::string>& words) {
  test::check_refused(run, 3, words);
}

TEST_CASE("report: folders without a whole result of rank are refused, and nothing is written") {
  const Ranked ranked;
  REQUIRE(ranked.run.code == 0);
  const std::string text = content(ranked.in("rank.json"));
  const std::string html = content(ranked.in("report.html"));
  const auto report_of = [&](const std::string& document) {
    std::ofstream(ranked.in("rank.json"), std::ios::binary) << document;
    return run_cch({"report", ranked.out});
  };
  for (const std::size_t length : {text.size() / 2, text.size() - 3, std::size_t{1}}) {
    CAPTURE(length);
    check_damaged(report_of(text.substr(0, length)), {"result-damaged", "rank.json", "byte"});
  }
  check_damaged(report_of(""), {"empty-file"});
  check_damaged(report_of(std::string(200000, '[') + std::string(200000, ']')),
                {"result-damaged", "rank.json", "levels"});
  check_damaged(report_of("{\"seed\": 1e999}"), {"result-damaged", "rank.json", "too large"});
  check_damaged(report_of("[1, 2]"), {"document-field-type"});
  check_damaged(report_of("{\"schema\": \"cch.rank/9\"}"), {"document-schema", "cch.rank/9"});
  check_damaged(report_of("{\"schema\": \"cch.estimate/1\"}"), {"document-schema"});
  check_damaged(report_of("{\"schema\": \"cch.rank/1\"}"), {"result-incomplete", "student"});
  nlohmann::json changed = nlohmann::json::parse(text);
  changed["teachers"] = 3;
  check_damaged(report_of(changed.dump()), {"document-field-type"});
  CHECK(content(ranked.in("report.html")) == html);
  check_damaged(run_cch({"report", ranked.folder.path("absent")}), {"result-missing", "absent"});
  check_damaged(run_cch({"report", ranked.student}), {"result-missing"});
  CHECK(run_cch({"report"}).code == 2);
}

// Every value of a document, in the order of its text.
void find_values(nlohmann::json& node, std::vector<nlohmann::json*>& values) {
  for (auto& child : node) {
    values.push_back(&child);
    if (child.is_structured()) find_values(child, values);
  }
}

TEST_CASE("report: a result with one wrong value is rendered or refused, never a crash") {
  constexpr std::size_t kRounds = 150;
  const Ranked ranked;
  REQUIRE(ranked.run.code == 0);
  const auto whole = nlohmann::json::parse(content(ranked.in("rank.json")));
  const std::vector<nlohmann::json> wrong{nullptr,
                                          3,
                                          -1e308,
                                          "<b>",
                                          true,
                                          nlohmann::json::array(),
                                          nlohmann::json::object(),
                                          {1, 2},
                                          {{"nats", "x"}}};
  Random random(derive_seed(1, "damaged-results"));
  std::size_t refused = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    nlohmann::json document = whole;
    std::vector<nlohmann::json*> values;
    find_values(document, values);
    *values[random.below(values.size())] = wrong[random.below(wrong.size())];
    std::ofstream(ranked.in("rank.json"), std::ios::binary) << document.dump();
    const RunOutcome run = run_cch({"report", ranked.out});
    CAPTURE(run.err);
    CHECK((run.code == 0 || run.code == 3));
    refused += run.code == 3 ? 1 : 0;
  }
  // Both outcomes must occur, or the damage is not what it is meant to be.
  CHECK(refused > 0);
  CHECK(refused < kRounds);
}

TEST_CASE("report: says when another version wrote the result") {
  const Ranked ranked;
  nlohmann::json document = nlohmann::json::parse(content(ranked.in("rank.json")));
  document["version"] = "0.0.9";
  std::ofstream(ranked.in("rank.json"), std::ios::binary) << document.dump();
  const RunOutcome run = run_cch({"report", ranked.out});
  CHECK(run.code == 0);
  CHECK(run.err_has("written by cch 0.0.9"));
}

}  // namespace
}  // namespace cch
