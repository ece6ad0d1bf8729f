#include "cch/data/npz.hpp"

#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/npy.hpp"
#include "data/open.hpp"

namespace cch {

namespace detail {

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using ZipArchive = std::unique_ptr<zip_t, DiscardArchive>;

struct ZipListing {
  std::vector<std::string> keys;
  std::vector<zip_uint64_t> entries;
};

}  // namespace detail

namespace {

using Archive = detail::ZipArchive;
using Listing = detail::ZipListing;

struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using Entry = std::unique_ptr<zip_file_t, CloseEntry>;

// Deflate codes at most 258 bytes in 2 bits; a block costs a few bytes more.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::uint64_t kDeflateSlack = 1024;

[[noreturn]] void refuse_zip(const std::string& where, const std::string& problem) {
  refuse_data("bad-zip", "the .npz archive is damaged: " + problem, where, "arrays would be wrong",
              "Copy or write the file again with numpy.savez");
}

Archive open_archive(const Bytes& bytes, const std::string& where) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.view.data(), bytes.size(), 0, &error);
  zip_t* archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  const std::string problem = archive ? std::string() : zip_error_strerror(&error);
  zip_error_fini(&error);
  if (archive) return Archive(archive);
  if (source) zip_source_free(source);
  refuse_zip(where, problem);
}

Listing list_arrays(zip_t* archive, const std::string& where) {
  Listing listing;
  std::set<std::string> seen;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_uint64_t i = 0; std::cmp_less(i, count); ++i) {
    const char* raw = zip_get_name(archive, i, 0);
    if (!raw) refuse_zip(where, "an entry has no name");
    std::string name(raw);
    if (!name.ends_with(".npy")) continue;
    name.resize(name.size() - 4);
    if (!seen.insert(name).second) {
      refuse_data("duplicate-key", "two arrays are named '" + name + "'", where,
                  "it is not clear which is meant", "Write the file again with one array a name");
    }
    listing.keys.push_back(std::move(name));
    listing.entries.push_back(i);
  }
  return listing;
}

[[noreturn]] void refuse_bomb(const std::string& what, std::uint64_t bytes,
                              const std::string& where) {
  refuse_data("zip-bomb", what + " " + std::to_string(bytes) + " bytes", where,
              "it would fill the memory or it lies about its size",
              "Save the array with numpy.save and read the .npy");
}

std::uint64_t checked_size(zip_t* archive, zip_uint64_t index, const std::string& where,
                           const NpzLimits& limits) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
    refuse_zip(where, "an entry has no size");
  }
  if (stat.encryption_method != ZIP_EM_NONE) {
    refuse_data("encrypted", "the array is encrypted", where, {}, "Save it without a password");
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    refuse_data("unsupported-compression", "the array is neither stored nor deflated", where, {},
                "Write it with numpy.savez or numpy.savez_compressed");
  }
  const bool deflated = stat.comp_method == ZIP_CM_DEFLATE;
  const std::uint64_t most =
      deflated ? stat.comp_size * kMaxDeflateRatio + kDeflateSlack : stat.comp_size;
  const bool whole = limits.rows.rows == 0 && limits.rows.bytes == 0;
  if ((whole && stat.size > limits.max_bytes) || stat.size > most) {
    refuse_bomb("an entry of " + std::to_string(stat.comp_size) + " bytes claims to expand to",
                stat.size, where);
  }
  return stat.size;
}

// Appends exactly `count` bytes to the buffer.
void read_exactly(zip_file_t* entry, std::vector<std::byte>& buffer, std::uint64_t count,
                  const std::string& where) {
  constexpr std::uint64_t kChunk = 1 << 22;
  while (count > 0) {
    const std::size_t at = buffer.size();
    const std::uint64_t wanted = std::min(count, kChunk);
    buffer.resize(at + wanted);
    const zip_int64_t got = zip_fread(entry, buffer.data() + at, wanted);
    if (got < 0) refuse_zip(where, zip_file_strerror(entry));
    if (got == 0) refuse_zip(where, "an entry ends early");
    buffer.resize(at + static_cast<std::size_t>(got));
    count -= static_cast<std::uint64_t>(got);
  }
}

// Its checksum is that of the whole entry, so it is not compared.
Array read_rows(zip_file_t* entry, const NpyHeader& header, std::size_t rows,
                const std::string& where, const NpzLimits& limits) {
  const std::uint64_t size = header.data_bytes / header.layout.shape[0] * rows;
  if (size > limits.max_bytes) refuse_bomb("the chosen rows are", size, where);
  std::vector<std::byte> buffer;
  read_exactly(entry, buffer, size, where);
  return npy_rows(header, own_bytes(std::move(buffer)), rows, where);
}

// The array of an entry, or its first rows.
Array read_entry(zip_file_t* entry, std::uint64_t size, const std::string& where,
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
  std::byte beyond{};  // reading past the end makes libzip compare the checksum
  const zip_int64_t more = zip_fread(entry, &beyond, 1);
  if (more < 0) refuse_zip(where, zip_file_strerror(entry));
  if (more > 0) refuse_zip(where, "an entry is longer than declared");
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
  detail::ZipArchive archive;
  detail::ZipListing listing;
  std::map<std::string, std::size_t> places;  // of the keys
};

NpzFile::NpzFile(const Bytes& bytes, const std::string& where)
    : directory_(std::make_unique<Directory>(
          Directory{bytes, where, open_archive(bytes, where), {}, {}})) {
  Directory& d = *directory_;
  d.listing = list_arrays(d.archive.get(), where);
  for (std::size_t i = 0; i < d.listing.keys.size(); ++i) d.places.emplace(d.listing.keys[i], i);
}

NpzFile::~NpzFile() = default;
NpzFile::NpzFile(NpzFile&&) noexcept = default;
NpzFile& NpzFile::operator=(NpzFile&&) noexcept = default;

const std::vector<std::string>& NpzFile::keys() const {
  return directory_->listing.keys;
}

Array NpzFile::array(const std::string& key, const NpzLimits& limits) const {
  const Directory& d = *directory_;
  auto found = d.places.find(key);
  if (found == d.places.end()) {
    found = d.places.find(detail::choose_key(d.listing.keys, key, d.where, "array"));
  }
  const zip_uint64_t index = d.listing.entries[found->second];
  const std::string place = d.where + ":" + found->first;
  const std::uint64_t size = checked_size(d.archive.get(), index, place, limits);
  const Entry entry(zip_fopen_index(d.archive.get(), index, 0));
  if (!entry) refuse_zip(place, zip_strerror(d.archive.get()));
  return read_entry(entry.get(), size, place, limits);
}

}  // namespace cch
