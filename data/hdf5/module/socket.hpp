#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "data/hdf5/wire.hpp"

namespace cch::detail {

/// Messages to and from who asks; a broken socket ends the process.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}

  /// The next request, or nothing where no more come.
  std::optional<std::string> request();
  void say(FrameKind kind, std::string_view bytes);

 private:
  bool read(void* to, std::size_t size);
  void write(const void* from, std::size_t size);
  int fd_;
};

}  // namespace cch::detail
