#include "cch/experiments/segmentation_run.hpp"

#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cch/core/random.hpp"
#include "cch/data/npy.hpp"
#include "experiments/segmentation/files.hpp"

namespace cch {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kCheckpoint{20};
constexpr const char* kRecord = "result.json";
constexpr const char* kCurve = "train.jsonl";
constexpr const char* kLast = "last.safetensors";
constexpr const char* kBest = "best.safetensors";
constexpr const char* kCheckpointFile = "checkpoint.safetensors";

/// Largest memory of the process so far.
double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

std::string line_of(const SegmentationPoint& p) {
  json out{{"epoch", p.epoch},
           {"loss", p.loss},
           {"label", p.label},
           {"terms", p.terms},
           {"gradient", p.gradient}};
  if (p.validation) out["validation"] = *p.validation;
  return out.dump() + "\n";
}

/// Classes of which a student sees no label.
std::vector<Warning> unlabelled_classes(const SegmentationSet& set, const SegmentationJob& job) {
  std::vector<bool> seen(set.classes.size(), false);
  const std::vector<std::size_t> fitted = rows_of(set, job).fitted;
  for (const std::size_t row : fitted) {
    const auto pixels = set.class_pixels(row);
    for (std::size_t c = 0; c < seen.size(); ++c) seen[c] = seen[c] || pixels[c] > 0;
  }
  std::string names;
  for (std::size_t k = 0; k < seen.size(); ++k) {
    if (!seen[k]) names += (names.empty() ? "" : ", ") + set.classes[k];
  }
  if (names.empty()) return {};
  return {{"class-unlabelled", "the " + std::to_string(fitted.size()) + " labelled images of '" +
                                   job.setup.name + "' lack classes: " + names}};
}

std::string confusions_npy(const SegmentationScores& scores) {
  const auto& by_image = scores.conditions.front().by_image;
  const std::size_t k = by_image[0][0].classes;
  std::vector<std::uint32_t> values;
  for (const auto& of_subset : by_image) {
    for (const Confusion& c : of_subset) {
      for (const std::uint64_t n : c.counts) values.push_back(static_cast<std::uint32_t>(n));
    }
  }
  return npy_bytes("<u4", std::vector{by_image.size(), by_image[0].size(), k, k}, values.data(),
                   values.size() * sizeof(std::uint32_t));
}

/// One cell from its images to its files.
class Training {
 public:
  Training(const SegmentationStudy& study, const std::vector<SegmentationCell>& cells,
           std::size_t cell, const RunStore& store)
      : study_(study), cells_(cells), cell_(cells[cell]), store_(store) {}

  /// Files to be put beside the record.
  std::vector<FileContent> files;

  SegmentationRun run(const SegmentationSet& set, const SegmentationRecords& records,
                      const Execution& exec) {
    SegmentationJob job = job_with_networks(set, exec.serial());
    make_folder(store_.path(cell_.key, ""));
    const std::string checkpoint = store_.path(cell_.key, kCheckpointFile);
    job.resume = detail::read_checkpoint(checkpoint);
    std::string lines = read_lines(job.resume);
    auto last = Clock::now();
    job.after_epoch = [&](const SegmentationPoint& point, const auto& state) {
      lines += line_of(point);
      records.epoch();
      if (Clock::now() - last < kCheckpoint) return;
      last = Clock::now();
      write_files({{store_.path(cell_.key, kCurve), lines},
                   {checkpoint, detail::checkpoint_bytes(state())}});
    };
    const SegmentationFit fit = train_segmentation(set, job, exec);
    SegmentationRun out{fit.failure,
                        true,
                        unlabelled_classes(set, job),
                        fit.seconds,
                        static_cast<double>(fit.images_seen) / fit.seconds,
                        peak_megabytes(),
                        set.classes,
                        {},
                        {}};
    files = {{kCurve, lines}, {kLast, detail::weights_bytes(fit.last)}};
    if (fit.best) files.push_back({kBest, detail::weights_bytes(fit.best->weights)});
    if (fit.failure.empty()) evaluate(set, fit.network, out, exec.serial());
    if (job.optimisation.validation > 0.0) out.chosen = choice_of(set, fit, exec.serial());
    return out;
  }

 private:
  [[nodiscard]] SegmentationJob job_with_networks(const SegmentationSet& set,
                                                  const Execution& exec) const {
    SegmentationJob job = job_of(study_, cell_.setup, cell_.seed);
    const bool teaches = !job.setup.teacher.empty() && job.setup.teacher != "self";
    for (std::size_t n = 0; n < cell_.needs.size(); ++n) {
      const SegmentationCell& need = cells_[cell_.needs[n]];
      const auto network = trained_network(study_, cells_, need, store_);
      if (n > 0 || !teaches) {
        job.candidates.push_back(network);
        continue;
      }
      auto teacher = std::make_shared<TrainedSegmentation>(*network);
      if (study_.training.calibrate) {
        teacher->calibration = calibration_of(set, need, *teacher, exec);
      }
      job.teacher = std::move(teacher);
    }
    return job;
  }

  /// From the images that told which weights of that cell are best.
  [[nodiscard]] double calibration_of(const SegmentationSet& set, const SegmentationCell& cell,
                                      const TrainedSegmentation& network,
                                      const Execution& exec) const {
    const auto held_out = rows_of(set, job_of(study_, cell.setup, cell.seed)).validation;
    return segmentation_temperature(set, network, held_out, exec);
  }

  /// The curve up to where the run goes on.
  [[nodiscard]] std::string read_lines(const std::optional<SegmentationCheckpoint>& resume) const {
    std::string out;
    if (!resume) return out;
    std::ifstream in(store_.path(cell_.key, kCurve));
    std::string line;
    for (std::size_t e = 0; e < resume->epoch && std::getline(in, line); ++e) out += line + "\n";
    return out;
  }

  void evaluate(const SegmentationSet& set, const TrainedSegmentation& network,
                SegmentationRun& out, const Execution& exec) {
    out.scores = evaluate_segmentation(set, network, study_.conditions, study_.absent,
                                       derive_seed(cell_.seed, "degradation"), exec);
    const SegmentationScores& s = *out.scores;
    files.push_back({"confusions.npy", confusions_npy(s)});
    const std::vector shape{1 + network.modalities.size(), s.example_images, set.height, set.width};
    files.push_back(
        {"examples.npy", npy_bytes("|u1", shape, s.examples.data(), s.examples.size())});
    std::vector<std::uint8_t> worst;
    for (const WorstImage& w : s.worst) worst.insert(worst.end(), w.codes.begin(), w.codes.end());
    const std::vector worst_shape{s.worst.size(), set.height, set.width};
    files.push_back({"worst.npy", npy_bytes("|u1", worst_shape, worst.data(), worst.size())});
  }

  /// What choosing by validation images did, with what the last weights score where others count.
  [[nodiscard]] SegmentationChoice choice_of(const SegmentationSet& set, const SegmentationFit& fit,
                                             const Execution& exec) const {
    SegmentationChoice out{study_.training.weights, {}, {}, fit.stopped, {}, {}};
    if (fit.best) {
      out.best_epoch = fit.best->epoch;
      out.best_loss = fit.best->loss;
    }
    if (!fit.failure.empty()) return out;
    if (study_.training.calibrate) {
      out.calibration = calibration_of(set, cell_, fit.network, exec);
    }
    if (study_.training.weights == Checkpoint::last) return out;
    TrainedSegmentation last = fit.network;
    last.weights = fit.last;
    out.last = evaluate_segmentation(set, last, {study_.conditions.front()}, study_.absent,
                                     derive_seed(cell_.seed, "degradation"), exec)
                   .conditions.front()
                   .scores;
    return out;
  }

  const SegmentationStudy& study_;
  const std::vector<SegmentationCell>& cells_;
  const SegmentationCell& cell_;
  const RunStore& store_;
};

}  // namespace

std::vector<SegmentationCell> segmentation_cells(const SegmentationStudy& study) {
  std::vector<SegmentationCell> cells;
  for (const std::uint64_t seed : study.seeds) {
    const std::size_t first = cells.size();
    for (std::size_t i = 0; i < study.setups.size(); ++i) {
      SegmentationCell cell{i, seed, needs_of(study, i), {}};
      for (std::size_t& need : cell.needs) need += first;
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

std::shared_ptr<const SegmentationSet> SegmentationSets::of(std::uint64_t seed) {
  const std::scoped_lock hold(mutex_);
  if (auto there = sets_[seed].lock()) return there;
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  auto set = std::make_shared<const SegmentationSet>(load_segmentation(task_, seed, inputs, exec_));
  sets_[seed] = set;
  return set;
}

void SegmentationSets::put(std::uint64_t seed, const std::shared_ptr<const SegmentationSet>& set) {
  const std::scoped_lock hold(mutex_);
  sets_[seed] = set;
}

std::shared_ptr<const TrainedSegmentation> trained_network(
    const SegmentationStudy& study, const std::vector<SegmentationCell>& cells,
    const SegmentationCell& cell, const RunStore& store) {
  const SegmentationSetup& setup = study.setups[cell.setup];
  auto network = std::make_shared<TrainedSegmentation>();
  network->network = study.network;
  network->modalities = setup.modalities;
  const bool best = study.training.weights == Checkpoint::best;
  network->weights = detail::read_weights(store.path(cell.key, best ? kBest : kLast));
  network->selection = setup.selection;
  network->selection_temperature = setup.selection_temperature;
  if (setup.select.empty()) return network;
  const std::size_t first = cell.needs.size() - setup.select.size();
  for (std::size_t c = first; c < cell.needs.size(); ++c) {
    network->candidates.push_back(trained_network(study, cells, cells[cell.needs[c]], store));
  }
  return network;
}

RunCounts run_segmentation_cells(const SegmentationStudy& study,
                                 const std::vector<SegmentationCell>& cells,
                                 const std::vector<bool>& stored, const RunStore& store,
                                 SegmentationSets& sets, const SegmentationRecords& records,
                                 bool shared, const RunOptions& options, const Execution& exec) {
  std::vector<RunCell> work;
  for (std::size_t i = 0; i < cells.size(); ++i) work.push_back({cells[i].needs, stored[i]});
  std::mutex mutex;
  const auto keep = [&](std::size_t i, const SegmentationRun& run, std::vector<FileContent> files) {
    const std::scoped_lock hold(mutex);
    store.put(cells[i].key, kRecord, records.record(i, run), std::move(files));
    records.finished(i, run);
    return run.failure.empty();
  };
  CellWork of;
  of.run = [&](std::size_t i, const Execution& inner) {
    Training training(study, cells, i, store);
    SegmentationRun run;
    try {
      run = training.run(*sets.of(cells[i].seed), records, inner);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::usage) throw;
      run.failure = error.what();
    }
    const bool counts =
        keep(i, run, run.trained ? std::move(training.files) : std::vector<FileContent>());
    std::error_code ignored;
    if (run.trained) std::filesystem::remove(store.path(cells[i].key, kCheckpointFile), ignored);
    return counts;
  };
  of.fail = [&](std::size_t i, std::size_t need) {
    SegmentationRun run;
    run.failure = "no teacher: '" + study.setups[cells[need].setup].name + "' failed";
    keep(i, run, {});
  };
  if (shared) {
    of.claim = [&](std::size_t i) { return store.claim(cells[i].key); };
    of.find = records.find;
  }
  return run_cells(work, of, options, exec);
}

}  // namespace cch
