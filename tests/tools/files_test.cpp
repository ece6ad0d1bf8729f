// How results are written: whole or not at all, through links, into devices and pipes.
#include "tools/cch/files.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "support/test.hpp"
#include "tests/data/files.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t entries(const TempFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder.path("")), fs::directory_iterator()));
}

TEST_CASE("files: one that is replaced keeps its mode") {
  const TempFolder folder;
  const std::string path = folder.write("private.html", "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  write_files({{path, "new"}});
  CHECK(content_of(path) == "new");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(entries(folder) == 1);
}

TEST_CASE("files: links stay links, also those to files that are not there yet") {
  const TempFolder folder;
  fs::create_directory(folder.path("elsewhere"));
  const std::string real = folder.write("elsewhere/report.html", "old");
  fs::create_symlink("elsewhere/report.html", folder.path("link.html"));
  fs::create_symlink(folder.path("elsewhere/none.html"), folder.path("dangling.html"));
  for (const char* name : {"link.html", "dangling.html"}) check_writable(folder.path(name));
  write_files({{folder.path("link.html"), "new"}, {folder.path("dangling.html"), "made"}});
  CHECK(fs::is_symlink(folder.path("link.html")));
  CHECK(fs::is_symlink(folder.path("dangling.html")));
  CHECK(content_of(real) == "new");
  CHECK(content_of(folder.path("elsewhere/none.html")) == "made");
  fs::create_symlink("loop.html", folder.path("loop.html"));
  CHECK(test::fault_code([&] {
          write_files({{folder.path("loop.html"), "x"}});
        }) == "cannot-write");
}

TEST_CASE("files: a pipe is written to, and stays one") {
  const TempFolder folder;
  const std::string pipe = folder.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  check_writable(pipe);
  auto reader = std::async(std::launch::async, [&] { return content_of(pipe); });
  write_files({{pipe, "through the pipe"}});
  CHECK(reader.get() == "through the pipe");
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("files: a device that is full is an error, and stays a device") {
  if (!fs::is_character_file("/dev/full")) return;  // Linux has one
  const TempFolder folder;
  const std::string beside = folder.path("beside.json");
  CHECK(test::fault_code([&] {
          write_files({{beside, "{}"}, {"/dev/full", "page"}});
        }) == "cannot-write");
  CHECK(fs::is_character_file("/dev/full"));
  CHECK(entries(folder) == 0);
  write_files({{"/dev/null", "page"}});
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("files: a folder of others is not written to, unless forced") {
  const TempFolder folder;
  const auto code = [&](bool force = false) {
    return test::fault_code([&] {
      refuse_foreign(folder.path(""), {"rank.json", "report.html"}, force);
    });
  };
  CHECK(code() == "");  // empty
  const std::string notes = folder.write("notes.txt", "mine");
  CHECK(code() == "");  // nothing of it would be overwritten
  const std::string page = folder.write("report.html", "<p>mine</p>");
  CHECK(code() == "foreign-folder");
  CHECK(code(true) == "");
  (void)folder.write("package.json", "{\"name\": \"mine\"}");
  CHECK(code() == "foreign-folder");
  (void)folder.write("check.json", "{\n \"schema\": \"cch.check/1\"\n}");
  CHECK(code() == "");  // a check stands there already
  CHECK(test::fault_code([&] { refuse_foreign(folder.path("new"), {"rank.json"}, false); }) == "");
}

TEST_CASE("rank -o and sweeps: a report and lines of somebody else stay as they are") {
  const test::WorldFiles files;
  const std::string out = files.folder.path("mine");
  fs::create_directory(out);
  const std::string page = files.folder.write("mine/report.html", "<p>mine</p>");
  const test::RunOutcome refused = test::run_cch(files.rank({"-o", out}));
  CHECK(refused.code == 2);
  CHECK(refused.err_has("[foreign-folder]"));
  CHECK(refused.err_has("--force"));
  CHECK(content_of(page) == "<p>mine</p>");
  CHECK(test::run_cch(files.rank({"-o", out, "--force"})).code == 0);
  CHECK(content_of(page).starts_with("<!"));
  CHECK(test::run_cch(files.rank({"-o", out})).code == 0);  // it is ours now

  fs::create_directory(files.folder.path("cells"));
  const std::string lines = files.folder.write("cells/cells.jsonl", "{\"id\": 1}\n{\"id\": 2");
  const test::RunOutcome sweep =
      test::run_cch({"gaussian", "sweep",
                     std::string(CCH_SOURCE_DIR) + "/data/examples/gaussian-teacher-noise.toml",
                     "-o", files.folder.path("cells")});
  CHECK(sweep.code == 2);
  CHECK(sweep.err_has("[foreign-folder]"));
  CHECK(content_of(lines) == "{\"id\": 1}\n{\"id\": 2");
}

}  // namespace
}  // namespace cch
