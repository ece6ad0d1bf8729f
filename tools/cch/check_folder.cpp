#include <filesystem>

#include "tools/cch/check_document.hpp"
#include "tools/cch/common.hpp"
#include "tools/cch/rank_folder.hpp"
#include "tools/report/check.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kDocument = "check.json";
constexpr const char* kReport = "report.html";

std::string in(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

}  // namespace

void prepare_check(const std::string& folder, const std::string& html) {
  if (!folder.empty()) {
    make_folder(folder);
    for (const char* name : {kDocument, kReport}) check_writable(in(folder, name));
  }
  if (!html.empty()) check_writable(html);
}

std::vector<std::string> write_check(const json& document, const std::string& folder,
                                     const std::string& html, bool with_document) {
  if (folder.empty() && html.empty()) return {};
  std::vector<FileContent> files;
  const std::string page = report::render_check_html(document);
  if (!folder.empty()) {
    if (with_document) files.push_back({in(folder, kDocument), document.dump(1) + "\n"});
    files.push_back({in(folder, kReport), page});
  }
  if (!html.empty()) files.push_back({html, page});
  write_files(files);
  std::vector<std::string> paths;
  for (const FileContent& file : files) paths.push_back(file.path);
  return paths;
}

bool has_check(const std::string& folder) {
  return fs::exists(in(folder, kDocument));
}

std::vector<std::string> render_check_again(const std::string& folder, const std::string& html,
                                            json& document) {
  const std::string path = in(folder, kDocument);
  const std::string writer = "cch check -o";
  document = read_document(path, "cch.check/1", writer);
  require_fields(document, {"verdict", "teachers", "labels", "version"}, path, writer);
  return write_check(document, folder, html, false);
}

}  // namespace cch
