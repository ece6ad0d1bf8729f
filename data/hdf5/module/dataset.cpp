#include "data/hdf5/module/dataset.hpp"

#include <array>

namespace cch::detail {
namespace {

constexpr std::uint64_t kMostChunk = std::uint64_t{1} << 30;
// What a deflated byte can become; szip and the like stay below.
constexpr std::uint64_t kMostExpansion = 1032;
constexpr std::uint64_t kSlack = 1 << 20;

std::string shape_words(const std::vector<hsize_t>& shape) {
  std::string out = "(";
  for (std::size_t i = 0; i < shape.size(); ++i)
    out += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return out + ")";
}

void refuse_elsewhere(hid_t properties) {
  const bool virtual_set = H5Pget_layout(properties) == H5D_VIRTUAL;
  if (!virtual_set && H5Pget_external_count(properties) <= 0) return;
  throw Refusal{"hdf5-elsewhere",
                virtual_set ? "the dataset is a view of datasets of other files (virtual)"
                            : "the values of the dataset lie in other files (external storage)",
                "a file of arrays may not say which other files are read",
                "Copy it into one file, e.g. with h5repack or h5py"};
}

void refuse_filters(hid_t properties) {
  const int count = needed(H5Pget_nfilters(properties), "its filters");
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t values = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = H5Pget_filter2(properties, static_cast<unsigned>(i), &flags,
                                               &values, nullptr, name.size(), name.data(), &config);
    name.back() = '\0';
    if (filter >= 0 && H5Zfilter_avail(filter) > 0 && H5Zget_filter_info(filter, &config) >= 0 &&
        (config & H5Z_FILTER_CONFIG_DECODE_ENABLED) != 0) {
      continue;
    }
    throw Refusal{"hdf5-filter",
                  "the dataset is compressed by the filter " + std::to_string(filter) +
                      (name[0] == '\0' ? "" : " (" + std::string(name.data()) + ")") +
                      ", which libhdf5 does not have",
                  "filters from elsewhere are programs, and none is loaded",
                  "Write it with gzip (h5repack -f GZIP=4), or convert it where its filter is "
                  "installed: python -m cch.convert FILE OUT.safetensors"};
  }
}

std::vector<hsize_t> shape_of(hid_t set) {
  const Object space(needed(H5Dget_space(set), "its shape"), H5Sclose);
  switch (H5Sget_simple_extent_type(space.get())) {
    case H5S_SCALAR:
      return {};
    case H5S_SIMPLE:
      break;
    default:
      throw Refusal{"empty-array", "the dataset has no values", "its space is null",
                    "Write its values"};
  }
  const int rank = needed(H5Sget_simple_extent_ndims(space.get()), "its shape");
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  if (rank > 0) needed(H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr), "its shape");
  return shape;
}

// Of one row; the bytes of all must fit as well.
std::uint64_t row_bytes_of(const Dataset& d) {
  std::uint64_t of_row = d.stored.item;
  std::uint64_t all = 0;
  bool fits = true;
  for (std::size_t i = 1; i < d.shape.size(); ++i) {
    fits = fits && !__builtin_mul_overflow(of_row, d.shape[i], &of_row);
  }
  fits = fits && !__builtin_mul_overflow(of_row, d.rows(), &all) && all < (std::uint64_t{1} << 62);
  if (fits) return of_row;
  throw Refusal{"shape-overflow", "shape " + shape_words(d.shape) + " is too large for any file",
                "the header is wrong", "Write the file again"};
}

void take_chunks(Dataset& d) {
  std::array<hsize_t, H5S_MAX_RANK> extents{};
  const int rank =
      needed(H5Pget_chunk(d.properties.get(), H5S_MAX_RANK, extents.data()), "its chunks");
  std::uint64_t size = d.stored.item;
  bool fits = static_cast<std::size_t>(rank) == d.shape.size();
  for (int i = 0; i < rank && fits; ++i) {
    fits = !__builtin_mul_overflow(size, extents[static_cast<std::size_t>(i)], &size);
  }
  if (!fits || size > kMostChunk || extents[0] == 0) {
    throw Refusal{"hdf5-chunk", "the dataset has chunks above a gigabyte",
                  "a chunk is expanded whole",
                  "Write it with smaller chunks, e.g. h5repack -l CHUNK=1024x64"};
  }
  d.chunk_rows = extents[0];
}

void refuse_unwritten(const Dataset& d) {
  const std::uint64_t all = d.row_bytes * d.rows();
  if (all == 0) return;
  const std::uint64_t stored = H5Dget_storage_size(d.set.get());
  if (stored == 0) {
    throw Refusal{"hdf5-unwritten",
                  "no value of the dataset of shape " + shape_words(d.shape) + " was ever written",
                  "all would be its fill value",
                  "Write its values; the program that made it may have stopped early"};
  }
  if (all / kMostExpansion <= stored + kSlack / kMostExpansion) return;
  throw Refusal{
      "zip-bomb",
      std::to_string(stored) + " bytes claim to expand to " + std::to_string(all) + " bytes",
      "most of its chunks were never written, or it would fill the memory",
      "Save the array with numpy.save and read the .npy"};
}

}  // namespace

Dataset open_dataset(Object set) {
  Object properties(needed(H5Dget_create_plist(set.get()), "its properties"), H5Pclose);
  refuse_elsewhere(properties.get());
  Object type(needed(H5Dget_type(set.get()), "its type"), H5Tclose);
  StoredType stored = stored_type(type.get());
  if (!stored.why_not.empty()) {
    throw Refusal{"unsupported-dtype", "elements of the dataset are " + stored.why_not,
                  "numbers, booleans and strings are read",
                  "Write each field as a dataset of numbers or strings of its own"};
  }
  Dataset d{std::move(set), std::move(type), std::move(properties), std::move(stored), {}};
  d.shape = shape_of(d.set.get());
  d.row_bytes = row_bytes_of(d);
  refuse_filters(d.properties.get());
  refuse_unwritten(d);
  const H5D_layout_t layout = H5Pget_layout(d.properties.get());
  if (layout == H5D_CHUNKED) take_chunks(d);
  if (layout == H5D_CONTIGUOUS && d.stored.text == TextStorage::none) {
    const haddr_t offset = H5Dget_offset(d.set.get());
    if (offset != HADDR_UNDEF) d.offset = offset;
  }
  return d;
}

std::uint64_t bytes_of(hid_t file, const char* path) noexcept {
  try {
    const Dataset d = open_dataset({needed(H5Dopen2(file, path, H5P_DEFAULT), "it"), H5Dclose});
    return d.row_bytes * d.rows();
  } catch (const Refusal&) {
    return 0;
  } catch (...) {
    return 0;
  }
}

}  // namespace cch::detail
