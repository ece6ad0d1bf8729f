#include "tools/cch/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "cch/estimators/neural.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/segmentation/race.hpp"
#include "tools/cch/train/summary.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"

namespace cch {
namespace {

using nlohmann::json;

/// Units with the records of their runs; null: to be trained.
struct Plan {
  std::vector<UnitCell> cells;
  std::vector<UnitStored> stored;
  std::vector<std::vector<json>> results;
  std::size_t runs = 0;
  std::size_t cached = 0;
};

std::size_t count_stored(const std::vector<json>& results) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [](const json& r) { return !r.is_null(); }));
}

/// Takes in what is stored of a unit.
UnitStored look(Plan& plan, std::size_t i, const RunStore& store, std::vector<Warning>& damage) {
  const UnitCell& cell = plan.cells[i];
  UnitStored out;
  for (std::size_t r = 0; r < cell.keys.size(); ++r) {
    plan.results[i][r] = stored_record(store, cell.keys[r], "result.json", damage);
    out.runs.push_back(!plan.results[i][r].is_null());
  }
  for (const std::string& key : cell.criteria_keys) {
    out.criteria = out.criteria && !stored_record(store, key, "criteria.json", damage).is_null();
  }
  return out;
}

Plan make_plan(const TrainSettings& s, const RunKeys& keys) {
  Plan plan;
  plan.cells = unit_cells(s.study, parse_shard(s.shard));
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    UnitCell& cell = plan.cells[i];
    const auto specs = runs(s.study, cell.unit);
    for (std::size_t r = 0; r < specs.size(); ++r) cell.keys[r] = keys.of(cell.unit, specs[r]);
    const auto teachers = criteria_teachers(s.study, cell.unit);
    for (std::size_t t = 0; t < cell.criteria_keys.size(); ++t) {
      cell.criteria_keys[t] = keys.of_criteria(cell.unit, teachers[t]);
    }
    plan.results.emplace_back(cell.keys.size());
    plan.runs += cell.keys.size();
  }
  return plan;
}

void look(Plan& plan, const RunStore& store, std::vector<Warning>& damage) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    plan.stored.push_back(look(plan, i, store, damage));
    plan.cached += count_stored(plan.results[i]);
  }
}

/// What the records of a process share.
struct RunCommon {
  std::string command;
  std::string study_key;
  std::vector<documents::FileRecord> inputs;
};

UnitRecords records_of(const TrainSettings& s, Plan& plan, const RunStore& store,
                       const RunCommon& common) {
  UnitRecords out;
  out.run = [&](std::size_t i, std::size_t r, const RunResult& run) {
    const UnitCell& cell = plan.cells[i];
    json& result = plan.results[i][r];
    documents::RunDocument document =
        run_document(s, cell.unit, run, cell.keys[r], cell.keys.front());
    document.command = common.command;
    document.study_key = common.study_key;
    document.inputs = common.inputs;
    result = to_json(document);
    return result.dump(1) + "\n";
  };
  out.criteria = [&](std::size_t i, std::size_t t, const CriteriaResult& criteria) {
    documents::CriteriaDocument result =
        criteria_document(s, plan.cells[i].unit, criteria, plan.cells[i].criteria_keys[t]);
    result.command = common.command;
    result.study_key = common.study_key;
    result.inputs = common.inputs;
    return documents::to_json(result).dump(1) + "\n";
  };
  out.find = [&](std::size_t i) {
    std::vector<Warning> told;
    return look(plan, i, store, told);
  };
  return out;
}

std::string unit_text(const StudyUnit& unit) {
  std::string out = fmt::format("seed {}", unit.seed);
  for (const auto& [name, value] : unit.setting) {
    const auto* number = std::get_if<double>(&value);
    out += fmt::format(", {} {}", name,
                       number ? fmt::format("{:g}", *number) : std::get<std::string>(value));
  }
  if (unit.labelled > 0) out += fmt::format(", {} labelled", unit.labelled);
  return out + ", " + unit.scenario;
}

void print_list(const Plan& plan, std::ostream& out) {
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    out << fmt::format("{}\t{}\t{} runs\t{} cached\n", i + 1, unit_text(plan.cells[i].unit),
                       plan.cells[i].keys.size(), count_stored(plan.results[i]));
  }
}

/// Of the whole study, whatever this process has of it.
std::size_t planned_runs(const Study& study) {
  std::size_t out = 0;
  for (const UnitCell& cell : unit_cells(study, {})) out += cell.keys.size();
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

int run(TrainSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  if (is_segmentation_study(s)) return run_segmentation(s, given, invocation);
  if (!s.write_images.empty() || !s.features.empty()) {
    refuse_usage("bad-task", "the study has no images to write or to look at",
                 "it is no segmentation", "Leave --write-images and --features out");
  }
  if (!s.race.empty() || s.survivors) {
    refuse_usage("bad-task", "the study has no set-ups to race", "it is no segmentation",
                 "Leave --race and --survivors out");
  }
  Terminal& terminal = invocation.terminal;
  read_train_study(s, given);
  const bool looks = s.list || s.dry_run || !s.rows.empty() || !s.evidence.empty();
  if (s.out.empty() && !looks) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  const auto progress = make_progress(terminal, s.common.quiet);
  Execution exec =
      make_execution(s.common, invocation.stop, progress.get(), uses_networks(s.study));
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
  Plan plan = make_plan(s, keys);
  const RunStore store(s.out);
  std::vector<Warning> warnings = warnings_of(s.study, data);
  if (looks) {
    look(plan, store, warnings);
    if (s.list) {
      print_list(plan, terminal.out);
    } else {
      terminal.out << fmt::format("{} units, {} runs, {} of them cached. Nothing was run.\n",
                                  plan.cells.size(), plan.runs, plan.cached);
    }
    return kExitDone;
  }
  require_trainer(s.study, exec.device);
  const documents::StudyHead head = study_head(s, study_json(s), s.study.seeds.front(), data.inputs,
                                               warnings, invocation.command_line, exec.device);
  const Claim claim = open_study_folder(s, head, planned_runs(s.study));
  look(plan, store, warnings);
  if (!s.common.quiet) {
    for (const Warning& w : warnings) terminal.err << "warning: " << w.message << '\n';
    terminal.err << fmt::format("{} units, {} runs on {}; {} cached\n", plan.cells.size(),
                                plan.runs, exec.device, plan.cached);
  }
  const RunCommon common{invocation.command_line, keys.of_study(), head.inputs};
  const UnitRecords records = records_of(s, plan, store, common);
  const auto start = std::chrono::steady_clock::now();
  run_units(s.study, data, plan.cells, plan.stored, store, records, s.keep_weights,
            !s.shard.empty(), exec);
  documents::TrainDocument document;
  document.head = head;
  std::vector<std::string> failures;
  for (const auto& of_unit : plan.results) {
    for (const json& record : of_unit) {
      document.results.push_back({record.dump()});
      failures.push_back(record["status"] == "done" ? "" : record["failure"].get<std::string>());
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const RunTally counts =
      count_runs(failures, s.common.verbose ? failures.size() : kReasons, terminal.err);
  const report::TrainReport found = report_of(read_training(s.out), s.out);
  const auto written = write_training_page(found, s.out, "");
  if (s.common.json) {
    document.done = counts.done;
    document.failed = counts.failed;
    document.cached = plan.cached;
    document.seconds = seconds;
    terminal.out << documents::to_text(document, 1) << '\n';
  } else {
    print_training(found, s.common.quiet, s.common.verbose, terminal.out);
    if (!s.common.quiet) {
      terminal.out << fmt::format("{} runs done ({} cached), {} failed, {:.1f} s\n", counts.done,
                                  plan.cached, counts.failed, seconds);
    }
  }
  if (!s.common.quiet) print_written(written, terminal.err);
  return counts.failed > 0 ? kExitSomeFailed : kExitDone;
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
      {{"study", &s->path, "STUDY.toml", options::kRequiredFile},
       {"-o,--out", &s->out, "Folder of the runs; finished ones are not run again",
        options::kFolder},
       {"--force", &s->force, "Overwrite files there that cch did not make"},
       {"--data", &s->data, "Folder of data sets, one folder of .npy files each", options::kFolder},
       {"--shard", &s->shard, "Only part I of N of the units (I/N), for job arrays"},
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
       {"--list", &s->list, "Print one line a unit (what trains together), and run nothing"},
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
  app.add(common_table(s->common));
  return [s, app](Invocation& invocation) {
    app.refused().throw_if_any();
    check_budget(*s, app.given());
    return run(*s, app.given(), invocation);
  };
}

}  // namespace cch
