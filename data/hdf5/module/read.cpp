#include <algorithm>
#include <utility>
#include <vector>

#include "data/hdf5/module/answers.hpp"
#include "data/hdf5/module/dataset.hpp"

namespace cch::detail {
namespace {

constexpr std::uint64_t kBlock = std::uint64_t{1} << 24;
constexpr std::uint64_t kMostBlock = std::uint64_t{1} << 30;
constexpr std::uint64_t kTextsAtOnce = 4096;
constexpr std::size_t kTextBytes = 1 << 20;

[[noreturn]] void refuse_missing(const std::string& path) {
  throw Refusal{"unknown-key", "the file has no dataset '" + path + "'", "", ""};
}

// Every part of the path exists and stays in the file.
void check_links(hid_t file, const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (H5Lexists(file, part.c_str(), H5P_DEFAULT) <= 0) refuse_missing(path);
    H5L_info_t link{};
    needed(H5Lget_info(file, part.c_str(), &link, H5P_DEFAULT), "a link");
    if (link.type != H5L_TYPE_HARD && link.type != H5L_TYPE_SOFT) {
      throw Refusal{"hdf5-elsewhere", "'" + part + "' is a link to another file",
                    "a file of arrays may not say which other files are read",
                    "Name the dataset in the file where it lies"};
    }
    if (H5Oexists_by_name(file, part.c_str(), H5P_DEFAULT) <= 0) refuse_missing(path);
    if (end == std::string::npos) return;
  }
}

Object found(hid_t file, const std::string& path) {
  if (path == "/") throw Refusal{"hdf5-group", "'/' is the group of all, not a dataset", "", ""};
  check_links(file, path);
  Object object(needed(H5Oopen(file, path.c_str(), H5P_DEFAULT), "the dataset"), H5Oclose);
  const H5I_type_t kind = H5Iget_type(object.get());
  if (kind == H5I_GROUP)
    throw Refusal{"hdf5-group", "'" + path + "' is a group, not a dataset", "", ""};
  if (kind != H5I_DATASET) refuse_missing(path);
  return object;
}

std::string head_of(const Dataset& d, std::uint64_t rows) {
  Packer out;
  out.number(static_cast<std::uint64_t>(d.stored.dtype)).number(d.stored.big_endian ? 1 : 0);
  out.number(static_cast<std::uint64_t>(d.stored.text)).number(d.stored.item);
  out.number(d.offset).number(rows).number(d.shape.size());
  for (const hsize_t extent : d.shape) out.number(extent);
  return out.bytes();
}

// Whole chunks where that is not too much.
std::uint64_t rows_at_once(const Dataset& d) {
  const std::uint64_t of_row = std::max<std::uint64_t>(1, d.row_bytes);
  if (d.stored.text == TextStorage::variable)
    return std::max<std::uint64_t>(1, kTextsAtOnce / (of_row / sizeof(char*)));
  const std::uint64_t rows = std::max<std::uint64_t>(1, kBlock / of_row);
  if (d.chunk_rows == 0 || d.chunk_rows > kMostBlock / of_row) return rows;
  return std::max<std::uint64_t>(1, rows / d.chunk_rows) * d.chunk_rows;
}

/// Rows of a dataset as they are stored, into a buffer.
class Rows {
 public:
  Rows(const Dataset& dataset, hid_t memory_type)
      : d_(dataset),
        type_(memory_type),
        space_(needed(H5Dget_space(dataset.set.get()), "its shape"), H5Sclose) {}

  void read(std::uint64_t first, std::uint64_t count, void* to) {
    if (d_.shape.empty()) {
      needed(H5Dread(d_.set.get(), type_, H5S_ALL, H5S_ALL, H5P_DEFAULT, to), "a value");
      return;
    }
    std::vector<hsize_t> start(d_.shape.size(), 0);
    std::vector<hsize_t> extents = d_.shape;
    start[0] = first;
    extents[0] = count;
    needed(H5Sselect_hyperslab(space_.get(), H5S_SELECT_SET, start.data(), nullptr, extents.data(),
                               nullptr),
           "its rows");
    const Object memory(
        needed(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr),
               "its rows"),
        H5Sclose);
    needed(H5Dread(d_.set.get(), type_, memory.get(), space_.get(), H5P_DEFAULT, to), "its values");
  }

 private:
  const Dataset& d_;
  hid_t type_;
  Object space_;
};

void say_values(const Dataset& d, std::uint64_t rows, Socket& socket) {
  Rows source(d, d.type.get());
  const std::uint64_t step = std::min(rows, rows_at_once(d));
  std::vector<char> block(step * d.row_bytes);
  for (std::uint64_t first = 0; first < rows; first += step) {
    const std::uint64_t count = std::min(step, rows - first);
    source.read(first, count, block.data());
    socket.say(FrameKind::bytes, {block.data(), count * d.row_bytes});
  }
}

void say_texts(const Dataset& d, std::uint64_t rows, Socket& socket) {
  const Object type(needed(H5Tcopy(H5T_C_S1), "its type"), H5Tclose);
  needed(H5Tset_size(type.get(), H5T_VARIABLE), "its type");
  needed(H5Tset_cset(type.get(), H5Tget_cset(d.type.get())), "its type");
  Rows source(d, type.get());
  const std::uint64_t a_row = d.row_bytes / sizeof(char*);
  const std::uint64_t step = std::min(rows, rows_at_once(d));
  std::vector<char*> block(step * a_row);
  for (std::uint64_t first = 0; first < rows; first += step) {
    const std::uint64_t count = std::min(step, rows - first);
    std::fill(block.begin(), block.end(), nullptr);
    source.read(first, count, block.data());
    Packer out;
    for (std::uint64_t i = 0; i < count * a_row; ++i) {
      out.text(block[i] == nullptr ? "" : block[i]);
      H5free_memory(block[i]);
      if (out.bytes().size() < kTextBytes && i + 1 < count * a_row) continue;
      socket.say(FrameKind::texts, std::exchange(out, {}).bytes());
    }
  }
}

}  // namespace

void answer_read(hid_t file, const std::string& path, std::uint64_t rows, std::uint64_t bytes,
                 Socket& socket) {
  const Dataset d = open_dataset(found(file, path));
  std::uint64_t count = d.rows();
  if (rows > 0) count = std::min<std::uint64_t>(count, rows);
  if (bytes > 0 && d.row_bytes > 0)
    count = std::min(count, std::max<std::uint64_t>(1, bytes / d.row_bytes));
  socket.say(FrameKind::head, head_of(d, count));
  if (d.offset == kNoOffset && d.row_bytes > 0) {
    if (d.stored.text == TextStorage::variable) {
      say_texts(d, count, socket);
    } else {
      say_values(d, count, socket);
    }
  }
  socket.say(FrameKind::end, Packer().number(0).bytes());
}

}  // namespace cch::detail
