#pragma once

// Folders laid out as DELIVER, MUSES and MCubeS are, with tiny pictures made here.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cch/experiments/png.hpp"
#include "tests/data/files.hpp"

namespace cch::test {

/// A red value for each pixel; green and blue follow from it.
using Red = std::function<int(std::size_t y, std::size_t x)>;

inline void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

inline void write_picture(const std::filesystem::path& path, std::size_t height, std::size_t width,
                          const Red& red) {
  std::vector<std::uint8_t> rgb;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const auto r = static_cast<std::uint8_t>(red(y, x));
      rgb.insert(rgb.end(), {r, static_cast<std::uint8_t>(r / 2), 7});
    }
  }
  write_file(path, png_bytes(height, width, rgb));
}

/// A float array of H × W.
inline void write_array(const std::filesystem::path& path, std::size_t height, std::size_t width,
                        const Red& value) {
  std::vector<float> values;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) values.push_back(static_cast<float>(value(y, x)));
  }
  const std::string shape = "(" + std::to_string(height) + ", " + std::to_string(width) + ")";
  write_file(path, npy("<f4", shape, raw(values)));
}

/// Columns of four classes; the sensors see the class and the frame's number.
inline int class_at(std::size_t x) {
  return static_cast<int>(x / 3 % 4);
}

/// DELIVER: 12 × 24 pixels, classes 1 to 4, first column 0 and last 255, which are no labels.
/// Training: two frames of MAP_1_point1 by cloud and one by night with a failure, two of
/// MAP_2_point9; validation: one; test: two of MAP_10_point102 by cloud and one by fog whose events
/// have half the size.
struct DeliverFolder {
  static constexpr std::size_t kHeight = 12;
  static constexpr std::size_t kWidth = 24;
  TempFolder folder;
  std::string root = folder.path("DELIVER");

  DeliverFolder() {
    frame("cloud/train/MAP_1_point1", "000050");
    frame("cloud/train/MAP_1_point1", "000100");
    frame("night/train/MAP_1_point1_motionblur", "000050");
    frame("sun/train/MAP_2_point9", "000150");
    frame("sun/train/MAP_2_point9", "000200");
    frame("rain/val/MAP_4_point12", "157550");
    frame("cloud/test/MAP_10_point102", "045050");
    frame("cloud/test/MAP_10_point102", "045100");
    frame("fog/test/MAP_10_point102_eventlowres", "045050", 2);
  }

  [[nodiscard]] std::filesystem::path file(const std::string& kind, const std::string& place,
                                           const std::string& name, const std::string& tag) const {
    return std::filesystem::path(root) / kind / place / (name + "_" + tag + "_front.png");
  }

  void frame(const std::string& place, const std::string& name, std::size_t coarse = 1) const {
    const int number = std::stoi(name) % 40;
    const Red sensor = [number](std::size_t, std::size_t x) { return 40 * class_at(x) + number; };
    write_picture(file("img", place, name, "rgb"), kHeight, kWidth, sensor);
    write_picture(file("hha", place, name, "depth"), kHeight, kWidth, sensor);
    write_picture(file("depth", place, name, "depth"), kHeight, kWidth,
                  [](std::size_t, std::size_t) { return 200; });
    write_picture(file("lidar", place, name, "lidar"), kHeight, kWidth, sensor);
    write_picture(file("event", place, name, "event"), kHeight / coarse, kWidth / coarse,
                  [&](std::size_t y, std::size_t x) { return sensor(y * coarse, x * coarse); });
    write_picture(file("semantic", place, name, "semantic"), kHeight, kWidth,
                  [](std::size_t, std::size_t x) {
                    if (x == 0 || x == kWidth - 1) return x == 0 ? 0 : 255;
                    return 1 + class_at(x);
                  });
  }
};

/// MUSES: 8 × 12 pixels. Recording REC0006 in train and val, REC0010 in train.
struct MusesFolder {
  TempFolder folder;
  std::string root = folder.path("muses");
  bool projected = true;

  explicit MusesFolder(bool in_projected = true) : projected(in_projected) {
    frame("train/clear/day", "REC0006_frame_040219");
    frame("train/fog/night", "REC0010_frame_000100");
    frame("val/clear/day", "REC0006_frame_042692");
    picture("frame_camera", "test/snow/day", "REC0020_frame_000001", "frame_camera");
    if (projected) write_file(std::filesystem::path(root) / "radar/train/raw.txt", "raw");
  }

  void picture(const std::string& kind, const std::string& place, const std::string& name,
               const std::string& tag) const {
    write_picture(std::filesystem::path(root) / kind / place / (name + "_" + tag + ".png"), 8, 12,
                  [](std::size_t, std::size_t x) { return class_at(x); });
  }

  void frame(const std::string& place, const std::string& name) const {
    const std::string at = projected ? "projected_to_rgb/" : "";
    picture("frame_camera", place, name, "frame_camera");
    picture("gt_semantic", place, name, "gt_labelTrainIds");
    picture(at + "event_camera", place, name, "event_camera");
    picture(at + "lidar", place, name, "lidar");
    if (projected) picture(at + "radar", place, name, "radar");
  }
};

/// MCubeS: 4 × 200 pixels, of which the first 192 columns are cut off. Column x of an array holds
/// x, of its cosine −x.
struct McubesFolder {
  TempFolder folder;
  std::string root = folder.path("multimodal_dataset");

  McubesFolder() {
    for (const std::string name :
         {"outscene1208_2_0000000150", "outscene1208_2_0000000180", "outscene1208_3_0000000030"}) {
      frame(name);
    }
    list("train", "outscene1208_2_0000000150\r\noutscene1208_2_0000000180 more\n\n");
    list("val", "");
    list("test", "outscene1208_3_0000000030\n");
  }

  void list(const std::string& name, const std::string& text) const {
    write_file(std::filesystem::path(root) / "list_folder" / (name + ".txt"), text);
  }

  void frame(const std::string& name) const {
    const std::filesystem::path at = root;
    const Red column = [](std::size_t, std::size_t x) { return static_cast<int>(x); };
    const Red minus = [](std::size_t, std::size_t x) { return -static_cast<int>(x); };
    write_picture(at / "polL_color" / (name + ".png"), 4, 200, column);
    write_array(at / "polL_aolp_sin" / (name + ".npy"), 4, 200, column);
    write_array(at / "polL_aolp_cos" / (name + ".npy"), 4, 200, minus);
    write_array(at / "polL_dolp" / (name + ".npy"), 4, 200, column);
    write_picture(at / "NIR_warped" / (name + ".png"), 4, 200, column);
    write_picture(at / "GT" / (name + ".png"), 4, 200, [](std::size_t y, std::size_t x) {
      return x == 199 ? 255 : static_cast<int>(y % 2);
    });
  }
};

}  // namespace cch::test
