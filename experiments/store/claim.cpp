#include "cch/experiments/claim.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stop_token>
#include <thread>
#include <utility>

#include "cch/core/error.hpp"
#include "data/json_text.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kTries = 10;  // a claim that changes hands each time is as good as held

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Field 22 of /proc/PID/stat; empty where there is no such process, or one that has ended and
/// waits for its parent. The second field is a name in brackets that may hold anything.
std::string start_of(std::int64_t process) {
  const std::string line = first_line("/proc/" + std::to_string(process) + "/stat");
  std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return "";
  for (int i = 4; i <= 22; ++i) fields >> field;
  return fields ? field : "";
}

std::string machine_of() {
  std::error_code none;
  return first_line("/proc/sys/kernel/random/boot_id") + " " +
         fs::read_symlink("/proc/self/ns/pid", none).string();
}

std::string text_of(const ClaimOwner& o, std::size_t count) {
  json out{{"host", o.host},
           {"machine", o.machine},
           {"process", o.process},
           {"started", o.started},
           {"claim", count}};
  if (!o.job.empty()) out["job"] = o.job;
  return out.dump() + "\n";
}

std::optional<ClaimOwner> owner_in(const std::string& text) {
  const json o = detail::parsed_json(text);
  if (!o.is_object() || !o.contains("process")) return std::nullopt;
  return ClaimOwner{detail::text_in(o, "host", ""), detail::text_in(o, "machine", ""),
                    detail::whole_number_in(o, "process", 0), detail::text_in(o, "started", ""),
                    detail::text_in(o, "job", "")};
}

std::string numbered(const std::string& path, std::size_t number) {
  return number < 2 ? path : path + "." + std::to_string(number);
}

/// Number of a file of this claim; 0: another file.
std::size_t number_of(const std::string& file, const std::string& name) {
  if (file == name) return 1;
  if (!file.starts_with(name + ".")) return 0;
  const std::string end = file.substr(name.size() + 1);
  const bool digits =
      !end.empty() && end.size() < 10 && end.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::stoul(end) : 0;
}

/// The files of a claim with their texts, by number.
std::map<std::size_t, std::string> files_of(const std::string& path) {
  std::map<std::size_t, std::string> out;
  const std::string name = fs::path(path).filename();
  const fs::path folder = fs::path(path).parent_path();
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, none)) {
    const std::size_t number = number_of(entry.path().filename(), name);
    if (number > 0) out[number] = first_line(entry.path());
  }
  return out;
}

/// Age of a file by the clock that gives it its times, which need not be that of this host.
std::chrono::milliseconds age_of(const std::string& path) {
  const std::string probe = path + ".now" + std::to_string(::getpid());
  std::ofstream(probe).flush();
  std::error_code none;
  std::error_code gone;
  const auto now = fs::last_write_time(probe, none);
  const auto then = fs::last_write_time(path, gone);
  if (!none) fs::remove(probe, none);
  if (none || gone) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - then);
}

bool is_stale(const std::string& file, const std::string& text, const ClaimTimes& times) {
  const auto owner = owner_in(text);
  if (owner && owner->machine == machine_of()) return start_of(owner->process) != owner->started;
  return age_of(file) > times.stale;
}

/// Whether the claim that these files are is held.
bool held_by(const std::map<std::size_t, std::string>& files, const std::string& path,
             ClaimOwner* holder, const ClaimTimes& times) {
  if (files.empty()) return false;
  const auto& [number, text] = *files.rbegin();
  if (is_stale(numbered(path, number), text, times)) return false;
  if (holder != nullptr) *holder = owner_in(text).value_or(ClaimOwner{});
  return true;
}

[[noreturn]] void cannot_claim(const std::string& path, int reason) {
  throw Error(ErrorKind::run, Fault{"cannot-write", "the folder of runs cannot be used", path,
                                    std::strerror(reason), "Name another folder with -o"});
}

/// Creates a file that must not be there yet; errno is kept where it cannot.
bool write_new(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int reason = errno;
  ::close(file);
  if (written) return true;
  ::unlink(path.c_str());
  cannot_claim(path, reason);
}

/// Whether a file has a second name: a file server may have made it and lost its answer.
bool has_two_names(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && about.st_nlink == 2;
}

/// Creates a file that is not there yet, whole or not at all: a process that is killed in between
/// leaves no claim without an owner. Where there are no hard links it is made in place. The draft
/// is named after the text, which no other taker has: threads and hosts share the folder.
bool create(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new" + std::to_string(std::hash<std::string>()(text));
  if (!write_new(draft, text)) {
    if (errno != EEXIST) cannot_claim(path, errno);
    ::unlink(draft.c_str());  // of an answer that was lost
    if (!write_new(draft, text)) cannot_claim(path, errno);
  }
  const bool answered = ::link(draft.c_str(), path.c_str()) == 0;
  const int reason = errno;
  const bool linked = answered || has_two_names(draft);
  ::unlink(draft.c_str());
  if (linked) return true;
  if (reason == EEXIST) return false;
  if (write_new(path, text)) return true;
  if (errno == EEXIST) return false;
  cannot_claim(path, errno);
}

std::size_t next_count() {
  static std::atomic<std::size_t> count = 0;
  return ++count;
}

}  // namespace

ClaimOwner this_process() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return {host, machine_of(), ::getpid(), start_of(::getpid()), {}};
}

/// Touches the file until it is given back.
struct Claim::Held {
  std::string path;
  std::size_t number = 1;
  std::string text;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread heart;

  [[nodiscard]] std::string file() const { return numbered(path, number); }
  void beat(const std::stop_token& stop, std::chrono::milliseconds pause) {
    std::unique_lock hold(mutex);
    while (!wake.wait_for(hold, stop, pause, [&] { return stop.stop_requested(); })) {
      ::utimensat(AT_FDCWD, file().c_str(), nullptr, 0);
    }
  }
};

Claim::Claim(std::unique_ptr<Held> held) : held_(std::move(held)) {}
Claim::Claim(Claim&&) noexcept = default;
Claim& Claim::operator=(Claim&& other) noexcept {
  std::swap(held_, other.held_);  // the other one gives back what this one had
  return *this;
}

Claim::~Claim() {
  if (!held_) return;
  held_->heart = {};
  const auto files = files_of(held_->path);
  const auto own = files.find(held_->number);
  if (own == files.end() || own->second + "\n" != held_->text) return;
  // Its own last: until then nobody can take a number below it.
  std::error_code none;
  for (auto it = files.begin(); it != std::next(own); ++it) {
    fs::remove(numbered(held_->path, it->first), none);
  }
}

bool Claim::held() const {
  const auto files = files_of(held_->path);
  return !files.empty() && files.rbegin()->first == held_->number &&
         files.rbegin()->second + "\n" == held_->text;
}

bool Claim::is_held(const std::string& path, ClaimOwner* holder, const ClaimTimes& times) {
  return held_by(files_of(path), path, holder, times);
}

ClaimOwner Claim::last_owner(const std::string& path) {
  const auto files = files_of(path);
  if (files.empty()) return {};
  return owner_in(files.rbegin()->second).value_or(ClaimOwner{});
}

std::optional<Claim> Claim::take(const std::string& path, ClaimOwner* holder,
                                 const ClaimTimes& times, const std::string& job) {
  ClaimOwner own = this_process();
  own.job = job;
  const std::string text = text_of(own, next_count());
  for (int i = 0; i < kTries; ++i) {
    const auto before = files_of(path);
    if (held_by(before, path, holder, times)) return std::nullopt;
    const std::size_t number = before.empty() ? 1 : before.rbegin()->first + 1;
    if (!create(numbered(path, number), text)) continue;
    // What was held for stale must still be all that there is: else another process took it over
    // and gave it back in the meantime, and a third may have it.
    auto after = files_of(path);
    after.erase(number);
    if (after != before) {
      std::error_code none;
      fs::remove(numbered(path, number), none);
      continue;
    }
    auto held = std::make_unique<Held>();
    held->path = path;
    held->number = number;
    held->text = text;
    held->heart = std::jthread([h = held.get(), pause = times.heartbeat](
                                   const std::stop_token& stop) { h->beat(stop, pause); });
    return Claim(std::move(held));
  }
  return std::nullopt;
}

}  // namespace cch
