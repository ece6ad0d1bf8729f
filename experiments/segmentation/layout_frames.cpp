#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "experiments/segmentation/layouts.hpp"

namespace cch::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<const char*, Split>, 3> kSplits{
    {{"train", Split::train}, {"val", Split::validation}, {"test", Split::test}}};

const std::vector<std::string> kImage{".png"};
const std::vector<std::string> kArray{".npy"};
/// What scripts/project_sensors_to_rgb.py of the MUSES SDK writes.
const std::vector<std::string> kProjected{".png", ".npz", ".npy"};

LayoutSpec deliver_spec() {
  LayoutSpec out;
  out.modalities = {{"img", {{"img", "_rgb", kImage}}},
                    // The loaders call the three channels of HHA depth.
                    {"depth", {{"hha", "_depth", kImage}}},
                    {"event", {{"event", "_event", kImage}}},
                    {"lidar", {{"lidar", "_lidar", kImage}}},
                    {"raw-depth", {{"depth", "_depth", kImage}}, false}};
  out.label = {"semantic", "_semantic", kImage};
  out.index = "img";
  out.how_to_get = "Unpack the archive again";
  return out;
}

LayoutSpec muses_spec(const fs::path& root) {
  const bool sdk = fs::is_directory(root / "projected_to_rgb");
  const std::string at = sdk ? "projected_to_rgb/" : "";
  const auto& endings = sdk ? kProjected : kImage;
  LayoutSpec out;
  out.modalities = {{"frame_camera", {{"frame_camera", "_frame_camera", kImage}}},
                    {"event_camera", {{at + "event_camera", "_event_camera", endings}}},
                    {"lidar", {{at + "lidar", "_lidar", endings}}},
                    // Beside frame_camera, radar/*.png is the raw scan, not its projection.
                    {"radar", {{"projected_to_rgb/radar", "_radar", kProjected}}, false}};
  out.label = {"gt_semantic", "_gt_labelTrainIds", kImage};
  out.index = "frame_camera";
  out.how_to_get = "Project the sensors with scripts/project_sensors_to_rgb.py of the MUSES SDK";
  out.val_is_test = !fs::is_directory(root / "gt_semantic" / "test");
  return out;
}

LayoutSpec mcubes_spec() {
  LayoutSpec out;
  out.modalities = {{"image", {{"polL_color", "", kImage}}},
                    {"aolp", {{"polL_aolp_sin", "", kArray}, {"polL_aolp_cos", "", kArray}}},
                    {"dolp", {{"polL_dolp", "", kArray}}},
                    {"nir", {{"NIR_warped", "", kImage}}}};
  out.label = {"GT", "", kImage};
  out.index = "list_folder";
  out.how_to_get = "Unpack the archive again";
  out.left = 192;  // the near-infrared camera sees nothing there (_left_offset of the loaders)
  return out;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// MAP_10_point102 of MAP_10_point102_motionblur; other names as they are.
std::string place_of(const std::string& scene) {
  std::size_t at = scene.find("_point");
  if (at == std::string::npos) return scene;
  at = scene.find_first_not_of("0123456789", at + 6);
  return scene.substr(0, at);
}

/// REC0006 of REC0006_frame_040219.
std::string recording_of(const std::string& name) {
  return name.substr(0, name.find("_frame_"));
}

/// outscene1208_2 of outscene1208_2_0000000150.
std::string sequence_of(const std::string& name) {
  const auto at = name.rfind('_');
  return at != std::string::npos && is_number(name.substr(at + 1)) ? name.substr(0, at) : name;
}

/// All .png files so many folders below, sorted, as paths relative to `root`.
std::vector<fs::path> pictures(const fs::path& root, int depth) {
  std::vector<fs::path> out;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
    if (it.depth() == depth && it->path().extension() == ".png") {
      out.push_back(it->path().lexically_relative(root));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

[[noreturn]] void refuse_name(const fs::path& path, const std::string& wanted) {
  refuse_data("layout-mismatch", "a picture is not named as in this layout", path.string(),
              "files of the other sensors are found by its name", "Name it " + wanted);
}

/// img / weather / split / scene / NUMBER_rgb_front.png
std::vector<LayoutFrame> deliver_frames(const fs::path& root, Split split,
                                        const std::string& name) {
  std::vector<LayoutFrame> out;
  for (const fs::path& path : pictures(root, 3)) {
    const fs::path scene = path.parent_path();
    if (scene.parent_path().filename() != name) continue;
    const std::string stem = path.stem();
    const auto at = stem.find("_rgb");
    if (at == std::string::npos) refuse_name(root / path, "NUMBER_rgb_front.png");
    out.push_back({scene.string(),
                   stem.substr(0, at),
                   stem.substr(at + 4),
                   place_of(scene.filename()),
                   {},
                   split});
  }
  return out;
}

/// frame_camera / split / weather / time of day / RECORDING_frame_NUMBER_frame_camera.png
std::vector<LayoutFrame> muses_frames(const fs::path& root, Split split, const std::string& name) {
  std::vector<LayoutFrame> out;
  if (!fs::is_directory(root / name)) return out;
  const std::string tag = "_frame_camera";
  for (const fs::path& path : pictures(root / name, 2)) {
    const std::string stem = path.stem();
    if (!stem.ends_with(tag))
      refuse_name(root / name / path, "RECORDING_frame_NUMBER" + tag + ".png");
    const std::string frame = stem.substr(0, stem.size() - tag.size());
    out.push_back(
        {(name / path.parent_path()).string(), frame, {}, recording_of(frame), {}, split});
  }
  return out;
}

/// list_folder / split.txt, a name a line.
std::vector<LayoutFrame> listed_frames(const fs::path& root, Split split, const std::string& name) {
  const fs::path list = root / (name + ".txt");
  std::ifstream in(list);
  if (!in) {
    refuse_data("file-not-found", "a list of frames is not there", list.string(),
                "it says which frames are for " + std::string(to_string(split)),
                "Unpack the archive again");
  }
  std::vector<LayoutFrame> out;
  std::size_t line = 0;
  for (std::string text; std::getline(in, text);) {
    ++line;
    text = text.substr(0, text.find_first_of(" \r\t"));
    if (text.empty()) continue;
    out.push_back(
        {{}, text, {}, sequence_of(text), list.string() + ":" + std::to_string(line), split});
  }
  return out;
}

void check_once(const std::vector<LayoutFrame>& frames) {
  std::map<std::string, const LayoutFrame*> seen;
  for (const LayoutFrame& frame : frames) {
    const auto [at, fresh] = seen.try_emplace(frame.place + "/" + frame.name + frame.view, &frame);
    if (fresh) continue;
    refuse_data("duplicate-id", "frame '" + frame.name + "' is listed twice", frame.where,
                "it is in " + at->second->where + " already", "Take it out of one list");
  }
}

/// Labels whose frame has no image of the camera would be left out without a sign.
void check_labels(const LayoutSpec& spec, const fs::path& root,
                  const std::vector<LayoutFrame>& frames) {
  std::set<fs::path> known;
  for (const LayoutFrame& f : frames) {
    known.insert(fs::path(f.place) / (f.name + spec.label.tag + f.view + ".png"));
  }
  std::size_t lone = 0;
  std::string first;
  for (const fs::path& path : pictures(root / spec.label.folder, 3)) {
    const bool label = path.stem().string().find(spec.label.tag) != std::string::npos;
    if (!label || known.contains(path)) continue;
    if (lone++ == 0) first = (root / spec.label.folder / path).string();
  }
  if (lone == 0) return;
  refuse_data("file-not-found", std::to_string(lone) + " labels have no image in " + spec.index,
              "first: " + first, "frames are found by the images of the camera",
              "Restore the images, or take the labels out");
}

}  // namespace

LayoutSpec layout_spec(Layout layout, const fs::path& root) {
  if (layout == Layout::deliver) return deliver_spec();
  return layout == Layout::muses ? muses_spec(root) : mcubes_spec();
}

std::vector<LayoutFrame> layout_frames(Layout layout, const LayoutSpec& spec,
                                       const fs::path& root) {
  const auto frames_of = layout == Layout::deliver ? deliver_frames
                         : layout == Layout::muses ? muses_frames
                                                   : listed_frames;
  std::vector<LayoutFrame> out;
  for (const auto& [name, published] : kSplits) {
    if (spec.val_is_test && published == Split::test) continue;
    const bool scored = spec.val_is_test && published == Split::validation;
    const auto part = frames_of(root / spec.index, scored ? Split::test : published, name);
    out.insert(out.end(), part.begin(), part.end());
  }
  check_once(out);
  if (layout != Layout::mcubes) check_labels(spec, root, out);
  return out;
}

}  // namespace cch::detail
