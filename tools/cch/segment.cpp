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

/// A study of images that was read and checked, its runs under their keys.
struct PlannedSegmentation {
  SegmentationSet set;
  documents::StudyHead head;
  SegmentationPlan plan;
};

PlannedSegmentation plan_segmentation(const TrainSettings& s, SegmentationStudy& study,
                                      const std::string& command, const Execution& exec) {
  std::vector<std::pair<std::string, SourceInfo>> files;
  PlannedSegmentation out{load_segmentation(study.task, study.seeds.front(), files, exec), {}, {}};
  check(study, modality_names(out.set));
  check_validation(study, out.set, study.seeds.front());
  check_features(s, study, out.set);
  out.head = study_head(s, segmentation_config_json(study), study.seeds.front(), files,
                        out.set.warnings, command, exec.device);
  json setups = json::array();
  for (const SegmentationSetup& setup : study.setups) setups.push_back(setup_json(setup));
  out.head.setups = documents::Echo{setups.dump()};
  out.plan = make_plan(study, out.head.inputs, exec.device);
  return out;
}

/// Takes in what is stored of all cells: whether each is done.
std::vector<bool> find_stored(SegmentationPlan& plan, const RunStore& store, const Redo& redo,
                              std::vector<Warning>& warnings) {
  std::vector<bool> there;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    plan.results[i] = stored_run(store, plan.cells[i], redo, warnings);
    there.push_back(plan.done(i));
  }
  return there;
}

/// What this process makes of its folder.
struct OpenSegmentation {
  RunStore store;
  Redo redo;
  Claim claim;
  std::vector<bool> there;  ///< cells that are not run
  std::size_t cached = 0;
};

OpenSegmentation open_segmentation(const TrainSettings& s, PlannedSegmentation& study,
                                   std::size_t planned_runs, std::vector<Warning>& warnings) {
  Redo redo = redo_of(s);
  Claim claim = open_study_folder(s, study.head, planned_runs, &redo.since);
  OpenSegmentation out{RunStore(s.out), redo, std::move(claim), {}};
  out.there = find_stored(study.plan, out.store, redo, warnings);
  out.cached = static_cast<std::size_t>(std::count(out.there.begin(), out.there.end(), true));
  if (!redo.missing) {
    // Only those that failed, with what was made of their teachers.
    for (std::size_t i = 0; i < out.there.size(); ++i) {
      out.there[i] = !failed_before(out.store, study.plan.cells[i]);
    }
  }
  describe_again(study.plan, out.store);
  return out;
}

void print_begin(const TrainSettings& s, const PlannedSegmentation& study, std::size_t cached,
                 const std::vector<Warning>& warnings, const std::string& device,
                 std::ostream& err) {
  if (s.common.quiet) return;
  for (const Warning& w : warnings) err << "warning: " << w.message << '\n';
  err << fmt::format("{} runs on {}; {} cached\n", study.plan.cells.size(), device, cached);
}

/// What was run; nothing where --stop-after has ended it.
std::optional<RunCounts> run_open(const TrainSettings& s, const SegmentationStudy& study,
                                  PlannedSegmentation& planned, const OpenSegmentation& folder,
                                  SegmentationSets& sets, StopAfter& stop, Terminal& terminal,
                                  const Execution& exec) {
  SegmentationPlan& plan = planned.plan;
  EpochReport report(terminal, s.common.quiet, exec,
                     (plan.cells.size() - folder.cached) * study.training.epochs);
  const SegmentationRecords records =
      records_of(study, plan, folder.store, planned.head, report, folder.redo, &stop);
  RunCounts counts;
  const bool ended = stop.ended([&] {
    counts =
        run_segmentation_cells(study, plan.cells, folder.there, folder.store, sets, records,
                               s.share.shared(), run_options(s.share, plan.cells.size(), {}), exec);
  });
  if (ended) return std::nullopt;
  std::vector<Warning> told;
  for (std::size_t i = 0; s.share.by_claims() && i < plan.cells.size(); ++i) {
    if (!plan.results[i]) {
      plan.results[i] = stored_run(folder.store, plan.cells[i], folder.redo, told);
    }
  }
  return counts;
}

/// Document and page of a study, and what the terminal says of it.
void show_all(const TrainSettings& s, const PlannedSegmentation& study, const RunStore& store,
              const std::vector<documents::SegmentationRunDocument>& runs, const RunCounts& counts,
              double seconds, Terminal& terminal) {
  const documents::SegmentationDocument document =
      documents::as_stored(segmentation_document(study.head, runs, store));
  const std::string path = (fs::path(s.out) / "segmentation.json").string();
  const std::string page = (fs::path(s.out) / "report.html").string();
  const std::string text = documents::to_text(document, 1) + "\n";
  write_files({{path, text},
               {page, report::render_segmentation_html(
                          document, segmentation_pictures(document, runs, study.set, s.out))}});
  if (s.common.json) {
    terminal.out << text;
  } else {
    if (!s.common.quiet) terminal.out << report::render_segmentation_table(document) << '\n';
    terminal.out << report::segmentation_conclusion(document)
                 << fmt::format("{} runs done ({} cached), {} failed, {:.1f} s\n",
                                study.plan.cells.size() - counts.failed, counts.cached,
                                counts.failed, seconds);
  }
  if (!s.common.quiet) print_written({path, page}, terminal.err);
}

/// What is said and written after the runs; the exit code.
int finish(const TrainSettings& s, const PlannedSegmentation& study, const RunStore& store,
           const RunCounts& counts, Clock::time_point begin, Terminal& terminal) {
  std::vector<documents::SegmentationRunDocument> runs;
  std::vector<std::string> failures;
  for (const auto& result : study.plan.results) {
    if (!result) continue;
    runs.push_back(*result);
    failures.push_back(result->failure.value_or(""));
  }
  const RunTally tally =
      count_runs(failures, s.common.verbose ? failures.size() : kReasons, terminal.err);
  const auto page_claim = claim_page(s.share, s.out);
  if (s.share.by_claims() && (!page_claim || runs.size() < study.plan.cells.size())) {
    print_seen(tally.done, tally.failed, study.plan.cells.size() - runs.size(), terminal.out);
  } else {
    show_all(s, study, store, runs, counts, seconds_since(begin), terminal);
  }
  return counts.failed > 0 ? kExitSomeFailed : kExitDone;
}

int run_study(const TrainSettings& s, SegmentationStudy& study, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  const bool looks = s.list || s.dry_run;
  const std::size_t planned_runs = study.seeds.size() * study.setups.size();
  shard_seeds(study.seeds, s.share.shard);
  StopAfter stop(s.share.stop_after, invocation.stop);
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, stop.token(), progress.get(), !looks);
  PlannedSegmentation planned = plan_segmentation(s, study, invocation.command_line, exec);
  std::vector<Warning> warnings = planned.set.warnings;
  if (looks) {
    Redo redo = redo_of(s);
    redo.failed = false;  // they are shown
    find_stored(planned.plan, RunStore(s.out), redo, warnings);
    return show_plan(s, study, planned.plan, planned.head, terminal.out);
  }
  const OpenSegmentation folder = open_segmentation(s, planned, planned_runs, warnings);
  print_begin(s, planned, folder.cached, warnings, exec.device, terminal.err);
  const auto begin = Clock::now();
  SegmentationSets sets(study.task, exec);
  const auto counts = run_open(s, study, planned, folder, sets, stop, terminal, exec);
  if (!counts) {
    print_stopped(s.share, terminal.err);
    return kExitTerminated;
  }
  if (s.share.by_claims()) print_share(*counts, "units", terminal.err);
  if (!s.features.empty()) {
    write_features(s, study, planned.plan, folder.store, planned.head, sets, terminal, exec);
  }
  return finish(s, planned, folder.store, *counts, begin, terminal);
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
  SegmentationStudy study = read_segmentation_study(s, given);
  if (!s.write_images.empty()) {
    return can_be_packed(study.task) ? pack(s, study, invocation)
                                     : write_images(s, study, invocation);
  }
  if (s.out.empty() && !s.list && !s.dry_run) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  if (!s.race.empty()) {
    check_race(s);
    return run_race(s, std::move(study), invocation);
  }
  if (s.survivors) {
    const std::string why = keep_winner(study, s.out);
    if (!s.common.quiet) invocation.terminal.err << why << '\n';
  }
  return run_study(s, study, invocation);
}

}  // namespace cch
