#include <algorithm>
#include <filesystem>
#include <map>

#include "cch/core/parallel.hpp"
#include "cch/data/sha256.hpp"
#include "experiments/segmentation/backend.hpp"
#include "experiments/segmentation/image_files.hpp"
#include "experiments/segmentation/images.hpp"
#include "experiments/segmentation/label_codes.hpp"
#include "experiments/segmentation/raster.hpp"

namespace cch {
namespace detail {
namespace {

using Files = std::vector<std::string>;

void check_size(const Raster& raster, const std::string& path, const ImageSize& wanted) {
  if (wanted.height == 0) return;
  if (raster.height == wanted.height && raster.width == wanted.width) return;
  refuse_data(
      "size-mismatch",
      std::to_string(raster.width) + " x " + std::to_string(raster.height) + " pixels", path,
      "the first label has " + std::to_string(wanted.width) + " x " + std::to_string(wanted.height),
      "Give size = [H, W], or cut or resample all files to one grid");
}

/// A file without its left columns, at the wanted size where there is one.
Raster prepared(Raster raster, const std::string& path, const Manifest& manifest,
                const ImageSize& size, Resampling how) {
  raster = without_left(std::move(raster), manifest.left, path);
  return size.height == 0 ? raster : resized(raster, size.height, size.width, how);
}

/// Every file that is needed and not there, as one error.
void check_files(const Manifest& manifest, const std::vector<std::size_t>& which) {
  std::vector<Fault> faults;
  std::size_t missing = 0;
  constexpr std::size_t kShown = 5;
  for (const ManifestRow& row : manifest.rows) {
    Files paths;
    for (const std::size_t k : which) {
      paths.insert(paths.end(), row.modalities[k].begin(), row.modalities[k].end());
    }
    paths.push_back(row.label);
    for (const std::string& path : paths) {
      std::error_code error;
      if (std::filesystem::exists(path, error)) continue;
      if (++missing > kShown) continue;
      // A folder that may not be searched is not one without the file.
      if (error) {
        faults.push_back(
            {"unreadable-file",
             "a file of image '" + row.image + "' cannot be reached: " + error.message(), path,
             "every image needs all modalities and its label",
             "Check the permissions of its folder"});
        continue;
      }
      faults.push_back({"file-not-found", "a file of image '" + row.image + "' is not there", path,
                        "every image needs all modalities and its label",
                        "Correct the manifest, or leave the image out"});
    }
  }
  if (missing > kShown) {
    faults.back().action += "; " + std::to_string(missing - kShown) + " more are missing";
  }
  if (!faults.empty()) throw Error(ErrorKind::data, std::move(faults));
}

/// Reads one row into its place in the set; returns the hash of its files.
std::string read_row(const Manifest& manifest, const ImageReading& reading, const FirstImage& first,
                     std::size_t n, SegmentationSet& set, MaskValues& values, ImageFiles& read) {
  const ManifestRow& row = manifest.rows[n];
  const ImageSize grid{set.height, set.width};
  const Raster label = label_of_row(manifest, row, reading, grid, read);
  classes_of(label.values, reading.codes, row.label,
             std::span(set.labels).subspan(n * set.pixels(), set.pixels()), values);
  std::string hashes = read.hash(row.label);
  for (std::size_t k = 0; k < first.which.size(); ++k) {
    const Files& files = row.modalities[first.which[k]];
    const Raster image = image_of_row(manifest, row, first.which[k], reading.size, grid, read);
    ModalityImages& to = set.modalities[k];
    if (image.channels != to.channels) {
      refuse_data("size-mismatch", std::to_string(image.channels) + " channels", files.front(),
                  "the first image of '" + to.name + "' has " + std::to_string(to.channels),
                  "Store all images of a modality alike");
    }
    std::copy(image.values.begin(), image.values.end(),
              to.values.begin() + static_cast<std::ptrdiff_t>(n * image.values.size()));
    for (const std::string& path : files) hashes += read.hash(path);
  }
  return hashes;
}

std::size_t largest_class(const SegmentationSet& set) {
  std::size_t most = 0;
  for (const std::uint8_t c : set.labels) {
    if (c != kIgnoreLabel) most = std::max<std::size_t>(most, c);
  }
  return most;
}

}  // namespace

Raster label_of_row(const Manifest& manifest, const ManifestRow& row, const ImageReading& reading,
                    const ImageSize& grid, ImageFiles& files) {
  Raster codes = files.codes(row.label, row.slice, reading.codes.channels);
  Raster out = prepared(std::move(codes), row.label, manifest, reading.size, Resampling::nearest);
  check_size(out, row.label, grid);
  return out;
}

Raster image_of_row(const Manifest& manifest, const ManifestRow& row, std::size_t modality,
                    const ImageSize& size, const ImageSize& grid, ImageFiles& files) {
  Raster out;
  for (const std::string& path : row.modalities[modality]) {
    Raster part =
        prepared(files.image(path, row.slice), path, manifest, size, Resampling::bilinear);
    check_size(part, path, grid);
    if (out.channels == 0) {
      out = std::move(part);
      continue;
    }
    if (part.stored != out.stored) out.stored = {};
    out.channels += part.channels;
    out.values.insert(out.values.end(), part.values.begin(), part.values.end());
  }
  return out;
}

std::vector<std::string> class_names_of(std::size_t most, const std::vector<std::string>& given) {
  if (!given.empty()) return given;
  std::vector<std::string> out;
  for (std::size_t c = 0; c <= most; ++c) out.push_back("class " + std::to_string(c));
  return out;
}

SegmentationSet described_set(const Manifest& manifest, const FirstImage& first) {
  SegmentationSet set;
  set.images = first.shape.images;
  set.height = first.shape.height;
  set.width = first.shape.width;
  for (std::size_t k = 0; k < first.which.size(); ++k) {
    set.modalities.push_back({manifest.modalities[first.which[k]], first.channels[k], {}});
  }
  std::map<std::string, std::size_t> groups;
  std::map<std::string, std::size_t> conditions;
  for (const ManifestRow& row : manifest.rows) {
    if (!row.condition.empty()) conditions.try_emplace(row.condition, conditions.size());
  }
  for (const auto& [name, number] : conditions) set.conditions.push_back(name);
  for (std::size_t i = 0; i < set.conditions.size(); ++i) conditions[set.conditions[i]] = i;
  for (const ManifestRow& row : manifest.rows) {
    set.names.push_back(row.image);
    set.split.push_back(row.split);
    set.groups.push_back(groups.try_emplace(row.group, groups.size()).first->second);
    if (set.conditions.empty()) continue;
    set.condition.push_back(row.condition.empty() ? kNoCondition : conditions[row.condition]);
  }
  return set;
}

FirstImage first_image(const Manifest& manifest, const ImageReading& reading) {
  FirstImage out;
  const auto& wanted = reading.modalities.empty() ? manifest.modalities : reading.modalities;
  out.which = modality_indices(manifest.modalities, wanted);
  if (manifest.rows.empty()) {
    refuse_data("empty-split", "there are no images", {}, "nothing can be trained",
                "Check the folder or the manifest");
  }
  check_files(manifest, out.which);
  const ManifestRow& row = manifest.rows.front();
  ImageFiles files;
  out.shape = {manifest.rows.size(), reading.size.height, reading.size.width, 0};
  if (reading.size.height == 0) {
    const Raster label = label_of_row(manifest, row, reading, {}, files);
    out.shape.height = label.height;
    out.shape.width = label.width;
  }
  for (const std::size_t k : out.which) {
    const Raster image = image_of_row(manifest, row, k, {}, {}, files);
    out.channels.push_back(image.channels);
    // Resampled values are no longer numbers of the file.
    out.stored.push_back(reading.size.height == 0 ? image.stored : StoredValues{});
    out.shape.channels += out.channels.back();
  }
  return out;
}

}  // namespace detail

SegmentationSet read_images(const Manifest& given, const ImageReading& reading, std::string& digest,
                            const Execution& exec) {
  const Manifest manifest = detail::with_slices(given);
  const detail::FirstImage first = detail::first_image(manifest, reading);
  detail::check_memory(first.shape, 1, detail::free_memory(), manifest.rows.front().label);
  SegmentationSet set = detail::described_set(manifest, first);
  set.labels.resize(set.images * set.pixels());
  for (ModalityImages& m : set.modalities) m.values.resize(set.images * m.channels * set.pixels());
  std::vector<std::string> hashes(set.images);
  std::vector<MaskValues> values(set.images);
  const auto runs = detail::runs_of(manifest);
  parallel_for(runs.size() - 1, exec, [&](std::size_t run) {
    detail::ImageFiles files;
    for (std::size_t n = runs[run]; n < runs[run + 1]; ++n) {
      hashes[n] = detail::read_row(manifest, reading, first, n, set, values[n], files);
    }
  });
  MaskValues stored;
  for (const MaskValues& of_image : values) {
    for (const auto& [value, pixels] : of_image) stored[value] += pixels;
  }
  const bool two_valued =
      detail::settle(stored, reading.codes, manifest.rows.front().label + " and others", set);
  set.classes = detail::class_names_of(detail::largest_class(set), reading.classes);
  std::string all = two_valued ? "255 is a class\n" : "";
  for (std::size_t n = 0; n < set.images; ++n) {
    all += hashes[n] + std::to_string(static_cast<int>(set.split[n])) + ":" +
           std::to_string(set.groups[n]) + "\n";
  }
  digest = sha256(std::as_bytes(std::span(all)));
  return set;
}

}  // namespace cch
