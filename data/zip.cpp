#include "data/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <optional>

namespace cch::detail {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
constexpr std::uint32_t kDirectoryEnd = 0x06054b50;
constexpr std::uint32_t kDirectoryEnd64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::size_t kDirectoryEndSize = 22;
constexpr std::size_t kLongestComment = 65535;
constexpr std::uint16_t kExtra64 = 1;

/// `count` bytes from `at`, which may lie outside.
Bytes part(Bytes bytes, std::uint64_t at, std::uint64_t count, const char* what) {
  if (at > bytes.size() || count > bytes.size() - at) {
    throw ZipFault(std::string(what) + " lies outside of the file");
  }
  return bytes.subspan(at, count);
}

/// Numbers of a record, low byte first, one after the other.
class Fields {
 public:
  explicit Fields(Bytes bytes) : bytes_(bytes) {}
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  Bytes take(std::size_t count) {
    const Bytes out = part(bytes_, 0, count, "a record");
    bytes_ = bytes_.subspan(count);
    return out;
  }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::uint64_t number(std::size_t count) {
    std::uint64_t out = 0;
    const Bytes bytes = take(count);
    for (std::size_t i = 0; i < count; ++i) {
      out |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    }
    return out;
  }

  Bytes bytes_;
};

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t begin = 0;
};

Directory directory64(Bytes archive, std::size_t end) {
  constexpr std::size_t kLocatorSize = 20;
  if (end < kLocatorSize) throw ZipFault("its directory is missing");
  Fields locator(archive.subspan(end - kLocatorSize, kLocatorSize));
  if (locator.u32() != kLocator64) throw ZipFault("its directory is missing");
  locator.u32();
  Fields fields(part(archive, locator.u64(), 56, "the directory's end"));
  if (fields.u32() != kDirectoryEnd64) throw ZipFault("its directory is missing");
  fields.take(8 + 2 + 2);
  if (fields.u32() != 0 || fields.u32() != 0) throw ZipFault("it is one of several files");
  fields.u64();
  Directory out;
  out.entries = fields.u64();
  out.size = fields.u64();
  out.begin = fields.u64();
  return out;
}

Directory directory_of(Bytes archive) {
  if (archive.size() < kDirectoryEndSize) throw ZipFault("it is too short");
  const std::size_t last = archive.size() - kDirectoryEndSize;
  const std::size_t first = last - std::min(last, kLongestComment);
  for (std::size_t at = last + 1; at-- > first;) {
    Fields fields(archive.subspan(at, kDirectoryEndSize));
    if (fields.u32() != kDirectoryEnd) continue;
    const std::uint32_t disks = fields.u16() + std::uint32_t{fields.u16()};
    fields.u16();
    Directory out;
    out.entries = fields.u16();
    out.size = fields.u32();
    out.begin = fields.u32();
    if (at + kDirectoryEndSize + fields.u16() > archive.size()) continue;
    const bool large = out.entries == 0xffff || out.size == 0xffffffff || out.begin == 0xffffffff;
    if (large) return directory64(archive, at);
    if (disks != 0) throw ZipFault("it is one of several files");
    return out;
  }
  throw ZipFault("its directory is missing");
}

/// Numbers that 32 bits do not hold stand in an extra field, in this order.
void take_extra64(Fields extra, ZipEntry& entry) {
  while (!extra.empty()) {
    const std::uint16_t id = extra.u16();
    Fields content(extra.take(extra.u16()));
    if (id != kExtra64) continue;
    for (std::uint64_t* value : {&entry.size, &entry.stored, &entry.header}) {
      if (*value == 0xffffffff) *value = content.u64();
    }
  }
}

ZipEntry take_entry(Fields& fields) {
  if (fields.u32() != kDirectoryEntry) throw ZipFault("its directory is damaged");
  fields.take(2 + 2);
  ZipEntry out;
  out.encrypted = (fields.u16() & 1) != 0;
  out.method = fields.u16();
  fields.take(2 + 2);
  out.checksum = fields.u32();
  out.stored = fields.u32();
  out.size = fields.u32();
  const std::size_t name = fields.u16();
  const std::size_t extra = fields.u16();
  const std::size_t comment = fields.u16();
  fields.take(2 + 2 + 4);
  out.header = fields.u32();
  const Bytes text = fields.take(name);
  out.name.assign(reinterpret_cast<const char*>(text.data()), text.size());
  take_extra64(Fields(fields.take(extra)), out);
  fields.take(comment);
  return out;
}

Bytes content_of(Bytes archive, const ZipEntry& entry) {
  constexpr std::size_t kHeader = 30;
  Fields fields(part(archive, entry.header, kHeader, "an entry"));
  if (fields.u32() != kLocalHeader) throw ZipFault("an entry has no header");
  fields.take(22);
  const std::size_t name = fields.u16();
  const std::size_t extra = fields.u16();
  return part(archive, entry.header + kHeader + name + extra, entry.stored, "an entry");
}

}  // namespace

std::vector<ZipEntry> zip_entries(std::span<const std::byte> archive) {
  const Directory directory = directory_of(archive);
  Fields fields(part(archive, directory.begin, directory.size, "the directory"));
  std::vector<ZipEntry> out;
  for (std::uint64_t i = 0; i < directory.entries; ++i) out.push_back(take_entry(fields));
  return out;
}

struct ZipReader::State {
  State(Bytes bytes, const ZipEntry& of) : rest(bytes), entry(of) {
    deflated = entry.method == kZipDeflated;
    // Negative: no header of zlib around the codes.
    if (deflated && inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~State() {
    if (deflated) inflateEnd(&stream);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::size_t copy(std::span<std::byte> out) {
    const std::size_t count = std::min(out.size(), rest.size());
    if (count > 0) std::memcpy(out.data(), rest.data(), count);
    rest = rest.subspan(count);
    return count;
  }

  std::size_t expand(std::span<std::byte> out) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max() / 2;
    std::size_t filled = 0;
    while (filled < out.size() && !ended) {
      const std::size_t in = std::min(rest.size(), kMost);
      const std::size_t room = std::min(out.size() - filled, kMost);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(rest.data()));
      stream.avail_in = static_cast<uInt>(in);
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
      stream.avail_out = static_cast<uInt>(room);
      const int code = inflate(&stream, Z_NO_FLUSH);
      const std::size_t taken = in - stream.avail_in;
      const std::size_t made = room - stream.avail_out;
      rest = rest.subspan(taken);
      filled += made;
      ended = code == Z_STREAM_END;
      if (ended) break;
      if (code != Z_OK && code != Z_BUF_ERROR) throw ZipFault("an entry cannot be expanded");
      if (taken == 0 && made == 0) throw ZipFault("an entry ends early");
    }
    return filled;
  }

  Bytes rest;
  ZipEntry entry;
  bool deflated = false;
  bool ended = false;
  bool compared = false;
  z_stream stream{};
  uLong checksum = crc32(0, nullptr, 0);
  std::uint64_t position = 0;
};

ZipReader::ZipReader(std::span<const std::byte> archive, const ZipEntry& entry)
    : state_(std::make_unique<State>(content_of(archive, entry), entry)) {}

ZipReader::~ZipReader() = default;

std::size_t ZipReader::read(std::span<std::byte> out) {
  State& s = *state_;
  const std::size_t count = s.deflated ? s.expand(out) : s.copy(out);
  s.checksum = crc32_z(s.checksum, reinterpret_cast<const Bytef*>(out.data()), count);
  s.position += count;
  if (count < out.size() && !s.compared) {
    s.compared = true;
    if (s.position != s.entry.size) throw ZipFault("an entry has another size than declared");
    if (s.checksum != s.entry.checksum) throw ZipFault("the checksum of an entry is wrong");
  }
  return count;
}

}  // namespace cch::detail
