// The studies of data/examples can be run as they are.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cch/data/datasets.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"
#include "tools/cch/program.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

const fs::path kExamples = fs::path(CCH_SOURCE_DIR) / "data/examples";

struct Answer {
  int code;
  std::string out;
  std::string err;
};

Answer dry_run(const fs::path& study) {
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{out, err};
  const int code = run_program({"rank", study.string(), "--dry-run"}, terminal, {});
  return {code, out.str(), err.str()};
}

// N × dim ones and zeros; N whole numbers 0..count-1 in turn.
std::string features(std::size_t rows, std::size_t dim) {
  std::vector<float> values(rows * dim);
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = 1.0F;
  const std::string shape = "(" + std::to_string(rows) + ", " + std::to_string(dim) + ")";
  return test::npy("<f4", shape, test::raw(values));
}

std::string codes(std::size_t rows, std::size_t count) {
  std::vector<std::int64_t> values(rows);
  for (std::size_t i = 0; i < rows; ++i) values[i] = static_cast<std::int64_t>(i % count);
  return test::npy("<i8", "(" + std::to_string(rows) + ",)", test::raw(values));
}

/// Whether it is a study of `cch train`.
bool is_training(const fs::path& study) {
  std::ifstream in(study);
  for (std::string line; std::getline(in, line);) {
    if (line == "[task]") return true;
  }
  return false;
}

}  // namespace

TEST_CASE("example studies: every one of trained pairs can be planned, or says what is missing") {
  std::size_t studies = 0;
  std::size_t planned = 0;
  for (const auto& entry : fs::directory_iterator(kExamples)) {
    if (!is_training(entry.path())) continue;
    ++studies;
    CAPTURE(entry.path().filename().string());
    std::ostringstream out;
    std::ostringstream err;
    Terminal terminal{out, err};
    const int code =
        run_program({"train", entry.path().string(), "--data", CCH_TEST_DATA, "-n"}, terminal, {});
    INFO(err.str());
    if (code == 0) {
      ++planned;
      CHECK(out.str().find("Nothing was run") != std::string::npos);
    } else {
      CHECK(code == 3);
      CHECK(err.str().find("dataset-missing") != std::string::npos);
    }
  }
  CHECK(studies == 23);
  CHECK(planned >= 4);  // those that draw their own rows
}

TEST_CASE("example studies: every Gaussian one can be planned") {
  std::size_t studies = 0;
  for (const auto& entry : fs::directory_iterator(kExamples)) {
    if (!entry.path().filename().string().starts_with("gaussian-") || is_training(entry.path())) {
      continue;
    }
    ++studies;
    std::ostringstream out;
    std::ostringstream err;
    Terminal terminal{out, err};
    const int code =
        run_program({"gaussian", "sweep", entry.path().string(), "--dry-run"}, terminal, {});
    CHECK_MESSAGE(code == 0, err.str());
    CHECK(out.str().find("Nothing was run") != std::string::npos);
  }
  CHECK(studies == 5);
}

TEST_CASE("example study: Fashion-MNIST") {
  if (!dataset_found("fashion-mnist")) {
    std::cout << "cch-skip: data set fashion-mnist is not installed\n";
    return;
  }
  const Answer answer = dry_run(kExamples / "fashion-mnist.toml");
  CHECK_MESSAGE(answer.code == 0, answer.err);
  CHECK(answer.out.find("student top-right: 250 rows, 196 columns") != std::string::npos);
  CHECK(answer.out.find("rows beside the labelled pairs: 2000") != std::string::npos);
  CHECK(answer.out.find("teacher noise: 32 columns") != std::string::npos);
}

TEST_CASE("example study: a folder of arrays, copied beside them") {
  constexpr std::size_t kRows = 300;
  const test::TempFolder folder;
  fs::create_directory(folder.path("features"));
  fs::copy_file(kExamples / "folder.toml", folder.path("folder.toml"));
  (void)folder.write("features/audio.npy", features(kRows, 12));
  (void)folder.write("features/text.npy", features(kRows, 20));
  (void)folder.write("features/video.npy", features(kRows, 8));
  (void)folder.write("features/labels.npy", codes(kRows, 4));
  (void)folder.write("features/speaker.npy", codes(kRows, 30));
  const Answer answer = dry_run(folder.path("folder.toml"));
  CHECK_MESSAGE(answer.code == 0, answer.err);
  CHECK(answer.out.find("student audio: 300 rows, 12 columns") != std::string::npos);
  CHECK(answer.out.find("groups: 30") != std::string::npos);
}

TEST_CASE("example study: where the arrays are missing, every one is named") {
  const test::TempFolder folder;
  fs::copy_file(kExamples / "folder.toml", folder.path("folder.toml"));
  const Answer answer = dry_run(folder.path("folder.toml"));
  CHECK(answer.code == 3);
  for (const char* name : {"audio", "text", "video", "labels", "speaker"}) {
    CHECK_MESSAGE(answer.err.find(std::string(name) + ".npy") != std::string::npos, name);
  }
}

}  // namespace cch
