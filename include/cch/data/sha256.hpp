#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace cch {

/// SHA-256 of the bytes (FIPS 180-4), as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

/// Hashes of files that are read several times: each path is hashed once.
class FileHashes {
 public:
  const std::string& of(const std::string& path, std::span<const std::byte> bytes) {
    const auto [entry, fresh] = known_.try_emplace(path);
    if (fresh) entry->second = sha256(bytes);
    return entry->second;
  }
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  std::map<std::string, std::string> known_;
};

}  // namespace cch
