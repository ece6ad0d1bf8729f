#include "tools/cch/files.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cch/core/error.hpp"

namespace cch {
namespace {

[[noreturn]] void cannot_write(const std::string& path, const std::string& reason) {
  throw Error(ErrorKind::run,
              Fault{"cannot-write", "cannot write " + path, reason, "the result would be lost",
                    "Choose a folder that you may write to and that has room"});
}

void write_whole(const std::string& temporary, const FileContent& file) {
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (!out) cannot_write(file.path, std::strerror(errno));
  out << file.content;
  out.flush();
  if (!out) cannot_write(file.path, std::strerror(errno));
}

}  // namespace

void write_files(const std::vector<FileContent>& files) {
  const std::string ending = ".tmp" + std::to_string(getpid());
  std::vector<std::string> temporaries;
  try {
    for (const FileContent& file : files) {
      temporaries.push_back(file.path + ending);
      write_whole(temporaries.back(), file);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      std::error_code failure;
      std::filesystem::rename(temporaries[i], files[i].path, failure);
      if (failure) cannot_write(files[i].path, failure.message());
    }
  } catch (const Error&) {
    std::error_code ignored;
    for (const std::string& temporary : temporaries) std::filesystem::remove(temporary, ignored);
    throw;
  }
}

void make_folder(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) cannot_write(path, failure.message());
  if (access(path.c_str(), W_OK) != 0) cannot_write(path, std::strerror(errno));
}

void check_writable(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string text = folder.empty() ? "." : folder.string();
  if (access(text.c_str(), F_OK | W_OK) != 0) cannot_write(path, std::strerror(errno));
  if (!std::filesystem::is_directory(text)) cannot_write(path, text + " is no folder");
  if (std::filesystem::is_directory(path)) cannot_write(path, "it is a folder");
}

std::string shell_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    const bool plain =
        !argument.empty() && argument.find_first_not_of(
                                 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "_-+=:,./@%") == std::string::npos;
    if (!line.empty()) line += ' ';
    if (plain) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace cch
