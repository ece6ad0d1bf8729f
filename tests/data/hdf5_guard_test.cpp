// The process that reads HDF5, with something worse than libhdf5 in its place.
#ifdef CCH_HAS_HDF5

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "data/hdf5/reader_process.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using detail::FrameHead;
using detail::FrameKind;
using detail::Hdf5Backend;
using detail::Packer;

void answer(int socket, FrameKind kind, const std::string& text) {
  const FrameHead head{kind, 0, text.size()};
  if (::write(socket, &head, sizeof head) < 0 || ::write(socket, text.data(), text.size()) < 0) {
    std::abort();
  }
}

// Whatever a file could make it try; says what it could do.
void tries(const void*, std::size_t, int socket) {
  std::string done;
  if (::open("/etc/passwd", O_RDONLY) >= 0) done += " read a file";
  if (::open("/tmp/cch-guard", O_WRONLY | O_CREAT, 0600) >= 0) done += " wrote a file";
  if (::socket(AF_INET, SOCK_STREAM, 0) >= 0) done += " made a socket";
  if (::fork() >= 0) done += " forked";
  if (::kill(::getppid(), 0) == 0) done += " signalled";
  if (::write(2, "x", 1) < 0) done += " (no standard error)";
  for (int fd = 0; fd < 64; ++fd) {
    char byte = 0;
    if (fd != socket && fd > 2 && (::read(fd, &byte, 0) == 0)) done += " has a descriptor";
  }
  if (::mmap(nullptr, std::size_t{6} << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
             0) != MAP_FAILED) {
    done += " has 6 GB";
  }
  answer(socket, FrameKind::fault, Packer().text("tried").text(done).text("").text("").bytes());
}

void aborts(const void*, std::size_t, int) {
  std::abort();
}
void says_nothing(const void*, std::size_t, int) {
  for (volatile bool forever = true; forever;) {
  }
}
void says_too_much(const void*, std::size_t, int socket) {
  const FrameHead head{FrameKind::fault, 0, ~std::uint64_t{0}};
  if (::write(socket, &head, sizeof head) < 0) std::abort();
}
void says_no_code(const void*, std::size_t, int socket) {
  answer(socket, FrameKind::fault, Packer().text("A code\x1b").text("").text("").text("").bytes());
}

/// The first fault of what such a library says.
Fault said(void (*serve)(const void*, std::size_t, int)) {
  const Hdf5Backend backend{"0", serve};
  try {
    detail::ReaderProcess process(backend, test::to_bytes("bytes"), "x", 1);
    process.ask(detail::Hdf5Request::list, "", 0, 0);
    (void)process.next("x");
  } catch (const Error& error) {
    return error.faults().front();
  }
  return {};
}

}  // namespace

TEST_CASE("hdf5: the process that reads may compute and answer, nothing else") {
  const int open_here = ::open("/dev/null", O_RDONLY);
  const Fault fault = said(tries);
  ::close(open_here);
  CHECK(fault.code == "tried");
  CHECK(fault.problem == "");
}

TEST_CASE("hdf5: what crashes, hangs or talks nonsense is refused") {
  for (auto* serve : {aborts, says_nothing, says_too_much, says_no_code}) {
    CHECK(said(serve).code == "bad-hdf5");
  }
  CHECK(said(says_nothing).problem.find("said nothing for 1 seconds") != std::string::npos);
}

}  // namespace cch

#endif
