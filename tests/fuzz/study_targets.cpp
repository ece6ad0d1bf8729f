// Study files, read as their commands read them, and assignments on a command line.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/target.hpp"
#include "tools/cch/gaussian/settings.hpp"
#include "tools/cch/gaussian/sweep.hpp"
#include "tools/cch/rank/settings.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/train.hpp"
#include "tools/options/file_value.hpp"

namespace cch::fuzz {
namespace {

using Texts = std::vector<std::string>;

void read_toml(std::string_view text) {
  static_cast<void>(options::parse_file(in_file("any.toml", text), "study"));
}

void read_assignment(std::string_view text) {
  const std::string path = in_file("base.toml", "a = 1\n[b]\nc = \"x\"\n");
  static_cast<void>(options::parse_file(path, "study", {std::string(text)}));
}

void read_ranking(std::string_view text) {
  RankSettings settings;
  FaultCollector refused;
  read_rank_study(in_file("rank.toml", text), {}, rank_table(settings), refused);
  check_rank_settings(settings, std::move(refused));
  static_cast<void>(rank_options(settings));
}

void read_training(std::string_view text) {
  TrainSettings settings;
  settings.path = in_file("train.toml", text);
  if (is_segmentation_study(settings)) {
    static_cast<void>(read_segmentation_study(settings, {}));
  } else {
    read_train_study(settings, {});
    static_cast<void>(study_json(settings));
  }
}

void read_sweep(std::string_view text) {
  SweepSettings settings;
  settings.study = in_file("sweep.toml", text);
  read_sweep_study(settings, {});
}

void read_model(std::string_view text) {
  GaussianSettings settings;
  static_cast<void>(read_gaussian_model(in_file("model.toml", text), {}, settings));
}

/// Examples of the project whose name begins so.
Texts examples(const std::string& stem) {
  Texts out;
  const std::filesystem::path folder(CCH_SOURCE_DIR "/data/examples");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(stem)) {
      std::ifstream in(entry.path(), std::ios::binary);
      out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

Texts rankings() {
  Texts files = examples("folder");
  files.push_back(
      "student = \"s.npy\"\nlabels = \"y.csv:label\"\nteacher = \"t.npy\"\ngroups = \"none\"\n"
      "scenario = \"unlabelled-pairs\"\nlabelled = 100\nquick = true\nk = 4\nrisk = 0.1\n");
  return files;
}

Texts trainings() {
  Texts files = examples("segmentation-");
  for (const char* stem : {"digits-", "few-", "generalised-", "mfh-"}) {
    for (std::string& text : examples(stem)) files.push_back(std::move(text));
  }
  return files;
}

Texts sweeps() {
  return examples("gaussian-");
}

Texts models() {
  return {
      "seed = 1\nn = 200\nlambda = [0, 0.5]\nteacher = \"ols:100\"\na = 0.5\n"
      "teacher-dim = 20\nstudent-noise = 0.3\n"};
}

}  // namespace

std::vector<Target> study_targets() {
  constexpr std::size_t kByFile = 500;
  return {{"toml", read_toml,
           [] {
             Texts files = rankings();
             files.push_back("a.b.\"c d\" = [1, {x = 1.5e3}, '''t''']\nd = 2024-01-01T00:00:00Z\n");
             return files;
           },
           1000},
          {"assignment", read_assignment,
           [] {
             return Texts{"a=2", "b.c=\"y\"", "b.d=[1, 2]"};
           },
           kByFile},
          {"rank-study", read_ranking, rankings, kByFile},
          {"train-study", read_training, trainings, kByFile},
          {"sweep-study", read_sweep, sweeps, kByFile},
          {"gaussian-model", read_model, models, kByFile}};
}

}  // namespace cch::fuzz
