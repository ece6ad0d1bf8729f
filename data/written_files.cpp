#include "cch/data/written_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

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
  fs::path target = path;
  std::error_code none;
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(target, none)); ++links) {
    const fs::path next = fs::read_symlink(target, none);
    if (none) break;
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  if (fs::is_symlink(fs::symlink_status(target, none))) cannot_write(path, "its links go round");
  return target;
}

/// Devices and pipes take what is written; a file beside them would replace them.
bool takes_a_stream(const fs::path& target) {
  std::error_code none;
  const fs::file_status status = fs::status(target, none);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// A file that is replaced keeps its mode.
void keep_mode(const fs::path& target, const std::string& temporary) {
  std::error_code none;
  const fs::file_status status = fs::status(target, none);
  if (fs::is_regular_file(status)) fs::permissions(temporary, status.permissions(), none);
}

}  // namespace

void write_files(const std::vector<FileContent>& files) {
  const std::string ending = ".tmp" + std::to_string(getpid());
  std::vector<std::pair<std::string, std::size_t>> temporaries;  // and the file that each is for
  try {
    for (std::size_t i = 0; i < files.size(); ++i) {
      const fs::path target = target_of(files[i].path);
      if (takes_a_stream(target)) continue;
      temporaries.emplace_back(target.string() + ending, i);
      write_whole(temporaries.back().first, files[i]);
      keep_mode(target, temporaries.back().first);
    }
    for (const FileContent& file : files) {
      const fs::path target = target_of(file.path);
      if (takes_a_stream(target)) write_whole(target.string(), file);
    }
    for (const auto& [temporary, i] : temporaries) {
      std::error_code failure;
      fs::rename(temporary, target_of(files[i].path), failure);
      if (failure) cannot_write(files[i].path, failure.message());
    }
  } catch (const Error&) {
    std::error_code ignored;
    for (const auto& [temporary, i] : temporaries) fs::remove(temporary, ignored);
    throw;
  }
}

bool path_exists(const std::string& path) {
  std::error_code none;
  return fs::exists(path, none);
}

void make_folder(const std::string& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
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
