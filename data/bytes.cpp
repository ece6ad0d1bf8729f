#include "cch/data/bytes.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "cch/core/error.hpp"

namespace cch {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void refuse_open(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    refuse_data("file-not-found", "there is no file " + path, path, {},
                "Check the path; an array inside a file is written PATH:KEY");
  }
  refuse_data("unreadable-file", "the file cannot be read: " + std::string(std::strerror(error)),
              path, {}, "Check its permissions");
}

std::size_t checked_size(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) refuse_open(path, errno);
  if (S_ISDIR(status.st_mode)) {
    refuse_data("is-directory", "this is a folder, not a file", path, "a file of arrays is needed",
                "Name a file in it, or write dir:" + path + ":NAME for its NAME.npy");
  }
  if (!S_ISREG(status.st_mode)) {
    refuse_data("not-a-file", "this is a pipe or a device, not a file", path,
                "files are mapped into memory and hashed", "Save the data to a file first");
  }
  if (status.st_size == 0) {
    refuse_data("empty-file", "the file is empty", path, "it has not even a header",
                "Write it again; the program that made it may have stopped early");
  }
  return static_cast<std::size_t>(status.st_size);
}

}  // namespace

Bytes own_bytes(std::vector<std::byte> buffer) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(buffer));
  const std::span<const std::byte> view(*owner);
  return {std::move(owner), view};
}

Bytes map_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) refuse_open(path, errno);
  const std::size_t size = checked_size(file.get(), path);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) refuse_open(path, errno);
  std::shared_ptr<const void> owner(
      address, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
  return {std::move(owner), {static_cast<const std::byte*>(address), size}};
}

}  // namespace cch
