#include "tools/cch/train/pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "cch/estimators/neural.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/train/plan.hpp"
#include "tools/cch/train/summary.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"

namespace cch {
namespace {

/// What the records of a process share.
struct RunCommon {
  std::string command;
  std::string study_key;
  std::vector<documents::FileRecord> inputs;
};

/// Whether records of other processes are not read: those of a cluster, whose last job reads all.
bool only_glances(const TrainSettings& s) {
  return s.share.by_claims() && !s.share.wait && !s.failed;
}

UnitRecords records_of(const TrainSettings& s, TrainPlan& plan, const RunStore& store,
                       const RunCommon& common, const Redo& redo, Glances* glances,
                       StopAfter& stop) {
  UnitRecords out;
  out.run = [&](std::size_t i, std::size_t r, const RunResult& run) {
    const UnitCell& cell = plan.cells[i];
    documents::RunDocument document =
        run_document(s, cell.unit, run, cell.keys[r], cell.keys.front());
    document.command = common.command;
    document.study_key = common.study_key;
    document.inputs = common.inputs;
    plan.states[i][r] = {run.failure.empty() ? Stored::done : Stored::failed, run.failure};
    stop.finished();
    return documents::to_json(document).dump(1) + "\n";
  };
  out.criteria = [&](std::size_t i, std::size_t t, const CriteriaResult& criteria) {
    documents::CriteriaDocument result =
        criteria_document(s, plan.cells[i].unit, criteria, plan.cells[i].criteria_keys[t]);
    result.command = common.command;
    result.study_key = common.study_key;
    result.inputs = common.inputs;
    return documents::to_json(result).dump(1) + "\n";
  };
  // Of the many units that others finish a glance suffices; what this process takes is read.
  out.find = [&](std::size_t i) {
    std::vector<Warning> told;
    return look(plan, i, store, redo, told);
  };
  if (glances != nullptr) {
    out.glance = [glances](std::size_t i) { return glances->of(i); };
  }
  return out;
}

std::vector<Warning> warnings_of(const Study& study, const TaskData& data) {
  std::vector<Warning> out = data.warnings;
  const auto* features = std::get_if<FeaturesTask>(&study.task);
  if (features != nullptr && !features->note.empty()) out.push_back({"note", features->note});
  return out;
}

bool uses_networks(const Study& study) {
  return study.student.layers != Layers::linear || study.teacher.layers != Layers::linear ||
         any_networks(study.estimators);
}

/// Of this process's part.
KeyList keys_of(const TrainPlan& plan) {
  KeyList out;
  for (const UnitCell& cell : plan.cells) {
    for (const std::string& key : cell.keys) out.add(key);
  }
  return out;
}

/// Kinds of failures, and how many runs are done.
RunTally count_states(const TrainPlan& plan, std::size_t most, std::ostream& err) {
  std::vector<std::string> failures;
  for (const auto& of_unit : plan.states) {
    for (const RunState& run : of_unit) {
      if (run.stored != Stored::no) failures.push_back(run.failure);
    }
  }
  return count_runs(failures, most == 0 ? failures.size() : most, err);
}

/// Units that others had in hand may be finished by now.
void look_at_open(TrainPlan& plan, const RunStore& store, const Redo& redo, Glances* glances) {
  std::vector<Warning> told;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const auto& runs = plan.states[i];
    const bool open = std::any_of(runs.begin(), runs.end(),
                                  [](const RunState& r) { return r.stored == Stored::no; });
    if (!open) continue;
    plan.stored[i] = glances != nullptr ? glances->of(i) : look(plan, i, store, redo, told);
  }
}

int show_plan(const TrainSettings& s, const TrainPlan& plan, const documents::StudyHead& head,
              std::ostream& out) {
  if (!s.list) {
    out << fmt::format("{} units, {} runs, {} of them cached. Nothing was run.\n",
                       plan.cells.size(), plan.runs, plan.count(Stored::done));
    return kExitDone;
  }
  documents::UnitList list = unit_list(plan, s.failed);
  if (!s.common.json) {
    print_units(list, out);
    return kExitDone;
  }
  describe(list, s.study.title, head);
  out << documents::to_text(list, 1) << '\n';
  return kExitDone;
}

/// Files that are written in the place of runs, where one is asked for; whether one was.
bool write_alone(const TrainSettings& s, const TaskData& data, const Execution& exec) {
  if (!s.rows.empty()) {
    write_rows(s, data, exec);
    return true;
  }
  if (s.evidence.empty()) return false;
  require_trainer(s.study, exec.device);
  write_evidence(s, data, exec);
  return true;
}

/// A study that was read and checked, its runs under their keys.
struct PlannedStudy {
  TrainPlan plan;
  documents::StudyHead head;
  std::string study_key;
  std::vector<Warning> warnings;
};

PlannedStudy plan_study(const TrainSettings& s, const TaskData& data, const std::string& command,
                        const std::string& device) {
  const RunKeys keys(s, data, device);
  PlannedStudy out{make_plan(s, keys), {}, keys.of_study(), warnings_of(s.study, data)};
  out.head = study_head(s, study_json(s), s.study.seeds.front(), data.inputs, out.warnings, command,
                        device);
  return out;
}

/// What this process makes of its folder.
struct OpenFolder {
  RunStore store;
  Redo redo;
  Claim claim;
  std::size_t cached = 0;
};

OpenFolder open_folder(const TrainSettings& s, PlannedStudy& study) {
  Redo redo = redo_of(s);
  Claim claim = open_study_folder(s, study.head, planned_runs(s.study), &redo.since);
  OpenFolder out{RunStore(s.out), redo, std::move(claim)};
  if (!s.share.by_claims()) look(study.plan, out.store, redo, study.warnings);
  out.cached = study.plan.count(Stored::done);
  return out;
}

void print_begin(const TrainSettings& s, const PlannedStudy& study, std::size_t cached,
                 const std::string& device, std::ostream& err) {
  if (s.common.quiet) return;
  for (const Warning& w : study.warnings) err << "warning: " << w.message << '\n';
  err << fmt::format("{} units, {} runs on {}; {}\n", study.plan.cells.size(), study.plan.runs,
                     device,
                     s.share.by_claims() ? "shared by claims" : fmt::format("{} cached", cached));
}

/// What was run.
struct Ran {
  RunTally counts;
  bool ended = false;  ///< by --stop-after
  double seconds = 0.0;
};

Ran run_open(const TrainSettings& s, const TaskData& data, PlannedStudy& study,
             const OpenFolder& folder, StopAfter& stop, const Execution& exec, std::ostream& err) {
  TrainPlan& plan = study.plan;
  const RunCommon common{study.head.command, study.study_key, study.head.inputs};
  const auto glances = only_glances(s) ? std::make_unique<Glances>(plan, folder.store) : nullptr;
  const UnitRecords records =
      records_of(s, plan, folder.store, common, folder.redo, glances.get(), stop);
  const auto start = std::chrono::steady_clock::now();
  RunCounts own;
  Ran out;
  out.ended = stop.ended([&] {
    own = run_units(s.study, data, plan.cells, plan.stored, folder.store, records, s.keep_weights,
                    s.share.shared(), run_options(s.share, plan.cells.size(), "units"), exec);
  });
  if (s.share.by_claims() && !out.ended) {
    print_share(own, "units", err);
    look_at_open(plan, folder.store, folder.redo, glances.get());
  }
  out.counts = count_states(plan, s.common.verbose ? 0 : kReasons, err);
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

/// The page of a study, and what the terminal says of it.
void show_all(const TrainSettings& s, const PlannedStudy& study, const Ran& ran, std::size_t cached,
              Terminal& terminal) {
  const report::TrainReport found = report_of(read_training(s.out), s.out);
  const auto written = write_training_page(found, s.out, "");
  if (s.common.json) {
    print_training_document({study.head, ran.counts.done, ran.counts.failed, cached, ran.seconds},
                            s.out, keys_of(study.plan), terminal.out);
  } else {
    print_training(found, s.common.quiet, s.common.verbose, terminal.out);
    if (!s.common.quiet) {
      terminal.out << fmt::format("{} runs done ({} cached), {} failed, {:.1f} s\n",
                                  ran.counts.done, cached, ran.counts.failed, ran.seconds);
    }
  }
  if (!s.common.quiet) print_written(written, terminal.err);
}

/// What is said and written after the runs; the exit code.
int finish(const TrainSettings& s, const PlannedStudy& study, const Ran& ran, std::size_t cached,
           Terminal& terminal) {
  if (ran.ended) {
    print_stopped(s.share, terminal.err);
    return kExitTerminated;
  }
  // Who does not wait has one job after all of them that reads and shows everything.
  const auto page = s.share.wait ? claim_page(s.share, s.out) : std::nullopt;
  if (s.share.by_claims() && (!page || !study.plan.complete())) {
    print_seen(ran.counts.done, ran.counts.failed, study.plan.count(Stored::no), terminal.out);
  } else {
    show_all(s, study, ran, cached, terminal);
  }
  return ran.counts.failed > 0 ? kExitSomeFailed : kExitDone;
}

}  // namespace

int run_pairs(const TrainSettings& s, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  const bool looks = s.list || s.dry_run || !s.rows.empty() || !s.evidence.empty();
  if (s.out.empty() && !looks) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  StopAfter stop(s.share.stop_after, invocation.stop);
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec =
      make_execution(s.common, stop.token(), progress.get(), uses_networks(s.study));
  const TaskData data = load_task(s.study.task, exec);
  check(s.study, data);
  if (write_alone(s, data, exec)) return kExitDone;
  PlannedStudy study = plan_study(s, data, invocation.command_line, exec.device);
  if (looks) {
    look(study.plan, RunStore(s.out), redo_of(s), study.warnings);
    return show_plan(s, study.plan, study.head, terminal.out);
  }
  require_trainer(s.study, exec.device);
  const OpenFolder folder = open_folder(s, study);
  print_begin(s, study, folder.cached, exec.device, terminal.err);
  const Ran ran = run_open(s, data, study, folder, stop, exec, terminal.err);
  return finish(s, study, ran, folder.cached, terminal);
}

}  // namespace cch
