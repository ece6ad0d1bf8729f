// What a study is made of, and what it may cost.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cch/experiments/segmentation_run.hpp"
#include "cch/experiments/task.hpp"
#include "tools/cch/check/run.hpp"
#include "tools/cch/gaussian/sweep.hpp"
#include "tools/cch/segment.hpp"
#include "tools/cch/slurm/settings.hpp"
#include "tools/cch/train/plan.hpp"
#include "tools/documents/json.hpp"
#include "tools/options/file_value.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr double kOperations = 6.0;  // a weight and row: forward, backward and weight gradients
constexpr std::size_t kFinishedEnough = 3;
constexpr std::size_t kMostRead = 200;  // stored runs whose seconds are looked at

StudyKind kind_of(const std::string& path) {
  const options::FileTable file = options::parse_file(path, "study");
  if (find(file, "grid") != nullptr) return StudyKind::sweep;
  if (find(file, "task") != nullptr) return StudyKind::pairs;
  if (find(file, "student") != nullptr || find(file, "teacher") != nullptr) {
    return StudyKind::rankings;
  }
  refuse_usage("bad-study", "the file is no study that a cluster could run", path,
               "Name a study of cch train or cch gaussian sweep, or studies of cch rank");
}

TrainSettings train_settings(const SlurmSettings& s) {
  TrainSettings out;
  out.path = s.studies.front();
  out.out = s.out;
  out.data = s.data;
  out.overrides = s.overrides;
  return out;
}

/// Seconds of the runs that the folder has: the mean, by as many as were read.
std::optional<double> stored_seconds(const std::string& folder, std::size_t& read) {
  const RunStore store(folder);
  double sum = 0.0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs", none)) {
    if (read == kMostRead) break;
    std::vector<Warning> told;
    const auto text = store.find(entry.path().filename().string(), "result.json", told);
    if (!text) continue;
    const auto record = documents::parse(*text);
    const auto seconds = record.find("seconds");
    if (seconds == record.end() || !seconds->is_number()) continue;
    sum += seconds->get<double>();
    ++read;
  }
  if (read < kFinishedEnough) return std::nullopt;
  return sum / static_cast<double>(read);
}

double weights_of(const NetworkSpec& network, std::size_t inputs, std::size_t outputs) {
  double sum = 0.0;
  auto width = static_cast<double>(inputs);
  for (const std::size_t next : network.widths) {
    sum += (width + 1.0) * static_cast<double>(next);
    width = static_cast<double>(next);
  }
  return sum + (width + 1.0) * static_cast<double>(outputs);
}

/// Of the first unit, by the model of `cch check`; nothing for networks that it does not know.
std::optional<double> modelled_seconds(const Study& study, const StudyUnit& unit,
                                       const TaskData& data, const Execution& exec) {
  if (study.student.layers == Layers::cnn || study.teacher.layers == Layers::cnn) return {};
  const StudyDraw drawn = draw(study.task, data, unit.setting, unit.seed, exec);
  const std::size_t outputs = std::max<std::size_t>(drawn.classes, drawn.targets.cols());
  const std::size_t all = drawn.train.size();
  const std::size_t rows = unit.labelled > 0 ? std::min(unit.labelled, all) : all;
  double steps = 0.0;
  double operations = 0.0;
  const auto add = [&](const Optimisation& training, double weights, double networks) {
    const std::size_t batch = training.batch == 0 ? rows : std::min(training.batch, rows);
    const std::size_t n =
        training.steps > 0
            ? training.steps
            : training.epochs * ((rows + batch - 1) / std::max<std::size_t>(1, batch));
    steps += static_cast<double>(n);
    operations += kOperations * weights * networks * static_cast<double>(n * batch);
  };
  double students = 0.0;
  for (const RunSpec& run : runs(study, unit)) {
    if (run.role != Role::teacher) {
      students += static_cast<double>(std::max<std::size_t>(1, run.candidates.size()));
      continue;
    }
    for (std::size_t t = 0; t < drawn.teachers.size(); ++t) {
      if (drawn.teachers[t].name != run.teacher->name || drawn.teachers[t].stored) continue;
      add(study.teacher_training, weights_of(study.teacher, drawn.teachers[t].x.cols(), outputs),
          run.teacher->rows == TeacherRows::k_fold ? static_cast<double>(study.folds) : 1.0);
      break;
    }
  }
  add(study.training, weights_of(study.student, drawn.x.cols(), outputs), students);
  return trained_seconds(steps, operations);
}

void pairs_work(const SlurmSettings& s, SlurmWork& out) {
  TrainSettings train = train_settings(s);
  read_train_study(train, {});
  const Execution exec;
  const TaskData data = load_task(train.study.task, exec);
  check(train.study, data);
  const auto cells = unit_cells(train.study, {});
  out.title = train.study.title;
  out.units = cells.size();
  out.runs = planned_runs(train.study);
  std::size_t read = 0;
  if (const auto seconds = stored_seconds(s.out, read)) {
    out.seconds = *seconds * static_cast<double>(out.runs) / static_cast<double>(out.units);
    out.how = fmt::format("by {} finished runs of {}", read, s.out);
    return;
  }
  out.seconds = modelled_seconds(train.study, cells.front().unit, data, exec);
  out.how =
      out.seconds
          ? "by the model of cch check, without criteria; right within a factor of 1.5 on one "
            "kind of processor"
          : "there is no model for convolutions; train a unit first with cch train "
            "--stop-after 3";
}

void segmentation_work(const SlurmSettings& s, SlurmWork& out) {
  TrainSettings train = train_settings(s);
  const SegmentationStudy study = read_segmentation_study(train, {});
  out.title = study.title;
  out.units = out.runs = segmentation_cells(study).size();
  std::size_t read = 0;
  out.seconds = stored_seconds(s.out, read);
  out.how = out.seconds ? fmt::format("by {} finished runs of {}", read, s.out)
                        : "there is no model for images; train some runs first with cch train "
                          "--stop-after 3";
}

}  // namespace

SlurmWork slurm_work(const SlurmSettings& s) {
  SlurmWork out;
  out.kind = kind_of(s.studies.front());
  for (std::size_t i = 1; i < s.studies.size(); ++i) {
    if (out.kind == StudyKind::rankings && kind_of(s.studies[i]) == out.kind) continue;
    refuse_usage("mixed-studies", "only rankings go to the cluster together",
                 s.studies.front() + ", " + s.studies[i],
                 "Give one study of cch train or cch gaussian sweep, or rankings alone");
  }
  const bool train = out.kind == StudyKind::pairs;
  if (!train && (!s.data.empty() || !s.overrides.empty())) {
    refuse_usage("bad-arguments", "--data and --set are options of cch train", s.studies.front(),
                 "Leave them out: a ranking or a sweep has everything in its file");
  }
  if (train && is_segmentation_study(train_settings(s))) out.kind = StudyKind::segmentation;
  switch (out.kind) {
    case StudyKind::pairs:
      pairs_work(s, out);
      break;
    case StudyKind::segmentation:
      segmentation_work(s, out);
      break;
    case StudyKind::sweep: {
      SweepSettings sweep;
      sweep.study = s.studies.front();
      read_sweep_study(sweep, {});
      out.title = sweep.title;
      out.units = out.runs = make_cells(sweep).cells.size();
      out.runs_name = "cells";
      out.how = "cells differ; cch gaussian sweep --stop-after 10 tells what they take here";
      break;
    }
    case StudyKind::rankings:
      out.title = "rankings";
      out.units = out.runs = s.studies.size();
      out.runs_name = "rankings";
      out.how = "cch check tells what each would take";
      break;
  }
  return out;
}

}  // namespace cch
