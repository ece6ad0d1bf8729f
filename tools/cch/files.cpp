#include "tools/cch/files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cch/core/error.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A document of cch, or the cells of a sweep that was cut.
bool is_ours(const fs::path& folder) {
  for (const char* name : {"rank.json", "image-rank.json", "check.json", "compare.json",
                           "sweep.json", "study.json", "planned.json"}) {
    const std::string text = text_of(folder / name);
    for (const char* schema : {"\"schema\": \"cch.", "\"schema\":\"cch."}) {
      if (text.find(schema) != std::string::npos) return true;
    }
  }
  const std::string cells = text_of(folder / "cells.jsonl");
  return cells.starts_with("{\"checksum\":") || cells.starts_with("{\"cell\":");
}

}  // namespace

void refuse_foreign(const std::string& folder, const std::vector<std::string>& names, bool force) {
  if (force || folder.empty()) return;
  // Looked for before asking whose it is: another process may begin the same study meanwhile.
  const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    std::error_code none;
    return fs::is_regular_file(fs::path(folder) / name, none);
  });
  if (found == names.end() || is_ours(folder)) return;
  refuse_usage("foreign-folder", "cch did not make " + (fs::path(folder) / *found).string(),
               "it would be overwritten", "Name another folder with -o, or say --force");
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
