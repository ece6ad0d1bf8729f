#pragma once

// Files for the tests of the readers, written byte by byte so that they can be wrong on purpose.

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "cch/data/bytes.hpp"

namespace cch::test {

/// A folder of its own that is removed at the end.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cch-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }
  /// Writes the bytes and returns the path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

inline Bytes to_bytes(const std::string& text) {
  const auto raw = std::as_bytes(std::span(text));
  return own_bytes({raw.begin(), raw.end()});
}

/// `value` in `size` bytes, lowest first.
inline std::string little(std::uint64_t value, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i)
    out += static_cast<char>(i < 8 ? (value >> (8 * i)) & 255U : 0U);
  return out;
}

/// The values' bytes as they lie in memory (little-endian machines).
template <class T>
std::string raw(const std::vector<T>& values) {
  std::string out(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(out.data(), values.data(), out.size());
  return out;
}

/// A .npy file with this header text and data.
inline std::string npy_with_header(const std::string& header, const std::string& data,
                                   int major = 1) {
  std::string out = "\x93NUMPY";
  out += little(static_cast<std::uint64_t>(major), 1) + little(0, 1);
  return out + little(header.size(), major == 1 ? 2 : 4) + header + data;
}

inline std::string npy(const std::string& descr, const std::string& shape, const std::string& data,
                       bool fortran = false, int major = 1) {
  return npy_with_header("{'descr': '" + descr + "', 'fortran_order': " +
                             (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n",
                         data, major);
}

/// One entry of a ZIP archive; what the archive says can differ from what it holds.
struct ZipEntry {
  std::string name;
  std::string content;  ///< expanded
  bool deflate = false;
  std::uint64_t declared_size = 0;   ///< 0: the true one
  std::uint32_t wrong_checksum = 0;  ///< added to the true one
  std::uint64_t flags = 0;
  int method = -1;  ///< −1: as `deflate` says
};

/// zlib's `window_bits`: below 0 bare deflate, from 24 on a .gz.
inline std::string packed(const std::string& content, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
inline std::string deflated(const std::string& content) {
  return packed(content, -15);
}
inline std::string gzipped(const std::string& content) {
  return packed(content, 15 + 16);
}

inline std::string zip(const std::vector<ZipEntry>& entries) {
  std::string files;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    const std::string data = entry.deflate ? deflated(entry.content) : entry.content;
    const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                static_cast<uInt>(entry.content.size()));
    const int method = entry.method >= 0 ? entry.method : (entry.deflate ? 8 : 0);
    const std::string common =
        little(20, 2) + little(entry.flags, 2) + little(static_cast<std::uint64_t>(method), 2) +
        little(0, 4) + little(checksum + entry.wrong_checksum, 4) + little(data.size(), 4) +
        little(entry.declared_size > 0 ? entry.declared_size : entry.content.size(), 4) +
        little(entry.name.size(), 2) + little(0, 2);
    directory += little(0x02014b50, 4) + little(20, 2) + common + little(0, 10) +
                 little(files.size(), 4) + entry.name;
    files += little(0x04034b50, 4) + common + entry.name + data;
  }
  return files + directory + little(0x06054b50, 4) + little(0, 4) + little(entries.size(), 2) +
         little(entries.size(), 2) + little(directory.size(), 4) + little(files.size(), 4) +
         little(0, 2);
}

inline std::string safetensors(const std::string& header, const std::string& data) {
  return little(header.size(), 8) + header + data;
}

/// An IDX file of unsigned bytes.
inline std::string idx(const std::vector<std::uint32_t>& shape, const std::string& data) {
  std::string out = little(0, 2) + little(8, 1) + little(shape.size(), 1);
  for (const std::uint32_t extent : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((extent >> shift) & 255U);
  }
  return out + data;
}

}  // namespace cch::test
