#include "tools/cch/segment_runner.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "experiments/segmentation/files.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/files.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr double kCheckpointSeconds = 20.0;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Largest memory of the process so far.
double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

fs::path folder_of(const std::string& out, const SegmentationCell& cell) {
  return fs::path(out) / "runs" / cell.key;
}

json point_json(const SegmentationPoint& p) {
  return {{"epoch", p.epoch},
          {"loss", p.loss},
          {"label", p.label},
          {"terms", p.terms},
          {"gradient", p.gradient}};
}

/// Classes of which a student sees no label.
std::vector<Warning> unlabelled_classes(const SegmentationSet& set, const SegmentationJob& job) {
  std::vector<bool> seen(set.classes.size(), false);
  for (const std::size_t row : labelled_rows(set, job.setup.labelled, job.order)) {
    for (const std::uint8_t code : set.label(row)) {
      if (code != kIgnoreLabel) seen[code] = true;
    }
  }
  std::string names;
  for (std::size_t k = 0; k < seen.size(); ++k) {
    if (!seen[k]) names += (names.empty() ? "" : ", ") + set.classes[k];
  }
  if (names.empty()) return {};
  return {{"class-unlabelled", fmt::format("the {} labelled images of '{}' lack classes: {}",
                                           job.setup.labelled, job.setup.name, names)}};
}

class Runner {
 public:
  Runner(const TrainSettings& s, const SegmentationStudy& study,
         std::vector<SegmentationCell>& cells, json head, SegmentationSets& sets,
         Terminal& terminal, const Execution& exec)
      : s_(s),
        study_(study),
        cells_(cells),
        head_(std::move(head)),
        terminal_(terminal),
        exec_(exec),
        sets_(sets),
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

  [[nodiscard]] fs::path folder(const SegmentationCell& cell) const {
    return folder_of(s_.out, cell);
  }

  json train(const SegmentationCell& cell) {
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
      auto network = trained_network(study_, cells_, cells_[cell.needs[n]], s_.out);
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
    // On the processor runs stand side by side; a GPU has one, whose images all cores make.
    const SegmentationFit fit =
        train_segmentation(*set, job, exec_.device == "cpu" ? exec_.serial() : exec_);
    json result = document(cell, fit.failure);
    result["warnings"] = warnings_json(unlabelled_classes(*set, job));
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

  void evaluate(const SegmentationCell& cell, const SegmentationSet& set,
                const TrainedSegmentation& network, json& result,
                std::vector<FileContent>& files) const {
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
  [[nodiscard]] std::string read_lines(const SegmentationCell& cell,
                                       const std::optional<SegmentationCheckpoint>& resume) const {
    std::string out;
    if (!resume) return out;
    std::ifstream in(folder(cell) / "train.jsonl");
    std::string line;
    for (std::size_t e = 0; e < resume->epoch && std::getline(in, line); ++e) out += line + "\n";
    return out;
  }

  [[nodiscard]] json document(const SegmentationCell& cell, const std::string& failure) const {
    json out{{"schema", "cch.run/1"},
             {"version", version()},
             {"key", cell.key},
             {"seed", cell.seed},
             {"status", failure.empty() ? "done" : "failed"},
             {"failure", failure.empty() ? json() : json(failure)},
             {"warnings", json::array()}};
    out.update(head_);
    out.update(cell.description);
    return out;
  }

  void write(const SegmentationCell& cell, std::vector<FileContent> files,
             const json& result) const {
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

  void say(const SegmentationCell& cell, const json& result) {
    if (s_.common.quiet || result["status"] != "done") return;
    const std::scoped_lock hold(mutex_);
    if (terminal_.err_is_terminal) terminal_.err << "\r\033[K";  // the bar
    for (const json& warning : result["warnings"]) {
      terminal_.err << fmt::format("warning: seed {}: {}\n", cell.seed,
                                   warning["message"].get<std::string>());
    }
    if (!terminal_.err_is_terminal && !pace_.due()) return;
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
  std::vector<SegmentationCell>& cells_;
  json head_;
  Terminal& terminal_;
  const Execution& exec_;
  SegmentationSets& sets_;
  std::vector<State> state_;
  bool stopped_ = false;
  std::size_t epochs_ = 0;
  std::size_t done_epochs_ = 0;
  Clock::time_point begin_ = Clock::now();
  ProgressPace pace_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

std::shared_ptr<const SegmentationSet> SegmentationSets::of(std::uint64_t seed) {
  const std::scoped_lock hold(mutex_);
  if (auto there = sets_[seed].lock()) return there;
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  auto set = std::make_shared<const SegmentationSet>(load_segmentation(task_, seed, inputs, exec_));
  sets_[seed] = set;
  return set;
}

std::shared_ptr<const TrainedSegmentation> trained_network(
    const SegmentationStudy& study, const std::vector<SegmentationCell>& cells,
    const SegmentationCell& cell, const std::string& out) {
  const SegmentationSetup& setup = study.setups[cell.setup];
  auto network = std::make_shared<TrainedSegmentation>();
  network->network = study.network;
  network->modalities = setup.modalities;
  network->weights = detail::read_weights((folder_of(out, cell) / "last.safetensors").string());
  network->selection = setup.selection;
  network->selection_temperature = setup.selection_temperature;
  if (setup.select.empty()) return network;
  const std::size_t first = cell.needs.size() - setup.select.size();
  for (std::size_t c = first; c < cell.needs.size(); ++c) {
    network->candidates.push_back(trained_network(study, cells, cells[cell.needs[c]], out));
  }
  return network;
}

void run_cells(const TrainSettings& s, const SegmentationStudy& study,
               std::vector<SegmentationCell>& cells, json head, SegmentationSets& sets,
               Terminal& terminal, const Execution& exec) {
  Runner(s, study, cells, std::move(head), sets, terminal, exec).run();
}

}  // namespace cch
