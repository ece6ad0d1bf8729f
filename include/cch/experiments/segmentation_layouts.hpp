#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cch/experiments/segmentation_manifest.hpp"

namespace cch {

/// How the folder of a published set is laid out (experiments/segmentation/README.md).
///   deliver  img, hha (or depth), event, lidar, semantic / weather / split / scene /
///            NUMBER_SENSOR_front.png; Zhang et al., CVPR 2023, semseg/datasets/deliver.py of
///            github.com/jamycheung/DELIVER
///   muses    frame_camera, gt_semantic and projected_to_rgb/{event_camera, lidar, radar} / split /
///            weather / time of day / RECORDING_frame_NUMBER_SENSOR.png; Brödermann et al.,
///            ECCV 2024, github.com/timbroed/MUSES. Without projected_to_rgb the projected images
///            lie beside frame_camera, as semseg/datasets/muses.py of github.com/zhengxuJosh/AnySeg
///            has them
///   mcubes   polL_color, polL_aolp_sin, polL_aolp_cos, polL_dolp, NIR_warped, GT / NAME.png or
///            .npy, list_folder/{train,val,test}.txt; Liang et al., CVPR 2022,
///            dataloaders/datasets/multimodal_dataset.py of
///            github.com/kyotovision-public/multimodal-material-segmentation
enum class Layout { none, deliver, muses, mcubes };

/// Usage Error "unknown-layout" that names the nearest.
Layout layout_named(std::string_view name);
/// "" for none.
std::string_view to_string(Layout layout);

/// Names of the classes in the order of their codes, and which codes of the label files are no
/// class, both as in the published loaders above. deliver: 25 classes, code 1 is the first, 0 and
/// 255 are ignored; muses: the 19 of Cityscapes, 255 is ignored; mcubes: 20 materials, 255 ignored.
std::vector<std::string> layout_classes(Layout layout);
LabelCodes layout_codes(Layout layout);

struct PublishedSet {
  Manifest manifest;
  std::vector<Warning> warnings;
};

/// The files of such a folder. `modalities` picks and orders them, empty: those of the publishers'
/// comparisons (deliver img, depth, event, lidar; muses frame_camera, event_camera, lidar; mcubes
/// image, aolp, dolp, nir). By name alone: raw-depth of deliver (depth/ instead of hha/), radar of
/// muses.
///
/// Splits are the publishers'; MUSES without gt_semantic/test scores on val (a warning). A group is
/// a place of DELIVER under all weathers and failures (MAP_10_point102 of MAP_10_point102_…), a
/// recording of MUSES (REC0006), a sequence of MCubeS (outscene1208_2 of
/// outscene1208_2_0000000150). With `published_split` a group that the publishers have in several
/// splits becomes one for each, with a warning "scene-in-two-splits"; without it, for a split at
/// random, it stays one.
///
/// Usage Error "unknown-modality" (with the nearest); data Errors "dataset-missing",
/// "layout-mismatch" (folders that are missing, with the nearest that are there), "duplicate-id" (a
/// frame in two lists), "file-not-found" (frames without a file: one fault a modality, with counts,
/// all at once), "empty-split". Reads no image.
PublishedSet read_layout(Layout layout, const std::string& folder,
                         const std::vector<std::string>& modalities, bool published_split);

}  // namespace cch
