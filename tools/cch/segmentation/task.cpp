// [task] of a segmentation study: where its images come from and what their labels mean.

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "tools/cch/segment.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using options::either;
using options::FileTable;
using options::FileValue;
using options::FromFile;
using options::kStudyReader;
using options::named;
using options::Table;

constexpr std::array kLabelKeys{"first-label", "ignored-labels", "label-codes", "label-colours",
                                "ignored-colours"};

Table scene_table(SceneOptions& o) {
  return {{"images", &o.images, "For training"},
          {"test-images", &o.test_images, "Held out"},
          {"height", &o.height, "Pixels"},
          {"width", &o.width, "Pixels"},
          {"classes", &o.classes, "6 to 12"},
          {"objects", &o.objects, "A scene"},
          {"shared", &o.shared,
           "Share of the meaning that every sensor has; 1 redundant, 0 complementary"},
          {"rgb", &o.rgb, "Contrast of the sensor"},
          {"depth", &o.depth, "Contrast of the sensor"},
          {"event", &o.event, "Contrast of the sensor"},
          {"lidar", &o.lidar, "Contrast of the sensor"},
          {"nuisance", &o.nuisance, "Patterns that say nothing"},
          {"noise", &o.noise, "Of every sensor"},
          {"night", &o.night, "Share of scenes"},
          {"fog", &o.fog, "Share of scenes"},
          {"moving", &o.moving, "Share of objects"},
          {"density", &o.density, "Share of pixels with a lidar hit"}};
}

/// Where the images of the task lie: a folder of rasters or of a published set, or the manifest
/// that `task` gets (of a set: its manifest.csv).
std::string folder_of(const std::string& set, const std::string& source, const TrainSettings& s,
                      SegmentationTask& task) {
  if (!source.empty() && source != "scenes") {
    const fs::path root = fs::path(s.path).parent_path();
    if (source.starts_with("dir:")) return (root / source.substr(4)).string();
    if (!source.starts_with("manifest:")) {
      refuse_usage("bad-task", "there is no source '" + source + "' of images", {},
                   "Take \"scenes\", \"dir:PATH\" or \"manifest:FILE.csv\"");
    }
    task.manifest = (root / source.substr(9)).string();
    return "";
  }
  if (set.empty()) return "";
  const fs::path folder = data_folder(set, s);
  const fs::path table = folder / "manifest.csv";
  if (fs::exists(table) && !fs::exists(folder / "labels.npy")) {
    task.manifest = table.string();
    return "";
  }
  return folder.string();
}

/// Keys of image files that do not go with where the images come from.
void check_files_keys(const FileTable& table, const SegmentationTask& task) {
  const bool published = task.layout != Layout::none;
  if (published && task.folder.empty()) {
    refuse_usage("bad-task", "a layout without a folder", "it says how a folder is read",
                 "Give source = \"dir:PATH\", or set and --data DIR");
  }
  const bool drawn = task.folder.empty() && task.manifest.empty();
  for (const char* key : kLabelKeys) {
    if ((!published && !drawn) || find(table, key) == nullptr) continue;
    refuse_usage(
        "bad-task", "'" + std::string(key) + (drawn ? "' of drawn scenes" : "' beside a layout"),
        drawn ? "their labels are classes" : "the layout says what the codes of labels mean",
        "Leave it out");
  }
  if (task.size.height > 0 && !published && task.manifest.empty()) {
    refuse_usage("bad-task", "'size' without image files",
                 "scenes have height and width, rasters the size of their arrays",
                 "Leave it out, or read a manifest or a layout");
  }
}

void check_condition_key(const SegmentationTask& task) {
  if (task.condition_column.empty() || !task.manifest.empty()) return;
  refuse_usage("bad-task", "'condition-column' without a manifest",
               "conditions of images stand in a column of one", "Leave it out");
}

struct LabelKeys {
  std::size_t first = 0;
  std::vector<std::size_t> ignored;
  std::vector<std::size_t> listed;
  std::vector<std::string> colours;
  std::vector<std::string> ignored_colours;
};

/// "#RRGGBB" as 65536 R + 256 G + B.
int colour_of(const std::string& text) {
  int out = 0;
  const auto digits = std::string_view(text).substr(std::min<std::size_t>(1, text.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
  if (text.size() != 7 || text.front() != '#' || digits.front() == '-' || error != std::errc{} ||
      end != digits.data() + digits.size()) {
    refuse_usage("bad-task", "'" + text + "' is no colour", "red, green and blue are named",
                 "Write it as \"#00ff00\"");
  }
  return out;
}

/// Classes by their colours.
LabelCodes colours_of(const FileTable& table, const LabelKeys& keys) {
  for (const char* key : {"first-label", "ignored-labels", "label-codes"}) {
    if (find(table, key) == nullptr) continue;
    refuse_usage("bad-task", "'" + std::string(key) + "' beside 'label-colours'",
                 "a label is a code or a colour", "Leave one of them out");
  }
  if (keys.colours.empty()) {
    refuse_usage("bad-task", "'ignored-colours' without 'label-colours'",
                 "labels are read as codes", "Say label-colours");
  }
  LabelCodes out{0, {}, {}, true, LabelChannels::colours};
  for (const std::string& colour : keys.colours) out.listed.push_back(colour_of(colour));
  for (const std::string& colour : keys.ignored_colours) out.ignored.push_back(colour_of(colour));
  std::vector<int> all = out.listed;
  all.insert(all.end(), out.ignored.begin(), out.ignored.end());
  std::sort(all.begin(), all.end());
  if (std::adjacent_find(all.begin(), all.end()) != all.end()) {
    refuse_usage("bad-task", "a colour is named twice", "a colour has one meaning",
                 "Leave one of them out");
  }
  return out;
}

/// What the keys say that label files hold; 255 means no label unless they say otherwise.
LabelCodes codes_of(const FileTable& table, const LabelKeys& keys) {
  if (!keys.colours.empty() || !keys.ignored_colours.empty()) return colours_of(table, keys);
  LabelCodes out;
  out.first = static_cast<int>(keys.first);
  out.listed.assign(keys.listed.begin(), keys.listed.end());
  const auto both = [&](const std::string& what) {
    refuse_usage("bad-task", what, "a code has one meaning", "Leave one of them out");
  };
  if ((find(table, "first-label") != nullptr) && !out.listed.empty())
    both("'first-label' beside 'label-codes'");
  const auto is_listed = [&](int code) {
    return std::find(out.listed.begin(), out.listed.end(), code) != out.listed.end();
  };
  if ((find(table, "ignored-labels") != nullptr)) {
    out.ignored.assign(keys.ignored.begin(), keys.ignored.end());
    for (const int code : out.ignored) {
      if (is_listed(code)) both(std::to_string(code) + " in 'ignored-labels' and 'label-codes'");
    }
  } else if (is_listed(255)) {
    out.ignored.clear();
  }
  for (const char* key : kLabelKeys) {
    out.said = out.said || (find(table, key) != nullptr);
  }
  return out;
}

// Keys of [task] that are looked at together.
struct TaskKeys {
  std::string name;
  std::string set;
  std::string source;
  LabelKeys codes;
};

Table task_table(SegmentationTask& task, TaskKeys& keys, TrainSettings& s) {
  const FromFile size{[&task](const FileValue& value, const std::string& key) {
                        const auto read = kStudyReader.counts(value, key);
                        if (read.size() != 2 || read[0] == 0 || read[1] == 0) {
                          kStudyReader.refuse(key, "two numbers from 1, rows and columns");
                        }
                        task.size = {read[0], read[1]};
                      },
                      "[rows, columns]", R"({"type": "array"})"};
  Table out{
      {"name", &keys.name, "segmentation"},
      {"set", &keys.set, "Folder of --data"},
      {"source", &keys.source, "scenes, dir:PATH (rasters or a layout) or manifest:FILE.csv"},
      {"layout", named(task.layout, layout_named, {"deliver", "muses", "mcubes"}),
       "How the folder of a published set is laid out"},
      {"size", size,
       "Of every image of a manifest or layout as it is read: bilinear, labels nearest"},
      {"how-to-get", &s.how_to_get, "Shown where the set is missing"},
      {"modalities", &task.modalities, "Names of sensors"},
      {"class-names", &task.classes, "In the order of labels"},
      {"first-label", &keys.codes.first, "Code of the first class"},
      {"label-codes", &keys.codes.listed, "Code of each class in turn, as [0, 255]"},
      {"ignored-labels", &keys.codes.ignored,
       "Codes that count nowhere; 255 unless something is said, or labels are 0 and 255 alone"},
      {"label-colours", &keys.codes.colours,
       "Labels are colour pictures: the colour of each class in turn, as [\"#000000\", "
       "\"#804080\"]"},
      {"ignored-colours", &keys.codes.ignored_colours, "Colours that count nowhere"},
      {"condition-column", &task.condition_column,
       "Column of the manifest with the condition that an image was taken under, such as night or "
       "the event; `cch rank` answers for each"},
      {"validation-share", &task.validation_share, "Of images"},
      {"test-share", &task.test_share, "Of images, where there is no split"},
      {"split", either(task.split_of_file, "split", "random", "file"),
       "Where train, validation and test images come from"}};
  return append(out, scene_table(task.scenes));
}

}  // namespace

void read_segmentation_task(const FileTable& table, SegmentationTask& task, TrainSettings& s) {
  TaskKeys keys;
  read_table(table, task_table(task, keys, s), {s.path, "task of the study"});
  task.folder = folder_of(keys.set, keys.source, s, task);
  task.codes = codes_of(table, keys.codes);
  check_files_keys(table, task);
  check_condition_key(task);
  if (task.layout == Layout::none) return;
  task.codes = layout_codes(task.layout);
  if (task.classes.empty()) task.classes = layout_classes(task.layout);
}

options::Table segmentation_task_table(std::shared_ptr<void>& settings) {
  struct Shown {
    SegmentationTask task;
    TaskKeys keys;
    TrainSettings settings;
  };
  const auto shown = std::make_shared<Shown>();
  settings = shown;
  return task_table(shown->task, shown->keys, shown->settings);
}

}  // namespace cch
