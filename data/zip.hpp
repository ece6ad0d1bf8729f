#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace cch::detail {

/// What is wrong with an archive, in words.
class ZipFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::uint16_t kZipStored = 0;
inline constexpr std::uint16_t kZipDeflated = 8;

/// An entry as the archive's directory declares it; none of it is verified.
struct ZipEntry {
  std::string name;
  std::uint16_t method = kZipStored;
  bool encrypted = false;
  std::uint32_t checksum = 0;  ///< CRC-32 of the content
  std::uint64_t size = 0;      ///< of the content
  std::uint64_t stored = 0;    ///< bytes in the archive
  std::uint64_t header = 0;    ///< where its own header begins
};

/// The entries of an archive in the order of its directory (APPNOTE.TXT 6.3, with ZIP64; archives
/// in several files are refused). Throws ZipFault.
std::vector<ZipEntry> zip_entries(std::span<const std::byte> archive);

/// Reads a stored or deflated entry from its begin to its end.
class ZipReader {
 public:
  /// The archive outlives it. Throws ZipFault where header and archive disagree.
  ZipReader(std::span<const std::byte> archive, const ZipEntry& entry);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  /// Fills `out` as far as the content suffices; returns how much it was. At the end of the content
  /// its size and checksum are compared with those declared. Throws ZipFault.
  std::size_t read(std::span<std::byte> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cch::detail
