#include "tools/cch/compare/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "cch/data/bytes.hpp"
#include "cch/experiments/key_list.hpp"
#include "cch/experiments/short_name.hpp"
#include "cch/experiments/store.hpp"
#include "cch/experiments/unit.hpp"
#include "tools/cch/compare/pairable.hpp"
#include "tools/cch/compare/rank.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using documents::CriteriaDocument;
using documents::RecordedRun;
using nlohmann::json;

constexpr const char* kWriter = "cch train";
constexpr std::size_t kReasonsInWords = 5;  // of failed runs, in words

/// Runs `step`; an Error that does not name the file gets it.
template <class Step>
void naming(const std::string& path, Step&& step) {
  try {
    step();
  } catch (const Error& error) {
    std::vector<Fault> faults = error.faults();
    for (Fault& fault : faults) {
      if (fault.where.find(path) != std::string::npos) continue;
      fault.where = path + (fault.where.empty() ? "" : ", ") + fault.where;
    }
    throw Error(error.kind(), std::move(faults));
  }
}

/// A record that is as it was written.
json read_record(const std::string& path, const char* schema) {
  const Bytes bytes = map_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.view.data()), bytes.view.size());
  json document = read_document(path, schema, kWriter);
  if (unsealed(text)) {
    document.erase("checksum");
    document.erase("beside");
    return document;
  }
  refuse_data("result-damaged", "the result is not what was written", path,
              "its checksum is another one", fmt::format("Make it again with {}", kWriter));
}

/// What happened in one train folder.
struct Tally {
  std::size_t runs = 0;
  std::size_t criteria = 0;
  std::size_t earlier = 0;  ///< of them by earlier rules
  std::size_t unfinished = 0;
  std::size_t repeated = 0;
  std::size_t failed = 0;
  std::map<std::string, std::size_t> reasons;  ///< of failures, without their numbers
};

struct NameHash {
  std::size_t operator()(const ShortName& name) const { return name.low; }
};

class Reader {
 public:
  explicit Reader(CompareInputs& out) : out_(out) {}

  void read(const std::string& folder) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
      refuse_data("folder-missing", "there is no such folder", folder,
                  "there is nothing to compare",
                  "Name folders that cch train or cch rank -o has written");
    }
    const bool study = fs::exists(fs::path(folder) / "study.json");
    const bool rank = fs::exists(fs::path(folder) / "rank.json");
    if (!study && !rank) {
      refuse_data("folder-unknown", "the folder has neither study.json nor rank.json", folder,
                  "it holds no result that could be compared",
                  "Name folders that cch train or cch rank -o has written");
    }
    if (study) read_study(folder);
    if (rank) read_ranking(folder);
  }

  /// The faults of single files.
  FaultCollector faults;

 private:
  void read_study(const std::string& folder) {
    const std::string path = (fs::path(folder) / "study.json").string();
    naming(path, [&] { read_document(path, "cch.study/1", kWriter); });
    out_.inputs.push_back(file_record("study", path));
    KeyList folders;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs", none)) {
      if (entry.is_directory()) folders.add(entry.path().filename().string());
    }
    folders = folders.sorted();
    Tally tally;
    found_.clear();
    for (std::size_t i = 0; i < folders.size(); ++i) {
      read_run_folder(fs::path(folder) / "runs" / folders[i], tally);
    }
    for (const auto& [about, found] : found_) {
      ++tally.criteria;
      if (found.earlier) ++tally.earlier;
      criteria_keys_.insert(about);
    }
    read_features(folder);
    note(folder, tally);
  }

  /// What `cch train --features` says about its files, so that rankings of them find their runs.
  void read_features(const std::string& folder) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / "features", none)) {
      const std::string path = (entry.path() / "features.json").string();
      if (!fs::exists(path)) continue;
      faults.attempt([&] {
        naming(path, [&] {
          const json document = read_document(path, "cch.features/1", kWriter);
          for (const auto& file : documents::read_feature_files(document)) {
            if (!file.key.empty()) out_.pairing.add_features(file.sha256, file.key);
          }
        });
      });
    }
  }

  void read_run_folder(const fs::path& run, Tally& tally) {
    const std::string result = (run / "result.json").string();
    const std::string measured = (run / "criteria.json").string();
    const bool has_result = fs::exists(result);
    const bool has_criteria = fs::exists(measured);
    if (!has_result && !has_criteria) ++tally.unfinished;
    if (has_result) faults.attempt([&] { naming(result, [&] { add_run(result, tally); }); });
    if (!has_criteria) return;
    faults.attempt([&] {
      naming(measured, [&] {
        add_criteria(documents::read_criteria(read_record(measured, "cch.criteria/1")));
      });
    });
  }

  void add_run(const std::string& path, Tally& tally) {
    RecordedRun run = documents::read_recorded_run(read_record(path, "cch.run/1"));
    if (!keys_.insert(ShortName::of(run.key)).second) {
      ++tally.repeated;
      return;
    }
    ++tally.runs;
    if (run.status != "done") {
      ++tally.failed;
      ++tally.reasons[run.failure.substr(0, run.failure.find(": "))];
      return;
    }
    const PairableRun paired = pairable(run);
    out_.pairing.add(paired);
    out_.questions.add(paired.cell, [&]() -> RunQuestion {
      return {run.unit, run.teacher, run.loss};
    });
  }

  /// Of several about one teacher, which a study that grew has, those of the newest rules and the
  /// most criteria; of several folders those of the first.
  void add_criteria(const CriteriaDocument& one) {
    const auto about = ShortName::of(unit_text(one.unit) + one.study + '\0' + one.study_key + '\0' +
                                     to_json(one.teacher).dump());
    if (criteria_keys_.contains(about)) return;
    const FoundCriteria now{one.format, one.scores.size(), by_earlier_rules(one)};
    const auto [at, first] = found_.try_emplace(about, now);
    if (!first) {
      if (std::pair(now.format, now.scores) <= std::pair(at->second.format, at->second.scores)) {
        return;
      }
      at->second = now;
    }
    out_.pairing.add(criteria_of(one));
  }

  static bool by_earlier_rules(const CriteriaDocument& one) {
    return one.format < kCriteriaFormat &&
           std::any_of(one.scores.begin(), one.scores.end(), [](const auto& score) {
             return score.first.starts_with("representation-level CCH");
           });
  }

  void read_ranking(const std::string& folder) {
    const std::string path = (fs::path(folder) / "rank.json").string();
    naming(path, [&] {
      const std::vector<RankedTeacher> teachers = ranked_teachers(read_rank_folder(folder));
      out_.inputs.push_back(file_record("ranking", path));
      documents::ComparedFolder& noted = out_.folders.emplace_back();
      noted.folder = folder;
      noted.kind = "ranking";
      noted.teachers = teachers.size();
      for (const RankedTeacher& teacher : teachers) out_.pairing.add(teacher);
    });
  }

  void note(const std::string& folder, const Tally& tally) {
    out_.folders.push_back({folder,
                            "study",
                            tally.runs,
                            tally.criteria,
                            {},
                            tally.failed,
                            tally.unfinished,
                            tally.repeated});
    const auto warn = [&](std::size_t count, const char* code, const std::string& what) {
      if (count > 0) out_.warnings.push_back({code, fmt::format("{}: {} {}", folder, what, count)});
    };
    warn(tally.unfinished, "unfinished-runs", "run folders without a result yet, left out:");
    warn(tally.repeated, "repeated-runs", "runs that stand in another folder too and count once:");
    warn(tally.earlier, "earlier-criteria",
         "criteria whose representation-level CCH is by an earlier rule:");
    std::vector<std::string> reasons;
    for (const auto& [reason, count] : tally.reasons) {
      reasons.push_back(fmt::format("{} ({})", reason, count));
    }
    warn(tally.failed, "failed-runs",
         fmt::format("failed runs are left out [{}]:",
                     report::list_in_words(reasons, kReasonsInWords)));
    if (tally.runs == 0) {
      out_.warnings.push_back({"no-runs", folder + " has no finished run"});
    }
  }

  /// Criteria about one teacher.
  struct FoundCriteria {
    std::size_t format = 0;
    std::size_t scores = 0;
    bool earlier = false;
  };

  CompareInputs& out_;
  std::unordered_set<ShortName, NameHash> keys_;
  std::map<ShortName, FoundCriteria> found_;  ///< in this folder
  std::set<ShortName> criteria_keys_;         ///< in those before
};

}  // namespace

CompareInputs read_compare_folders(const std::vector<std::string>& folders) {
  CompareInputs out;
  Reader reader(out);
  for (const std::string& folder : folders) {
    reader.faults.attempt([&] { reader.read(folder); });
  }
  reader.faults.throw_if_any();
  return out;
}

}  // namespace cch
