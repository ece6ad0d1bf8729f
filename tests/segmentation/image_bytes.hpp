#pragma once

// TIFF and NIfTI files for the tests of their readers, written byte by byte so that they can be
// wrong on purpose.

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/data/files.hpp"

namespace cch::test {

/// Numbers in one order of bytes.
struct ByteOrder {
  bool big = false;

  [[nodiscard]] std::string number(std::uint64_t value, std::size_t size) const {
    std::string out = little(value, size);
    if (big) std::reverse(out.begin(), out.end());
    return out;
  }
  template <class T>
  [[nodiscard]] std::string values(const std::vector<T>& of) const {
    std::string out = raw(of);
    if (!big) return out;
    for (std::size_t i = 0; i < out.size(); i += sizeof(T)) {
      std::reverse(out.begin() + static_cast<std::ptrdiff_t>(i),
                   out.begin() + static_cast<std::ptrdiff_t>(i + sizeof(T)));
    }
    return out;
  }
};

/// A TIFF as its header says; `blocks` are its strips or tiles.
struct TiffParts {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t samples = 1;
  std::uint32_t bits = 8;
  std::uint32_t format = 1;       ///< 1 unsigned, 2 signed, 3 floating-point
  std::uint32_t photometric = 1;  ///< 1 black is 0, 2 RGB, 3 palette
  bool apart = false;
  std::uint32_t tile_width = 0;  ///< 0: strips
  std::uint32_t rows = 0;        ///< of a strip or tile; 0: all
  bool deflate = false;
  std::uint32_t coded = 0;                  ///< compression of blocks that are given coded
  std::vector<std::uint32_t> extra = {};    ///< kinds of extra samples
  std::vector<std::uint16_t> colours = {};  ///< of a palette
  std::string no_data = {};
  std::vector<std::string> blocks;
  ByteOrder order = {};
};

/// zlib's format.
inline std::string zlib_packed(const std::string& content) {
  uLongf size = compressBound(static_cast<uLong>(content.size()));
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size,
           reinterpret_cast<const Bytef*>(content.data()), static_cast<uLong>(content.size()));
  out.resize(size);
  return out;
}

/// One directory; `next` 8 makes the file go round.
inline std::string tiff(const TiffParts& t, bool twice = false) {
  struct Entry {
    std::uint32_t tag, type, count;
    std::string value;
  };
  const ByteOrder o = t.order;
  const auto shorts = [&](std::size_t n, std::uint32_t v) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += o.number(v, 2);
    return out;
  };
  std::vector<std::string> blocks;
  for (const std::string& b : t.blocks) blocks.push_back(t.deflate ? zlib_packed(b) : b);
  std::string offsets;
  std::string counts;
  std::size_t at = 8;
  std::string data;
  for (const std::string& b : blocks) {
    offsets += o.number(at, 4);
    counts += o.number(b.size(), 4);
    data += b + (b.size() % 2 == 1 ? std::string(1, '\0') : "");
    at = 8 + data.size();
  }
  const auto n = static_cast<std::uint32_t>(blocks.size());
  const bool tiled = t.tile_width > 0;
  std::vector<Entry> entries{{256, 4, 1, o.number(t.width, 4)},
                             {257, 4, 1, o.number(t.height, 4)},
                             {258, 3, t.samples, shorts(t.samples, t.bits)},
                             {259, 3, 1,
                              o.number(t.coded > 0 ? t.coded
                                       : t.deflate ? 8
                                                   : 1,
                                       2)},
                             {262, 3, 1, o.number(t.photometric, 2)},
                             {277, 3, 1, o.number(t.samples, 2)},
                             {284, 3, 1, o.number(t.apart ? 2 : 1, 2)},
                             {339, 3, t.samples, shorts(t.samples, t.format)}};
  const std::uint32_t rows = t.rows > 0 ? t.rows : t.height;
  if (tiled) {
    entries.push_back({322, 4, 1, o.number(t.tile_width, 4)});
    entries.push_back({323, 4, 1, o.number(rows, 4)});
  } else {
    entries.push_back({278, 4, 1, o.number(rows, 4)});
  }
  entries.push_back({tiled ? 324U : 273U, 4, n, offsets});
  entries.push_back({tiled ? 325U : 279U, 4, n, counts});
  if (!t.extra.empty()) {
    std::string kinds;
    for (const std::uint32_t kind : t.extra) kinds += o.number(kind, 2);
    entries.push_back({338, 3, static_cast<std::uint32_t>(t.extra.size()), kinds});
  }
  if (!t.colours.empty()) {
    entries.push_back({320, 3, static_cast<std::uint32_t>(t.colours.size()), o.values(t.colours)});
  }
  if (!t.no_data.empty()) {
    entries.push_back({42113, 2, static_cast<std::uint32_t>(t.no_data.size() + 1),
                       t.no_data + std::string(1, '\0')});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.tag < b.tag; });
  const std::size_t directory = 8 + data.size();
  const std::size_t size = 2 + 12 * entries.size() + 4;
  std::string heads = o.number(entries.size(), 2);
  std::string values;
  for (Entry& e : entries) {
    heads += o.number(e.tag, 2) + o.number(e.type, 2) + o.number(e.count, 4);
    if (e.value.size() <= 4) {
      e.value.resize(4, '\0');
      heads += e.value;
    } else {
      heads += o.number(directory + (twice ? 2 : 1) * size + values.size(), 4);
      values += e.value + (e.value.size() % 2 == 1 ? std::string(1, '\0') : "");
    }
  }
  std::string out = (o.big ? "MM" : "II") + o.number(42, 2) + o.number(directory, 4) + data;
  if (twice) out += heads + o.number(directory + size, 4);
  return out + heads + o.number(0, 4) + values;
}

struct NiftiParts {
  std::vector<std::int64_t> dim;  ///< x, y, z, …
  std::int32_t type = 2;
  std::int32_t bits = 8;
  std::string data;
  double slope = 0.0;
  double intercept = 0.0;
  int version = 1;
  std::string mark = {};  ///< empty: of one file
  ByteOrder order = {};
};

inline std::string nifti(const NiftiParts& p) {
  const ByteOrder o = p.order;
  const bool second = p.version == 2;
  std::string head(second ? 544 : 352, '\0');
  const auto put = [&](std::size_t at, const std::string& bytes) {
    head.replace(at, bytes.size(), bytes);
  };
  const auto real = [&](double value) {
    return second ? o.values(std::vector{value}) : o.values(std::vector{static_cast<float>(value)});
  };
  put(0, o.number(second ? 540 : 348, 4));
  const std::size_t wide = second ? 8 : 2;
  const std::size_t dim = second ? 16 : 40;
  put(dim, o.number(p.dim.size(), wide));
  for (std::size_t i = 0; i < 7; ++i) {
    const std::int64_t n = i < p.dim.size() ? p.dim[i] : 1;
    put(dim + (i + 1) * wide, o.number(static_cast<std::uint64_t>(n), wide));
  }
  put(second ? 12 : 70, o.number(static_cast<std::uint64_t>(p.type), 2));
  put(second ? 14 : 72, o.number(static_cast<std::uint64_t>(p.bits), 2));
  put(second ? 168 : 108, second ? o.number(544, 8) : real(352.0));
  put(second ? 176 : 112, real(p.slope));
  put(second ? 184 : 116, real(p.intercept));
  put(second ? 4 : 344, p.mark.empty() ? (second ? "n+2" : "n+1") : p.mark);
  return head + p.data;
}

}  // namespace cch::test
