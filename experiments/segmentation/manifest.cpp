#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>

#include "cch/core/nearest_name.hpp"
#include "cch/core/parallel.hpp"
#include "cch/data/csv.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/sha256.hpp"
#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/png.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

/// An image of a file: C × H × W.
struct Raster {
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<float> values;
};

Raster from_png(const std::string& path) {
  const detail::PngImage png = detail::read_png(path, detail::Palette::colours);
  Raster out{png.channels, png.height, png.width, {}};
  const std::size_t pixels = out.height * out.width;
  out.values.resize(out.channels * pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t c = 0; c < out.channels; ++c) {
      out.values[c * pixels + p] =
          static_cast<float>(png.values[p * out.channels + c] / png.largest);
    }
  }
  return out;
}

Raster from_npy(const std::string& path) {
  const Array array = parse_npy(map_file(path), path);
  const auto& shape = array.shape();
  if (shape.size() != 2 && shape.size() != 3) {
    refuse_data("size-mismatch", "an image is no H x W or H x W x C array",
                path + ": " + shape_text(shape), "every pixel needs its place",
                "Store rows, columns and channels");
  }
  Raster out{shape.size() == 3 ? shape[2] : 1, shape[0], shape[1], {}};
  std::vector<double> values(array.rows() * array.cols());
  array.to_doubles(0, array.rows(), values);
  const std::size_t pixels = out.height * out.width;
  out.values.resize(values.size());
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t c = 0; c < out.channels; ++c) {
      out.values[c * pixels + p] = static_cast<float>(values[p * out.channels + c]);
    }
  }
  return out;
}

Raster read_raster(const std::string& path) {
  return fs::path(path).extension() == ".npy" ? from_npy(path) : from_png(path);
}

/// Label codes of a file as they are stored.
Raster read_codes(const std::string& path) {
  if (fs::path(path).extension() == ".npy") return from_npy(path);
  const detail::PngImage png = detail::read_png(path, detail::Palette::codes);
  Raster out{1, png.height, png.width, std::vector<float>(png.height * png.width)};
  // Of several channels the first holds the code.
  for (std::size_t p = 0; p < out.values.size(); ++p) {
    out.values[p] = static_cast<float>(png.values[p * png.channels]);
  }
  return out;
}

void resize_check(const Raster& raster, const std::string& path, const SegmentationSet& set) {
  if (raster.height == set.height && raster.width == set.width) return;
  refuse_data(
      "size-mismatch",
      std::to_string(raster.width) + " x " + std::to_string(raster.height) + " pixels", path,
      "the first label has " + std::to_string(set.width) + " x " + std::to_string(set.height),
      "Cut or resample all files to one grid");
}

std::uint8_t code_of(double stored, const LabelCodes& codes, const std::string& path,
                     std::size_t pixel) {
  if (std::find(codes.ignored.begin(), codes.ignored.end(), static_cast<int>(stored)) !=
      codes.ignored.end()) {
    return kIgnoreLabel;
  }
  const double code = stored - codes.first;
  if (code >= 0.0 && code < static_cast<double>(kMostClasses))
    return static_cast<std::uint8_t>(code);
  refuse_data("label-outside-classes", "label " + std::to_string(static_cast<int>(stored)),
              path + ": pixel " + std::to_string(pixel),
              "codes begin at " + std::to_string(codes.first), "Name the codes that mean no label");
}

std::size_t column_of(const CsvTable& table, const std::string& name, const std::string& path) {
  const auto& columns = table.columns();
  const auto at = std::find(columns.begin(), columns.end(), name);
  if (at != columns.end()) return static_cast<std::size_t>(at - columns.begin());
  refuse_usage("unknown-key", "the manifest has no column '" + name + "'", path,
               "Give the columns image, one for each modality, label, split and group");
}

Split split_named(std::string_view name, const std::string& where) {
  if (name == "train" || name == "0") return Split::train;
  if (name == "val" || name == "validation" || name == "1") return Split::validation;
  if (name == "test" || name == "2") return Split::test;
  refuse_data("bad-split", "split '" + std::string(name) + "'", where,
              "an image is for training, validation or test", "Write train, val or test");
}

/// Every file that is named and not there, as one error.
void check_files(const std::vector<ManifestRow>& rows) {
  std::vector<Fault> faults;
  std::size_t missing = 0;
  constexpr std::size_t kShown = 5;
  for (const ManifestRow& row : rows) {
    std::vector<std::string> paths = row.modalities;
    paths.push_back(row.label);
    for (const std::string& path : paths) {
      if (fs::exists(path)) continue;
      if (++missing > kShown) continue;
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

}  // namespace

Manifest read_manifest(const std::string& path) {
  const CsvTable table = CsvTable::parse(map_file(path), path, Separator::automatic, "image");
  const fs::path root = fs::path(path).parent_path();
  Manifest out;
  const std::size_t image = column_of(table, "image", path);
  const std::size_t label = column_of(table, "label", path);
  const std::size_t split = column_of(table, "split", path);
  std::vector<std::size_t> modality_columns;
  std::optional<std::size_t> group;
  for (std::size_t c = 0; c < table.cols(); ++c) {
    if (table.columns()[c] == "group") group = c;
    if (c == image || c == label || c == split || c == group) continue;
    modality_columns.push_back(c);
    out.modalities.push_back(table.columns()[c]);
  }
  for (std::size_t r = 0; r < table.rows(); ++r) {
    ManifestRow row;
    row.image = table.cell(r, image);
    row.label = (root / table.cell(r, label)).string();
    row.split = split_named(table.cell(r, split), path + ": line " + std::to_string(table.line(r)));
    row.group = group ? std::string(table.cell(r, *group)) : row.image;
    for (const std::size_t c : modality_columns) {
      row.modalities.push_back((root / table.cell(r, c)).string());
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

SegmentationSet read_images(const Manifest& manifest, const std::vector<std::string>& wanted,
                            const std::vector<std::string>& classes, const LabelCodes& codes,
                            std::string& digest, const Execution& exec) {
  const std::vector<std::string>& names = wanted.empty() ? manifest.modalities : wanted;
  std::vector<std::size_t> which;
  for (const std::string& name : names) {
    const auto at = std::find(manifest.modalities.begin(), manifest.modalities.end(), name);
    if (at == manifest.modalities.end()) {
      refuse_usage("unknown-modality", "there is no modality '" + name + "'", {},
                   "Did you mean '" + nearest_name(name, manifest.modalities) + "'?");
    }
    which.push_back(static_cast<std::size_t>(at - manifest.modalities.begin()));
  }
  if (manifest.rows.empty()) {
    refuse_data("empty-split", "there are no images", {}, "nothing can be trained",
                "Check the folder or the manifest");
  }
  check_files(manifest.rows);
  SegmentationSet set;
  set.images = manifest.rows.size();
  const Raster first = read_codes(manifest.rows[0].label);
  set.height = first.height;
  set.width = first.width;
  set.labels.resize(set.images * set.pixels());
  for (std::size_t k = 0; k < which.size(); ++k) {
    const Raster image = read_raster(manifest.rows[0].modalities[which[k]]);
    resize_check(image, manifest.rows[0].modalities[which[k]], set);
    set.modalities.push_back(
        {names[k], image.channels, std::vector<float>(set.images * image.values.size())});
  }
  std::vector<std::string> hashes(set.images);
  parallel_for(set.images, exec, [&](std::size_t n) {
    const ManifestRow& row = manifest.rows[n];
    const Raster label = read_codes(row.label);
    resize_check(label, row.label, set);
    for (std::size_t p = 0; p < set.pixels(); ++p) {
      set.labels[n * set.pixels() + p] =
          code_of(static_cast<double>(label.values[p]), codes, row.label, p);
    }
    hashes[n] = sha256(map_file(row.label).view);
    for (std::size_t k = 0; k < which.size(); ++k) {
      const std::string& path = row.modalities[which[k]];
      const Raster image = read_raster(path);
      resize_check(image, path, set);
      ModalityImages& to = set.modalities[k];
      if (image.channels != to.channels) {
        refuse_data("size-mismatch", std::to_string(image.channels) + " channels", path,
                    "the first image of '" + to.name + "' has " + std::to_string(to.channels),
                    "Store all images of a modality alike");
      }
      std::copy(image.values.begin(), image.values.end(),
                to.values.begin() + static_cast<std::ptrdiff_t>(n * image.values.size()));
      hashes[n] += sha256(map_file(path).view);
    }
  });
  std::map<std::string, std::size_t> groups;
  std::string all;
  std::size_t most = 0;
  for (std::size_t n = 0; n < set.images; ++n) {
    const ManifestRow& row = manifest.rows[n];
    set.names.push_back(row.image);
    set.split.push_back(row.split);
    set.groups.push_back(groups.try_emplace(row.group, groups.size()).first->second);
    all += hashes[n];
  }
  for (const std::uint8_t c : set.labels) {
    if (c != kIgnoreLabel) most = std::max<std::size_t>(most, c);
  }
  set.classes = classes;
  for (std::size_t c = set.classes.size(); classes.empty() && c <= most; ++c) {
    set.classes.push_back("class " + std::to_string(c));
  }
  digest = sha256(std::as_bytes(std::span(all)));
  return set;
}

}  // namespace cch
