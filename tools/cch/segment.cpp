#include "tools/cch/segment.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "experiments/segmentation/files.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank_folder.hpp"
#include "tools/cch/segment_report.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr double kCheckpointSeconds = 20.0;
constexpr std::size_t kExpectedKinds = 5;  // of failures that are shown

/// One training: a set-up with a seed.
struct Cell {
  std::size_t setup = 0;
  std::uint64_t seed = 1;
  std::string key;
  std::vector<std::size_t> needs;  // cells
  json result;                     // null: to be trained
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Largest memory of the process so far.
double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

std::vector<Cell> plan(const SegmentationStudy& study, const json& inputs,
                       const std::string& device, const std::string& out) {
  std::vector<Cell> cells;
  for (const std::uint64_t seed : study.seeds) {
    const std::size_t first = cells.size();
    for (std::size_t i = 0; i < study.setups.size(); ++i) {
      Cell cell{i, seed, {}, {}, {}};
      std::vector<std::string> keys;
      for (const std::size_t need : needs_of(study, i)) {
        cell.needs.push_back(first + need);
        keys.push_back(cells[first + need].key);
      }
      cell.key = segmentation_key(study, i, seed, inputs, device, keys);
      if (!out.empty()) cell.result = StudyFolder::find(out, cell.key).value_or(json());
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

/// The images of each seed, made when the first run asks and kept while one uses them.
class SetStore {
 public:
  SetStore(const SegmentationTask& task, const Execution& exec)
      : task_(task), exec_(exec.serial()) {}

  std::shared_ptr<const SegmentationSet> of(std::uint64_t seed) {
    const std::scoped_lock hold(mutex_);
    if (auto there = sets_[seed].lock()) return there;
    std::vector<std::pair<std::string, SourceInfo>> inputs;
    auto set =
        std::make_shared<const SegmentationSet>(load_segmentation(task_, seed, inputs, exec_));
    sets_[seed] = set;
    return set;
  }

 private:
  const SegmentationTask& task_;
  Execution exec_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::weak_ptr<const SegmentationSet>> sets_;
};

json point_json(const SegmentationPoint& p) {
  return {{"epoch", p.epoch},
          {"loss", p.loss},
          {"label", p.label},
          {"terms", p.terms},
          {"gradient", p.gradient}};
}

class Runner {
 public:
  Runner(const TrainSettings& s, const SegmentationStudy& study, std::vector<Cell>& cells,
         json head, Terminal& terminal, const Execution& exec)
      : s_(s),
        study_(study),
        cells_(cells),
        head_(std::move(head)),
        terminal_(terminal),
        exec_(exec),
        sets_(study.task, exec),
        state_(cells.size(), State::open) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].result.is_null()) {
        epochs_ += study.training.epochs;
      } else {
        state_[i] = State::done;
      }
    }
  }

  /// Every worker takes the first run whose teachers are there, until none is left.
  void run() {
    Execution outer = exec_;
    if (exec_.device != "cpu") outer.threads = 1;  // one GPU, one network at a time
    parallel_for(worker_count(outer), outer, [&](std::size_t) {
      while (const auto i = take()) work(*i);
    });
  }

 private:
  enum class State { open, running, done };

  std::optional<std::size_t> take() {
    std::unique_lock hold(mutex_);
    for (;;) {
      bool running = false;
      for (std::size_t i = 0; i < cells_.size(); ++i) {
        running = running || state_[i] == State::running;
        if (state_[i] != State::open || !ready(i)) continue;
        state_[i] = State::running;
        return i;
      }
      if (!running || stopped_) return std::nullopt;
      changed_.wait(hold);
    }
  }

  [[nodiscard]] bool ready(std::size_t i) const {
    for (const std::size_t need : cells_[i].needs) {
      if (state_[need] != State::done) return false;
    }
    return true;
  }

  void work(std::size_t i) {
    json result;
    try {
      result = train(cells_[i]);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::usage) {
        finish(i, State::open, {});
        throw;
      }
      result = document(cells_[i], error.what());
      write(cells_[i], {}, result);
    } catch (...) {
      finish(i, State::open, {});
      throw;
    }
    finish(i, State::done, std::move(result));
  }

  void finish(std::size_t i, State state, json result) {
    const std::scoped_lock hold(mutex_);
    state_[i] = state;
    if (state == State::open) stopped_ = true;
    cells_[i].result = std::move(result);
    changed_.notify_all();
  }

  [[nodiscard]] fs::path folder(const Cell& cell) const {
    return fs::path(s_.out) / "runs" / cell.key;
  }

  /// The trained network of a finished run.
  std::shared_ptr<const TrainedSegmentation> trained(const Cell& cell) const {
    const SegmentationSetup& setup = study_.setups[cell.setup];
    auto out = std::make_shared<TrainedSegmentation>();
    out->network = study_.network;
    out->modalities = setup.modalities;
    out->weights = detail::read_weights((folder(cell) / "last.safetensors").string());
    out->selection = setup.selection;
    out->selection_temperature = setup.selection_temperature;
    if (setup.select.empty()) return out;
    const std::size_t first = cell.needs.size() - setup.select.size();
    for (std::size_t c = first; c < cell.needs.size(); ++c) {
      out->candidates.push_back(trained(cells_[cell.needs[c]]));
    }
    return out;
  }

  json train(const Cell& cell) {
    for (const std::size_t need : cell.needs) {
      if (cells_[need].result["status"] == "done") continue;
      const std::string name = study_.setups[cells_[need].setup].name;
      json failed = document(cell, "no teacher: '" + name + "' failed");
      write(cell, {}, failed);
      return failed;
    }
    const auto set = sets_.of(cell.seed);
    SegmentationJob job = job_of(study_, cell.setup, cell.seed);
    const bool teaches = !job.setup.teacher.empty() && job.setup.teacher != "self";
    for (std::size_t n = 0; n < cell.needs.size(); ++n) {
      auto network = trained(cells_[cell.needs[n]]);
      if (n == 0 && teaches) {
        job.teacher = std::move(network);
      } else {
        job.candidates.push_back(std::move(network));
      }
    }
    make_folder(folder(cell).string());
    const std::string checkpoint = (folder(cell) / "checkpoint.safetensors").string();
    job.resume = detail::read_checkpoint(checkpoint);
    std::string lines = read_lines(cell, job.resume);
    auto last = Clock::now();
    job.after_epoch = [&](const SegmentationPoint& point, const auto& state) {
      lines += point_json(point).dump() + "\n";
      tick();
      if (seconds_since(last) < kCheckpointSeconds) return;
      last = Clock::now();
      write_files({{(folder(cell) / "train.jsonl").string(), lines},
                   {checkpoint, detail::checkpoint_bytes(state())}});
    };
    const Execution alone = exec_.serial();
    const SegmentationFit fit = train_segmentation(*set, job, alone);
    json result = document(cell, fit.failure);
    result["seconds"] = fit.seconds;
    result["images_per_second"] = static_cast<double>(fit.images_seen) / fit.seconds;
    result["peak_megabytes"] = peak_megabytes();
    std::vector<FileContent> files{{(folder(cell) / "train.jsonl").string(), lines},
                                   {(folder(cell) / "last.safetensors").string(),
                                    detail::safetensors_bytes(fit.network.weights)}};
    if (fit.failure.empty()) evaluate(cell, *set, fit.network, result, files);
    write(cell, std::move(files), result);
    std::error_code ignored;
    fs::remove(checkpoint, ignored);
    say(cell, result);
    return result;
  }

  void evaluate(const Cell& cell, const SegmentationSet& set, const TrainedSegmentation& network,
                json& result, std::vector<FileContent>& files) const {
    const SegmentationScores scores =
        evaluate_segmentation(set, network, study_.conditions, study_.absent,
                              derive_seed(cell.seed, "degradation"), exec_.serial());
    result["metrics"] = scores_json(scores, set.classes);
    files.push_back({(folder(cell) / "confusions.npy").string(), confusions_npy(scores)});
    const std::string shape = fmt::format("({}, {}, {}, {})", 1 + network.modalities.size(),
                                          scores.example_images, set.height, set.width);
    files.push_back(
        {(folder(cell) / "examples.npy").string(),
         detail::npy_bytes("|u1", shape, scores.examples.data(), scores.examples.size())});
  }

  /// The curve up to where the run goes on.
  [[nodiscard]] std::string read_lines(const Cell& cell,
                                       const std::optional<SegmentationCheckpoint>& resume) const {
    std::string out;
    if (!resume) return out;
    std::ifstream in(folder(cell) / "train.jsonl");
    std::string line;
    for (std::size_t e = 0; e < resume->epoch && std::getline(in, line); ++e) out += line + "\n";
    return out;
  }

  [[nodiscard]] json document(const Cell& cell, const std::string& failure) const {
    const SegmentationSetup& setup = study_.setups[cell.setup];
    json needs = json::array();
    for (const std::size_t need : cell.needs) needs.push_back(cells_[need].key);
    json out{{"schema", "cch.run/1"},
             {"version", version()},
             {"task", "segmentation"},
             {"key", cell.key},
             {"seed", cell.seed},
             {"unit", {{"seed", cell.seed}, {"setting", {{"setup", setup.name}}}}},
             {"setup", setup_json(setup)},
             {"needs", needs},
             {"status", failure.empty() ? "done" : "failed"},
             {"failure", failure.empty() ? json() : json(failure)},
             {"warnings", json::array()}};
    out.update(head_);
    return out;
  }

  void write(const Cell& cell, std::vector<FileContent> files, const json& result) const {
    make_folder(folder(cell).string());
    // Renamed in this order: a run without a result is run again.
    files.push_back({(folder(cell) / "result.json").string(), result.dump(1) + "\n"});
    write_files(files);
  }

  void tick() {
    const std::scoped_lock hold(mutex_);
    ++done_epochs_;
    if (terminal_.err_is_terminal) exec_.progress("epochs", done_epochs_, epochs_);
  }

  void say(const Cell& cell, const json& result) {
    if (s_.common.quiet || result["status"] != "done") return;
    const std::scoped_lock hold(mutex_);
    const double left = static_cast<double>(epochs_ - std::min(epochs_, done_epochs_)) *
                        seconds_since(begin_) /
                        static_cast<double>(std::max<std::size_t>(1, done_epochs_));
    terminal_.err << fmt::format(
        "{}, seed {}: mIoU over all subsets {:.2f} %; {:.0f} s, {:.0f} images/s, {:.0f} MB; about "
        "{:.0f} "
        "s left\n",
        study_.setups[cell.setup].name, cell.seed,
        100.0 * result["metrics"]["miou_average"].get<double>(), result["seconds"].get<double>(),
        result["images_per_second"].get<double>(), result["peak_megabytes"].get<double>(), left);
  }

  const TrainSettings& s_;
  const SegmentationStudy& study_;
  std::vector<Cell>& cells_;
  json head_;
  Terminal& terminal_;
  const Execution& exec_;
  SetStore sets_;
  std::vector<State> state_;
  bool stopped_ = false;
  std::size_t epochs_ = 0;
  std::size_t done_epochs_ = 0;
  Clock::time_point begin_ = Clock::now();
  std::mutex mutex_;
  std::condition_variable changed_;
};

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

std::size_t count_failed(const std::vector<Cell>& cells, std::ostream& err) {
  std::map<std::string, std::size_t> reasons;
  std::size_t failed = 0;
  for (const Cell& cell : cells) {
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
                const std::vector<Cell>& cells, std::ostream& out) {
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
  const json head = study_head(s, study, set, files, invocation.command_line, exec.device);
  std::vector<Cell> cells = plan(study, head["inputs"], exec.device, s.out);
  if (looks) {
    print_plan(s, study, cells, terminal.out);
    return kExitDone;
  }
  const StudyFolder folder(s, head);
  std::size_t cached = 0;
  for (const Cell& cell : cells) cached += cell.result.is_null() ? 0 : 1;
  if (!s.common.quiet) {
    for (const Warning& w : set.warnings) terminal.err << "warning: " << w.message << '\n';
    terminal.err << fmt::format("{} runs on {}; {} cached\n", cells.size(), exec.device, cached);
  }
  const auto begin = Clock::now();
  const json common{{"command", invocation.command_line}, {"inputs", head["inputs"]}};
  Runner(s, study, cells, common, terminal, exec).run();
  const std::size_t failed = count_failed(cells, terminal.err);
  std::vector<json> results;
  for (Cell& cell : cells) results.push_back(std::move(cell.result));
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
