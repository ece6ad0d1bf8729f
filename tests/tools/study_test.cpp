// `cch rank STUDY.toml`: the same names as the flags, flags win, mistakes are named.

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

const std::string kInputs =
    "student = \"s=s.npy\"\nteacher = [\"t=t.npy\", \"noise=noise.npy\"]\nlabels = \"y.npy\"\n";

RunOutcome run_study(const WorldFiles& files, const std::string& text,
                     std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"rank", files.folder.write("study.toml", text), "-q"});
  // A rule of the study stays.
  const bool rule = text.find("decide-by") != std::string::npos;
  more.insert(more.end(), test::kQuick.begin(), test::kQuick.end() - (rule ? 2 : 0));
  return run_cch(more);
}

void check_usage(const RunOutcome& run, const std::vector<std::string>& words) {
  test::check_refused(run, 2, words);
}

TEST_CASE("study: the same ranking as by flags, paths are relative to the study") {
  const WorldFiles files;
  const RunOutcome study = run_study(files, kInputs + "json = true\n");
  CHECK(study.code == 0);
  const json by_flags = test::comparable(run_cch(files.rank({"--json"})).document());
  const json by_study = test::comparable(study.document());
  CHECK(by_study["teachers"] == by_flags["teachers"]);
  CHECK(by_study["labels"] == by_flags["labels"]);
}

TEST_CASE("study: defaults < file < flags, and the document echoes what was taken") {
  const WorldFiles files;
  const std::string text =
      kInputs + "json = true\nseed = 7\nk = 6\nscale = \"zscore\"\nestimator = \"ksg2\"\n";
  const json plain = run_study(files, kInputs + "json = true\n").document();
  CHECK(plain["config"]["seed"] == 1);
  CHECK(plain["config"]["k"].is_null());
  CHECK(plain["config"]["scale"] == "rank");
  const json file = run_study(files, text).document();
  CHECK(file["config"]["seed"] == 7);
  CHECK(file["seed"] == 7);
  CHECK(file["config"]["k"] == 6);
  CHECK(file["scale"] == "zscore");
  CHECK(file["estimators"][0]["teacher_student"] == "ksg2");
  const json flags = run_study(files, text,
                               {"--seed", "9", "--scale", "none", "--estimator", "ksg1",
                                "--teacher", "only=" + files.teacher})
                         .document();
  CHECK(flags["seed"] == 9);
  CHECK(flags["scale"] == "none");
  CHECK(flags["config"]["k"] == 6);
  CHECK(flags["config"]["estimator"] == json::array({"ksg1"}));
  REQUIRE(flags["teachers"].size() == 1);
  CHECK(flags["teachers"][0]["name"] == "only");
}

TEST_CASE("study: a flag that repeats its default still wins") {
  const WorldFiles files;
  const json document =
      run_study(files, kInputs + "json = true\nseed = 7\n", {"--seed", "1"}).document();
  CHECK(document["seed"] == 1);
}

TEST_CASE("study: an unknown key is refused with its line and the nearest name") {
  const WorldFiles files;
  check_usage(run_study(files, kInputs + "estimater = \"ksg1\"\n"),
              {"'estimater'", "line 4", "'estimator'"});
  check_usage(run_study(files, "[rank]\n" + kInputs), {"'rank'", "line 1"});
  check_usage(run_study(files, kInputs + "dry_run = true\n"), {"'dry_run'"});
}

TEST_CASE("study: values of the wrong type name their key") {
  const WorldFiles files;
  for (const std::string line :
       {"seed = \"one\"", "seed = -1", "seed = 1.5", "k = 3.0", "json = \"yes\"", "scale = 3",
        "estimator = [1]", "exact = 1", "out = [\"a\"]", "student = [\"a\"]"}) {
    CAPTURE(line);
    const std::string key = line.substr(0, line.find(' '));
    const std::string rest = key == "student" ? kInputs.substr(kInputs.find('\n') + 1) : kInputs;
    check_usage(run_study(files, rest + line + "\n"), {"'" + key + "'"});
  }
}

TEST_CASE("study: what is no TOML is refused with line and column, what is absent by name") {
  const WorldFiles files;
  check_usage(run_study(files, kInputs + "seed = = 3\n"), {"TOML", "line 4"});
  check_usage(run_study(files, kInputs + kInputs), {"TOML", "line 4"});
  const std::string absent = files.folder.path("absent.toml");
  check_usage(run_cch({"rank", absent}), {absent});
  check_usage(run_cch({"rank", files.folder.path("")}), {"study"});
  check_usage(run_study(files, ""), {"--student", "--teacher", "--labels"});
}

TEST_CASE("study: bad values are refused as on the command line") {
  const WorldFiles files;
  check_usage(run_study(files, kInputs + "scale = \"ranks\"\n"), {"'ranks'"});
  check_usage(run_study(files, kInputs + "estimator = [\"ksg1\", \"ksg9\"]\n"), {"'ksg9'"});
  check_usage(run_study(files, kInputs + "fail-on = \"maybe\"\n"), {"'maybe'"});
  check_usage(run_study(files, kInputs + "k = 0\n"), {"k"});
}

TEST_CASE("study: scenario, decision and evidence have the names of the flags") {
  const WorldFiles files;
  const std::string text = kInputs +
                           "json = true\nscenario = \"unlabelled-pairs\"\nunlabelled = 1\n"
                           "decide-by = \"pilot\"\nlambda = 0.5\npermutations = 49\n"
                           "controls = true\ny-kind = \"discrete\"\n";
  // Of two classes one means "no label": the other alone says nothing.
  const RunOutcome refused = run_study(files, text);
  CHECK(refused.code == 3);
  CHECK(refused.err_has("one-class"));
  std::string labels = "y\n";
  for (int i = 0; i < 160; ++i) labels += i % 4 == 3 ? "\n" : (i % 2 == 0 ? "0\n" : "1\n");
  (void)files.folder.write("y.csv", labels);
  std::string study = text;
  study.replace(study.find("y.npy"), 5, "y.csv")
      .replace(study.find("unlabelled = 1"), 14, "unlabelled = nan");
  const json document = run_study(files, study).document();
  REQUIRE(document.is_object());
  CHECK(document["rows"] == 120);
  CHECK(document["alignment"]["rows_without_label"] == 40);
  CHECK(document["scenario"] == "unlabelled-pairs");
  CHECK(document["decided_by"] == "pilot");
  CHECK(document["config"]["unlabelled"] == "nan");
  CHECK(document["config"]["permutations"] == 49);
  CHECK(document["controls"].is_array());
  const json teacher = document["teachers"][0];
  CHECK(teacher["null"]["permutations"] == 49);
  CHECK(teacher["prediction_level"]["lambda"] == 0.5);
  CHECK(teacher["i_teacher_student_all_rows"]["rows"] == 160);
  // A flag wins over the study.
  const json flags =
      run_study(files, study, {"--decide-by", "cch", "--permutations", "0"}).document();
  CHECK(flags["decided_by"] == "cch");
  CHECK(flags["teachers"][0]["null"].is_null());
}

TEST_CASE("study: planted bias and sensitivity are keys that a flag can turn round") {
  const WorldFiles files(120);
  const std::string study = files.folder.write(
      "study.toml", kInputs + "json = true\nplanted-bias = false\nsensitivity = false\n");
  const json off = run_cch({"rank", "-q", study}).document();
  CHECK(off["config"]["planted-bias"] == false);
  CHECK(off["teachers"][0]["planted_bias"].is_null());
  CHECK(off["sensitivity"].is_null());
  const json on = run_cch({"rank", "-q", study, "--planted-bias", "--sensitivity"}).document();
  CHECK(on["config"]["planted-bias"] == true);
  CHECK(on["teachers"][0]["planted_bias"].is_object());
  CHECK(on["sensitivity"].is_array());
}

TEST_CASE("study: one may stand after options that take values") {
  const WorldFiles files;
  const std::string study = files.folder.write("study.toml", kInputs);
  const RunOutcome run = run_cch({"rank", "-n", "--json", "--estimator", "ksg1", study});
  CHECK(run.code == 0);
  CHECK(run_cch({"rank", "-n", "--teacher", "only=" + files.teacher, study}).code == 0);
  CHECK(run_cch({"rank", "-n", "--lambda", "1", "--unlabelled", "-1", study}).code == 0);
}

}  // namespace
}  // namespace cch
