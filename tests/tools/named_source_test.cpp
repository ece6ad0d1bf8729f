// Names of modalities: given as NAME=PATH, or taken from what is read.

#include <filesystem>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tools/cch/inputs/named_source.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::run_cch;
using test::RunOutcome;
using test::TempFolder;
using test::WorldFiles;

NamedSource of(const std::string& text) {
  return named_source("--teacher", text, Naming::optional);
}

TEST_CASE("a modality without a name has its file's, or the key, column or view") {
  const TempFolder folder;
  const std::string table = folder.write("features.csv", "height,width\n1,2\n");
  CHECK(of("audio.npy").name == "audio");
  CHECK(of("/data/run.2/audio.train.npy").name == "audio.train");
  CHECK(of("/data/run.2/audio").name == "audio");
  CHECK(of(table).name == "features");
  CHECK(of(table + ":width").name == "width");
  CHECK(of(table + ":width").source.key == "width");
  CHECK(of("fashion-mnist:left").name == "left");
  CHECK(of("fashion-mnist:left").source.path == "fashion-mnist");
  CHECK(of("dir:/data/set:audio").name == "audio");
  CHECK(of(folder.write("C:\\data\\lidar.npy", "")).name == "lidar");
  CHECK(of("audio=" + table + ":width").name == "audio");
  CHECK(of("audio=fashion-mnist:left").name == "audio");
}

TEST_CASE("NAME=PATH is distinguished from a path that has '=' in it by what is there") {
  const TempFolder folder;
  fs::create_directories(folder.path("lr=0.1"));
  const std::string inside = folder.write("lr=0.1/audio.npy", "");
  const std::string file = folder.write("k=3.npy", "");
  CHECK(of(inside).name == "audio");
  CHECK(of(inside).source.path == inside);
  CHECK(of(file).name == "k=3");
  CHECK(of("a=" + file).name == "a");
  CHECK(of("a=" + file).source.path == file);
  CHECK(of("a=" + inside).source.path == inside);
  // A key with '=' belongs to its file.
  CHECK(of(folder.write("t.csv", "a=b\n1\n") + ":a=b").name == "a=b");
  // A name may look like a folder where only what follows is there.
  CHECK(of("pair/one=" + file).name == "pair/one");
  CHECK(of("pair/one=" + file).source.path == file);
  // Nothing is there: a folder's name before '=' makes a path, anything else a name.
  CHECK(of("/absent/lr=1/audio.npy").source.path == "/absent/lr=1/audio.npy");
  CHECK(of("audio=absent.npy").name == "audio");
  for (const char* text : {"=x.npy", "x=", "="}) {
    CAPTURE(text);
    CHECK_THROWS_AS(of(text), Error);
  }
}

TEST_CASE("names that say which input is meant stay required") {
  CHECK_THROWS_AS(named_source("--ids", "ids.csv", Naming::required), Error);
  CHECK(named_source("--ids", "labels=ids.csv", Naming::required).name == "labels");
  CHECK(named_source("--ids", "a/b=ids.csv", Naming::required).name == "a/b");
}

/// What a dry run plans to read, by name.
std::vector<std::string> planned_names(const std::vector<std::string>& arguments) {
  const RunOutcome run = run_cch(arguments);
  CAPTURE(run.err);
  CHECK(run.code == 0);
  std::vector<std::string> names;
  const json document = run.document();
  for (const json& input : document["inputs"]) {
    if (input["role"] == "student" || input["role"] == "teacher") names.push_back(input["name"]);
  }
  return names;
}

TEST_CASE("rank, check and study files take inputs without names alike") {
  const WorldFiles files;
  const std::vector<std::string> inputs{"--student", files.student,      "--teacher", files.teacher,
                                        "--teacher", "n=" + files.noise, "--labels",  files.labels};
  const std::vector<std::string> expected{"s", "t", "n"};
  const auto with = [&](const std::string& command, std::vector<std::string> more) {
    more.insert(more.begin(), inputs.begin(), inputs.end());
    more.insert(more.begin(), command);
    return more;
  };
  CHECK(planned_names(with("rank", {"--dry-run", "--json"})) == expected);
  const RunOutcome check = run_cch(with("check", {"--dry-run"}));
  CHECK(check.code == 0);
  for (const char* words : {"student s:", "teacher t:", "teacher n:"}) CHECK(check.out_has(words));
  const std::string study =
      files.folder.write("study.toml",
                         "student = \"s.npy\"\nteacher = [\"t.npy\", \"n=noise.npy\"]\n"
                         "labels = \"y.npy\"\n");
  CHECK(planned_names({"rank", study, "--dry-run", "--json"}) == expected);
  CHECK(run_cch({"check", study, "--dry-run"}).out == check.out);
  // The result has these names, too, and the same numbers as with names given.
  const json named = run_cch(files.rank({"--json"})).document();
  auto plain = test::kQuick;
  plain.insert(plain.end(), {"-q", "--json"});
  json unnamed = run_cch(with("rank", plain)).document();
  CHECK(unnamed["student"]["name"] == "s");
  REQUIRE(unnamed["teachers"].size() == 2);
  CHECK(named["teachers"][0]["margin"] == unnamed["teachers"][0]["margin"]);
}

TEST_CASE("a study in a folder with '=' and files with '=' in their names") {
  const WorldFiles files;
  fs::create_directories(files.folder.path("lr=1"));
  for (const char* name : {"s", "t", "y"}) {
    fs::copy_file(files.folder.path(std::string(name) + ".npy"),
                  files.folder.path("lr=1/k=" + std::string(name) + ".npy"));
  }
  const std::string study = files.folder.write(
      "lr=1/study.toml",
      "student = \"k=s.npy\"\nteacher = [\"t=k=t.npy\"]\nlabels = \"k=y.npy\"\n");
  CHECK(planned_names({"rank", study, "--dry-run", "--json"}) ==
        std::vector<std::string>{"k=s", "t"});
}

TEST_CASE("two inputs with one name: the error says how to name them") {
  const WorldFiles files;
  fs::create_directories(files.folder.path("audio"));
  fs::copy_file(files.teacher, files.folder.path("audio/s.npy"));
  const RunOutcome run =
      run_cch({"rank", "--student", files.student, "--teacher", files.folder.path("audio/s.npy"),
               "--labels", files.labels, "-q"});
  CHECK(run.code == 3);
  CHECK(run.err_has("[duplicate-name]"));
  CHECK(run.err_has("'s'"));
  CHECK(run.err_has("--teacher NAME=PATH"));
}

}  // namespace
}  // namespace cch
