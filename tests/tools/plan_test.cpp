// `cch rank --dry-run` and --verbose.

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

TEST_CASE("rank --dry-run --json: one document of what would be done") {
  const WorldFiles files;
  const RunOutcome run = run_cch(files.rank({"-n", "--json"}));
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  const json plan = run.document();
  REQUIRE(plan.is_object());
  CHECK(plan["schema"] == "cch.rank-plan/1");
  CHECK(plan["rows"] == 160);
  CHECK(plan["extra_rows"] == 0);
  CHECK(plan["student"] == json{{"name", "s"}, {"dim", 1}});
  REQUIRE(plan["teachers"].size() == 2);
  CHECK(plan["teachers"][0]["name"] == "t");
  CHECK(plan["teachers"][0]["estimator"] == "ksg1");
  CHECK(plan["labels"]["kind"] == "discrete");
  CHECK(plan["groups"].is_null());
  CHECK(plan["inputs"].size() == 4);
  CHECK(plan["warnings"][0]["code"] == "row-order-unverified");
  // The estimator that the ranking then takes.
  const json document = run_cch(files.rank({"--json"})).document();
  CHECK(document["estimators"][0]["teacher_student"] == plan["teachers"][0]["estimator"]);
  const json asked = run_cch(files.rank({"-n", "--json", "--estimator", "ksg2"})).document();
  CHECK(asked["teachers"][0]["estimator"] == "ksg2");
}

TEST_CASE("rank --dry-run: counts rows beside the labelled pairs, shows what is worth a warning") {
  const WorldFiles files;
  auto labels = test::small_world(160, 1, 0.9).labels;
  labels[3] = labels[80] = -1;
  const std::string y = files.folder.write("marked.npy", test::npy_vector(labels));
  auto arguments = WorldFiles::rank_of(files.student, files.teacher, y);
  arguments.emplace_back("-n");
  const RunOutcome unsaid = run_cch(arguments);
  CHECK(unsaid.out_has("--unlabelled -1"));
  arguments.insert(arguments.end(), {"--unlabelled", "-1"});
  const RunOutcome said = run_cch(arguments);
  CHECK(said.out_has("158 rows"));
  CHECK(said.out_has("beside the labelled pairs: 2"));
}

TEST_CASE("--verbose: diagnostics of every estimate after the result, none without it") {
  const WorldFiles files;
  const RunOutcome quiet = run_cch(files.rank());
  CHECK_FALSE(quiet.out_has("Diagnostics of"));
  const RunOutcome loud = run_cch(files.rank({"-v"}));
  CHECK(loud.code == 0);
  CHECK(loud.out.starts_with(quiet.out));
  for (const std::string title : {"I(student; labels)", "I(t; student)", "I(noise; student)"}) {
    CAPTURE(title);
    CHECK(loud.out_has("Diagnostics of " + title));
  }
}

std::size_t times(const std::string& text, const std::string& words) {
  std::size_t found = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++found;
  return found;
}

TEST_CASE("estimate answers in a few lines, its diagnostics come with --verbose, once") {
  // Wide enough for cca-ksg, which has many.
  const WorldFiles files(400, 4);
  const RunOutcome plain = run_cch({"estimate", files.student, files.teacher});
  CHECK(plain.code == 0);
  CHECK(plain.out.starts_with("I(X;Y) = "));
  for (const char* words :
       {"95 % interval", "cca-ksg", "400 rows, dimensions 4 and 4, scale rank"}) {
    CAPTURE(words);
    CHECK(plain.out_has(words));
  }
  const std::string answer = plain.out.substr(0, plain.out.find("\nWarnings\n"));
  CAPTURE(answer);
  CHECK(times(answer, "\n") <= 6);  // one line more where the reason is wrapped
  for (const char* inner : {"Diagnostics", "seconds", "rung", "joint 1"}) {
    CAPTURE(inner);
    CHECK(times(plain.out, inner) == 0);
  }
  const RunOutcome loud = run_cch({"estimate", files.student, files.teacher, "--verbose"});
  CHECK(loud.out.starts_with(plain.out));
  CHECK(times(loud.out, "Diagnostics") == 1);
  CHECK(times(loud.out, "Diagnostics of the estimate") == 1);
  CHECK(times(loud.out, " seconds ") == 1);
}

}  // namespace
}  // namespace cch
