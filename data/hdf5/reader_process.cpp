#include "data/hdf5/reader_process.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "cch/core/error.hpp"
#include "data/hdf5/sandbox.hpp"
#include "data/text.hpp"

namespace cch::detail {
namespace {

constexpr std::uint64_t kMemory = std::uint64_t{4} << 30;
constexpr std::uint64_t kMostText = std::uint64_t{1} << 26;
constexpr const char* kCodeLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";

void say(int socket, const FrameHead& head, const std::string& text) {
  if (::write(socket, &head, sizeof head) < 0 || ::write(socket, text.data(), text.size()) < 0) {
    ::_exit(1);
  }
}

// The process itself. Only the thread that forked goes on, so nothing is left that could unwind.
[[noreturn]] void serve(const Hdf5Backend& backend, const cch::Bytes& file, int socket) {
  if (confine(socket, kMemory)) {
    backend.serve(file.view.data(), file.size(), socket);
  } else {
    const std::string fault =
        Packer()
            .text("hdf5-unguarded")
            .text("HDF5 is not read here: the system confines no process (seccomp)")
            .text("a damaged file can make libhdf5 do anything")
            .text("Convert it: python -m cch.convert FILE OUT.safetensors")
            .bytes();
    say(socket, {FrameKind::fault, 0, fault.size()}, fault);
  }
  ::_exit(0);
}

}  // namespace

ReaderProcess::ReaderProcess(const Hdf5Backend& backend, const cch::Bytes& file, std::string where,
                             int patience)
    : where_(std::move(where)), version_(backend.version), patience_(patience) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) process_ = ::fork();
  if (process_ == 0) {
    ::close(ends[0]);
    serve(backend, file, ends[1]);
  }
  const int error = errno;
  if (ends[1] >= 0) ::close(ends[1]);
  socket_ = ends[0];
  if (process_ > 0) return;
  if (socket_ >= 0) ::close(socket_);
  throw Error(ErrorKind::run, Fault{"no-process", "a process to read HDF5 cannot be started",
                                    where_, std::strerror(error), "Close other programs"});
}

ReaderProcess::~ReaderProcess() {
  end();
}

void ReaderProcess::end() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::close(socket_);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
}

void ReaderProcess::refuse_end(const std::string& problem) {
  end();
  refuse_data("bad-hdf5", "the HDF5 file cannot be read: " + problem, where_,
              "it is damaged, or libhdf5 " + version_ + " has a fault",
              "Write it again, or convert it: python -m cch.convert FILE OUT.safetensors");
}

void ReaderProcess::refuse_nonsense() {
  refuse_end("libhdf5 gave an answer that has no meaning");
}

void ReaderProcess::ask(Hdf5Request request, std::string_view path, std::uint64_t rows,
                        std::uint64_t bytes) {
  const std::string text = Packer()
                               .number(static_cast<std::uint64_t>(request))
                               .text(path)
                               .number(rows)
                               .number(bytes)
                               .bytes();
  const FrameHead head{FrameKind::request, 0, text.size()};
  std::string message(reinterpret_cast<const char*>(&head), sizeof head);
  message += text;
  for (std::size_t at = 0; at < message.size();) {
    const ssize_t sent = ::send(socket_, message.data() + at, message.size() - at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;  // what it last said is still to be read
    at += static_cast<std::size_t>(sent);
  }
}

void ReaderProcess::read(std::span<std::byte> out) {
  while (!out.empty()) {
    pollfd wait{socket_, POLLIN, 0};
    const int ready = ::poll(&wait, 1, 1000 * patience_);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0)
      refuse_end("libhdf5 said nothing for " + std::to_string(patience_) + " seconds");
    const ssize_t got = ::recv(socket_, out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) refuse_end("libhdf5 crashed");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::string ReaderProcess::text(const FrameHead& head) {
  if (head.size > kMostText) refuse_nonsense();
  std::string out(head.size, '\0');
  read(std::as_writable_bytes(std::span(out)));
  return out;
}

FrameHead ReaderProcess::next(const std::string& where) {
  FrameHead head;
  read(std::as_writable_bytes(std::span(&head, 1)));
  if (head.kind != FrameKind::fault) return head;
  const std::string message = text(head);
  std::string code;
  std::string problem;
  std::string why;
  std::string action;
  try {
    Unpacker parts(message);
    code = parts.text();
    problem = parts.text();
    why = parts.text();
    action = parts.text();
  } catch (const std::out_of_range&) {
    refuse_nonsense();
  }
  const bool named = !code.empty() && code.find_first_not_of(kCodeLetters) == std::string::npos;
  if (!named || !is_utf8(problem + why + action)) refuse_nonsense();
  refuse_data(std::move(code), std::move(problem), where, std::move(why), std::move(action));
}

}  // namespace cch::detail
