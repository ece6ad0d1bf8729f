#include "tools/cch/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank_folder.hpp"
#include "tools/cch/segment_features.hpp"
#include "tools/cch/segment_report.hpp"
#include "tools/cch/segment_runner.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kExpectedKinds = 5;  // of failures that are shown

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::vector<SegmentationCell> plan(const SegmentationStudy& study, const json& inputs,
                                   const std::string& device, const std::string& out) {
  std::vector<SegmentationCell> cells;
  const std::string study_key = segmentation_study_key(study, inputs);
  for (const std::uint64_t seed : study.seeds) {
    const std::size_t first = cells.size();
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < study.setups.size(); ++i) {
      SegmentationCell cell;
      cell.setup = i;
      cell.seed = seed;
      std::vector<std::string> needed;
      for (const std::size_t need : needs_of(study, i)) {
        cell.needs.push_back(first + need);
        needed.push_back(keys[need]);
      }
      cell.key = segmentation_key(study, i, seed, inputs, device, needed);
      if (const auto same = std::find(keys.begin(), keys.end(), cell.key); same != keys.end()) {
        refuse_usage("bad-study",
                     fmt::format("set-ups '{}' and '{}' train the same",
                                 study.setups[static_cast<std::size_t>(same - keys.begin())].name,
                                 study.setups[i].name),
                     {}, "Leave one of them out");
      }
      keys.push_back(cell.key);
      cell.description = run_description(study, i, keys);
      cell.description["study_key"] = study_key;
      cell.description["unit"]["seed"] = seed;
      if (!out.empty()) cell.result = StudyFolder::find(out, cell.key).value_or(json());
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

/// Runs that are there already may have been called otherwise, or be compared with others now.
void describe_again(std::vector<SegmentationCell>& cells, const std::string& out) {
  for (SegmentationCell& cell : cells) {
    if (cell.result.is_null()) continue;
    json fresh = cell.result;
    fresh.update(cell.description);
    json& metrics = fresh["metrics"];
    for (const char* level : {"miou_full", "miou_worst"}) {
      metrics[level] = metrics["conditions"][0][level];
    }
    if (fresh == cell.result) continue;
    write_files(
        {{(fs::path(out) / "runs" / cell.key / "result.json").string(), fresh.dump(1) + "\n"}});
    cell.result = std::move(fresh);
  }
}

std::vector<std::string> modality_names(const SegmentationSet& set) {
  std::vector<std::string> out;
  for (const ModalityImages& m : set.modalities) out.push_back(m.name);
  return out;
}

json study_head(const TrainSettings& s, const SegmentationStudy& study, const SegmentationSet& set,
                const std::vector<std::pair<std::string, SourceInfo>>& files,
                const std::string& command, const std::string& device) {
  json inputs = json::array({file_input_json("study", s.path)});
  for (const auto& [role, info] : files) {
    inputs.push_back({{"role", role}, {"source", info.source}, {"sha256", info.sha256}});
  }
  json setups = json::array();
  for (const SegmentationSetup& setup : study.setups) setups.push_back(setup_json(setup));
  return {{"schema", "cch.study/1"},
          {"version", version()},
          {"command", command},
          {"seed", study.seeds.front()},
          {"config", segmentation_config_json(study)},
          {"setups", setups},
          {"inputs", inputs},
          {"device", device},
          {"warnings", warnings_json(set.warnings)}};
}

std::size_t count_failed(const std::vector<SegmentationCell>& cells, std::ostream& err) {
  std::map<std::string, std::size_t> reasons;
  std::size_t failed = 0;
  for (const SegmentationCell& cell : cells) {
    if (cell.result["status"] == "done") continue;
    ++failed;
    ++reasons[cell.result["failure"].get<std::string>()];
  }
  std::size_t shown = 0;
  for (const auto& [reason, times] : reasons) {
    if (++shown > kExpectedKinds) break;
    err << fmt::format("failed: {} run{}: {}\n", times, times == 1 ? "" : "s", reason);
  }
  return failed;
}

void print_plan(const TrainSettings& s, const SegmentationStudy& study,
                const std::vector<SegmentationCell>& cells, std::ostream& out) {
  std::size_t cached = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool there = !cells[i].result.is_null();
    cached += there ? 1 : 0;
    if (!s.list) continue;
    out << fmt::format("{}\tseed {}, {}\t{}\n", i + 1, cells[i].seed,
                       study.setups[cells[i].setup].name, there ? "cached" : "open");
  }
  if (s.list) return;
  out << fmt::format("{} runs, {} of them cached. Nothing was run.\n", cells.size(), cached);
}

/// The images as they are drawn or read, not normalised.
int write_images(const TrainSettings& s, const SegmentationStudy& study, Invocation& invocation) {
  std::vector<std::pair<std::string, SourceInfo>> files;
  const Execution exec = make_execution(s.common, invocation.stop, nullptr);
  const SegmentationSet set = read_segmentation(study.task, study.seeds.front(), files, exec);
  write_raster_folder(set, s.write_images);
  invocation.terminal.out << fmt::format("{} images of {} x {} pixels, {} classes: {}\n",
                                         set.images, set.width, set.height, set.classes.size(),
                                         s.write_images);
  return kExitDone;
}

}  // namespace

int run_segmentation(TrainSettings s, const std::vector<std::string>& given,
                     Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  SegmentationStudy study = read_segmentation_study(s, given);
  if (!s.write_images.empty()) return write_images(s, study, invocation);
  const bool looks = s.list || s.dry_run;
  if (s.out.empty() && !looks) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  shard_seeds(study.seeds, s.shard);
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, invocation.stop, progress.get(), !looks);
  std::vector<std::pair<std::string, SourceInfo>> files;
  const SegmentationSet set = load_segmentation(study.task, study.seeds.front(), files, exec);
  check(study, modality_names(set));
  check_features(s, study, set);
  const json head = study_head(s, study, set, files, invocation.command_line, exec.device);
  std::vector<SegmentationCell> cells = plan(study, head["inputs"], exec.device, s.out);
  if (looks) {
    print_plan(s, study, cells, terminal.out);
    return kExitDone;
  }
  const StudyFolder folder(s, head);
  describe_again(cells, s.out);
  std::size_t cached = 0;
  for (const SegmentationCell& cell : cells) cached += cell.result.is_null() ? 0 : 1;
  if (!s.common.quiet) {
    for (const Warning& w : set.warnings) terminal.err << "warning: " << w.message << '\n';
    terminal.err << fmt::format("{} runs on {}; {} cached\n", cells.size(), exec.device, cached);
  }
  const auto begin = Clock::now();
  const json common{{"command", invocation.command_line}, {"inputs", head["inputs"]}};
  SegmentationSets sets(study.task, exec);
  run_cells(s, study, cells, common, sets, terminal, exec);
  if (!s.features.empty()) write_features(s, study, cells, head, sets, terminal, exec);
  const std::size_t failed = count_failed(cells, terminal.err);
  std::vector<json> results;
  for (SegmentationCell& cell : cells) results.push_back(std::move(cell.result));
  const json document = as_written(segmentation_document(head, results, s.out));
  const std::string path = (fs::path(s.out) / "segmentation.json").string();
  const std::string page = (fs::path(s.out) / "report.html").string();
  write_files({{path, document.dump(1) + "\n"}, {page, segmentation_page(document, set, s.out)}});
  if (s.common.json) {
    terminal.out << document.dump(1) << '\n';
  } else {
    terminal.out << segmentation_table(document)
                 << fmt::format("{} runs done ({} cached), {} failed, {:.1f} s\n",
                                cells.size() - failed, cached, failed, seconds_since(begin));
  }
  if (!s.common.quiet) print_written({path, page}, terminal.err);
  return failed > 0 ? kExitSomeFailed : kExitDone;
}

}  // namespace cch
