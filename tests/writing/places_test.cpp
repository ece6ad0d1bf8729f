// Where results may go: the same for every command that writes.
#include <sys/stat.h>

#include <future>

#include "tests/support/processes.hpp"
#include "tests/writing/writers.hpp"

namespace cch::test {
namespace {

/// A place, what must come of it, and what must hold after.
struct Place {
  std::string what;
  std::function<std::string(const WritersWorld&)> path;
  int exit = 0;
  std::string code = {};
  std::function<void(const WritersWorld&, const Writer&)> after = {};
};

std::string under(const WritersWorld& w, const std::string& name) {
  return w.folder.path(name);
}

void check_no_drafts(const WritersWorld& w) {
  for (const auto& [name, text] : tree(w.folder.path(""))) {
    CAPTURE(name);
    CHECK(name.find(".tmp") == std::string::npos);
  }
}

void hold(const Writer& writer, const std::vector<Place>& places) {
  for (const Place& place : places) {
    CAPTURE(writer.name);
    CAPTURE(place.what);
    const WritersWorld world;
    const std::string path = place.path(world);
    const Arguments command = writer.command(world, path);
    const RunOutcome run = run_cch(command);
    CAPTURE(run.err);
    CHECK(run.code == place.exit);
    if (!place.code.empty()) {
      CHECK(run.err_has("[" + place.code + "]"));
      CHECK(run.out.empty());
    }
    if (place.after) place.after(world, writer);
    check_no_drafts(world);
  }
}

void check_written(const fs::path& folder, const Writer& writer) {
  for (const std::string& name : writer.files) {
    CAPTURE(name);
    CHECK(fs::file_size(folder / name) > 0);
  }
}

/// For every kind of output.
std::vector<Place> no_places() {
  return {
      {"below a file", [](const WritersWorld& w) { return w.labels + "/x"; }, 1, "cannot-write"},
      {"in a file system that takes no files",
       [](const WritersWorld&) { return std::string("/proc/cch-writing-test"); }, 1,
       "cannot-write"},
      {"a name that is too long",
       [](const WritersWorld& w) { return under(w, std::string(300, 'x')); }, 1, "cannot-write"},
      {"a link to itself",
       [](const WritersWorld& w) {
         fs::create_symlink("loop", under(w, "loop"));
         return under(w, "loop");
       },
       1, "cannot-write"},
  };
}

std::vector<Place> places_of_folders() {
  const auto foreign = [](const std::string& name) -> Place {
    return {"a folder with another's " + name,
            [name](const WritersWorld& w) {
              fs::create_directory(under(w, "mine"));
              return (void)w.folder.write("mine/" + name, "mine"), under(w, "mine");
            },
            2, "foreign-folder",
            [name](const WritersWorld& w, const Writer&) {
              CHECK(tree(under(w, "mine")) == std::map<std::string, std::string>{{name, "mine"}});
            }};
  };
  return {
      {"a new folder in new folders",
       [](const WritersWorld& w) { return under(w, "a/b/c"); },
       0,
       {},
       [](const WritersWorld& w, const Writer& writer) {
         check_written(under(w, "a/b/c"), writer);
       }},
      {"a name with a line end and an escape",
       [](const WritersWorld& w) { return under(w, "a\n\x1b[31mb"); },
       0,
       {},
       [](const WritersWorld& w, const Writer& writer) {
         check_written(under(w, "a\n\x1b[31mb"), writer);
       }},
      {"through a link",
       [](const WritersWorld& w) {
         fs::create_directory(under(w, "real"));
         fs::create_directory_symlink("real", under(w, "link"));
         return under(w, "link");
       },
       0,
       {},
       [](const WritersWorld& w, const Writer& writer) {
         CHECK(fs::is_symlink(under(w, "link")));
         check_written(under(w, "real"), writer);
       }},
      {"a folder with notes of another name",
       [](const WritersWorld& w) {
         fs::create_directory(under(w, "mine"));
         return (void)w.folder.write("mine/notes.txt", "mine"), under(w, "mine");
       },
       0,
       {},
       [](const WritersWorld& w, const Writer& writer) {
         check_written(under(w, "mine"), writer);
         CHECK(content_of(under(w, "mine/notes.txt")) == "mine");
       }},
      {"a file", [](const WritersWorld& w) { return w.folder.write("taken", "mine"); }, 1,
       "cannot-write",
       [](const WritersWorld& w, const Writer&) {
         CHECK(content_of(under(w, "taken")) == "mine");
       }},
      {"a device", [](const WritersWorld&) { return std::string("/dev/null"); }, 1, "cannot-write"},
      foreign("report.html"),
  };
}

std::vector<Place> places_of_files() {
  const auto page = [](const fs::path& path) { CHECK(content_of(path).starts_with("<!")); };
  return {
      {"a new file",
       [](const WritersWorld& w) { return under(w, "x.html"); },
       0,
       {},
       [page](const WritersWorld& w, const Writer&) { page(under(w, "x.html")); }},
      {"through a link",
       [](const WritersWorld& w) {
         fs::create_symlink("real.html", under(w, "link.html"));
         return under(w, "link.html");
       },
       0,
       {},
       [page](const WritersWorld& w, const Writer&) {
         CHECK(fs::is_symlink(under(w, "link.html")));
         page(under(w, "real.html"));
       }},
      {"a file with a mode of its own",
       [](const WritersWorld& w) {
         const std::string path = w.folder.write("private.html", "<!DOCTYPE html>old");
         fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
         return path;
       },
       0,
       {},
       [page](const WritersWorld& w, const Writer&) {
         page(under(w, "private.html"));
         CHECK(fs::status(under(w, "private.html")).permissions() ==
               (fs::perms::owner_read | fs::perms::owner_write));
       }},
      {"in a folder that is not there", [](const WritersWorld& w) { return under(w, "no/x.html"); },
       1, "cannot-write"},
      {"a folder",
       [](const WritersWorld& w) {
         fs::create_directory(under(w, "taken"));
         return under(w, "taken");
       },
       1, "cannot-write",
       [](const WritersWorld& w, const Writer&) { CHECK(fs::is_empty(under(w, "taken"))); }},
      {"nowhere",
       [](const WritersWorld&) { return std::string("/dev/null"); },
       0,
       {},
       [](const WritersWorld&, const Writer&) { CHECK(fs::is_character_file("/dev/null")); }},
      {"a device that is full", [](const WritersWorld&) { return std::string("/dev/full"); }, 1,
       "cannot-write",
       [](const WritersWorld&, const Writer&) { CHECK(fs::is_character_file("/dev/full")); }},
  };
}

TEST_CASE("writing: places that take nothing are refused before the work") {
  for (const Writer& writer : writers()) hold(writer, no_places());
}

TEST_CASE("writing: folders") {
  for (const Writer& writer : writers()) {
    if (writer.to_folder) hold(writer, places_of_folders());
  }
}

TEST_CASE("writing: files") {
  for (const Writer& writer : writers()) {
    if (!writer.to_folder) hold(writer, places_of_files());
  }
}

TEST_CASE("writing: a pipe is read to its end") {
  for (const Writer& writer : writers()) {
    if (writer.to_folder) continue;
    CAPTURE(writer.name);
    const WritersWorld world;
    const std::string pipe = world.folder.path("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    auto reader = std::async(std::launch::async, [&] { return content_of(pipe); });
    CHECK(run_cch(writer.command(world, pipe)).code == 0);
    CHECK(reader.get().starts_with("<!"));
    CHECK(fs::is_fifo(pipe));
  }
}

TEST_CASE("writing: what stands there is replaced by a second call, and by nothing else") {
  for (const Writer& writer : writers()) {
    CAPTURE(writer.name);
    const WritersWorld world;
    const std::string path = world.folder.path(writer.to_folder ? "out" : "x.html");
    const Arguments command = writer.command(world, path);
    REQUIRE(run_cch(command).code == 0);
    const auto before = tree(world.folder.path(""));
    const RunOutcome again = run_cch(command);
    CAPTURE(again.err);
    CHECK(again.code == 0);
    const auto after = tree(world.folder.path(""));
    REQUIRE(before.size() == after.size());
    for (const auto& [name, text] : before) CHECK(after.contains(name));
  }
}

}  // namespace
}  // namespace cch::test
