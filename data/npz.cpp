#include "cch/data/npz.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/npy.hpp"
#include "data/open.hpp"
#include "data/zip.hpp"

namespace cch {

namespace detail {

struct ZipListing {
  std::vector<std::string> keys;
  std::vector<ZipEntry> entries;
};

}  // namespace detail

namespace {

using Listing = detail::ZipListing;
using detail::ZipEntry;
using detail::ZipFault;
using detail::ZipReader;

// Deflate codes at most 258 bytes in 2 bits; a block costs a few bytes more.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::uint64_t kDeflateSlack = 1024;

[[noreturn]] void refuse_zip(const std::string& where, const std::string& problem) {
  refuse_data("bad-zip", "the .npz archive is damaged: " + problem, where, "arrays would be wrong",
              "Copy or write the file again with numpy.savez");
}

// What a step of reading says of the archive is said of `where`.
template <class Step>
auto in_archive(const std::string& where, Step&& step) {
  try {
    return step();
  } catch (const ZipFault& fault) {
    refuse_zip(where, fault.what());
  }
}

Listing list_arrays(const Bytes& bytes, const std::string& where) {
  Listing listing;
  std::set<std::string> seen;
  for (ZipEntry& entry : in_archive(where, [&] { return detail::zip_entries(bytes.view); })) {
    std::string name = entry.name;
    if (!name.ends_with(".npy")) continue;
    name.resize(name.size() - 4);
    if (!seen.insert(name).second) {
      refuse_data("duplicate-key", "two arrays are named '" + name + "'", where,
                  "it is not clear which is meant", "Write the file again with one array a name");
    }
    listing.keys.push_back(std::move(name));
    listing.entries.push_back(std::move(entry));
  }
  return listing;
}

[[noreturn]] void refuse_bomb(const std::string& what, std::uint64_t bytes,
                              const std::string& where) {
  refuse_data("zip-bomb", what + " " + std::to_string(bytes) + " bytes", where,
              "it would fill the memory or it lies about its size",
              "Save the array with numpy.save and read the .npy");
}

std::uint64_t checked_size(const ZipEntry& entry, const std::string& where,
                           const NpzLimits& limits) {
  if (entry.encrypted) {
    refuse_data("encrypted", "the array is encrypted", where, {}, "Save it without a password");
  }
  const bool deflated = entry.method == detail::kZipDeflated;
  if (entry.method != detail::kZipStored && !deflated) {
    refuse_data("unsupported-compression", "the array is neither stored nor deflated", where, {},
                "Write it with numpy.savez or numpy.savez_compressed");
  }
  const std::uint64_t most =
      deflated ? entry.stored * kMaxDeflateRatio + kDeflateSlack : entry.stored;
  const bool whole = limits.rows.rows == 0 && limits.rows.bytes == 0;
  if ((whole && entry.size > limits.max_bytes) || entry.size > most) {
    refuse_bomb("an entry of " + std::to_string(entry.stored) + " bytes claims to expand to",
                entry.size, where);
  }
  return entry.size;
}

// Appends exactly `count` bytes to the buffer.
void read_exactly(ZipReader& entry, std::vector<std::byte>& buffer, std::uint64_t count,
                  const std::string& where) {
  constexpr std::uint64_t kChunk = 1 << 22;
  while (count > 0) {
    const std::size_t at = buffer.size();
    const std::uint64_t wanted = std::min(count, kChunk);
    buffer.resize(at + wanted);
    const std::size_t got =
        in_archive(where, [&] { return entry.read(std::span(buffer).subspan(at)); });
    if (got == 0) refuse_zip(where, "an entry ends early");
    buffer.resize(at + got);
    count -= got;
  }
}

// Its checksum is that of the whole entry, so it is not compared.
Array read_rows(ZipReader& entry, const NpyHeader& header, std::size_t rows,
                const std::string& where, const NpzLimits& limits) {
  const std::uint64_t size = header.data_bytes / header.layout.shape[0] * rows;
  if (size > limits.max_bytes) refuse_bomb("the chosen rows are", size, where);
  std::vector<std::byte> buffer;
  read_exactly(entry, buffer, size, where);
  return npy_rows(header, own_bytes(std::move(buffer)), rows, where);
}

// The array of an entry, or its first rows.
Array read_entry(ZipReader& entry, std::uint64_t size, const std::string& where,
                 const NpzLimits& limits) {
  std::vector<std::byte> buffer;
  read_exactly(entry, buffer, std::min<std::uint64_t>(size, 12), where);
  const std::size_t header_bytes = npy_header_bytes(buffer, where);
  if (header_bytes > size) refuse_zip(where, "an entry is shorter than its .npy header");
  if (header_bytes > buffer.size())
    read_exactly(entry, buffer, header_bytes - buffer.size(), where);
  const NpyHeader header = parse_npy_header(buffer, where);
  if (header.data_offset + header.data_bytes != size) {
    refuse_data("size-mismatch",
                "the archive declares " + std::to_string(size) + " bytes, the array's header " +
                    std::to_string(header.data_offset + header.data_bytes),
                where, "one of the two is wrong", "Write the file again");
  }
  const std::size_t rows = limits.rows.of(header);
  if (!header.layout.fortran && !header.layout.shape.empty() && rows < header.layout.shape[0]) {
    return read_rows(entry, header, rows, where, limits);
  }
  buffer.reserve(size);
  read_exactly(entry, buffer, size - buffer.size(), where);
  std::byte beyond{};  // reading past the end compares the checksum
  if (in_archive(where, [&] { return entry.read({&beyond, 1}); }) > 0) {
    refuse_zip(where, "an entry is longer than declared");
  }
  return parse_npy(own_bytes(std::move(buffer)), where, limits.rows);
}

}  // namespace

std::uint64_t most_npz_bytes() {
  constexpr std::uint64_t kMost = std::uint64_t{16} << 30;
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
  return pages * page == 0 ? kMost : std::min(kMost, pages * page);
}

struct NpzFile::Directory {
  Bytes bytes;
  std::string where;
  detail::ZipListing listing;
  std::map<std::string, std::size_t> places;  // of the keys
};

NpzFile::NpzFile(const Bytes& bytes, const std::string& where) {
  Directory d{bytes, where, list_arrays(bytes, where), {}};
  for (std::size_t i = 0; i < d.listing.keys.size(); ++i) d.places.emplace(d.listing.keys[i], i);
  directory_ = std::make_shared<const Directory>(std::move(d));
}

const std::vector<std::string>& NpzFile::keys() const {
  return directory_->listing.keys;
}

Array NpzFile::array(const std::string& key, const NpzLimits& limits) const {
  const Directory& d = *directory_;
  auto found = d.places.find(key);
  if (found == d.places.end()) {
    found = d.places.find(detail::choose_key(d.listing.keys, key, d.where, "array"));
  }
  const ZipEntry& entry = d.listing.entries[found->second];
  const std::string place = d.where + ":" + found->first;
  const std::uint64_t size = checked_size(entry, place, limits);
  std::optional<ZipReader> reader;
  in_archive(place, [&] { return &reader.emplace(d.bytes.view, entry); });
  return read_entry(*reader, size, place, limits);
}

}  // namespace cch
