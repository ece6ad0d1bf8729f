#include <filesystem>

#include "cch/data/written_files.hpp"
#include "cch/report/check.hpp"
#include "tools/cch/check/document.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/result_folder.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

constexpr const char* kDocument = "check.json";

}  // namespace

void prepare_check(const std::string& folder, const std::string& html, bool force) {
  ResultFolder{folder, html}.prepare({kDocument}, force);
}

std::vector<std::string> write_check(const documents::CheckDocument& document,
                                     const std::string& folder, const std::string& html,
                                     bool with_document) {
  if (folder.empty() && html.empty()) return {};
  std::vector<FileContent> files;
  if (with_document) files.push_back({kDocument, documents::to_text(document, 1) + "\n"});
  return ResultFolder{folder, html}.write(std::move(files), report::render_check_html(document));
}

bool has_check(const std::string& folder) {
  return path_exists(ResultFolder{folder, {}}.path(kDocument));
}

std::vector<std::string> render_check_again(const std::string& folder, const std::string& html,
                                            documents::CheckDocument& document) {
  const std::string path = ResultFolder{folder, html}.path(kDocument);
  const std::string writer = "cch check -o";
  document = documents::read_check(read_document(path, "cch.check/1", writer));
  return write_check(document, folder, html, false);
}

}  // namespace cch
