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
#include "tools/cch/compare/fields.hpp"
#include "tools/cch/compare/rank.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using fields::field;
using nlohmann::json;

constexpr const char* kWriter = "cch train";
constexpr std::size_t kReasons = 5;  // of failed runs, in words
/// What stands beside the metrics of a run and is no number of it.
constexpr const char* kNoMetrics[] = {"rows", "modalities", "classes", "conditions",
                                      "miou_average_interval95"};

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

/// The members that are finite numbers.
std::map<std::string, double> numbers_of(const json& node) {
  std::map<std::string, double> out;
  if (node.is_null()) return out;
  for (const auto& [name, value] : node.items()) {
    const auto number = fields::number(value);
    if (number && std::isfinite(*number)) out[name] = *number;
  }
  return out;
}

/// A record that is as it was written.
json read_record(const std::string& path, const char* schema) {
  const Bytes bytes = map_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.view.data()), bytes.view.size());
  json document = read_document(path, schema, kWriter);
  if (unsealed(text)) return document;
  refuse_data("result-damaged", "the result is not what was written", path,
              "its checksum is another one", fmt::format("Make it again with {}", kWriter));
}

std::uint64_t take_seed(json& unit) {
  const auto seed = fields::whole_number(field(unit, "seed"));
  if (!seed) {
    refuse_data("result-incomplete", "the unit of the result has no seed", "field unit",
                "it cannot be paired", fmt::format("Make it again with {}", kWriter));
  }
  unit.erase("seed");
  return static_cast<std::uint64_t>(*seed);
}

TrainedRun read_run(const json& document) {
  TrainedRun run;
  run.key = fields::text(field(document, "key"));
  run.study = fields::text(field(document, "study"));
  run.study_key = fields::text(field(document, "study_key"));
  run.unit = field(document, "unit");
  run.seed = take_seed(run.unit);
  run.role = fields::text(field(document, "role"));
  run.control = fields::text(field(document, "control"));
  run.teacher = field(document, "teacher");
  run.loss = field(document, "loss");
  json metrics = field(document, "metrics");
  for (const char* name : kNoMetrics) {
    if (metrics.is_object()) metrics.erase(name);
  }
  run.metrics = numbers_of(metrics);
  run.student = fields::text(field(document, "student"));
  run.teacher_run = fields::text(field(document, "teacher_run"));
  run.predicted = numbers_of(field(document, "predicted"));
  return run;
}

double decision_value(const std::string& word) {
  if (word == "holds" || word == "distil") return 1.0;
  if (word == "fails" || word == "do_not_distil") return -1.0;
  return 0.0;
}

TeacherCriteria read_criteria(const json& document) {
  TeacherCriteria out;
  out.study = fields::text(field(document, "study"));
  out.study_key = fields::text(field(document, "study_key"));
  out.unit = field(document, "unit");
  out.seed = take_seed(out.unit);
  out.teacher = field(document, "teacher");
  out.scores = numbers_of(field(document, "scores"));
  const json& decisions = field(document, "decisions");
  if (decisions.is_null()) return out;
  for (const auto& [name, word] : decisions.items()) {
    if (!word.is_null()) out.decisions[name] = decision_value(fields::text(word));
  }
  return out;
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

 private:
  void read_study(const std::string& folder) {
    const std::string path = (fs::path(folder) / "study.json").string();
    naming(path, [&] { read_document(path, "cch.study/1", kWriter); });
    out_.inputs.push_back(file_record("study", path));
    std::vector<fs::path> runs;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs", none)) {
      if (entry.is_directory()) runs.push_back(entry.path());
    }
    std::sort(runs.begin(), runs.end());
    Tally tally;
    std::vector<json> criteria;
    for (const fs::path& run : runs) read_run_folder(run, tally, criteria);
    add_criteria(std::move(criteria), tally);
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
          for (const json& file : fields::elements(field(document, "files"))) {
            const std::string key = fields::text(field(file, "key"));
            if (!key.empty()) out_.feature_runs[fields::text(field(file, "sha256"))] = key;
          }
        });
      });
    }
  }

  void read_run_folder(const fs::path& run, Tally& tally, std::vector<json>& all_criteria) {
    const std::string result = (run / "result.json").string();
    const std::string criteria = (run / "criteria.json").string();
    const bool has_result = fs::exists(result);
    const bool has_criteria = fs::exists(criteria);
    if (!has_result && !has_criteria) ++tally.unfinished;
    if (has_result) faults.attempt([&] { naming(result, [&] { add_run(result, tally); }); });
    if (!has_criteria) return;
    faults.attempt([&] {
      naming(criteria, [&] {
        json document = read_record(criteria, "cch.criteria/1");
        require_fields(document, {"study", "unit", "teacher", "scores"}, criteria, kWriter);
        all_criteria.push_back(std::move(document));
      });
    });
  }

  void add_run(const std::string& path, Tally& tally) {
    const json document = read_record(path, "cch.run/1");
    require_fields(document, {"key", "study", "unit", "role", "status"}, path, kWriter);
    if (!keys_.insert(fields::text(field(document, "key"))).second) {
      ++tally.repeated;
      return;
    }
    ++tally.runs;
    if (fields::text(field(document, "status")) == "done") {
      require_fields(document, {"metrics"}, path, kWriter);
      out_.runs.push_back(read_run(document));
      return;
    }
    ++tally.failed;
    const std::string reason = fields::text(field(document, "failure"), "no reason given");
    ++tally.reasons[reason.substr(0, reason.find(": "))];
  }

  /// Of several about one teacher, which a study that grew has, those of the newest rules and the
  /// most criteria.
  void add_criteria(std::vector<json> documents, Tally& tally) {
    const auto format = [](const json& d) {
      return field(d, "format").is_null() ? 0 : d["format"].get<int>();
    };
    std::stable_sort(documents.begin(), documents.end(), [&](const json& a, const json& b) {
      return std::pair(format(a), a["scores"].size()) > std::pair(format(b), b["scores"].size());
    });
    for (const json& document : documents) {
      const std::string key = field(document, "study").dump() +
                              field(document, "study_key").dump() + document["unit"].dump() +
                              document["teacher"].dump();
      if (!keys_.insert(key).second) continue;
      ++tally.criteria;
      out_.criteria.push_back(read_criteria(document));
      for (const auto& [name, score] : document["scores"].items()) {
        if (!name.starts_with("representation-level CCH") || format(document) >= kCriteriaFormat) {
          continue;
        }
        ++tally.earlier;
        break;
      }
    }
  }

  void read_ranking(const std::string& folder) {
    const std::string path = (fs::path(folder) / "rank.json").string();
    naming(path, [&] {
      const std::vector<RankedTeacher> teachers = ranked_teachers(read_rank_folder(folder));
      out_.inputs.push_back(file_record("ranking", path));
      out_.folders.push_back(
          {{"folder", folder}, {"kind", "ranking"}, {"teachers", teachers.size()}});
      out_.ranked.insert(out_.ranked.end(), teachers.begin(), teachers.end());
    });
  }

  void note(const std::string& folder, const Tally& tally) {
    out_.folders.push_back({{"folder", folder},
                            {"kind", "study"},
                            {"runs", tally.runs},
                            {"criteria", tally.criteria},
                            {"failed", tally.failed},
                            {"unfinished", tally.unfinished},
                            {"repeated", tally.repeated}});
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
         fmt::format("failed runs are left out [{}]:", report::list_in_words(reasons, kReasons)));
    if (tally.runs == 0) {
      out_.warnings.push_back({"no-runs", folder + " has no finished run"});
    }
  }

  CompareInputs& out_;
  std::set<std::string> keys_;
};

/// Studies of one title with other settings or data get their keys behind it: their runs are not
/// repetitions of each other.
void tell_apart(CompareInputs& inputs) {
  std::map<std::string, std::set<std::string>> keys;
  for (const TrainedRun& run : inputs.runs) keys[run.study].insert(run.study_key);
  const auto rename = [&](auto& item) {
    const auto found = keys.find(item.study);
    if (found == keys.end() || found->second.size() < 2) return;
    item.study += fmt::format(" ({})", item.study_key.empty() ? "?" : item.study_key.substr(0, 6));
  };
  std::for_each(inputs.runs.begin(), inputs.runs.end(), rename);
  std::for_each(inputs.criteria.begin(), inputs.criteria.end(), rename);
  for (const auto& [title, all] : keys) {
    if (all.size() < 2) continue;
    inputs.warnings.push_back(
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
  tell_apart(out);
  return out;
}

}  // namespace cch
