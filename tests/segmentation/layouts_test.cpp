// Folders of published sets: which files, splits and groups they give, and what is refused.
#include <algorithm>
#include <set>

#include "cch/experiments/segmentation_study.hpp"
#include "support/test.hpp"
#include "tests/segmentation/layout_folders.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using test::fault_code;
using test::write_file;

SegmentationTask task_of(Layout layout, const std::string& root, ImageSize size = {}) {
  SegmentationTask task;
  task.folder = root;
  task.layout = layout;
  task.size = size;
  return task;
}

SegmentationSet read(const SegmentationTask& task) {
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  SegmentationSet set = read_segmentation(task, 1, inputs, {});
  REQUIRE(inputs.size() == 1);
  CHECK(inputs[0].second.sha256.size() == 64);
  return set;
}

/// All faults of a call, as one text.
template <class Call>
std::string faults_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    std::string out;
    for (const Fault& f : error.faults()) {
      out += f.code + ": " + f.problem + " | " + f.where + " | " + f.action + "\n";
    }
    return out;
  }
  return "";
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

std::string relative(const std::string& path, const std::string& root) {
  return fs::path(path).lexically_relative(root);
}

TEST_CASE("DELIVER: files of every sensor, splits of the folders, one group a place") {
  const test::DeliverFolder deliver;
  const PublishedSet set = read_layout(Layout::deliver, deliver.root, {}, true);
  CHECK(set.warnings.empty());
  CHECK(set.manifest.modalities == std::vector<std::string>{"img", "depth", "event", "lidar"});
  const auto& rows = set.manifest.rows;
  REQUIRE(rows.size() == 9);
  const auto count = [&](Split split) {
    return std::count_if(rows.begin(), rows.end(), [&](const auto& r) { return r.split == split; });
  };
  CHECK(count(Split::train) == 5);
  CHECK(count(Split::validation) == 1);
  CHECK(count(Split::test) == 3);
  CHECK(relative(rows[0].label, deliver.root) ==
        "semantic/cloud/train/MAP_1_point1/000050_semantic_front.png");
  CHECK(relative(rows[0].modalities[1][0], deliver.root) ==
        "hha/cloud/train/MAP_1_point1/000050_depth_front.png");
  CHECK(relative(rows[0].modalities[2][0], deliver.root) ==
        "event/cloud/train/MAP_1_point1/000050_event_front.png");
  std::set<std::string> groups;
  for (const auto& row : rows) groups.insert(row.group);
  CHECK(groups ==
        std::set<std::string>{"MAP_1_point1", "MAP_2_point9", "MAP_4_point12", "MAP_10_point102"});
  const auto raw = read_layout(Layout::deliver, deliver.root, {"raw-depth", "img"}, true);
  CHECK(raw.manifest.modalities == std::vector<std::string>{"raw-depth", "img"});
  CHECK(relative(raw.manifest.rows[0].modalities[0][0], deliver.root) ==
        "depth/cloud/train/MAP_1_point1/000050_depth_front.png");
}

TEST_CASE("DELIVER: codes 1 to 25 are the classes, 0 and 255 none, coarse events need a size") {
  const test::DeliverFolder deliver;
  const auto exact = task_of(Layout::deliver, deliver.root);
  const std::string faults = faults_of([&] { read(exact); });
  CHECK(has(faults, "size-mismatch: 12 x 6 pixels"));
  CHECK(has(faults, "size = [H, W]"));
  const SegmentationSet set = read(task_of(Layout::deliver, deliver.root, {12, 24}));
  CHECK(set.classes.size() == 25);
  CHECK(set.classes[0] == "Building");
  CHECK(set.classes[24] == "Truck");
  for (std::size_t n = 0; n < set.images; ++n) {
    for (std::size_t p = 0; p < set.pixels(); ++p) {
      const std::size_t x = p % 24;
      const bool none = x == 0 || x == 23;
      REQUIRE(set.label(n)[p] == (none ? kIgnoreLabel : test::class_at(x)));
    }
  }
  // Of the coarse events every second pixel is the one that was kept, its class in between.
  CHECK(set.modalities[2].channels == 3);
  CHECK(set.image(2, 0)[4] == set.image(0, 0)[4]);
}

TEST_CASE("MUSES: projected images of any ending, val as test, a recording in both parted") {
  const test::MusesFolder muses;
  const PublishedSet set = read_layout(Layout::muses, muses.root, {}, true);
  const auto& rows = set.manifest.rows;
  REQUIRE(rows.size() == 3);
  CHECK(set.manifest.modalities ==
        std::vector<std::string>{"frame_camera", "event_camera", "lidar"});
  CHECK(relative(rows[0].modalities[2][0], muses.root) ==
        "projected_to_rgb/lidar/train/clear/day/REC0006_frame_040219_lidar.png");
  CHECK(relative(rows[0].label, muses.root) ==
        "gt_semantic/train/clear/day/REC0006_frame_040219_gt_labelTrainIds.png");
  CHECK(rows[2].split == Split::test);
  REQUIRE(set.warnings.size() == 2);
  CHECK(set.warnings[0].code == "test-labels-missing");
  CHECK(set.warnings[1].code == "scene-in-two-splits");
  CHECK(rows[0].group == "REC0006 (training)");
  CHECK(rows[1].group == "REC0010");
  CHECK(rows[2].group == "REC0006 (test)");
  const PublishedSet whole = read_layout(Layout::muses, muses.root, {"radar"}, false);
  CHECK(whole.manifest.rows[0].group == "REC0006");
  CHECK(whole.manifest.rows[2].group == "REC0006");
  CHECK(relative(whole.manifest.rows[0].modalities[0][0], muses.root) ==
        "projected_to_rgb/radar/train/clear/day/REC0006_frame_040219_radar.png");
  const SegmentationSet images = read(task_of(Layout::muses, muses.root));
  CHECK(images.classes.size() == 19);
  CHECK(images.label(0)[5] == test::class_at(5));
  CHECK(images.warnings.size() >= 2);
}

TEST_CASE("MUSES: arrays of the SDK, test labels where they are, images beside the camera's") {
  const test::MusesFolder muses;
  const std::vector<float> values(8 * 12 * 3, -2.5F);
  const std::string archive =
      test::zip({{"arr_0.npy", test::npy("<f4", "(8, 12, 3)", test::raw(values))}});
  const auto replace_lidar = [&](const std::string& place, const std::string& name) {
    const fs::path file =
        fs::path(muses.root) / "projected_to_rgb/lidar" / place / (name + "_lidar");
    fs::remove(file.string() + ".png");
    write_file(file.string() + ".npz", archive);
  };
  replace_lidar("train/clear/day", "REC0006_frame_040219");
  // An array beside pictures holds other numbers, so it does not count for them.
  CHECK(has(faults_of([&] { read_layout(Layout::muses, muses.root, {}, true); }),
            "2 of 3 frames have no file of modality 'lidar'"));
  replace_lidar("train/fog/night", "REC0010_frame_000100");
  replace_lidar("val/clear/day", "REC0006_frame_042692");
  muses.frame("test/snow/day", "REC0020_frame_000001");
  replace_lidar("test/snow/day", "REC0020_frame_000001");
  const SegmentationSet set = read(task_of(Layout::muses, muses.root));
  CHECK(set.images == 4);
  CHECK(set.image(2, 0)[0] == -2.5F);
  CHECK(set.split ==
        std::vector<Split>{Split::train, Split::train, Split::validation, Split::test});
  const test::MusesFolder beside(false);
  const auto rows = read_layout(Layout::muses, beside.root, {"lidar"}, true).manifest.rows;
  CHECK(relative(rows[0].modalities[0][0], beside.root) ==
        "lidar/train/clear/day/REC0006_frame_040219_lidar.png");
  CHECK(fault_code([&] { read_layout(Layout::muses, beside.root, {"radar"}, true); }) ==
        "layout-mismatch");
}

TEST_CASE("MCubeS: lists, sine and cosine as channels, the columns that one camera lacks") {
  const test::McubesFolder mcubes;
  const SegmentationSet set = read(task_of(Layout::mcubes, mcubes.root));
  CHECK(set.images == 3);
  CHECK(set.width == 8);
  CHECK(set.height == 4);
  CHECK(set.names[1] == "outscene1208_2_0000000180");
  CHECK(set.groups == std::vector<std::size_t>{0, 0, 1});
  CHECK(set.split == std::vector<Split>{Split::train, Split::train, Split::test});
  REQUIRE(set.modalities.size() == 4);
  CHECK(set.modalities[1].name == "aolp");
  CHECK(set.modalities[1].channels == 2);
  CHECK(set.modalities[2].channels == 1);
  CHECK(set.image(1, 0)[9] == 193.0F);
  CHECK(set.image(1, 0)[4 * 8 + 9] == -193.0F);
  CHECK(test::near(set.image(0, 0)[0], 192.0 / 255.0, 1e-7));
  CHECK(set.label(0)[8] == 1);
  CHECK(set.label(0)[7] == kIgnoreLabel);
  CHECK(set.classes.size() == 20);
  CHECK(set.classes[19] == "sky");
}

TEST_CASE("a folder that is another: missing folders with the nearest, and the one inside") {
  const test::DeliverFolder deliver;
  const auto read_at = [&](const std::string& root) {
    return faults_of([&] { read_layout(Layout::deliver, root, {}, true); });
  };
  const std::string above = read_at(fs::path(deliver.root).parent_path());
  CHECK(has(above, "layout-mismatch"));
  CHECK(has(above, "Give " + deliver.root));
  fs::rename(deliver.root + "/semantic", deliver.root + "/semantics");
  fs::remove_all(deliver.root + "/hha");
  const std::string faults = read_at(deliver.root);
  CHECK(has(faults, "no folder hha"));
  CHECK(has(faults, "semantic (nearest: semantics)"));
  CHECK(!has(faults, "img"));
  CHECK(has(read_at(deliver.root + "/none"), "dataset-missing"));
  CHECK(
      has(faults_of([&] { read_layout(Layout::mcubes, deliver.root, {}, true); }), "list_folder"));
  CHECK(has(faults_of([&] { read_layout(Layout::deliver, deliver.root, {"lidr"}, true); }),
            "Did you mean 'lidar'?"));
  CHECK(has(faults_of([] { (void)layout_named("delivery"); }), "Did you mean 'deliver'?"));
  CHECK(layout_named("mcubes") == Layout::mcubes);
}

TEST_CASE("frames without a file: every modality at once, with counts") {
  const test::DeliverFolder deliver;
  const std::string place = "cloud/test/MAP_10_point102";
  fs::remove(deliver.file("lidar", place, "045050", "lidar"));
  fs::remove(deliver.file("lidar", place, "045100", "lidar"));
  fs::remove(deliver.file("semantic", place, "045100", "semantic"));
  const std::string faults =
      faults_of([&] { read_layout(Layout::deliver, deliver.root, {}, true); });
  CHECK(has(faults, "file-not-found: 2 of 9 frames have no file of modality 'lidar'"));
  CHECK(has(faults, "045050_lidar_front.png"));
  CHECK(has(faults, "file-not-found: 1 of 9 frames have no label"));
  // A modality that is not asked for may be away.
  fs::remove_all(deliver.root + "/lidar");
  deliver.frame(place, "045100");
  fs::remove_all(deliver.root + "/lidar");
  CHECK(read_layout(Layout::deliver, deliver.root, {"img", "event"}, true).manifest.rows.size() ==
        9);
  fs::remove(deliver.file("img", place, "045100", "rgb"));
  CHECK(has(faults_of([&] { read_layout(Layout::deliver, deliver.root, {"event"}, true); }),
            "file-not-found: 1 labels have no image in img"));
  deliver.frame(place, "045100");
  write_file(deliver.file("img", place, "x", "colour"), "");
  CHECK(has(faults_of([&] { read_layout(Layout::deliver, deliver.root, {"img"}, true); }),
            "is not named as in this layout"));
}

TEST_CASE("lists that name what is not there, or a frame twice") {
  const test::McubesFolder mcubes;
  const auto faults = [&] {
    return faults_of([&] { read_layout(Layout::mcubes, mcubes.root, {}, true); });
  };
  mcubes.list("val", "outscene1208_2_0000000150\n");
  CHECK(has(faults(), "duplicate-id: frame 'outscene1208_2_0000000150'"));
  CHECK(has(faults(), "val.txt:1"));
  mcubes.list("val", "\noutscene9_0000000001\n");
  CHECK(has(faults(), "1 of 4 frames have no file of modality 'nir'"));
  CHECK(has(faults(), "val.txt:2"));
  fs::remove(fs::path(mcubes.root) / "list_folder/val.txt");
  CHECK(has(faults(), "file-not-found: a list of frames is not there"));
}

TEST_CASE("published sets: codes that are no class, other numbers of names, images too narrow") {
  const test::DeliverFolder deliver;
  auto task = task_of(Layout::deliver, deliver.root, {12, 24});
  task.classes = {"a", "b"};
  CHECK(fault_code([&] { read(task); }) == "bad-task");
  task.classes = std::vector<std::string>(25, "x");
  CHECK(read(task).classes[3] == "x");
  test::write_picture(deliver.file("semantic", "cloud/test/MAP_10_point102", "045050", "semantic"),
                      12, 24, [](std::size_t, std::size_t) { return 26; });
  CHECK(fault_code([&] { read(task); }) == "label-outside-classes");
  const test::McubesFolder mcubes;
  const std::string name = "outscene1208_3_0000000030.png";
  test::write_picture(fs::path(mcubes.root) / "GT" / name, 4, 100,
                      [](std::size_t, std::size_t) { return 0; });
  const std::string faults = faults_of([&] { read(task_of(Layout::mcubes, mcubes.root)); });
  CHECK(has(faults, "size-mismatch: 100 columns"));
}

}  // namespace
}  // namespace cch
