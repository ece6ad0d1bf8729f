#include <filesystem>

#include "cch/data/written_files.hpp"
#include "cch/report/sweep.hpp"
#include "data/json_text.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/gaussian/sweep.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using documents::SweepCell;
using documents::SweepDocument;
using nlohmann::json;

constexpr const char* kDocument = "sweep.json";
constexpr const char* kCells = "cells.jsonl";

std::string in(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

}  // namespace

SweepFolder::SweepFolder(std::string folder, LineStore lines, std::optional<Claim> claim)
    : folder_(std::move(folder)), lines_(std::move(lines)), claim_(std::move(claim)) {
  for (const std::string& record : lines_.records()) {
    json entry = detail::parsed_json(record);
    if (!entry.is_object() || !entry.contains("key") || !entry.contains("cell")) continue;
    stored_[detail::text_in(entry, "key", "")] = std::move(entry["cell"]);
  }
}

SweepFolder SweepFolder::open(const std::string& folder, bool force) {
  if (folder.empty()) return look_into(folder);
  refuse_foreign(folder, {kDocument, "sweep.csv", "report.html", kCells}, force);
  make_folder(folder);
  for (const char* name : {kDocument, "sweep.csv", "report.html", kCells}) {
    check_writable(in(folder, name));
  }
  Claim claim = claim_study(folder, {});
  return {folder, LineStore(in(folder, kCells)), std::move(claim)};
}

SweepFolder SweepFolder::look_into(const std::string& folder) {
  return {folder, LineStore(folder.empty() ? "" : in(folder, kCells), LineStore::Use::look), {}};
}

std::optional<SweepCell> SweepFolder::find(const std::string& key) const {
  const auto found = stored_.find(key);
  if (found == stored_.end()) return std::nullopt;
  return documents::read_sweep_cell(found->second);
}

void SweepFolder::add(const std::string& key, const SweepCell& result) const {
  lines_.add(json{{"key", key}, {"cell", documents::to_json(result)}}.dump());
}

std::vector<std::string> SweepFolder::write(const SweepDocument& document,
                                            bool with_document) const {
  if (folder_.empty()) return {};
  std::vector<FileContent> files;
  if (with_document) {
    files.push_back({in(folder_, kDocument), documents::to_text(document, 1) + "\n"});
  }
  files.push_back({in(folder_, "sweep.csv"), report::sweep_csv(document)});
  files.push_back({in(folder_, "report.html"), report::render_sweep_html(document)});
  write_files(files);
  std::vector<std::string> paths;
  for (const FileContent& file : files) paths.push_back(file.path);
  return paths;
}

bool has_sweep(const std::string& folder) {
  return path_exists(in(folder, kDocument));
}

std::vector<std::string> render_sweep_again(const std::string& folder, const std::string& html,
                                            SweepDocument& document) {
  const std::string path = in(folder, kDocument);
  const std::string writer = "cch gaussian sweep -o";
  document = documents::read_sweep(read_document(path, "cch.gaussian/1", writer));
  std::vector<std::string> written = SweepFolder::look_into(folder).write(document, false);
  if (!html.empty()) {
    write_files({{html, report::render_sweep_html(document)}});
    written.push_back(html);
  }
  return written;
}

}  // namespace cch
