#include "tools/cch/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "cch/report/segmentation.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/segmentation/features.hpp"
#include "tools/cch/segmentation/pictures.hpp"
#include "tools/cch/segmentation/plan.hpp"
#include "tools/cch/segmentation/race.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print_plan(const TrainSettings& s, const SegmentationStudy& study,
                const SegmentationPlan& plan, std::size_t cached, std::ostream& out) {
  for (std::size_t i = 0; s.list && i < plan.cells.size(); ++i) {
    out << fmt::format("{}\tseed {}, {}\t{}\n", i + 1, plan.cells[i].seed,
                       study.setups[plan.cells[i].setup].name, plan.done(i) ? "cached" : "open");
  }
  if (s.list) return;
  out << fmt::format("{} runs, {} of them cached. Nothing was run.\n", plan.cells.size(), cached);
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

void check_race(const TrainSettings& s) {
  const auto refuse = [](bool given, const std::string& option) {
    if (!given) return;
    refuse_usage("option-without-meaning", option + " has no use with --race",
                 "a race trains its own short runs", "Leave one of them out");
  };
  refuse(s.survivors, "--survivors");
  refuse(!s.shard.empty(), "--shard");
  refuse(!s.features.empty(), "--features");
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
  if (!s.race.empty()) {
    check_race(s);
    return run_race(s, std::move(study), invocation);
  }
  if (s.survivors) keep_winner(study, s.out);
  shard_seeds(study.seeds, s.shard);
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, invocation.stop, progress.get(), !looks);
  std::vector<std::pair<std::string, SourceInfo>> files;
  const SegmentationSet set = load_segmentation(study.task, study.seeds.front(), files, exec);
  check(study, modality_names(set));
  check_validation(study, set, study.seeds.front());
  check_features(s, study, set);
  documents::StudyHead head = study_head(s, segmentation_config_json(study), study.seeds.front(),
                                         files, set.warnings, invocation.command_line, exec.device);
  json setups = json::array();
  for (const SegmentationSetup& setup : study.setups) setups.push_back(setup_json(setup));
  head.setups = documents::Echo{setups.dump()};
  SegmentationPlan plan = make_plan(study, head.inputs, exec.device);
  const RunStore store(s.out);
  std::optional<Claim> claim;
  if (!looks) claim = open_study_folder(s, head);
  std::vector<Warning> warnings = set.warnings;
  std::vector<bool> there;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    plan.results[i] = stored_run(store, plan.cells[i], warnings);
    there.push_back(plan.done(i));
  }
  const auto cached = static_cast<std::size_t>(std::count(there.begin(), there.end(), true));
  if (looks) {
    print_plan(s, study, plan, cached, terminal.out);
    return kExitDone;
  }
  describe_again(plan, store);
  if (!s.common.quiet) {
    for (const Warning& w : warnings) terminal.err << "warning: " << w.message << '\n';
    terminal.err << fmt::format("{} runs on {}; {} cached\n", plan.cells.size(), exec.device,
                                cached);
  }
  const auto begin = Clock::now();
  EpochReport report(terminal, s.common.quiet, exec,
                     (plan.cells.size() - cached) * study.training.epochs);
  const SegmentationRecords records = records_of(study, plan, store, head, report);
  SegmentationSets sets(study.task, exec);
  const RunCounts counts = run_segmentation_cells(study, plan.cells, there, store, sets, records,
                                                  !s.shard.empty(), exec);
  if (!s.features.empty()) write_features(s, study, plan, store, head, sets, terminal, exec);
  std::vector<documents::SegmentationRunDocument> runs;
  std::vector<std::string> failures;
  for (const auto& result : plan.results) {
    if (!result) continue;
    runs.push_back(*result);
    failures.push_back(result->failure.value_or(""));
  }
  count_runs(failures, s.common.verbose ? failures.size() : kReasons, terminal.err);
  const documents::SegmentationDocument document =
      documents::as_stored(segmentation_document(head, runs, store));
  const std::string path = (fs::path(s.out) / "segmentation.json").string();
  const std::string page = (fs::path(s.out) / "report.html").string();
  const std::string text = documents::to_text(document, 1) + "\n";
  write_files({{path, text},
               {page, report::render_segmentation_html(
                          document, segmentation_pictures(document, set, s.out))}});
  if (s.common.json) {
    terminal.out << text;
  } else {
    if (!s.common.quiet) terminal.out << report::render_segmentation_table(document) << '\n';
    terminal.out << report::segmentation_conclusion(document)
                 << fmt::format("{} runs done ({} cached), {} failed, {:.1f} s\n",
                                plan.cells.size() - counts.failed, counts.cached, counts.failed,
                                seconds_since(begin));
  }
  if (!s.common.quiet) print_written({path, page}, terminal.err);
  return counts.failed > 0 ? kExitSomeFailed : kExitDone;
}

}  // namespace cch
