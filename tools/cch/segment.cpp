#include "tools/cch/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>

#include "cch/report/segmentation.hpp"
#include "data/json_text.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/segmentation/features.hpp"
#include "tools/cch/segmentation/pictures.hpp"
#include "tools/cch/train/plan.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// What is said while a study trains: a bar of epochs, and a line a finished run.
class EpochReport {
 public:
  EpochReport(Terminal& terminal, bool quiet, const Execution& exec, std::size_t epochs)
      : terminal_(terminal), quiet_(quiet), exec_(exec), epochs_(epochs) {}

  void epoch() {
    const std::scoped_lock hold(mutex_);
    ++done_;
    if (terminal_.err_is_terminal) exec_.progress("epochs", done_, epochs_);
  }

  void finished(const std::string& setup, std::uint64_t seed, const SegmentationRun& run) {
    if (quiet_ || !run.failure.empty()) return;
    const std::scoped_lock hold(mutex_);
    if (terminal_.err_is_terminal) terminal_.err << "\r\033[K";  // the bar
    for (const Warning& w : run.warnings) {
      terminal_.err << fmt::format("warning: seed {}: {}\n", seed, w.message);
    }
    if (!terminal_.err_is_terminal && !pace_.due()) return;
    const double left = static_cast<double>(epochs_ - std::min(epochs_, done_)) *
                        seconds_since(begin_) /
                        static_cast<double>(std::max<std::size_t>(1, done_));
    terminal_.err << fmt::format(
        "{}, seed {}: mIoU over all subsets {:.2f} %; {:.0f} s, {:.0f} images/s, {:.0f} MB; about "
        "{:.0f} s left\n",
        setup, seed, 100.0 * run.scores->conditions.front().scores.average, run.seconds,
        run.images_per_second, run.peak_megabytes, left);
  }

 private:
  Terminal& terminal_;
  bool quiet_;
  const Execution& exec_;
  std::size_t epochs_;
  std::size_t done_ = 0;
  Clock::time_point begin_ = Clock::now();
  ProgressPace pace_;
  std::mutex mutex_;
};

/// The record of a cell, where it is done, or failed and stays so.
std::optional<documents::SegmentationRunDocument> stored(const RunStore& store,
                                                         const SegmentationCell& cell,
                                                         const Redo& redo,
                                                         std::vector<Warning>& damage) {
  const auto text = store.find(cell.key, "result.json", damage, RunStore::Beside::checked);
  const RunState state = text ? run_state(*text, cell.key) : RunState{};
  if (state.stored == Stored::no) return std::nullopt;
  if (state.stored == Stored::failed && !stays(state, redo, store.path(cell.key, "result.json"))) {
    return std::nullopt;
  }
  try {
    return documents::read_segmentation_run(detail::parsed_json(*text));
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    damage.push_back({fault.code, store.path(cell.key, "result.json") + " does not count: " +
                                      fault.problem + " (" + fault.where + ")"});
    return std::nullopt;
  }
}

/// Whether the run of a cell is stored as failed.
bool failed_before(const RunStore& store, const SegmentationCell& cell) {
  std::vector<Warning> told;
  return run_state(store, cell.key, told).stored == Stored::failed;
}

SegmentationPlan make_plan(const SegmentationStudy& study,
                           const std::vector<documents::FileRecord>& inputs,
                           const std::string& device) {
  SegmentationPlan plan{segmentation_cells(study), {}, {}};
  plan.results.resize(plan.cells.size());
  const std::string study_key = segmentation_study_key(study, inputs);
  std::vector<std::string> keys;  // of the set-ups of one seed
  for (SegmentationCell& cell : plan.cells) {
    const std::size_t i = cell.setup;
    if (i == 0) keys.clear();
    std::vector<std::string> needed;
    for (const std::size_t need : cell.needs) needed.push_back(plan.cells[need].key);
    cell.key = segmentation_key(study, i, cell.seed, inputs, device, needed);
    if (const auto same = std::find(keys.begin(), keys.end(), cell.key); same != keys.end()) {
      refuse_usage("bad-study",
                   fmt::format("set-ups '{}' and '{}' train the same",
                               study.setups[static_cast<std::size_t>(same - keys.begin())].name,
                               study.setups[i].name),
                   {}, "Leave one of them out");
    }
    keys.push_back(cell.key);
    documents::SegmentationQuestion description = run_description(study, i, keys);
    description.study_key = study_key;
    description.unit.seed = cell.seed;
    plan.descriptions.push_back(std::move(description));
  }
  return plan;
}

/// Runs that are there already may have been called otherwise, or be compared with others now.
void describe_again(SegmentationPlan& plan, const RunStore& store) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    if (!plan.done(i)) continue;
    documents::SegmentationRunDocument fresh = *plan.results[i];
    static_cast<documents::SegmentationQuestion&>(fresh) = plan.descriptions[i];
    if (fresh.metrics && !fresh.metrics->conditions.empty()) {
      fresh.metrics->full = fresh.metrics->conditions.front().full;
      fresh.metrics->worst = fresh.metrics->conditions.front().worst;
    }
    const std::string text = documents::to_text(fresh, 1);
    if (text == documents::to_text(*plan.results[i], 1)) continue;
    store.put(plan.cells[i].key, "result.json", text + "\n");
    plan.results[i] = std::move(fresh);
  }
}

SegmentationRecords records_of(const SegmentationStudy& study, SegmentationPlan& plan,
                               const RunStore& store, const documents::StudyHead& head,
                               const Redo& redo, StopAfter& stop, EpochReport& report) {
  SegmentationRecords out;
  out.record = [&](std::size_t i, const SegmentationRun& run) {
    documents::SegmentationRunDocument& made = plan.results[i].emplace();
    made = segmentation_run(plan, i, run);
    made.command = head.command;
    made.inputs = head.inputs;
    return documents::to_text(made, 1) + "\n";
  };
  out.find = [&](std::size_t i) {
    std::vector<Warning> told;
    plan.results[i] = stored(store, plan.cells[i], redo, told);
    if (!plan.results[i]) return Stored::no;
    return plan.done(i) ? Stored::done : Stored::failed;
  };
  out.epoch = [&] { report.epoch(); };
  out.finished = [&](std::size_t i, const SegmentationRun& run) {
    stop.finished();
    report.finished(study.setups[plan.cells[i].setup].name, plan.cells[i].seed, run);
  };
  return out;
}

std::vector<std::string> modality_names(const SegmentationSet& set) {
  std::vector<std::string> out;
  for (const ModalityImages& m : set.modalities) out.push_back(m.name);
  return out;
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
    list.title = study.title;
    list.inputs = head.inputs;
    list.warnings = head.warnings;
    list.version = head.version;
    list.command = head.command;
    list.seed = head.seed;
    out << documents::to_text(list, 1) << '\n';
    return kExitDone;
  }
  for (const auto& unit : list.units) {
    const char* state = unit.done > 0 ? "cached" : unit.failed > 0 ? "failed" : "open";
    out << fmt::format("{}\t{}\t{}\n", unit.unit, unit.name, state);
  }
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
    plan.results[i] = stored(store, plan.cells[i], redo, warnings);
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
  const SegmentationRecords records = records_of(study, plan, store, head, redo, stop, report);
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
    if (!plan.results[i]) plan.results[i] = stored(store, plan.cells[i], redo, warnings);
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
