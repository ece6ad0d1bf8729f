#include "tools/cch/result_folder.hpp"

#include <filesystem>

#include "tools/cch/files.hpp"

namespace cch {
namespace {

constexpr const char* kReport = "report.html";

}  // namespace

std::string ResultFolder::path(const std::string& name) const {
  return (std::filesystem::path(folder) / name).string();
}

void ResultFolder::prepare(std::vector<std::string> names, bool force) const {
  if (!folder.empty()) {
    names.emplace_back(kReport);
    refuse_foreign(folder, names, force);
    make_folder(folder);
    for (const std::string& name : names) check_writable(path(name));
  }
  if (!html.empty()) check_writable(html);
}

std::vector<std::string> ResultFolder::write(std::vector<FileContent> files,
                                             const std::string& page) const {
  if (folder.empty()) files.clear();
  for (FileContent& file : files) file.path = path(file.path);
  if (!folder.empty()) files.push_back({path(kReport), page});
  if (!html.empty()) files.push_back({html, page});
  write_files(files);
  std::vector<std::string> paths;
  for (const FileContent& file : files) paths.push_back(file.path);
  return paths;
}

}  // namespace cch
