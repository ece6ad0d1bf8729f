#include "experiments/segmentation/packed_folder.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>

#include "cch/data/npy.hpp"
#include "cch/data/written_files.hpp"
#include "cch/experiments/segmentation_pack.hpp"
#include "experiments/segmentation/backend.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using detail::PackedHead;
using detail::PackedModality;

PackedHead read_head(const std::string& folder) {
  const std::string path = (fs::path(folder) / detail::kPackedFile).string();
  const Bytes bytes = map_file(path);
  return detail::parse_packed_head(
      {reinterpret_cast<const char*>(bytes.view.data()), bytes.view.size()}, path);
}

/// The elements of a .npy file of this type and shape.
Bytes mapped_array(const fs::path& path, DType type, const std::vector<std::size_t>& shape) {
  const Bytes file = map_file(path.string());
  const std::size_t begin = npy_header_bytes(file.view, path.string());
  if (begin > file.size()) {
    refuse_data("truncated", "an array ends within its header", path.string(), {},
                "Pack the images again");
  }
  const NpyHeader header = parse_npy_header(file.view, path.string());
  const bool fits = header.layout.dtype == type && header.layout.shape == shape &&
                    !header.layout.fortran && !header.layout.big_endian &&
                    file.size() == header.data_offset + header.data_bytes;
  if (!fits) {
    refuse_data("size-mismatch", "an array is not what images.json says",
                path.string() + ": " + shape_text(header.layout.shape) + " " +
                    std::string(to_string(header.layout.dtype)),
                "it should be " + shape_text(shape) + " " + std::string(to_string(type)),
                "Pack the images again");
  }
  return file.part(header.data_offset, header.data_bytes);
}

DType type_of(const PackedModality& m) {
  return m.stored.type == detail::StoredAs::u8    ? DType::u8
         : m.stored.type == detail::StoredAs::u16 ? DType::u16
                                                  : DType::f32;
}

template <class T>
std::vector<T> copied_numbers(const Bytes& bytes) {
  std::vector<T> out(bytes.size() / sizeof(T));
  std::memcpy(out.data(), bytes.view.data(), out.size() * sizeof(T));
  return out;
}

/// Of all records the moments of the channels of these modalities.
std::vector<double> picked_moments(const PackedHead& head, const std::vector<std::size_t>& which,
                                   const Bytes& bytes) {
  const auto all = copied_numbers<double>(bytes);
  std::vector<std::size_t> first{0};
  for (const PackedModality& m : head.modalities) first.push_back(first.back() + 2 * m.channels);
  std::vector<double> out;
  for (std::size_t r = 0; r < head.records; ++r) {
    for (const std::size_t k : which) {
      const auto row = all.begin() + static_cast<std::ptrdiff_t>(r * first.back());
      out.insert(out.end(), row + static_cast<std::ptrdiff_t>(first[k]),
                 row + static_cast<std::ptrdiff_t>(first[k + 1]));
    }
  }
  return out;
}

/// Records × … must be countable before a size is compared with it.
void check_countable(const PackedHead& head, const std::string& where) {
  std::size_t values = head.records;
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / 4096;
  for (const std::size_t n : {head.height, head.width}) {
    if (values > kMost / n) {
      refuse_data("size-mismatch", "images.json claims more pixels than there are", where, {},
                  "Pack the images again");
    }
    values *= n;
  }
}

}  // namespace

bool is_packed_folder(const std::string& folder) {
  return !folder.empty() && path_exists((fs::path(folder) / detail::kPackedFile).string());
}

bool published_split(const std::string& folder) {
  return read_head(folder).published;
}

SegmentationSet read_packed_folder(const RasterFolder& folder,
                                   std::vector<std::pair<std::string, SourceInfo>>& inputs) {
  const fs::path root = folder.path;
  PackedHead head = read_head(folder.path);
  check_countable(head, folder.path);
  std::vector<std::string> names;
  for (const PackedModality& m : head.modalities) names.push_back(m.name);
  const auto which =
      detail::modality_indices(names, folder.modalities.empty() ? names : folder.modalities);
  auto parts = std::make_shared<detail::PackedImages::Parts>();
  parts->height = head.height;
  parts->width = head.width;
  parts->records = head.records;
  std::size_t channels = 0;
  for (const PackedModality& m : head.modalities) channels += m.channels;
  SegmentationSet set;
  for (const std::size_t k : which) {
    const PackedModality& m = head.modalities[k];
    parts->modalities.push_back(m);
    parts->arrays.push_back(mapped_array(root / (m.name + ".npy"), type_of(m),
                                         {head.records, head.height, head.width, m.channels}));
    set.modalities.push_back({m.name, m.channels, {}});
  }
  parts->labels =
      mapped_array(root / "labels.npy", DType::u8, {head.records, head.height, head.width});
  parts->facts.counts = copied_numbers<std::uint32_t>(
      mapped_array(root / detail::kCountsFile, DType::u32, {head.records, 256}));
  parts->facts.moments = picked_moments(
      head, which,
      mapped_array(root / detail::kMomentsFile, DType::f64, {head.records, channels, 2}));
  for (std::size_t c = 0; c < 256; ++c) parts->classes[c] = static_cast<std::uint8_t>(c);
  if (head.two_valued) parts->classes[255] = 1;
  set.packed = std::make_shared<const detail::PackedImages>(std::move(parts));
  set.images = head.record.size();
  set.height = head.height;
  set.width = head.width;
  set.records = std::move(head.record);
  set.groups = std::move(head.groups);
  set.split = std::move(head.split);
  set.names = std::move(head.names);
  set.conditions = std::move(head.conditions);
  set.condition = std::move(head.condition);
  set.warnings = std::move(head.warnings);
  set.classes = folder.classes.empty() ? std::move(head.classes) : folder.classes;
  SourceInfo info;
  info.source = folder.path;
  info.sha256 = head.images_sha256;
  inputs.emplace_back("images", std::move(info));
  return set;
}

}  // namespace cch
