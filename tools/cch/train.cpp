#include "tools/cch/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "cch/estimators/neural.hpp"
#include "data/json_text.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/segmentation/race.hpp"
#include "tools/cch/train/gpus.hpp"
#include "tools/cch/train/plan.hpp"
#include "tools/cch/train/status.hpp"
#include "tools/cch/train/summary.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"

namespace cch {
namespace {

using nlohmann::json;

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

void check_budget(const TrainSettings& s, const std::vector<std::string>& given) {
  if (!s.race.empty() || std::find(given.begin(), given.end(), "budget") == given.end()) return;
  refuse_usage("option-without-meaning", "--budget has no use without --race",
               "it is what a race may cost", "Add --race METRIC, or leave it out");
}

/// All records as one document; those of this process's part.
documents::TrainDocument document_of(const TrainPlan& plan, const RunStore& store,
                                     const documents::StudyHead& head) {
  documents::TrainDocument out;
  out.head = head;
  std::vector<Warning> told;
  for (const UnitCell& cell : plan.cells) {
    for (const std::string& key : cell.keys) {
      const auto text = store.find(key, "result.json", told);
      if (text) out.results.push_back({detail::parsed_json(*text).dump()});
    }
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

void refuse_train_options(const TrainSettings& s) {
  if (!s.write_images.empty() || !s.features.empty()) {
    refuse_usage("bad-task", "the study has no images to write or to look at",
                 "it is no segmentation", "Leave --write-images and --features out");
  }
  if (!s.race.empty() || s.survivors) {
    refuse_usage("bad-task", "the study has no set-ups to race", "it is no segmentation",
                 "Leave --race and --survivors out");
  }
}

int run(TrainSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  if (!s.status.empty()) {
    return show_status({s.status, s.failed, s.watch, s.common.json}, invocation);
  }
  if (s.path.empty()) {
    refuse_usage("no-study", "there is no study to train", {},
                 "Give one, or --status DIR to look at a folder of runs");
  }
  if (asks_all_gpus(s)) return train_on_all_gpus(s, invocation);
  if (is_segmentation_study(s)) return run_segmentation(s, given, invocation);
  refuse_train_options(s);
  Terminal& terminal = invocation.terminal;
  read_train_study(s, given);
  const bool looks = s.list || s.dry_run || !s.rows.empty() || !s.evidence.empty();
  if (s.out.empty() && !looks) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  StopAfter stop(s.share.stop_after, invocation.stop);
  const auto progress = make_progress(terminal, s.common.quiet);
  Execution exec = make_execution(s.common, stop.token(), progress.get(), uses_networks(s.study));
  const TaskData data = load_task(s.study.task, exec);
  check(s.study, data);
  if (!s.rows.empty()) {
    write_rows(s, data, exec);
    return kExitDone;
  }
  if (!s.evidence.empty()) {
    require_trainer(s.study, exec.device);
    write_evidence(s, data, exec);
    return kExitDone;
  }
  const RunKeys keys(s, data, exec.device);
  TrainPlan plan = make_plan(s, keys);
  const RunStore store(s.out);
  Redo redo = redo_of(s);
  std::vector<Warning> warnings = warnings_of(s.study, data);
  const documents::StudyHead head = study_head(s, study_json(s), s.study.seeds.front(), data.inputs,
                                               warnings, invocation.command_line, exec.device);
  if (looks) {
    look(plan, store, redo, warnings);
    return show_plan(s, plan, head, terminal.out);
  }
  require_trainer(s.study, exec.device);
  const Claim claim = open_study_folder(s, head, planned_runs(s.study), &redo.since);
  if (!s.share.by_claims()) look(plan, store, redo, warnings);
  const std::size_t cached = plan.count(Stored::done);
  if (!s.common.quiet) {
    for (const Warning& w : warnings) terminal.err << "warning: " << w.message << '\n';
    terminal.err << fmt::format(
        "{} units, {} runs on {}; {}\n", plan.cells.size(), plan.runs, exec.device,
        s.share.by_claims() ? "shared by claims" : fmt::format("{} cached", cached));
  }
  const RunCommon common{invocation.command_line, keys.of_study(), head.inputs};
  const auto glances = only_glances(s) ? std::make_unique<Glances>(plan, store) : nullptr;
  const UnitRecords records = records_of(s, plan, store, common, redo, glances.get(), stop);
  const auto start = std::chrono::steady_clock::now();
  RunCounts own;
  const bool ended = stop.ended([&] {
    own = run_units(s.study, data, plan.cells, plan.stored, store, records, s.keep_weights,
                    s.share.shared(), run_options(s.share, plan.cells.size(), "units"), exec);
  });
  if (s.share.by_claims() && !ended) print_share(own, "units", terminal.err);
  if (s.share.by_claims() && !ended) look_at_open(plan, store, redo, glances.get());
  const RunTally counts = count_states(plan, s.common.verbose ? 0 : kReasons, terminal.err);
  const int code = counts.failed > 0 ? kExitSomeFailed : kExitDone;
  if (ended) {
    print_stopped(s.share, terminal.err);
    return kExitTerminated;
  }
  // Who does not wait has one job after all of them that reads and shows everything.
  const auto page = s.share.wait ? claim_page(s.share, s.out) : std::nullopt;
  if (s.share.by_claims() && (!page || !plan.complete())) {
    print_seen(counts.done, counts.failed, plan.count(Stored::no), terminal.out);
    return code;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const report::TrainReport found = report_of(read_training(s.out), s.out);
  const auto written = write_training_page(found, s.out, "");
  if (s.common.json) {
    documents::TrainDocument document = document_of(plan, store, head);
    document.done = counts.done;
    document.failed = counts.failed;
    document.cached = cached;
    document.seconds = seconds;
    terminal.out << documents::to_text(document, 1) << '\n';
  } else {
    print_training(found, s.common.quiet, s.common.verbose, terminal.out);
    if (!s.common.quiet) {
      terminal.out << fmt::format("{} runs done ({} cached), {} failed, {:.1f} s\n", counts.done,
                                  cached, counts.failed, seconds);
    }
  }
  if (!s.common.quiet) print_written(written, terminal.err);
  return code;
}

}  // namespace

void shard_seeds(std::vector<std::uint64_t>& seeds, const std::string& text) {
  const Shard shard = parse_shard(text);
  std::vector<std::uint64_t> mine;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (shard.takes(i)) mine.push_back(seeds[i]);
  }
  if (mine.empty()) {
    refuse_usage("bad-shard", "--shard " + text + " has no seed", "a seed trains as a whole",
                 "Give at most as many parts as seeds");
  }
  seeds = std::move(mine);
}

Command setup_train(CommandLine app) {
  auto s = std::make_shared<TrainSettings>();
  app.add(
      {{"study", &s->path, "STUDY.toml", options::kFile},
       {"-o,--out", &s->out, "Folder of the runs; finished ones are not run again",
        options::kFolder},
       {"--force", &s->force, "Overwrite files there that cch did not make"},
       {"--data", &s->data, "Folder of data sets, one folder of .npy files each", options::kFolder},
       {"--write-images", &s->write_images,
        "Write the images of a segmentation study's first seed there, and run nothing",
        options::kFolder},
       {"--features",
        &s->features,
        "Also write what the networks of a segmentation study make of its images, for cch rank: "
        "\"head\" or a stage of the encoder, 1, 2, …",
        {.suggestions = {"head"}}},
       {"--features-of",
        &s->features_of,
        "Of these images: test, train, validation, all; or held-out: test and, without labels, "
        "training images whose labels no set-up sees",
        {.needs = "--features", .one_of = {"test", "held-out", "train", "validation", "all"}}},
       {"--set", &s->overrides,
        "KEY=VALUE in place of the study's, as in the file: task.shared=0.2"},
       {"--race", &s->race,
        "Choose a set-up of a segmentation study by short trainings in place of training all: "
        "average, full, worst, expected (mIoU over subsets of modalities) or the modality that "
        "must work alone"},
       {"--budget",
        options::Words{[s](const std::string& text) { s->race_share = parse_race_share(text); },
                       [s] { return race_share_text(s->race_share); },
                       {}},
        "Of a race: share of the cost of training all set-ups",
        {.suggestions = {"10%", "20%"}}},
       {"--survivors", &s->survivors,
        "Train fully the set-up that the race in the folder has chosen, what it needs and what its "
        "gain is measured from"},
       {"--list", &s->list,
        "Print one line a unit (what trains together), with --json a document, and run nothing"},
       {"--status", &s->status,
        "Show how far the study of a folder is, who is at work and what failed, and run nothing",
        options::kFolder},
       {"--watch",
        &s->watch,
        "With --status: again every five seconds, until all is finished",
        {.echo = options::Echo::never, .needs = "--status"}},
       {"--failed", &s->failed,
        "Only runs that failed: run them again; with --list or --status show them"},
       {"--rows", &s->rows,
        "Write the rows that every unit fits, validates and tests on to a CSV file, for training "
        "of your own on the same rows, and run nothing",
        options::kFile},
       {"--evidence", &s->evidence,
        "Measure what is known of every teacher before training, on the first [criteria] seeds, "
        "add it to a file of JSON lines (units that it has are not measured again), and train "
        "nothing of the study",
        options::kFile},
       {"-n,--dry-run", &s->dry_run, "Say how much would be run, and run nothing"}});
  app.add(share_table(s->share, "the units"));
  app.add(common_table(s->common));
  return [s, app](Invocation& invocation) {
    app.refused().throw_if_any();
    check_budget(*s, app.given());
    return run(*s, app.given(), invocation);
  };
}

}  // namespace cch
