#include "tools/cch/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "cch/core/parallel.hpp"
#include "cch/experiments/segmentation_pack.hpp"
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
#include "tools/cch/train/plan.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Whether the run of a cell is stored as failed.
bool failed_before(const RunStore& store, const SegmentationCell& cell) {
  std::vector<Warning> told;
  return run_state(store, cell.key, told).stored == Stored::failed;
}

documents::UnitList unit_list(const SegmentationStudy& study, const SegmentationPlan& plan,
                              bool failed) {
  documents::UnitList out;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const SegmentationCell& cell = plan.cells[i];
    const bool done = plan.done(i);
    const bool failure = plan.results[i] && !done;
    documents::UnitList::Unit unit{
        i + 1,          fmt::format("seed {}, {}", cell.seed, study.setups[cell.setup].name),
        cell.seed,      1,
        done ? 1U : 0U, failure ? 1U : 0U,
        {cell.key},     {}};
    for (const std::size_t need : cell.needs) unit.needs.push_back(need + 1);
    out.runs += 1;
    out.done += unit.done;
    out.failed += unit.failed;
    if (!failed || failure) out.units.push_back(std::move(unit));
  }
  return out;
}

int show_plan(const TrainSettings& s, const SegmentationStudy& study, const SegmentationPlan& plan,
              const documents::StudyHead& head, std::ostream& out) {
  documents::UnitList list = unit_list(study, plan, s.failed);
  if (!s.list) {
    out << fmt::format("{} runs, {} of them cached. Nothing was run.\n", list.runs, list.done);
    return kExitDone;
  }
  if (s.common.json) {
    describe(list, study.title, head);
    out << documents::to_text(list, 1) << '\n';
    return kExitDone;
  }
  for (const auto& unit : list.units) {
    const char* state = unit.done > 0 ? "cached" : unit.failed > 0 ? "failed" : "open";
    out << fmt::format("{}\t{}\t{}\n", unit.unit, unit.name, state);
  }
  return kExitDone;
}

/// Images of files side by side in a folder, one after another; none but a few are in memory.
int pack(const TrainSettings& s, const SegmentationStudy& study, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, invocation.stop, progress.get());
  const PackForecast f = pack_forecast(study.task, worker_count(exec));
  if (!s.common.quiet) {
    terminal.err << fmt::format(
        "{} images of {} x {} pixels, {} of files of their own, will take {:.3f} GB in {} and "
        "{:.2f} GB of memory\n",
        f.images, f.width, f.height, f.records, f.bytes / 1e9, s.write_images, f.memory / 1e9);
  }
  if (s.dry_run) return kExitDone;
  const auto begin = Clock::now();
  const double bytes = pack_images(study.task, s.write_images, exec);
  std::vector<std::pair<std::string, SourceInfo>> files;
  const SegmentationSet set = read_packed_folder({s.write_images, {}, {}}, files);
  if (!s.common.quiet) {
    for (const Warning& w : set.warnings) terminal.err << "warning: " << w.message << '\n';
  }
  terminal.out << fmt::format("{} images of {} x {} pixels, {} classes: {} ({:.3f} GB, {:.1f} s)\n",
                              set.images, set.width, set.height, set.classes.size(), s.write_images,
                              bytes / 1e9, seconds_since(begin));
  return kExitDone;
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
  refuse(s.share.shared(), "--shard");
  refuse(s.share.stop_after > 0, "--stop-after");
  refuse(s.failed, "--failed");
  refuse(!s.features.empty(), "--features");
}

}  // namespace

int run_segmentation(TrainSettings s, const std::vector<std::string>& given,
                     Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  SegmentationStudy study = read_segmentation_study(s, given);
  if (!s.write_images.empty()) {
    return can_be_packed(study.task) ? pack(s, study, invocation)
                                     : write_images(s, study, invocation);
  }
  const bool looks = s.list || s.dry_run;
  if (s.out.empty() && !looks) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  if (!s.race.empty()) {
    check_race(s);
    return run_race(s, std::move(study), invocation);
  }
  if (s.survivors) {
    const std::string why = keep_winner(study, s.out);
    if (!s.common.quiet) terminal.err << why << '\n';
  }
  const std::size_t seeds = study.seeds.size();
  shard_seeds(study.seeds, s.share.shard);
  StopAfter stop(s.share.stop_after, invocation.stop);
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, stop.token(), progress.get(), !looks);
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
  Redo redo = redo_of(s);
  if (!looks) claim = open_study_folder(s, head, seeds * study.setups.size(), &redo.since);
  if (looks) redo.failed = false;  // they are shown
  std::vector<Warning> warnings = set.warnings;
  std::vector<bool> there;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    plan.results[i] = stored_run(store, plan.cells[i], redo, warnings);
    there.push_back(plan.done(i));
  }
  const auto cached = static_cast<std::size_t>(std::count(there.begin(), there.end(), true));
  if (looks) return show_plan(s, study, plan, head, terminal.out);
  if (!redo.missing) {
    // Only those that failed, with what was made of their teachers.
    for (std::size_t i = 0; i < there.size(); ++i) there[i] = !failed_before(store, plan.cells[i]);
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
  const SegmentationRecords records = records_of(study, plan, store, head, report, redo, &stop);
  SegmentationSets sets(study.task, exec);
  RunCounts counts;
  const bool ended = stop.ended([&] {
    counts =
        run_segmentation_cells(study, plan.cells, there, store, sets, records, s.share.shared(),
                               run_options(s.share, plan.cells.size(), {}), exec);
  });
  if (ended) {
    print_stopped(s.share, terminal.err);
    return kExitTerminated;
  }
  if (s.share.by_claims()) print_share(counts, "units", terminal.err);
  for (std::size_t i = 0; s.share.by_claims() && i < plan.cells.size(); ++i) {
    if (!plan.results[i]) plan.results[i] = stored_run(store, plan.cells[i], redo, warnings);
  }
  if (!s.features.empty()) write_features(s, study, plan, store, head, sets, terminal, exec);
  std::vector<documents::SegmentationRunDocument> runs;
  std::vector<std::string> failures;
  for (const auto& result : plan.results) {
    if (!result) continue;
    runs.push_back(*result);
    failures.push_back(result->failure.value_or(""));
  }
  const RunTally tally =
      count_runs(failures, s.common.verbose ? failures.size() : kReasons, terminal.err);
  const auto page_claim = claim_page(s.share, s.out);
  if (s.share.by_claims() && (!page_claim || runs.size() < plan.cells.size())) {
    print_seen(tally.done, tally.failed, plan.cells.size() - runs.size(), terminal.out);
    return counts.failed > 0 ? kExitSomeFailed : kExitDone;
  }
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
