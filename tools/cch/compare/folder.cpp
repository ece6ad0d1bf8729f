#include <filesystem>

#include "cch/data/written_files.hpp"
#include "cch/report/compare.hpp"
#include "tools/cch/compare.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/result_folder.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

constexpr const char* kDocument = "compare.json";
constexpr const char* kTable = "compare.csv";

}  // namespace

void prepare_comparison(const std::string& folder, const std::string& html, bool force) {
  ResultFolder{folder, html}.prepare({kDocument, kTable}, force);
}

std::vector<std::string> write_comparison(const documents::CompareDocument& document,
                                          const std::string& folder, const std::string& html,
                                          bool with_document) {
  if (folder.empty() && html.empty()) return {};
  std::vector<FileContent> files;
  if (with_document) files.push_back({kDocument, documents::to_text(document, 1) + "\n"});
  files.push_back({kTable, report::compare_csv(document)});
  return ResultFolder{folder, html}.write(std::move(files), report::render_compare_html(document));
}

bool has_comparison(const std::string& folder) {
  return path_exists(ResultFolder{folder, {}}.path(kDocument));
}

std::vector<std::string> render_comparison_again(const std::string& folder, const std::string& html,
                                                 documents::CompareDocument& document) {
  const std::string path = ResultFolder{folder, html}.path(kDocument);
  const std::string writer = "cch compare -o";
  document = documents::read_compare(read_document(path, "cch.compare/1", writer));
  return write_comparison(document, folder, html, false);
}

}  // namespace cch
