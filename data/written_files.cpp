#include "cch/data/written_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string_view>

#include "cch/core/error.hpp"

namespace cch {
namespace {

[[noreturn]] void cannot_write(const std::string& path, const std::string& reason) {
  throw Error(ErrorKind::run,
              Fault{"cannot-write", "cannot write " + path, reason, "the result would be lost",
                    "Choose a folder that you may write to and that has room"});
}

namespace fs = std::filesystem;

void write_whole(const std::string& to, const FileContent& file) {
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  if (!out) cannot_write(file.path, std::strerror(errno));
  out << file.content;
  out.flush();
  if (!out) cannot_write(file.path, std::strerror(errno));
}

/// Where a path leads: through links, also those to files that are not there yet.
fs::path target_of(const std::string& path) {
  constexpr int kMostLinks = 40;
  fs::path target = path;
  std::error_code none;
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, none)); ++links) {
    const fs::path next = fs::read_symlink(target, none);
    if (none || links == kMostLinks) cannot_write(path, "its links go round");
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  return target;
}

/// Devices and pipes take what is written; a file beside them would replace them.
bool takes_a_stream(const fs::file_status& status) {
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

bool takes_a_stream(const fs::path& target) {
  std::error_code none;
  return takes_a_stream(fs::status(target, none));
}

/// Where a file goes. Looked up once: a look is a question to the server of a shared file system.
struct Target {
  fs::path path;
  fs::file_status status;
  std::string temporary;  ///< "" of one that takes a stream
};

/// Of the temporary files of this process: hosts that share a folder may have a process of its
/// number.
std::string ending() {
  static const unsigned drawn = std::random_device()();
  return ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(drawn);
}

/// What a name of `ending` looks like: ".tmp", digits, "-", digits.
bool is_temporary(const std::string& name) {
  const std::size_t at = name.rfind(".tmp");
  if (at == std::string::npos) return false;
  const std::string_view digits = std::string_view(name).substr(at + 4);
  const std::size_t dash = digits.find('-');
  return dash != std::string_view::npos && dash > 0 && dash + 1 < digits.size() &&
         digits.find_first_not_of("0123456789-") == std::string_view::npos &&
         digits.rfind('-') == dash;
}

}  // namespace

void remove_unfinished_files(const std::string& folder) {
  std::error_code none;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (is_temporary(entry.path().filename().string())) found.push_back(entry.path());
  }
  for (const fs::path& path : found) fs::remove(path, none);
}

void write_files(const std::vector<FileContent>& files) {
  std::vector<Target> targets(files.size());
  try {
    for (std::size_t i = 0; i < files.size(); ++i) {
      Target& to = targets[i];
      std::error_code none;
      to.path = target_of(files[i].path);
      to.status = fs::status(to.path, none);
      if (takes_a_stream(to.status)) continue;
      to.temporary = to.path.string() + ending();
      write_whole(to.temporary, files[i]);
      // A file that is replaced keeps its mode.
      if (!fs::is_regular_file(to.status)) continue;
      fs::permissions(to.temporary, to.status.permissions(), none);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (targets[i].temporary.empty()) write_whole(targets[i].path.string(), files[i]);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (targets[i].temporary.empty()) continue;
      std::error_code failure;
      fs::rename(targets[i].temporary, targets[i].path, failure);
      if (failure) cannot_write(files[i].path, failure.message());
    }
  } catch (const Error&) {
    std::error_code ignored;
    for (const Target& to : targets) {
      if (!to.temporary.empty()) fs::remove(to.temporary, ignored);
    }
    throw;
  }
}

bool path_exists(const std::string& path) {
  std::error_code none;
  return fs::exists(path, none);
}

void make_folder(const std::string& path) {
  std::error_code failure;
  fs::create_directory(path, failure);  // mostly it is there, or the one above it
  if (failure) fs::create_directories(path, failure);
  if (failure) cannot_write(path, failure.message());
  if (access(path.c_str(), W_OK) != 0) cannot_write(path, std::strerror(errno));
}

void check_writable(const std::string& path) {
  const fs::path target = target_of(path);
  if (takes_a_stream(target)) {
    if (access(target.c_str(), W_OK) != 0) cannot_write(path, std::strerror(errno));
    return;
  }
  const fs::path folder = target.parent_path();
  const std::string text = folder.empty() ? "." : folder.string();
  if (access(text.c_str(), F_OK | W_OK) != 0) cannot_write(path, std::strerror(errno));
  std::error_code none;
  if (!fs::is_directory(text, none)) cannot_write(path, text + " is no folder");
  if (fs::is_directory(path, none)) cannot_write(path, "it is a folder");
}

}  // namespace cch
