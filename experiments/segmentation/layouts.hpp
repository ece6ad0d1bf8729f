#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_layouts.hpp"

namespace cch::detail {

/// Where the files of one kind lie: FOLDER / place / NAME + tag + view + ending.
struct LayoutFiles {
  std::string folder;
  std::string tag;                   ///< "_lidar"
  std::vector<std::string> endings;  ///< any of them, the same for all frames
};

struct LayoutModality {
  std::string name;
  std::vector<LayoutFiles> files;  ///< their channels follow one another
  bool standard = true;            ///< taken where no modalities are named
};

/// A published layout in a folder.
struct LayoutSpec {
  std::vector<LayoutModality> modalities;
  LayoutFiles label;
  std::string index;         ///< folder whose entries or lists name the frames
  std::string how_to_get;    ///< what makes files that are not there
  std::size_t left = 0;      ///< columns that the publishers cut off
  bool val_is_test = false;  ///< no test labels: the val images are scored
};

/// A frame of a layout.
struct LayoutFrame {
  std::string place;  ///< folders between a modality's and the file
  std::string name;
  std::string view;  ///< "_front", of DELIVER
  std::string group;
  std::string where;  ///< line of a list, for messages; may be empty
  Split split = Split::train;
};

/// What is to be looked for in this folder.
LayoutSpec layout_spec(Layout layout, const std::filesystem::path& root);

/// All frames, sorted by place and name within their split. Data Errors "layout-mismatch",
/// "file-not-found" (a list, or the camera's image of a label), "duplicate-id".
std::vector<LayoutFrame> layout_frames(Layout layout, const LayoutSpec& spec,
                                       const std::filesystem::path& root);

}  // namespace cch::detail
