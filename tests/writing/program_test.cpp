// The program as a process of its own: killed and told to stop by signals while networks are
// trained or images packed.
#include <fcntl.h>
#include <spawn.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "cch/core/random.hpp"
#include "cch/experiments/png.hpp"
#include "tests/support/processes.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/training_here.hpp"
#include "tests/writing/writers.hpp"

namespace cch::test {
namespace {

/// `cch` with these arguments, without its output.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CCH_PROGRAM);
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int file : {1, 2}) {
      posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_WRONLY, 0);
    }
    REQUIRE(posix_spawn(&id_, CCH_PROGRAM, &actions, nullptr, words.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (id_ > 0) (void)end(SIGKILL);
  }
  /// Its exit code after the signal (0: none is sent); −1: it was killed.
  int end(int signal) {
    if (signal != 0) ::kill(id_, signal);
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_ = -1;
};

TEST_CASE(
    "a segmentation study: killed and stopped at any moment, it ends as if nothing had been") {
  if (!training_here()) return;
  const SegmentWorld whole;
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(Program({"train", whole.study, "-o", whole.out, "-q"}).end(0) == 0);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
  SegmentWorld world;
  Random random(5);
  for (const int signal : {SIGKILL, SIGINT, SIGKILL, SIGUSR1, SIGTERM}) {
    CAPTURE(signal);
    Program run({"train", world.study, "-o", world.out, "-q"});
    std::this_thread::sleep_for(
        std::chrono::milliseconds(random.below(static_cast<std::uint64_t>(took))));
    const int code = run.end(signal);
    CAPTURE(code);
    // 0: it had finished; −1: killed, or told before it listened.
    CHECK((code == (signal == SIGINT ? 130 : 75) || code == 0 || code == -1));
  }
  REQUIRE(Program({"train", world.study, "-o", world.out, "-q"}).end(0) == 0);
  CHECK(segment_results(world.out) == segment_results(whole.out));
}

/// A manifest of pictures with labels, and a study of them.
struct PictureWorld {
  TempFolder folder;
  std::string study;

  PictureWorld() {
    constexpr std::size_t kSide = 96;
    std::string rows = "image,rgb,label,split\n";
    Random random(3);
    for (int n = 0; n < 60; ++n) {
      std::vector<std::uint8_t> picture(3 * kSide * kSide);
      for (std::uint8_t& value : picture) value = static_cast<std::uint8_t>(random.below(256));
      std::vector<std::uint8_t> label(picture.size());
      for (std::size_t i = 0; i < label.size(); ++i) label[i] = picture[i - i % 3] > 127 ? 1 : 0;
      const std::string name = std::to_string(n);
      (void)folder.write("rgb" + name + ".png", png_bytes(kSide, kSide, picture));
      (void)folder.write("label" + name + ".png", png_bytes(kSide, kSide, label));
      rows += name + ",rgb" + name + ".png,label" + name + ".png," +
              (n % 3 == 0 ? "test" : "train") + "\n";
    }
    const std::string manifest = folder.write("set.csv", rows);
    study =
        folder.write("study.toml",
                     "seeds = 1\n[task]\nname = \"segmentation\"\nsource = \"manifest:" + manifest +
                         "\"\n[[setup]]\nname = \"rgb\"\n");
  }
};

TEST_CASE(
    "packing images: killed at any moment, it is a whole set or none, and a second call ends") {
  if (!training_here()) return;
  const PictureWorld world;
  const std::string whole = world.folder.path("whole");
  const std::string out = world.folder.path("out");
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(Program({"train", world.study, "--write-images", whole, "-q"}).end(0) == 0);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
  Random random(4);
  std::size_t cut = 0;
  for (int round = 0; round < 8; ++round) {
    std::filesystem::remove_all(out);
    Program run({"train", world.study, "--write-images", out, "-q"});
    std::this_thread::sleep_for(
        std::chrono::microseconds(random.below(static_cast<std::uint64_t>(took))));
    (void)run.end(SIGKILL);
    if (std::filesystem::exists(std::filesystem::path(out) / "images.json")) {
      CHECK(tree(out) == tree(whole));
    } else {
      ++cut;
    }
  }
  CHECK(cut > 0);
  // Killed while the lists were written.
  std::filesystem::create_directories(out);
  std::ofstream(std::filesystem::path(out) / "classes.txt.tmp123-456") << "half";
  CHECK(Program({"train", world.study, "--write-images", out, "-q"}).end(0) == 0);
  CHECK(tree(out) == tree(whole));
}

}  // namespace
}  // namespace cch::test
