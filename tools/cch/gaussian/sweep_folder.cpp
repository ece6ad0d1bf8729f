#include <algorithm>
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
constexpr const char* kPlanned = "planned.json";
constexpr const char* kClaims = "claims";

std::string in(const std::string& folder, const char* name) {
  return (fs::path(folder) / name).string();
}

/// The file of this process among those that share a sweep.
std::string own_cells() {
  const ClaimOwner own = this_process();
  return "cells-" + digest(own.machine + own.host + own.started, 8) + "-" +
         std::to_string(own.process) + ".jsonl";
}

bool is_cells(const std::string& file) {
  return file == kCells || (file.starts_with("cells-") && file.ends_with(".jsonl"));
}

}  // namespace

SweepFolder::SweepFolder(std::string folder, const std::string& own, std::optional<Claim> claim)
    : folder_(std::move(folder)),
      lines_(own, claim ? LineStore::Use::append : LineStore::Use::look),
      claim_(std::move(claim)) {
  take(lines_.records());
  read_others();
}

void SweepFolder::take(const std::vector<std::string>& records) {
  for (const std::string& record : records) {
    json entry = detail::parsed_json(record);
    if (!entry.is_object() || !entry.contains("key") || !entry.contains("cell")) continue;
    stored_[detail::text_in(entry, "key", "")] = std::move(entry["cell"]);
  }
}

SweepFolder SweepFolder::open(const std::string& folder, bool force, const ShareOptions& share) {
  if (folder.empty()) return look_into(folder);
  refuse_foreign(folder, {kDocument, "sweep.csv", "report.html", kCells, kPlanned}, force);
  make_folder(folder);
  for (const char* name : {kDocument, "sweep.csv", "report.html", kCells, kPlanned}) {
    check_writable(in(folder, name));
  }
  Claim claim = claim_study(folder, share.shard, job_name());
  return {folder, in(folder, share.shared() ? own_cells().c_str() : kCells), std::move(claim)};
}

SweepFolder SweepFolder::look_into(const std::string& folder) {
  return {folder, folder.empty() ? "" : in(folder, kCells), std::nullopt};
}

void SweepFolder::read_others() {
  if (folder_.empty()) return;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_, none)) {
    const std::string path = entry.path().string();
    const std::string name = entry.path().filename().string();
    if (!is_cells(name) || path == lines_.path()) continue;
    const auto [file, first] = others_.try_emplace(path, path, LineStore::Use::look);
    take(first ? file->second.records() : file->second.added());
  }
}

std::optional<Claim> SweepFolder::claim(const std::string& cells) {
  const std::string folder = in(folder_, kClaims);
  make_folder(folder);
  auto out = Claim::take(in(folder, cells.c_str()));
  if (out) read_others();
  return out;
}

std::vector<Warning> SweepFolder::damage() const {
  std::vector<Warning> out = lines_.damage();
  for (const auto& [path, lines] : others_) {
    out.insert(out.end(), lines.damage().begin(), lines.damage().end());
  }
  return out;
}

std::optional<SweepCell> SweepFolder::find(const std::string& key) const {
  const auto found = stored_.find(key);
  if (found == stored_.end()) return std::nullopt;
  return documents::read_sweep_cell(found->second);
}

void SweepFolder::add(const std::string& key, const SweepCell& result) {
  json cell = documents::to_json(result);
  lines_.add(json{{"key", key}, {"cell", cell}}.dump());
  stored_[key] = std::move(cell);
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

documents::StudyStatus sweep_status(const std::string& folder) {
  const std::string writer = "cch gaussian sweep -o";
  StatusLook look(folder, writer);
  documents::StudyStatus& out = look.status;
  const FoundPlanned found = read_planned(folder, "cells", writer);
  const SweepFolder cells = SweepFolder::look_into(folder);
  out.of = found.planned.of;
  out.title = found.planned.title;
  out.planned = found.planned.planned;
  out.damaged = cells.damage().size();
  out.done = cells.size() - std::min(cells.size(), found.planned.others);
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(in(folder, kClaims), none)) {
    const std::string name = entry.path().filename().string();
    if (name.find('.') == std::string::npos) look.add_in_hand(entry.path().string(), name);
  }
  look.count_open();
  look.time_left(out.done - std::min(out.done, found.planned.stored), found.time);
  return out;
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
