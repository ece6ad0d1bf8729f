#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace cch {

/// A process, distinguished from all others that ever ran.
struct ClaimOwner {
  std::string host;
  /// Boot and process namespace of the system: processes of one machine see each other.
  std::string machine;
  std::int64_t process = 0;
  std::string started;   ///< ticks since the boot: a number of a process is used again
  std::string job = {};  ///< what a job system calls it; "" where none does
};
ClaimOwner this_process();

struct ClaimTimes {
  std::chrono::milliseconds heartbeat{15'000};
  /// Without a sign of life for so long, a claim of another machine is stale: eight heartbeats,
  /// which a file server that stands still for a minute does not lose.
  std::chrono::milliseconds stale{120'000};
};

/// A file that says that one process alone works on something. Rests on hard links (O_EXCL where
/// there are none) and modification times alone (no flock), so that it also holds between hosts
/// that share a folder.
///
/// The claim is PATH; whoever takes over a stale one creates PATH.2 (then .3 …) the same way, so
/// that of several takers one wins, and the highest number counts. A claim is stale when its
/// process of this machine is gone, else when its file was not touched for ClaimTimes::stale by the
/// clock of the file system; so is one without an owner (made in place by a process that ended).
class Claim {
 public:
  /// Takes the claim, or nothing: another process has it (`holder` is filled in, if given). `job`
  /// stands in it for whoever looks. A run Error "cannot-write".
  static std::optional<Claim> take(const std::string& path, ClaimOwner* holder = nullptr,
                                   const ClaimTimes& times = {}, const std::string& job = {});
  /// Whether somebody has a claim that is not stale.
  static bool is_held(const std::string& path, ClaimOwner* holder = nullptr,
                      const ClaimTimes& times = {});

  /// Of the highest number, whether stale or not; process 0: there is none.
  static ClaimOwner last_owner(const std::string& path);

  Claim(Claim&&) noexcept;
  Claim& operator=(Claim&&) noexcept;
  ~Claim();  ///< gives it back

  /// False once another process took it over, which held this one for dead.
  [[nodiscard]] bool held() const;

 private:
  struct Held;
  explicit Claim(std::unique_ptr<Held> held);
  std::unique_ptr<Held> held_;
};

}  // namespace cch
