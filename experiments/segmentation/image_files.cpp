#include "experiments/segmentation/image_files.hpp"

#include <filesystem>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/sha256.hpp"
#include "experiments/segmentation/tiff.hpp"

namespace cch {
namespace detail {
namespace {

std::vector<std::string> all_files(const ManifestRow& row) {
  std::vector<std::string> out{row.label};
  for (const auto& files : row.modalities) out.insert(out.end(), files.begin(), files.end());
  return out;
}

/// Slices of the files of a row; nothing where one is missing, which is told with all others.
std::optional<std::size_t> slices_of(const ManifestRow& row) {
  std::optional<std::size_t> slices;
  std::string of;
  const auto files = all_files(row);
  std::error_code none;
  for (const std::string& path : files) {
    if (is_nifti(path) && !std::filesystem::exists(path, none)) return std::nullopt;
  }
  for (const std::string& path : files) {
    const std::size_t here = is_nifti(path) ? nifti_head(path).slices : 1;
    if (slices && *slices != here) {
      refuse_data("size-mismatch", std::to_string(here) + " slices", path,
                  of + " of the same image has " + std::to_string(*slices),
                  "Bring volumes and labels to one grid");
    }
    slices = here;
    of = path;
  }
  return slices;
}

bool has_volumes(const ManifestRow& row) {
  for (const std::string& path : all_files(row)) {
    if (is_nifti(path)) return true;
  }
  return false;
}

}  // namespace

Manifest with_slices(const Manifest& manifest) {
  Manifest out{manifest.modalities, {}, manifest.left};
  for (const ManifestRow& row : manifest.rows) {
    const std::size_t slices = has_volumes(row) ? slices_of(row).value_or(1) : 1;
    if (slices == 1) {
      out.rows.push_back(row);
      continue;
    }
    for (std::size_t z = 0; z < slices; ++z) {
      ManifestRow& slice = out.rows.emplace_back(row);
      slice.image += ":" + std::to_string(z);
      slice.slice = z;
    }
  }
  return out;
}

const NiftiVolume& ImageFiles::volume(const std::string& path) {
  const auto found = volumes_.find(path);
  return found != volumes_.end() ? found->second
                                 : volumes_.emplace(path, read_nifti(path)).first->second;
}

Raster ImageFiles::image(const std::string& path, std::optional<std::size_t> slice) {
  return slice ? nifti_slice(volume(path), *slice) : read_raster(path);
}

Raster ImageFiles::codes(const std::string& path, std::optional<std::size_t> slice,
                         LabelChannels channels) {
  return slice ? one_code(nifti_slice(volume(path), *slice), channels, path)
               : read_codes(path, channels);
}

const std::string& ImageFiles::hash(const std::string& path) {
  std::string& out = hashes_[path];
  if (out.empty()) out = sha256(map_file(path).view);
  return out;
}

std::vector<std::size_t> runs_of(const Manifest& manifest) {
  std::vector<std::size_t> out;
  for (std::size_t n = 0; n < manifest.rows.size(); ++n) {
    if (manifest.rows[n].slice.value_or(0) == 0) out.push_back(n);
  }
  out.push_back(manifest.rows.size());
  return out;
}

}  // namespace detail

std::vector<std::string> image_endings() {
  std::vector<std::string> out{".png", ".npy", ".npz", ".nii", ".nii.gz"};
  if (detail::reads_tiff()) out.insert(out.end(), {".tif", ".tiff"});
  return out;
}

}  // namespace cch
