#include "tools/cch/train.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "cch/core/parallel.hpp"
#include "cch/estimators/neural.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/segment.hpp"

namespace cch {
namespace {

using nlohmann::json;

constexpr std::size_t kReasons = 5;  // kinds of failures that are shown

struct Shard {
  std::size_t index = 0;  // from 0
  std::size_t count = 1;
};

Shard parse_shard(const std::string& text) {
  Shard out;
  if (text.empty()) return out;
  std::size_t i = 0;
  const int read = std::sscanf(text.c_str(), "%zu/%zu", &i, &out.count);
  const bool same = read == 2 && fmt::format("{}/{}", i, out.count) == text;
  if (!same || i < 1 || i > out.count) {
    refuse_usage("bad-shard", "--shard " + text + " is no part of the study", {},
                 "Give I/N with I from 1 to N, for example 2/8");
  }
  out.index = i - 1;
  return out;
}

/// A unit with the names of its runs, and what is there already.
struct Planned {
  StudyUnit unit;
  std::vector<RunSpec> specs;
  std::vector<std::string> keys;
  std::vector<json> results;
  bool criteria = false;  // to be measured
  std::vector<std::string> criteria_keys;
  std::size_t cached = 0;
  std::size_t criteria_cached = 0;

  [[nodiscard]] bool trained() const { return cached == keys.size(); }
  [[nodiscard]] bool open() const {
    return !trained() || (criteria && criteria_cached < criteria_keys.size());
  }
};

std::vector<RunTeacher> views_of(const Study& study, const StudyUnit& unit) {
  std::vector<RunTeacher> out;
  for (const auto& [name, parameters] : teacher_views(study.task, unit.setting)) {
    out.push_back({name, parameters, TeacherRows::same_rows});
  }
  return out;
}

std::vector<Planned> plan(const TrainSettings& s, const RunKeys& keys) {
  const Shard shard = parse_shard(s.shard);
  const auto all = units(s.study);
  std::vector<Planned> out;
  const std::set<std::uint64_t> with_criteria(
      s.study.seeds.begin(),
      s.study.seeds.begin() +
          static_cast<std::ptrdiff_t>(std::min(s.study.criteria_seeds, s.study.seeds.size())));
  for (std::size_t i = shard.index; i < all.size(); i += shard.count) {
    Planned p;
    p.unit = all[i];
    p.specs = runs(s.study, p.unit);
    p.results.resize(p.specs.size());
    for (std::size_t r = 0; r < p.specs.size(); ++r) {
      p.keys.push_back(keys.of(p.unit, p.specs[r]));
      if (s.out.empty()) continue;
      if (auto stored = StudyFolder::find(s.out, p.keys.back())) {
        p.results[r] = std::move(*stored);
        ++p.cached;
      }
    }
    p.criteria = with_criteria.contains(p.unit.seed);
    if (p.criteria) {
      for (const RunTeacher& teacher : views_of(s.study, p.unit)) {
        p.criteria_keys.push_back(keys.of_criteria(p.unit, teacher));
        if (!s.out.empty() && StudyFolder::find(s.out, p.criteria_keys.back(), "criteria.json")) {
          ++p.criteria_cached;
        }
      }
    }
    out.push_back(std::move(p));
  }
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

void print_list(const std::vector<Planned>& planned, std::ostream& out) {
  std::size_t number = 0;
  for (const Planned& p : planned) {
    out << fmt::format("{}\t{}\t{} runs\t{} cached\n", ++number, unit_text(p.unit), p.keys.size(),
                       p.cached);
  }
}

/// One unit, start to end. A failure of the whole unit becomes that of its runs.
class StudyRunner {
 public:
  StudyRunner(const TrainSettings& s, const TaskData& data, const StudyFolder& folder, json head)
      : s_(s), data_(data), folder_(folder), head_(std::move(head)) {}

  void run(Planned& p, const Execution& exec) const {
    if (!p.trained()) train(p, exec);
    if (p.criteria && p.criteria_cached < p.criteria_keys.size()) criteria(p, exec);
  }

 private:
  void train(Planned& p, const Execution& exec) const {
    std::vector<RunResult> trained;
    try {
      trained = train_unit(s_.study, data_, p.unit, exec);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      for (const RunSpec& spec : p.specs) {
        trained.emplace_back();
        trained.back().spec = spec;
        trained.back().failure = error.what();
      }
    }
    for (std::size_t r = 0; r < trained.size(); ++r) {
      if (!p.results[r].is_null()) continue;  // finished before
      p.results[r] = result_json(s_, p.unit, trained[r], p.keys[r], p.keys[0]);
      p.results[r].update(head_);
      folder_.add(p.keys[r], p.results[r], trained[r]);
    }
  }

  void criteria(Planned& p, const Execution& exec) const {
    std::vector<CriteriaResult> measured;
    try {
      measured = measure_criteria(s_.study, data_, p.unit, exec);
    } catch (const Error& error) {
      // The unit has no rows for them: its runs say so.
      if (error.kind() == ErrorKind::cancelled) throw;
      return;
    }
    for (std::size_t t = 0; t < measured.size(); ++t) {
      json document = criteria_json(s_, p.unit, measured[t], p.criteria_keys[t]);
      document.update(head_);
      folder_.add_criteria(p.criteria_keys[t], document);
    }
  }

  const TrainSettings& s_;
  const TaskData& data_;
  const StudyFolder& folder_;
  json head_;
};

json inputs_of(const TrainSettings& s, const TaskData& data) {
  json out = json::array({file_input_json("study", s.path)});
  for (const auto& [role, info] : data.inputs) {
    out.push_back({{"role", role}, {"source", info.source}, {"sha256", info.sha256}});
  }
  return out;
}

json study_document(const TrainSettings& s, const TaskData& data, const std::string& command,
                    const std::string& device) {
  json warnings = json::array();
  for (const Warning& w : data.warnings) {
    warnings.push_back({{"code", w.code}, {"message", w.message}});
  }
  const auto* features = std::get_if<FeaturesTask>(&s.study.task);
  if (features != nullptr && !features->note.empty()) {
    warnings.push_back({{"code", "note"}, {"message", features->note}});
  }
  return {{"schema", "cch.study/1"}, {"version", version()},
          {"command", command},      {"seed", s.study.seeds.front()},
          {"config", study_json(s)}, {"inputs", inputs_of(s, data)},
          {"device", device},        {"warnings", warnings}};
}

struct Counts {
  std::size_t done = 0;
  std::size_t failed = 0;
};

/// Counts runs and tells why the first of every kind failed.
Counts count(const std::vector<json>& results, std::size_t most_reasons, std::ostream& err) {
  Counts out;
  std::map<std::string, std::size_t> reasons;
  for (const json& run : results) {
    if (run["status"] == "done") {
      ++out.done;
    } else {
      ++out.failed;
      const std::string reason = run["failure"].get<std::string>();
      ++reasons[reason.substr(0, reason.find(" at step "))];
    }
  }
  std::size_t shown = 0;
  for (const auto& [reason, times] : reasons) {
    if (++shown > most_reasons) break;
    err << fmt::format("failed: {} run{}: {}\n", times, times == 1 ? "" : "s", reason);
  }
  if (reasons.size() > most_reasons) {
    err << fmt::format("failed: and {} other reasons, shown with -v\n",
                       reasons.size() - most_reasons);
  }
  return out;
}

bool uses_networks(const Study& study) {
  return study.student.layers != Layers::linear || study.teacher.layers != Layers::linear ||
         any_networks(study.estimators);
}

int run(TrainSettings s, const std::vector<std::string>& given, Invocation& invocation) {
  if (is_segmentation_study(s)) return run_segmentation(s, given, invocation);
  if (!s.write_images.empty() || !s.features.empty()) {
    refuse_usage("bad-task", "the study has no images to write or to look at",
                 "it is no segmentation", "Leave --write-images and --features out");
  }
  Terminal& terminal = invocation.terminal;
  read_train_study(s, given);
  const bool looks = s.list || s.dry_run;
  if (s.out.empty() && !looks) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  const auto progress = make_progress(terminal, s.common.quiet);
  Execution exec =
      make_execution(s.common, invocation.stop, progress.get(), uses_networks(s.study));
  const TaskData data = load_task(s.study.task, exec);
  check(s.study, data);
  const RunKeys keys(s, data, exec.device);
  auto planned = plan(s, keys);
  std::size_t all = 0;
  std::size_t cached = 0;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    all += planned[i].keys.size();
    cached += planned[i].cached;
    if (planned[i].open()) open.push_back(i);
  }
  if (looks) {
    if (s.list) {
      print_list(planned, terminal.out);
    } else {
      terminal.out << fmt::format("{} units, {} runs, {} of them cached. Nothing was run.\n",
                                  planned.size(), all, cached);
    }
    return kExitDone;
  }
  require_trainer(s.study, exec.device);
  const json head = study_document(s, data, invocation.command_line, exec.device);
  const StudyFolder folder(s, head);
  if (!s.common.quiet) {
    for (const json& warning : head["warnings"]) {
      terminal.err << "warning: " << warning["message"].get<std::string>() << '\n';
    }
    terminal.err << fmt::format("{} units, {} runs on {}; {} cached\n", planned.size(), all,
                                exec.device, cached);
  }
  const StudyRunner runner(s, data, folder,
                           {{"command", invocation.command_line},
                            {"study_key", keys.of_study()},
                            {"inputs", head["inputs"]}});
  const auto start = std::chrono::steady_clock::now();
  std::mutex mutex;
  std::size_t done = 0;
  Execution outer = exec;
  if (exec.device != "cpu") outer.threads = 1;  // one GPU, one unit at a time
  parallel_for(open.size(), outer, [&](std::size_t i) {
    runner.run(planned[open[i]], exec.serial());
    const std::scoped_lock hold(mutex);
    exec.progress("units", ++done, open.size());
  });
  std::vector<json> results;
  for (Planned& p : planned) {
    for (json& result : p.results) results.push_back(std::move(result));
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const Counts counts = count(results, s.common.verbose ? results.size() : kReasons, terminal.err);
  if (s.common.json) {
    json document = head;
    document["schema"] = "cch.train/1";
    document["runs"] = {{"done", counts.done}, {"failed", counts.failed}, {"cached", cached}};
    document["seconds"] = seconds;
    document["results"] = results;
    terminal.out << document.dump(1) << '\n';
  } else {
    terminal.out << train_table(results, s.common.verbose);
    terminal.out << fmt::format("{} runs done ({} cached), {} failed, {:.1f} s\n", counts.done,
                                cached, counts.failed, seconds);
  }
  return counts.failed > 0 ? kExitSomeFailed : kExitDone;
}

}  // namespace

void shard_seeds(std::vector<std::uint64_t>& seeds, const std::string& text) {
  const Shard shard = parse_shard(text);
  std::vector<std::uint64_t> mine;
  for (std::size_t i = shard.index; i < seeds.size(); i += shard.count) mine.push_back(seeds[i]);
  if (mine.empty()) {
    refuse_usage("bad-shard", "--shard " + text + " has no seed", "a seed trains as a whole",
                 "Give at most as many parts as seeds");
  }
  seeds = std::move(mine);
}

Command setup_train(CommandLine app) {
  auto s = std::make_shared<TrainSettings>();
  app.option("study", s->path, "STUDY.toml").required();
  app.option("-o,--out", s->out, "Folder of the runs; finished ones are not run again");
  app.flag("--force", s->force, "Overwrite files there that cch did not make");
  app.option("--data", s->data, "Folder of data sets, one folder of .npy files each");
  app.option("--shard", s->shard, "Only part I of N of the units (I/N), for job arrays");
  app.option("--write-images", s->write_images,
             "Write the images of a segmentation study's first seed there, and run nothing");
  app.option("--features", s->features,
             "Also write what the networks of a segmentation study make of its images, for cch "
             "rank: \"head\" or a stage of the encoder, 1, 2, …");
  app.option("--features-of", s->features_of,
             "Of these images: test, train, validation, all; or held-out: test and, without "
             "labels, training images whose labels no set-up sees")
      .one_of({"test", "held-out", "train", "validation", "all"})
      .needs("--features")
      .show_default();
  app.option("--set", s->overrides,
             "KEY=VALUE in place of the study's, as in the file: task.shared=0.2");
  app.flag("--list", s->list, "Print one line a unit (what trains together), and run nothing");
  app.flag("-n,--dry-run", s->dry_run, "Say how much would be run, and run nothing");
  add_common_options(app, s->common);
  return [s, app](Invocation& invocation) { return run(*s, app.given(), invocation); };
}

}  // namespace cch
