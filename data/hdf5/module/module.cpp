// What the program loads to read HDF5: libcch_hdf5, the only place with libhdf5.

#include <unistd.h>

#include <new>
#include <string>

#include "data/hdf5/module/answers.hpp"

namespace cch::detail {

bool Socket::read(void* to, std::size_t size) {
  for (char* at = static_cast<char*>(to); size > 0;) {
    const ssize_t got = ::read(fd_, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void Socket::write(const void* from, std::size_t size) {
  for (const char* at = static_cast<const char*>(from); size > 0;) {
    const ssize_t put = ::write(fd_, at, size);
    if (put <= 0) ::_exit(1);
    at += put;
    size -= static_cast<std::size_t>(put);
  }
}

std::optional<std::string> Socket::request() {
  FrameHead head;
  if (!read(&head, sizeof head)) return std::nullopt;
  std::string out(head.size, '\0');
  if (!read(out.data(), out.size())) return std::nullopt;
  return out;
}

void Socket::say(FrameKind kind, std::string_view bytes) {
  const FrameHead head{kind, 0, bytes.size()};
  write(&head, sizeof head);
  write(bytes.data(), bytes.size());
}

namespace {

void say_refusal(const Refusal& r, Socket& socket) {
  socket.say(FrameKind::fault,
             Packer().text(r.code).text(r.problem).text(r.why).text(r.action).bytes());
}

void answer(hid_t file, const std::string& request, Socket& socket) {
  Unpacker words(request);
  const auto kind = static_cast<Hdf5Request>(words.number());
  const std::string path = words.text();
  const std::uint64_t rows = words.number();
  const std::uint64_t bytes = words.number();
  try {
    if (kind == Hdf5Request::list) {
      answer_list(file, socket);
    } else {
      answer_read(file, path, rows, bytes, socket);
    }
  } catch (const Refusal& refusal) {
    say_refusal(refusal, socket);
  }
}

void serve(const void* bytes, std::size_t size, int fd) {
  Socket socket(fd);
  try {
    start_library();
    const Object file = open_image(bytes, size);
    while (const auto request = socket.request()) answer(file.get(), *request, socket);
  } catch (const Refusal& refusal) {
    say_refusal(refusal, socket);
  } catch (const std::bad_alloc&) {
    say_refusal({"bad-hdf5", "the HDF5 file cannot be read: it asks for more than 4 GB at once",
                 "it is damaged, or its parts are too large", "Write it again with smaller chunks"},
                socket);
  }
  ::_exit(0);  // what libhdf5 would tidy up is gone with the process
}

}  // namespace
}  // namespace cch::detail

extern "C" __attribute__((visibility("default"))) const cch::detail::Hdf5Backend* cch_hdf5_backend(
    int interface_number) {
  static const std::string version = std::to_string(H5_VERS_MAJOR) + "." +
                                     std::to_string(H5_VERS_MINOR) + "." +
                                     std::to_string(H5_VERS_RELEASE);
  static const cch::detail::Hdf5Backend backend{version.c_str(), cch::detail::serve};
  return interface_number == cch::detail::kHdf5Interface ? &backend : nullptr;
}
