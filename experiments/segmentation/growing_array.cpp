#include "experiments/segmentation/growing_array.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cch/core/error.hpp"
#include "cch/data/npy.hpp"

namespace cch::detail {

namespace fs = std::filesystem;

void refuse_write(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::run, Fault{"cannot-write", "cannot write " + path, why,
                                    "the packed images would not be whole",
                                    "Choose a folder that you may write to and that has room"});
}

GrowingArray::GrowingArray(const std::string& path) : path_(path), part_(path + ".part") {}

GrowingArray::GrowingArray(const fs::path& path, const char* type,
                           const std::vector<std::size_t>& shape)
    : GrowingArray(path.string()) {  // so that what fails here removes the file
  const std::string header = npy_bytes(type, shape, nullptr, 0);
  begin_ = header.size();
  file_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) refuse_write(part_, std::strerror(errno));
  put(header, 0);
}

GrowingArray::~GrowingArray() {
  if (file_ >= 0) ::close(file_);
  std::error_code ignored;
  if (!done_) fs::remove(part_, ignored);
}

void GrowingArray::finish() {
  if (::fsync(file_) != 0) refuse_write(part_, std::strerror(errno));
  std::error_code failure;
  fs::rename(part_, path_, failure);
  if (failure) refuse_write(path_, failure.message());
  done_ = true;
}

void GrowingArray::put(const std::string& bytes, std::size_t at) const {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n =
        ::pwrite(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) refuse_write(part_, std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace cch::detail
