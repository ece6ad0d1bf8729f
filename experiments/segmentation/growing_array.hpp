#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace cch::detail {

/// Run Error "cannot-write" of packed images.
[[noreturn]] void refuse_write(const std::string& path, const std::string& why);

/// A .npy file that is written in any order under another name, which is removed unless it is
/// finished. Run Errors "cannot-write".
class GrowingArray {
 public:
  GrowingArray(const std::filesystem::path& path, const char* type,
               const std::vector<std::size_t>& shape);
  GrowingArray(const GrowingArray&) = delete;
  GrowingArray& operator=(const GrowingArray&) = delete;
  ~GrowingArray();

  /// Bytes of the elements from here on; threads may write different ones.
  void write(const std::string& bytes, std::size_t at) const { put(bytes, begin_ + at); }
  /// Gives the file its name.
  void finish();

 private:
  explicit GrowingArray(const std::string& path);
  void put(const std::string& bytes, std::size_t at) const;

  std::string path_;
  std::string part_;
  std::size_t begin_ = 0;
  int file_ = -1;
  bool done_ = false;
};

}  // namespace cch::detail
