#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "cch/data/bytes.hpp"
#include "data/hdf5/wire.hpp"

namespace cch::detail {

/// A process of its own that reads one file with libhdf5, confined (sandbox.hpp). All that it says
/// is checked by who asks. Throws data Error "bad-hdf5" where it ends by itself, says nothing for
/// so many seconds, or talks nonsense.
class ReaderProcess {
 public:
  ReaderProcess(const Hdf5Backend& backend, const cch::Bytes& file, std::string where,
                int patience);
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;
  ~ReaderProcess();

  void ask(Hdf5Request request, std::string_view path, std::uint64_t rows, std::uint64_t bytes);
  /// The head of the next message. A fault is thrown, as one of `where`.
  FrameHead next(const std::string& where);
  /// The rest of a message of at most 64 MB.
  std::string text(const FrameHead& head);
  void read(std::span<std::byte> out);
  [[noreturn]] void refuse_nonsense();

 private:
  void end();
  [[noreturn]] void refuse_end(const std::string& problem);

  std::string where_;
  std::string version_;
  int patience_;  // seconds for one piece of at most a gigabyte
  int socket_ = -1;
  pid_t process_ = -1;
};

}  // namespace cch::detail
