#include "tools/cch/segmentation/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <numeric>
#include <span>

#include "cch/data/npy.hpp"
#include "cch/data/sha256.hpp"
#include "tools/cch/files.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The images of --features-of, and behind them those that get no labels.
struct ImageRows {
  std::vector<std::size_t> rows;
  std::size_t labelled = 0;
};

ImageRows rows_of(const SegmentationStudy& study, const SegmentationSet& set,
                  const std::string& which, std::uint64_t seed) {
  ImageRows out;
  if (which == "all") {
    out.rows.resize(set.images);
    std::iota(out.rows.begin(), out.rows.end(), std::size_t{0});
  } else if (which == "train") {
    out.rows = set.rows(Split::train);
  } else if (which == "validation") {
    out.rows = set.rows(Split::validation);
  } else {
    out.rows = set.rows(Split::test);
  }
  out.labelled = out.rows.size();
  if (which != "held-out") return out;
  const auto unseen = unseen_rows(study, set, seed);
  out.rows.insert(out.rows.end(), unseen.begin(), unseen.end());
  return out;
}

/// The set-up's name as a file name of its own.
std::string file_stem(const std::string& name, const std::string& key,
                      const std::vector<std::string>& taken) {
  std::string out;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    out += plain ? c : '-';
  }
  const auto is_taken = [&](const std::string& stem) {
    return stem == "labels" || stem == "groups" || stem == "split" ||
           std::find(taken.begin(), taken.end(), stem) != taken.end();
  };
  return is_taken(out) ? out + "-" + key.substr(0, 6) : out;
}

/// The files of one seed.
class FeatureFolder {
 public:
  FeatureFolder(const TrainSettings& s, const SegmentationStudy& study, const json& head,
                std::uint64_t seed, std::shared_ptr<const SegmentationSet> set)
      : stage_(parse_stage(s.features, study.network.widths.size())),
        set_(std::move(set)),
        rows_(rows_of(study, *set_, s.features_of, seed)),
        path_(fs::path(s.out) / "features" / fmt::format("seed-{}", seed)) {
    document_ = {{"schema", "cch.features/1"}, {"version", head["version"]},
                 {"command", head["command"]}, {"seed", seed},
                 {"config", head["config"]},   {"inputs", head["inputs"]},
                 {"stage", s.features},        {"images", s.features_of},
                 {"files", json::array()}};
  }

  void add(const SegmentationCell& cell, const std::string& name,
           const TrainedSegmentation& network, const Execution& exec) {
    const StageFeatures f = segmentation_features(*set_, network, rows_.rows, stage_, exec);
    if (document_["files"].empty()) add_rows(f.height, f.width);
    const std::string stem = file_stem(name, cell.key, stems_);
    stems_.push_back(stem);
    const std::vector shape{f.images, f.channels, f.height, f.width};
    put(stem, npy_bytes("<f4", shape, f.values.data(), f.values.size() * sizeof(float)),
        {{"setup", name}, {"key", cell.key}, {"modalities", network.modalities}, {"shape", shape}});
  }

  [[nodiscard]] bool empty() const { return stems_.empty(); }

  /// All files or none; the document last.
  void write() {
    make_folder(path_.string());
    files_.push_back({(path_ / "features.json").string(), document_.dump(1) + "\n"});
    write_files(files_);
  }

  [[nodiscard]] std::string how_to_rank() const {
    const std::string student = stems_.front();
    const std::string teacher = stems_.size() > 1 ? stems_[1] : "TEACHER";
    const std::string root = path_.string() + "/";
    return fmt::format(
        "features of {} images, {} of them with labels: {}\n  cch rank --student {}={}{}.npy "
        "--teacher {}={}{}.npy "
        "--labels {}labels.npy --unlabelled 255 --groups {}groups.npy --channels first --pixels "
        "4000{}\n",
        rows_.rows.size(), rows_.labelled, path_.string(), student, root, student, teacher, root,
        teacher, root, root,
        rows_.rows.size() > rows_.labelled ? " --scenario unlabelled-pairs" : "");
  }

 private:
  void put(const std::string& stem, std::string bytes, json entry) {
    entry["file"] = stem + ".npy";
    entry["sha256"] = sha256(std::as_bytes(std::span(bytes)));
    document_["files"].push_back(std::move(entry));
    files_.push_back({(path_ / (stem + ".npy")).string(), std::move(bytes)});
  }

  void add_rows(std::size_t height, std::size_t width) {
    auto labels = labels_on_grid(*set_, rows_.rows, height, width);
    std::fill(labels.begin() + static_cast<std::ptrdiff_t>(rows_.labelled * height * width),
              labels.end(), kIgnoreLabel);
    const std::size_t n = rows_.rows.size();
    put("labels", npy_bytes("|u1", std::vector{n, height, width}, labels.data(), labels.size()),
        json::object());
    std::vector<std::int64_t> groups;
    std::vector<std::int8_t> split;
    for (const std::size_t row : rows_.rows) {
      groups.push_back(static_cast<std::int64_t>(set_->groups[row]));
      split.push_back(static_cast<std::int8_t>(set_->split[row]));
    }
    put("groups", npy_bytes("<i8", std::vector{n}, groups.data(), 8 * groups.size()),
        json::object());
    put("split", npy_bytes("|i1", std::vector{n}, split.data(), split.size()), json::object());
  }

  std::size_t stage_;
  std::shared_ptr<const SegmentationSet> set_;
  ImageRows rows_;
  fs::path path_;
  json document_;
  std::vector<std::string> stems_;
  std::vector<FileContent> files_;
};

}  // namespace

void check_features(const TrainSettings& s, const SegmentationStudy& study,
                    const SegmentationSet& set) {
  if (s.features.empty()) return;
  (void)parse_stage(s.features, study.network.widths.size());
  if (!rows_of(study, set, s.features_of, study.seeds.front()).rows.empty()) return;
  refuse_usage("empty-split", "there are no " + s.features_of + " images",
               "--features-of asks for them", "Take test, train or all");
}

void write_features(const TrainSettings& s, const SegmentationStudy& study,
                    const SegmentationPlan& plan, const RunStore& store,
                    const documents::StudyHead& study_head, SegmentationSets& sets,
                    Terminal& terminal, const Execution& exec) {
  const json head = documents::to_json(study_head);
  for (const std::uint64_t seed : study.seeds) {
    FeatureFolder folder(s, study, head, seed, sets.of(seed));
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
      const SegmentationCell& cell = plan.cells[i];
      if (cell.seed != seed || !plan.done(i)) continue;
      const SegmentationSetup& setup = study.setups[cell.setup];
      if (!setup.select.empty() && s.features == "head") {
        if (!s.common.quiet) {
          terminal.err << "note: '" << setup.name
                       << "' selects between two heads and has no features of one\n";
        }
        continue;
      }
      folder.add(cell, setup.name, *trained_network(study, plan.cells, cell, store), exec.serial());
    }
    if (folder.empty()) continue;
    folder.write();
    if (!s.common.quiet) terminal.err << folder.how_to_rank();
  }
}

}  // namespace cch
