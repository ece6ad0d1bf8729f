#include "cch/experiments/store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "cch/data/bytes.hpp"
#include "cch/data/sha256.hpp"
#include "cch/data/written_files.hpp"
#include "data/json_text.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMember = "\"checksum\":";
constexpr std::string_view kBeside = "\"beside\":";
constexpr std::size_t kDigits = 64;
constexpr std::string_view kWhite = " \n";

/// Blanks of a text from a place on.
std::string_view blanks(std::string_view text, std::size_t from) {
  const std::size_t end = std::min(text.find_first_not_of(kWhite, from), text.size());
  return text.substr(from, end - from);
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Puts `member`, with a comma, before the first one of a record.
std::string with_first(std::string_view record, const std::string& member) {
  std::string out = "{" + std::string(blanks(record, 1)) + member + ",";
  out.append(record.substr(1));
  return out;
}

/// As the record is set: a member a line, or {"key":…}.
std::string gap_after_colon(std::string_view record) {
  return blanks(record, 1).empty() ? "" : " ";
}

/// The record without "beside", which it gives to `beside`.
std::string without_beside(std::string record, BesideHashes* beside) {
  const std::size_t at = 1 + blanks(record, 1).size();
  if (record.compare(at, kBeside.size(), kBeside) != 0) return record;
  const std::size_t begin = record.find('{', at);
  const std::size_t end = record.find('}', at);
  if (beside != nullptr) {
    const auto files = detail::parsed_json(record.substr(begin, end + 1 - begin));
    if (files.is_object()) *beside = files.get<BesideHashes>();
  }
  return "{" + record.substr(end + 2);
}

/// What is wrong with a file beside a record; empty: nothing.
std::string fault_of(const std::string& path, const std::string& hash) {
  std::error_code none;
  if (!fs::is_regular_file(path, none)) return "is missing";
  const Bytes bytes = fs::file_size(path, none) > 0 ? map_file(path) : Bytes{};
  return sha256(bytes.view) == hash ? "" : "is not what was written";
}

constexpr std::string_view kClaim = "claim";
constexpr std::string_view kPartClaim = "claim-";
constexpr std::string_view kAuto = "auto";

/// Of a process; those that share a study by claims have a name of their own each.
std::string claim_name(const std::string& shard) {
  std::string out{kClaim};
  if (shard.empty()) return out;
  out = std::string(kPartClaim) + shard;
  if (shard == kAuto) {
    const ClaimOwner own = this_process();
    out += "-" + digest(own.machine + own.host, 8) + "-" + std::to_string(own.process);
  }
  std::replace(out.begin(), out.end(), '/', '-');
  return out;
}

bool is_claim(const std::string& file) {
  return (file == kClaim || file.starts_with(kPartClaim) || file.starts_with("claim.")) &&
         file.find(".now") == std::string::npos && file.find(".new") == std::string::npos;
}

/// Of the claim that a file belongs to.
std::string without_number(const std::string& file) {
  return file.substr(0, file.find('.'));
}

std::string owner_words(const ClaimOwner& o) {
  if (o.process == 0) return "a process that has not said its name yet";
  return "process " + std::to_string(o.process) + " on " + o.host +
         (o.job.empty() ? "" : ", job " + o.job);
}

}  // namespace

std::string digest(std::string_view text, std::size_t digits) {
  return sha256(std::as_bytes(std::span(text))).substr(0, digits);
}

std::string sealed(std::string_view record, const BesideHashes& beside) {
  const std::string gap = gap_after_colon(record);
  if (!beside.empty()) {
    const std::string files = std::string(kBeside) + gap + nlohmann::json(beside).dump();
    return sealed(with_first(record, files));
  }
  return with_first(record, std::string(kMember) + gap + "\"" + digest(record, kDigits) + "\"");
}

std::optional<std::string> unsealed(std::string_view text, BesideHashes* beside) {
  const std::string_view gap = text.starts_with('{') ? blanks(text, 1) : std::string_view();
  std::size_t at = 1 + gap.size();
  if (!text.starts_with('{') || text.substr(std::min(at, text.size())).rfind(kMember, 0) != 0) {
    // Written before there were checksums.
    if (!nlohmann::json::accept(text)) return std::nullopt;
    return without_beside(std::string(text), nullptr);
  }
  at += kMember.size() + (gap.empty() ? 0 : 1) + 1;
  if (text.size() < at + kDigits + 2) return std::nullopt;
  std::string record = "{" + std::string(text.substr(at + kDigits + 2));
  if (sealed(record) != text) return std::nullopt;
  return without_beside(std::move(record), beside);
}

Shard parse_shard(const std::string& text) {
  Shard out;
  if (text.empty() || text == kAuto) return out;
  std::size_t i = 0;
  const int read = std::sscanf(text.c_str(), "%zu/%zu", &i, &out.count);
  const bool same = read == 2 && std::to_string(i) + "/" + std::to_string(out.count) == text;
  if (!same || i < 1 || i > out.count) {
    refuse_usage("bad-shard", "--shard " + text + " is no part of the study", {},
                 "Give I/N with I from 1 to N, for example 2/8, or auto");
  }
  out.index = i - 1;
  return out;
}

void RunStore::make() const {
  make_folder((fs::path(root_) / "runs").string());
}

std::string RunStore::path(const std::string& key, const std::string& file) const {
  return (fs::path(root_) / "runs" / key / file).string();
}

std::optional<std::string> RunStore::find(const std::string& key, const std::string& file,
                                          std::vector<Warning>& damage, Beside check) const {
  const std::string name = path(key, file);
  if (root_.empty() || !path_exists(name)) return std::nullopt;
  BesideHashes beside;
  auto record = unsealed(read_text(name), &beside);
  if (!record) {
    damage.push_back({"record-damaged", name + " is not what was written: its run counts as open"});
    return record;
  }
  if (check == Beside::unchecked) return record;
  for (const auto& [file_beside, hash] : beside) {
    const std::string fault = fault_of(path(key, file_beside), hash);
    if (fault.empty()) continue;
    damage.push_back(
        {"record-damaged", path(key, file_beside) + " " + fault + ": its run counts as open"});
    return std::nullopt;
  }
  return record;
}

void RunStore::put(const std::string& key, const std::string& file, const std::string& record,
                   std::vector<FileContent> beside) const {
  make_folder(path(key, ""));
  BesideHashes hashes;
  for (FileContent& f : beside) {
    hashes[f.path] = digest(f.content, kDigits);
    f.path = path(key, f.path);
  }
  beside.push_back({path(key, file), sealed(record, hashes)});  // renamed in this order
  write_files(beside);
}

void RunStore::put_again(const std::string& key, const std::string& file,
                         const std::string& record) const {
  BesideHashes beside;
  (void)unsealed(read_text(path(key, file)), &beside);
  write_files({{path(key, file), sealed(record, beside)}});
}

KeyList RunStore::keys(const std::string& file) const {
  KeyList found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(fs::path(root_) / "runs", none)) {
    const std::string key = entry.path().filename();
    if (path_exists(path(key, file))) found.add(key);
  }
  return found.sorted();
}

std::optional<Claim> RunStore::claim(const std::string& key) const {
  make_folder(path(key, ""));
  return Claim::take(path(key, "claim"));
}

Claim claim_study(const std::string& root, const std::string& shard, const std::string& job) {
  const std::string name = claim_name(shard);
  const auto refuse = [](const std::string& path, const ClaimOwner& owner) {
    throw Error(ErrorKind::usage,
                Fault{"study-locked", "another process works on this study",
                      path + ": " + owner_words(owner), "both would do the same runs",
                      "Wait for it; several processes share a study with --shard auto, each"});
  };
  const auto in = [&](const std::string& file) { return (fs::path(root) / file).string(); };
  ClaimOwner owner;
  auto own = Claim::take(in(name), &owner, {}, job);
  if (!own) refuse(in(name), owner);
  // Taken first, asked then: of two processes one at least sees the other.
  for (const auto& entry : fs::directory_iterator(root)) {
    const std::string other = entry.path().filename();
    if (!is_claim(other) || other == name || other.starts_with(name + ".")) continue;
    if (!shard.empty() && other.starts_with(kPartClaim)) continue;
    if (Claim::is_held(in(without_number(other)), &owner)) refuse(in(other), owner);
  }
  return std::move(*own);
}

std::vector<StudyProcess> study_processes(const std::string& root) {
  std::vector<StudyProcess> out;
  std::set<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(root, none)) {
    const std::string name = entry.path().filename();
    if (is_claim(name)) names.insert(without_number(name));
  }
  for (const std::string& name : names) {
    StudyProcess& one = out.emplace_back();
    const std::string path = (fs::path(root) / name).string();
    one.alive = Claim::is_held(path, &one.owner);
    if (!one.alive) one.owner = Claim::last_owner(path);
    if (!name.starts_with(kPartClaim)) continue;
    one.shard = name.substr(kPartClaim.size());
    if (one.shard.starts_with(kAuto)) {
      one.shard = kAuto;
    } else {
      std::replace(one.shard.begin(), one.shard.end(), '-', '/');
    }
  }
  return out;
}

LineStore::LineStore(std::string path, Use use) : path_(std::move(path)) {
  if (path_.empty()) return;
  const std::string text = read_text(path_);
  records_ = read_from(text);
  if (use == Use::append && read_ < text.size()) fs::resize_file(path_, read_);
}

std::vector<std::string> LineStore::added() {
  std::error_code none;
  const auto size = fs::file_size(path_, none);
  if (path_.empty() || none || size <= read_) return {};
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(read_));
  return read_from({std::istreambuf_iterator<char>(file), {}});
}

std::vector<std::string> LineStore::read_from(const std::string& text) {
  std::vector<std::string> out;
  const std::size_t whole = text.rfind('\n') + 1;  // 0 without one
  std::string damaged;
  for (std::size_t at = 0; at < whole;) {
    const std::size_t end = text.find('\n', at);
    auto record = unsealed(std::string_view(text).substr(at, end - at));
    ++lines_;
    if (record) {
      out.push_back(std::move(*record));
    } else {
      damaged += (damaged.empty() ? "" : ", ") + std::to_string(lines_);
    }
    at = end + 1;
  }
  read_ += whole;
  if (damaged.empty()) return out;
  damage_.push_back({"record-damaged", path_ + ": line " + damaged +
                                           " is not what was written and counts as not there"});
  return out;
}

void LineStore::add(const std::string& record) const {
  if (path_.empty()) return;
  const std::string line = sealed(record) + "\n";
  const int file = ::open(path_.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  std::size_t done = 0;
  while (file >= 0 && done < line.size()) {
    const ssize_t n = ::write(file, line.data() + done, line.size() - done);
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (done == line.size()) return;
  throw Error(ErrorKind::run, Fault{"cannot-write", "a finished cell could not be stored", path_,
                                    std::strerror(reason), "Make room and run again"});
}

}  // namespace cch
