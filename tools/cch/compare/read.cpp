#include "tools/cch/compare/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include "cch/data/bytes.hpp"
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
  std::vector<RecordedRun> runs;
  std::vector<CriteriaDocument> criteria;

 private:
  void read_study(const std::string& folder) {
    const std::string path = (fs::path(folder) / "study.json").string();
    naming(path, [&] { read_document(path, "cch.study/1", kWriter); });
    out_.inputs.push_back(file_record("study", path));
    std::vector<fs::path> folders;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs", none)) {
      if (entry.is_directory()) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    Tally tally;
    std::vector<CriteriaDocument> found;
    for (const fs::path& run : folders) read_run_folder(run, tally, found);
    add_criteria(std::move(found), tally);
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
            if (!file.key.empty()) out_.pairing.feature_runs[file.sha256] = file.key;
          }
        });
      });
    }
  }

  void read_run_folder(const fs::path& run, Tally& tally, std::vector<CriteriaDocument>& found) {
    const std::string result = (run / "result.json").string();
    const std::string measured = (run / "criteria.json").string();
    const bool has_result = fs::exists(result);
    const bool has_criteria = fs::exists(measured);
    if (!has_result && !has_criteria) ++tally.unfinished;
    if (has_result) faults.attempt([&] { naming(result, [&] { add_run(result, tally); }); });
    if (!has_criteria) return;
    faults.attempt([&] {
      naming(measured, [&] {
        found.push_back(documents::read_criteria(read_record(measured, "cch.criteria/1")));
      });
    });
  }

  void add_run(const std::string& path, Tally& tally) {
    RecordedRun run = documents::read_recorded_run(read_record(path, "cch.run/1"));
    if (!keys_.insert(run.key).second) {
      ++tally.repeated;
      return;
    }
    ++tally.runs;
    if (run.status == "done") {
      runs.push_back(std::move(run));
      return;
    }
    ++tally.failed;
    ++tally.reasons[run.failure.substr(0, run.failure.find(": "))];
  }

  /// Of several about one teacher, which a study that grew has, those of the newest rules and the
  /// most criteria.
  void add_criteria(std::vector<CriteriaDocument> found, Tally& tally) {
    std::stable_sort(
        found.begin(), found.end(), [](const CriteriaDocument& a, const CriteriaDocument& b) {
          return std::pair(a.format, a.scores.size()) > std::pair(b.format, b.scores.size());
        });
    for (CriteriaDocument& one : found) {
      const std::string about =
          unit_text(one.study, one.unit) + one.study_key + to_json(one.teacher).dump();
      if (!keys_.insert(about).second) continue;
      ++tally.criteria;
      const bool earlier = one.format < kCriteriaFormat &&
                           std::any_of(one.scores.begin(), one.scores.end(), [](const auto& score) {
                             return score.first.starts_with("representation-level CCH");
                           });
      if (earlier) ++tally.earlier;
      criteria.push_back(std::move(one));
    }
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
      auto& ranked = out_.pairing.ranked;
      ranked.insert(ranked.end(), teachers.begin(), teachers.end());
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

  CompareInputs& out_;
  std::set<std::string> keys_;
};

/// Studies of one title with other settings or data get their keys behind it: their runs are not
/// repetitions of each other.
void tell_apart(Reader& read, std::vector<Warning>& warnings) {
  std::map<std::string, std::set<std::string>> keys;
  for (const RecordedRun& run : read.runs) keys[run.study].insert(run.study_key);
  const auto rename = [&](auto& item) {
    const auto found = keys.find(item.study);
    if (found == keys.end() || found->second.size() < 2) return;
    item.study += fmt::format(" ({})", item.study_key.empty() ? "?" : item.study_key.substr(0, 6));
  };
  std::for_each(read.runs.begin(), read.runs.end(), rename);
  std::for_each(read.criteria.begin(), read.criteria.end(), rename);
  for (const auto& [title, all] : keys) {
    if (all.size() < 2) continue;
    warnings.push_back(
        {"same-title", fmt::format("{} studies with other settings or data have the title \"{}\": "
                                   "their keys are put behind it",
                                   all.size(), title)});
  }
}

}  // namespace

CompareInputs read_compare_folders(const std::vector<std::string>& folders) {
  CompareInputs out;
  Reader reader(out);
  for (const std::string& folder : folders) {
    reader.faults.attempt([&] { reader.read(folder); });
  }
  reader.faults.throw_if_any();
  tell_apart(reader, out.warnings);
  // One record at a time goes over into what is paired: studies of 100 000 runs fit into memory.
  ShortNames names;
  out.pairing.runs.reserve(reader.runs.size());
  for (RecordedRun& read : reader.runs) {
    RecordedRun run = std::move(read);
    PairableRun& paired = out.pairing.runs.emplace_back(pairable(run));
    out.questions.add(paired.cell,
                      {std::move(run.unit), std::move(run.teacher), std::move(run.loss)});
    names.shorten(paired);
  }
  reader.runs = {};
  for (const CriteriaDocument& one : reader.criteria) {
    names.shorten(out.pairing.criteria.emplace_back(criteria_of(one)));
  }
  names.in_order(out.pairing.runs);
  return out;
}

}  // namespace cch
