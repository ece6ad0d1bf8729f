#include "data/hdf5/sandbox.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace cch::detail {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;  // not known: refused
#endif

// What computing in memory asks of the system, and what ends a process.
constexpr std::array kAllowed = {
    SYS_read,         SYS_write,          SYS_readv,      SYS_writev,     SYS_brk,
    SYS_mmap,         SYS_munmap,         SYS_mremap,     SYS_madvise,    SYS_mprotect,
    SYS_futex,        SYS_sched_yield,    SYS_exit,       SYS_exit_group, SYS_rt_sigreturn,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_getpid,     SYS_gettid,     SYS_clock_gettime,
    SYS_gettimeofday, SYS_getrandom,      SYS_sigaltstack};

void end_quietly(int) {
  ::_exit(120);
}

// A signal to itself is not allowed, so what aborts would go on.
void end_on_abort() {
  struct sigaction action {};
  action.sa_handler = end_quietly;
  ::sigaction(SIGABRT, &action, nullptr);
}

std::uint64_t data_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  std::array<char, 256> line{};
  const bool read = std::fgets(line.data(), line.size(), file) != nullptr;
  std::fclose(file);
  if (!read) return 0;
  char* at = line.data();
  std::uint64_t pages = 0;
  for (int field = 0; field < 6; ++field) pages = std::strtoull(at, &at, 10);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void set_limits(std::uint64_t memory) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  rlimit data{};
  ::getrlimit(RLIMIT_DATA, &data);
  const rlim_t most = data_bytes() + memory;
  if (data.rlim_max == RLIM_INFINITY || most < data.rlim_max) {
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_DATA, &limit);
  }
}

bool filter_calls() {
  std::array<sock_filter, kAllowed.size() + 6> program{};
  std::size_t n = 0;
  const auto add = [&](sock_filter step) { program[n++] = step; };
  constexpr auto kLoad = static_cast<std::uint16_t>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto kEqual = static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto kReturn = static_cast<std::uint16_t>(BPF_RET | BPF_K);
  add(BPF_STMT(kLoad, offsetof(seccomp_data, arch)));
  add(BPF_JUMP(kEqual, kArchitecture, 1, 0));
  add(BPF_STMT(kReturn, SECCOMP_RET_KILL_PROCESS));
  add(BPF_STMT(kLoad, offsetof(seccomp_data, nr)));
  for (std::size_t i = 0; i < kAllowed.size(); ++i) {
    const auto jump = static_cast<std::uint8_t>(kAllowed.size() - i);  // to the last step
    add(BPF_JUMP(kEqual, static_cast<std::uint32_t>(kAllowed[i]), jump, 0));
  }
  add(BPF_STMT(kReturn, SECCOMP_RET_ERRNO | EPERM));
  add(BPF_STMT(kReturn, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(n), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

bool keep_alone(int kept) {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) return false;
  for (const int fd : {0, 1, 2}) ::dup2(nowhere, fd);
  const auto only = static_cast<unsigned>(kept);
  return (only <= 3 || ::syscall(SYS_close_range, 3U, only - 1, 0U) == 0) &&
         ::syscall(SYS_close_range, only + 1, ~0U, 0U) == 0;
}

}  // namespace

bool confine(int kept, std::uint64_t memory) {
  if (kArchitecture == 0 || kept < 3) return false;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_DUMPABLE, 0);
  set_limits(memory);
  end_on_abort();
  return keep_alone(kept) && filter_calls();
}

}  // namespace cch::detail
