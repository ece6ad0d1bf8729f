#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cch/documents/parts.hpp"

// How far a study is and what it consists of, for whoever hands its parts out.

namespace cch::documents {

/// How far a folder of runs is, schema cch.status/1.
struct StudyStatus {
  /// A process that has a claim on the study.
  struct Process {
    std::string host;
    std::uint64_t process = 0;
    std::string job;    ///< "": no job system
    std::string shard;  ///< "": the whole study, alone
    bool alive = true;
    std::vector<std::string> runs;  ///< keys that it has in hand
  };
  struct Failure {
    std::string key;
    std::string reason;
  };
  std::string folder;
  std::string title;
  std::string of = "runs";             ///< what is counted: runs, cells (of a sweep), rankings
  std::optional<std::size_t> planned;  ///< none: no study has said it
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t running = 0;
  std::size_t damaged = 0;             ///< records that count as open
  std::optional<std::size_t> open;     ///< neither finished nor in hand
  std::optional<double> seconds_left;  ///< none: nobody is at work, or nothing is finished yet
  std::vector<Process> processes;
  std::vector<Failure> failures;
  std::string version;
  std::string command;

  [[nodiscard]] bool complete() const { return planned && done + failed >= *planned; }
};

/// What a process began that works on a sweep or on many rankings, schema cch.planned/1.
struct Planned {
  std::string of;  ///< as in StudyStatus
  std::string title;
  std::size_t planned = 0;
  std::size_t stored = 0;          ///< of these, before it began
  std::size_t others = 0;          ///< stored, but of other settings
  std::vector<std::string> names;  ///< of rankings
  std::string version;
  std::string command;
};

/// What is handed out as a whole: `cch train --shard I/N` with N units is unit I. Schema
/// cch.units/1.
struct UnitList {
  struct Unit {
    std::size_t unit = 0;  ///< from 1
    std::string name;      ///< in words
    std::uint64_t seed = 0;
    std::size_t runs = 0;
    std::size_t done = 0;
    std::size_t failed = 0;
    std::vector<std::string> keys;   ///< of its runs
    std::vector<std::size_t> needs;  ///< units that come first
  };
  std::string title;
  std::size_t runs = 0;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::vector<Unit> units;
  std::vector<FileRecord> inputs;
  std::vector<Warning> warnings;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

std::string to_text(const StudyStatus& status, int indent = -1);
StudyStatus parse_status(std::string_view text);
std::string to_text(const Planned& planned, int indent = -1);
Planned read_planned(const nlohmann::json& document);
std::string to_text(const UnitList& list, int indent = -1);
UnitList parse_units(std::string_view text);

}  // namespace cch::documents
