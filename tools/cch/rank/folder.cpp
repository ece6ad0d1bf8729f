#include "tools/cch/rank/folder.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/bytes.hpp"
#include "cch/data/written_files.hpp"
#include "cch/report/rank.hpp"
#include "data/json_text.hpp"
#include "tools/cch/files.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/schema.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDocument = "rank.json";
constexpr const char* kTable = "ranking.csv";
constexpr const char* kReport = "report.html";

std::string in(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

}  // namespace

RankFolder::RankFolder(std::string folder, std::string html, bool force)
    : folder_(std::move(folder)), html_(std::move(html)) {
  if (!folder_.empty()) {
    refuse_foreign(folder_, {kDocument, kTable, kReport}, force);
    made_ = !path_exists(folder_);
    make_folder(folder_);
    for (const char* name : {kDocument, kTable, kReport}) check_writable(in(folder_, name));
  }
  if (!html_.empty()) check_writable(html_);
}

RankFolder::~RankFolder() {
  std::error_code ignored;
  if (made_ && fs::is_empty(folder_, ignored)) fs::remove(folder_, ignored);
}

std::vector<std::string> RankFolder::write(const documents::RankDocument& document,
                                           With with) const {
  if (folder_.empty() && html_.empty()) return {};
  std::vector<FileContent> files;
  const std::string html = report::render_rank_html(document);
  if (!folder_.empty()) {
    if (with == With::document)
      files.push_back({in(folder_, kDocument), documents::to_text(document, 2) + "\n"});
    files.push_back({in(folder_, kTable), report::render_rank_csv(document)});
    files.push_back({in(folder_, kReport), html});
  }
  if (!html_.empty()) files.push_back({html_, html});
  write_files(files);
  std::vector<std::string> paths;
  for (const FileContent& file : files) paths.push_back(file.path);
  return paths;
}

void print_written(const std::vector<std::string>& paths, std::ostream& err) {
  for (const std::string& path : paths) {
    err << "wrote " << fs::absolute(path).lexically_normal().string() << '\n';
  }
}

nlohmann::json read_document(const std::string& path, const std::string& schema,
                             const std::string& writer, const std::string& older) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    const fs::path at(path);
    refuse_data("result-missing",
                "there is no " + at.filename().string() + " in " + at.parent_path().string(), path,
                "it holds the result that is to be shown",
                "Name a folder that " + writer + " has written");
  }
  const Bytes bytes = map_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.view.data()), bytes.size());
  if (detail::too_deep(text)) {
    refuse_data(
        "result-damaged",
        fmt::format("the result has more than {} levels of brackets", detail::kMostJsonLevels),
        path, "it cannot be what cch has written", "Make it again with " + writer);
  }
  nlohmann::json document;
  try {
    document = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    refuse_data(
        "result-damaged", "the result is cut short or is no JSON",
        path + ", at byte " + std::to_string(error.byte) + " of " + std::to_string(bytes.size()),
        "what is left of it may not be what was found", "Make it again with " + writer);
  } catch (const nlohmann::json::out_of_range&) {
    refuse_data("result-damaged", "the result has a number that is too large", path,
                "no double is as large, so cch has not written it", "Make it again with " + writer);
  }
  documents::require_schema(document, schema, older);
  return document;
}

void require_fields(const nlohmann::json& document, const std::vector<std::string>& names,
                    const std::string& path, const std::string& writer) {
  for (const std::string& name : names) {
    if (document.contains(name) && !document[name].is_null()) continue;
    refuse_data("result-incomplete", "the result has no field \"" + name + "\"", path,
                "it cannot be what cch has written", "Make it again with " + writer);
  }
}

documents::RankDocument read_rank_folder(const std::string& folder) {
  return documents::read_rank(
      read_document(in(folder, kDocument), "cch.rank/2", "cch rank -o", "cch.rank/1"));
}

}  // namespace cch
