#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cch/core/error.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/gaussian_sweep.hpp"
#include "tools/cch/rank_folder.hpp"
#include "tools/report/sweep.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kDocument = "sweep.json";
constexpr const char* kCells = "cells.jsonl";

std::string in(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

/// Cuts off a last line without its end: appending to it would lose the next one too.
void drop_cut_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (text.empty() || text.back() == '\n') return;
  const std::size_t end = text.rfind('\n');
  fs::resize_file(path, end == std::string::npos ? 0 : end + 1);
}

std::map<std::string, json> read_cells(const std::string& path) {
  std::map<std::string, json> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    json entry = json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("key") || !entry.contains("cell")) continue;
    out[entry["key"].get<std::string>()] = std::move(entry["cell"]);
  }
  return out;
}

}  // namespace

SweepFolder SweepFolder::open(const std::string& folder, bool force) {
  SweepFolder out;
  if (folder.empty()) return out;
  out.folder_ = folder;
  refuse_foreign(folder, {kDocument, "sweep.csv", "report.html", kCells}, force);
  make_folder(folder);
  for (const char* name : {kDocument, "sweep.csv", "report.html", kCells}) {
    check_writable(in(folder, name));
  }
  drop_cut_line(in(folder, kCells));
  out.stored_ = read_cells(in(folder, kCells));
  return out;
}

SweepFolder SweepFolder::look_into(const std::string& folder) {
  SweepFolder out;
  out.folder_ = folder;
  if (!folder.empty()) out.stored_ = read_cells(in(folder, kCells));
  return out;
}

const nlohmann::json* SweepFolder::find(const std::string& key) const {
  const auto found = stored_.find(key);
  return found == stored_.end() ? nullptr : &found->second;
}

void SweepFolder::add(const std::string& key, const nlohmann::json& result) {
  if (folder_.empty()) return;
  const std::string path = in(folder_, kCells);
  std::ofstream file(path, std::ios::app);
  file << json{{"key", key}, {"cell", result}}.dump() << '\n';
  if (file.flush()) return;
  throw Error(ErrorKind::run, Fault{"cannot-write", "a finished cell could not be stored", path,
                                    "the disk may be full", "Make room and run again"});
}

std::vector<std::string> SweepFolder::write(const nlohmann::json& document,
                                            bool with_document) const {
  if (folder_.empty()) return {};
  std::vector<FileContent> files;
  if (with_document) files.push_back({in(folder_, kDocument), document.dump(1) + "\n"});
  files.push_back({in(folder_, "sweep.csv"), report::sweep_csv(document)});
  files.push_back({in(folder_, "report.html"), report::render_sweep_html(document)});
  write_files(files);
  std::vector<std::string> paths;
  for (const FileContent& file : files) paths.push_back(file.path);
  return paths;
}

bool has_sweep(const std::string& folder) {
  return fs::exists(in(folder, kDocument));
}

std::vector<std::string> render_sweep_again(const std::string& folder, const std::string& html,
                                            nlohmann::json& document) {
  const std::string path = in(folder, kDocument);
  const std::string writer = "cch gaussian sweep -o";
  document = read_document(path, "cch.gaussian/1", writer);
  require_fields(document, {"kind", "cells", "lambdas", "confusion", "version"}, path, writer);
  std::vector<std::string> written = SweepFolder::look_into(folder).write(document, false);
  if (!html.empty()) {
    write_files({{html, report::render_sweep_html(document)}});
    written.push_back(html);
  }
  return written;
}

}  // namespace cch
