#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/data/written_files.hpp"
#include "cch/experiments/claim.hpp"
#include "cch/experiments/key_list.hpp"

// Records of finished work by key. A record is the text of a JSON object; what it means is its
// owner's.

namespace cch {

/// SHA-256 of files by their names.
using BesideHashes = std::map<std::string, std::string>;

/// The record with its checksum as first member, "checksum": SHA-256 of the text without it; the
/// second is "beside", the files that belong to the record, where there are any.
std::string sealed(std::string_view record, const BesideHashes& beside = {});
/// The record again, without both; `beside` takes the files. Nothing where it is damaged: cut
/// short, or other bytes than were written. Records of versions before checksums have none and need
/// only be whole JSON.
std::optional<std::string> unsealed(std::string_view text, BesideHashes* beside = nullptr);

/// SHA-256 of a text, its first `digits` hexadecimal digits: keys of records.
std::string digest(std::string_view text, std::size_t digits);

/// Where part I of N of some work goes, by the order of the work. Usage Error "bad-shard" (the text
/// is neither "I/N" nor "auto"); empty, and auto, which shares the work by claims: all of it.
struct Shard {
  std::size_t index = 0;  ///< from 0
  std::size_t count = 1;
  [[nodiscard]] bool takes(std::size_t i) const { return i % count == index; }
};
Shard parse_shard(const std::string& text);

/// A folder for each key, ROOT/runs/KEY, with records and files beside them.
class RunStore {
 public:
  explicit RunStore(std::string root) : root_(std::move(root)) {}

  /// Makes the folder ROOT/runs; run Error "cannot-write".
  void make() const;
  [[nodiscard]] const std::string& root() const { return root_; }
  /// ROOT/runs/KEY/FILE
  [[nodiscard]] std::string path(const std::string& key, const std::string& file) const;

  enum class Beside { unchecked, checked };
  /// A record. A damaged one counts as absent and adds a Warning "record-damaged" that names it. So
  /// does one of which a file beside is missing or has other bytes than were written, where these
  /// are checked: by what goes on from them. Who only reads records can do without the files.
  [[nodiscard]] std::optional<std::string> find(const std::string& key, const std::string& file,
                                                std::vector<Warning>& damage,
                                                Beside check = Beside::unchecked) const;
  /// Writes files and then their record, each whole or not at all: a run without a record is run
  /// again. Paths of `beside` are names within the folder of the key.
  void put(const std::string& key, const std::string& file, const std::string& record,
           std::vector<FileContent> beside = {}) const;
  /// Writes a record again, in the place of the one that is there: files beside it stay, and so do
  /// their checksums in it.
  void put_again(const std::string& key, const std::string& file, const std::string& record) const;
  /// Keys with this record, sorted.
  [[nodiscard]] KeyList keys(const std::string& file) const;
  /// The folder of the key for one process; nothing where another has it.
  [[nodiscard]] std::optional<Claim> claim(const std::string& key) const;

 private:
  std::string root_;
};

/// The claim on a folder of results: for one process as a whole, for one process a shard, or, with
/// "auto", for each of any number of processes that share it by the claims on its runs. `job`
/// stands in it. Usage Error "study-locked" that names the owner.
Claim claim_study(const std::string& root, const std::string& shard, const std::string& job = {});

/// A process that has a claim on a study, or had one and is gone.
struct StudyProcess {
  ClaimOwner owner;
  std::string shard;  ///< "" of one that works alone
  bool alive = true;
};
std::vector<StudyProcess> study_processes(const std::string& root);

/// One record a line of a file. Appending keeps what a killed process had finished.
class LineStore {
 public:
  enum class Use { append, look };
  /// Reads what is there. A last line that was cut is dropped, from the file too unless it is only
  /// looked at; damaged lines are left out. An empty path keeps nothing.
  explicit LineStore(std::string path, Use use = Use::append);

  /// In the order of the file: of several with one key the last counts.
  [[nodiscard]] const std::vector<std::string>& records() const { return records_; }
  /// Whole records that other processes have appended since it was read, or since the last call.
  std::vector<std::string> added();
  /// Appends a line. Run Error "cannot-write".
  void add(const std::string& record) const;
  /// "record-damaged" with the lines, where there are any.
  [[nodiscard]] const std::vector<Warning>& damage() const { return damage_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::vector<std::string> read_from(const std::string& text);

  std::string path_;
  std::size_t read_ = 0;   ///< bytes of whole lines
  std::size_t lines_ = 0;  ///< in them
  std::vector<std::string> records_;
  std::vector<Warning> damage_;
};

}  // namespace cch
