#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

// What the program and the process that reads an HDF5 file say to each other, over a socket.

namespace cch::detail {

/// What the module with libhdf5 exports as cch_hdf5_backend(kHdf5Interface).
struct Hdf5Backend {
  const char* version;  ///< of libhdf5
  /// Answers requests on a socket until its end; never throws.
  void (*serve)(const void* file, std::size_t size, int socket);
};
inline constexpr int kHdf5Interface = 1;

enum class Hdf5Request : std::uint64_t { list, read };

enum class FrameKind : std::uint32_t {
  request,  ///< Hdf5Request, path, most rows, most bytes (0: all)
  entry,    ///< of a list: path, bytes
  head,   ///< of an array: type, 1 if its highest byte is first, TextStorage, bytes of an element,
          ///< where its values lie (kNoOffset: they follow), rows that follow, extents
  bytes,  ///< of its rows
  texts,  ///< some of its strings
  end,    ///< 1 if there is more than was listed
  fault   ///< code, problem, reason, way out
};

/// Before the `size` bytes of every message.
struct FrameHead {
  FrameKind kind = FrameKind::end;
  std::uint32_t unused = 0;
  std::uint64_t size = 0;
};

enum class TextStorage : std::uint64_t {
  none,
  null_terminated,
  null_padded,
  space_padded,
  variable
};

inline constexpr std::uint64_t kNoOffset = ~std::uint64_t{0};
inline constexpr std::uint64_t kMostExtents = 32;

/// Numbers and texts one after the other.
class Packer {
 public:
  Packer& number(std::uint64_t value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Packer& text(std::string_view value) {
    number(value.size());
    out_.append(value);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return out_; }

 private:
  std::string out_;
};

/// Takes them apart; throws std::out_of_range where they end early.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(take(number())); }
  [[nodiscard]] bool empty() const { return left_.empty(); }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > left_.size()) throw std::out_of_range("a message ends early");
    const std::string_view out = left_.substr(0, count);
    left_.remove_prefix(count);
    return out;
  }
  std::string_view left_;
};

}  // namespace cch::detail
