#include "experiments/segmentation/layouts.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "cch/core/nearest_name.hpp"
#include "experiments/segmentation/backend.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using detail::LayoutFiles;
using detail::LayoutFrame;
using detail::LayoutModality;
using detail::LayoutSpec;

constexpr std::array<std::pair<const char*, Layout>, 3> kLayouts{
    {{"deliver", Layout::deliver}, {"muses", Layout::muses}, {"mcubes", Layout::mcubes}}};

// CLASSES of semseg/datasets/deliver.py, github.com/jamycheung/DELIVER.
const std::vector<std::string> kDeliverClasses{
    "Building", "Fence",      "Other",      "Pedestrian",   "Pole",        "RoadLine", "Road",
    "SideWalk", "Vegetation", "Cars",       "Wall",         "TrafficSign", "Sky",      "Ground",
    "Bridge",   "RailTrack",  "GroundRail", "TrafficLight", "Static",      "Dynamic",  "Water",
    "Terrain",  "TwoWheeler", "Bus",        "Truck"};
// trainIds of Cityscapes, which gt_labelTrainIds of MUSES holds; CLASSES of
// semseg/datasets/muses.py, github.com/zhengxuJosh/AnySeg.
const std::vector<std::string> kMusesClasses{
    "road",         "sidewalk",   "building", "wall",       "fence",  "pole",  "traffic light",
    "traffic sign", "vegetation", "terrain",  "sky",        "person", "rider", "car",
    "truck",        "bus",        "train",    "motorcycle", "bicycle"};
// CLASSES of semseg/datasets/mcubes.py, github.com/jamycheung/DELIVER; the order is that of
// get_my_labels in dataloaders/utils.py of the publishers.
const std::vector<std::string> kMcubesClasses{
    "asphalt", "concrete", "metal", "road_marking", "fabric",  "glass",       "plaster",
    "plastic", "rubber",   "sand",  "gravel",       "ceramic", "cobblestone", "brick",
    "grass",   "wood",     "leaf",  "water",        "human",   "sky"};

constexpr const char* kLabel = "label";

/// Folders directly in a folder.
std::vector<std::string> folders_in(const fs::path& root) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.is_directory()) out.push_back(entry.path().filename());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Folders that the modalities, the labels and the frames need and that are not there.
std::vector<std::string> missing_folders(const LayoutSpec& spec, const fs::path& root) {
  std::vector<std::string> needed{spec.index};
  for (const LayoutModality& m : spec.modalities) {
    for (const LayoutFiles& files : m.files) needed.push_back(files.folder);
  }
  needed.push_back(spec.label.folder);
  std::vector<std::string> out;
  for (const std::string& folder : needed) {
    const bool named = std::find(out.begin(), out.end(), folder) != out.end();
    if (!named && !fs::is_directory(root / folder)) out.push_back(folder);
  }
  return out;
}

/// A folder inside in which nothing is missing; "" without one.
std::string whole_folder_in(Layout layout, const LayoutSpec& picked, const fs::path& root) {
  for (const std::string& name : folders_in(root)) {
    LayoutSpec there = detail::layout_spec(layout, root / name);
    std::erase_if(there.modalities, [&](const LayoutModality& m) {
      return std::none_of(picked.modalities.begin(), picked.modalities.end(),
                          [&](const LayoutModality& p) { return p.name == m.name; });
    });
    if (missing_folders(there, root / name).empty()) return (root / name).string();
  }
  return "";
}

void check_folders(Layout layout, const LayoutSpec& spec, const fs::path& root) {
  if (!fs::is_directory(root)) {
    refuse_data("dataset-missing", "there is no folder of images", root.string(),
                "the study trains on it", "Give the folder that holds " + spec.index);
  }
  const auto missing = missing_folders(spec, root);
  if (missing.empty()) return;
  const auto there = folders_in(root);
  std::string names;
  for (const std::string& name : missing) {
    std::string nearest = nearest_name(name, there);
    if (2 * edit_distance(name, nearest) > name.size()) nearest.clear();  // another word
    names +=
        (names.empty() ? "" : ", ") + name + (nearest.empty() ? "" : " (nearest: " + nearest + ")");
  }
  const std::string inside = whole_folder_in(layout, spec, root);
  refuse_data("layout-mismatch",
              "the folder is not laid out as '" + std::string(to_string(layout)) + "'",
              root.string() + ": no folder " + names, "images are found by the names of folders",
              inside.empty()
                  ? "Give the folder that holds them, or leave modalities out. " + spec.how_to_get
                  : "Give " + inside);
}

/// The file of a frame, without its ending.
std::string path_of(const fs::path& root, const LayoutFiles& files, const LayoutFrame& frame) {
  return (root / files.folder / frame.place / (frame.name + files.tag + frame.view)).string();
}

/// One ending for all frames: .png and .npz of one sensor hold other numbers.
void settle_ending(const fs::path& root, const std::vector<LayoutFrame>& frames,
                   LayoutFiles& files) {
  for (const LayoutFrame& frame : frames) {
    for (const std::string& ending : files.endings) {
      if (!fs::exists(path_of(root, files, frame) + ending)) continue;
      files.endings = {ending};
      return;
    }
  }
}

/// Frames without a file, by modality.
class Missing {
 public:
  void add(const std::string& what, const std::string& path, const LayoutFrame& frame) {
    auto& [count, first] = of_[what];
    if (count++ > 0) return;
    first = path + (frame.where.empty() ? "" : ", named by " + frame.where);
  }
  void raise(std::size_t frames, const std::string& how_to_get) const {
    std::vector<Fault> faults;
    for (const auto& [what, found] : of_) {
      faults.push_back({"file-not-found",
                        std::to_string(found.first) + " of " + std::to_string(frames) +
                            " frames have no " + what,
                        "first: " + found.second, "every frame needs all modalities and its label",
                        what == kLabel ? "Restore them, or take the frames out" : how_to_get});
    }
    if (!faults.empty()) throw Error(ErrorKind::data, std::move(faults));
  }

 private:
  std::map<std::string, std::pair<std::size_t, std::string>> of_;
};

Manifest manifest_of(const LayoutSpec& spec, const fs::path& root,
                     const std::vector<LayoutFrame>& frames) {
  Manifest out;
  out.left = spec.left;
  for (const LayoutModality& m : spec.modalities) out.modalities.push_back(m.name);
  Missing missing;
  const auto file = [&](const std::string& what, const LayoutFiles& files, const LayoutFrame& f) {
    std::string path = path_of(root, files, f) + files.endings.front();
    if (!fs::exists(path)) missing.add(what, path, f);
    return path;
  };
  for (const LayoutFrame& frame : frames) {
    ManifestRow row;
    row.image = (fs::path(frame.place) / (frame.name + frame.view)).string();
    row.split = frame.split;
    row.group = frame.group;
    row.label = file(kLabel, spec.label, frame);
    for (const LayoutModality& m : spec.modalities) {
      auto& paths = row.modalities.emplace_back();
      for (const LayoutFiles& files : m.files) {
        paths.push_back(file("file of modality '" + m.name + "'", files, frame));
      }
    }
    out.rows.push_back(std::move(row));
  }
  missing.raise(frames.size(), spec.how_to_get);
  return out;
}

/// A group of several splits becomes one for each.
void part_groups(PublishedSet& set) {
  std::map<std::string, std::set<Split>> splits;
  for (const ManifestRow& row : set.manifest.rows) splits[row.group].insert(row.split);
  std::size_t parted = 0;
  std::string first;
  for (const auto& [group, of_group] : splits) {
    if (of_group.size() > 1 && parted++ == 0) first = group;
  }
  if (parted == 0) return;
  for (ManifestRow& row : set.manifest.rows) {
    if (splits[row.group].size() > 1) row.group += " (" + std::string(to_string(row.split)) + ")";
  }
  set.warnings.push_back(
      {"scene-in-two-splits",
       std::to_string(parted) + " of " + std::to_string(splits.size()) +
           " scenes or recordings have frames in more than one split of the publishers (first: " +
           first + "): scores are better than on new places"});
}

}  // namespace

Layout layout_named(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& [text, layout] : kLayouts) {
    if (name == text) return layout;
    known.emplace_back(text);
  }
  refuse_usage("unknown-layout", "there is no layout '" + std::string(name) + "'",
               "deliver, muses and mcubes can be read",
               "Did you mean '" + nearest_name(name, known) + "'?");
}

std::string_view to_string(Layout layout) {
  for (const auto& [text, value] : kLayouts) {
    if (value == layout) return text;
  }
  return "";
}

std::vector<std::string> layout_classes(Layout layout) {
  if (layout == Layout::none) return {};
  if (layout == Layout::deliver) return kDeliverClasses;
  return layout == Layout::muses ? kMusesClasses : kMcubesClasses;
}

LabelCodes layout_codes(Layout layout) {
  // deliver.py: label[label==255] = 0; label -= 1, in bytes, so that 0 becomes 255.
  if (layout == Layout::deliver) return {1, {0, 255}, {}, true, LabelChannels::first};
  return {0, {255}, {}, true, LabelChannels::first};
}

PublishedSet read_layout(Layout layout, const std::string& folder,
                         const std::vector<std::string>& modalities, bool published_split) {
  const fs::path root = folder;
  LayoutSpec spec = detail::layout_spec(layout, root);
  std::vector<std::string> names;
  std::vector<std::string> wanted = modalities;
  for (const LayoutModality& m : spec.modalities) {
    names.push_back(m.name);
    if (modalities.empty() && m.standard) wanted.push_back(m.name);
  }
  std::vector<LayoutModality> taken;
  for (const std::size_t k : detail::modality_indices(names, wanted))
    taken.push_back(spec.modalities[k]);
  spec.modalities = std::move(taken);
  check_folders(layout, spec, root);
  const auto frames = detail::layout_frames(layout, spec, root);
  for (LayoutModality& m : spec.modalities) {
    for (LayoutFiles& files : m.files) settle_ending(root, frames, files);
  }
  if (frames.empty()) {
    refuse_data("empty-split", "there are no frames", (root / spec.index).string(),
                "nothing can be trained", spec.how_to_get);
  }
  PublishedSet out{manifest_of(spec, root, frames), {}};
  if (spec.val_is_test) {
    out.warnings.push_back({"test-labels-missing",
                            "there are no labels of test images (gt_semantic/test): scores are of "
                            "the val images, as in the published loaders"});
  }
  if (published_split) part_groups(out);
  return out;
}

}  // namespace cch
