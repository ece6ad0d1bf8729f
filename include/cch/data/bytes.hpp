#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cch {

/// Read-only bytes of a file or of a buffer; valid as long as a copy of this object lives.
struct Bytes {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> view;

  [[nodiscard]] std::size_t size() const { return view.size(); }
  /// The part [offset, offset + count), which must lie inside.
  [[nodiscard]] Bytes part(std::size_t offset, std::size_t count) const {
    return {owner, view.subspan(offset, count)};
  }
};

/// Takes over a buffer.
Bytes own_bytes(std::vector<std::byte> buffer);

/// Maps a file into memory, read-only. Data Errors: "file-not-found", "is-directory", "not-a-file"
/// (pipes and devices cannot be mapped), "unreadable-file", "empty-file". A file that another
/// program shortens while it is mapped ends the process: replace input files by renaming.
Bytes map_file(const std::string& path);

}  // namespace cch
