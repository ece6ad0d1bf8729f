#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cch/experiments/store.hpp"
#include "tools/cch/command.hpp"
#include "tools/documents/progress.hpp"
#include "tools/options/option.hpp"

namespace cch {

/// How far a folder is that several processes may work on: a study, a sweep, many rankings.
struct StatusOptions {
  std::string folder;
  bool failed = false;  ///< each failure
  bool watch = false;   ///< again and again, until all is finished or it is stopped
  bool json = false;
};

/// --status (`what`: what the folder is of, in words) and --watch.
options::Table status_table(StatusOptions& status, const std::string& what);

/// Looks at a folder: what is stored and what claims say; nothing is changed.
using ReadStatus = std::function<documents::StudyStatus(const std::string& folder)>;
/// Shows what `read` says, once or again and again; the exit code.
int show_status(const StatusOptions& options, const ReadStatus& read, Invocation& invocation);
/// As text: counts, processes, why runs failed (each of them, if `failed`).
void print_status(const documents::StudyStatus& status, bool failed, std::ostream& out);

/// A look at a folder: who is at work in it, then what its owner knows of it.
class StatusLook {
 public:
  /// Data Error "folder-missing" (`writer`: the command that makes such folders).
  StatusLook(const std::string& folder, const std::string& writer);

  documents::StudyStatus status;

  /// What a claim says is in hand, if it is held.
  void add_in_hand(const std::string& claim, const std::string& key);
  /// Puts in what is open, by what is planned, done and failed.
  void count_open();
  /// Puts in the time left, if somebody is at work: by the pace of what was finished last.
  using Times = std::vector<std::filesystem::file_time_type>;
  void time_left(Times finished);
  /// The same by how much was finished since a time.
  void time_left(std::size_t finished, std::filesystem::file_time_type since);

 private:
  std::vector<StudyProcess> processes_;
};

/// DIR/planned.json, which every process writes that begins to work.
void write_planned(const std::string& folder, const documents::Planned& planned);
/// The same again, and when it was written. Data Error "folder-unknown": there is none.
struct FoundPlanned {
  documents::Planned planned;
  std::filesystem::file_time_type time;
};
FoundPlanned read_planned(const std::string& folder, const std::string& of,
                          const std::string& writer);

}  // namespace cch
