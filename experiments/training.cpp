#include "cch/experiments/training.hpp"

#include <algorithm>
#include <limits>

#include "cch/core/error.hpp"
#include "cch/estimators/neural.hpp"
#include "experiments/training_backend.hpp"

namespace cch {
namespace {

[[noreturn]] void refuse(const std::string& problem) {
  refuse_usage("bad-fit", problem, {},
               "Give one row of inputs, labels and teachers for each sample");
}

void check_rows(const TrainingData& data, const TrainingFit& fit) {
  if (fit.labelled.empty()) refuse("a network needs rows with labels");
  for (const auto* rows : {&fit.labelled, &fit.unlabelled, &fit.validation}) {
    for (const std::size_t row : *rows) {
      if (row >= data.x.rows()) refuse("a row to train on lies beyond the data");
    }
  }
  if (data.classes == 0) return;
  for (const auto* rows : {&fit.labelled, &fit.validation}) {
    for (const std::size_t row : *rows) {
      if (data.y[row] < 0 || static_cast<std::size_t>(data.y[row]) >= data.classes) {
        refuse("a row to train on has a label that is no class");
      }
    }
  }
}

void check_job(const TrainingData& data, const TrainingJob& job, const NetworkSpec& network) {
  check(job.loss, network, data.classes > 0);
  if (job.loss.lambda == 0.0) return;
  if (!job.teacher || *job.teacher >= data.teachers.size()) refuse("a teacher is missing");
  const TeacherOutputs& teacher = data.teachers[*job.teacher];
  const Matrix& said = compares_features(job.loss.form) ? teacher.features : teacher.outputs;
  if (said.rows() != data.x.rows() || said.cols() == 0) refuse("a teacher misses rows or columns");
  if (!compares_features(job.loss.form) && said.cols() != data.outputs()) {
    refuse("teacher and student have another number of outputs");
  }
}

void check_data(const TrainingData& data, const NetworkSpec& network) {
  const std::size_t n = data.x.rows();
  if (n == 0 || data.x.cols() == 0) refuse("there are no inputs");
  if (data.classes == 0 && data.targets.rows() != n) refuse("inputs and labels differ in rows");
  if (data.classes > 0 && data.y.size() != n) refuse("inputs and labels differ in rows");
  if (network.layers != Layers::cnn) return;
  const auto& [channels, height, width] = data.shape;
  if (channels * height * width != data.x.cols()) {
    refuse_usage("wrong-network", "a cnn needs images", "these rows are plain vectors",
                 "Take layers = \"mlp\"");
  }
  if ((std::min(height, width) >> network.widths.size()) == 0) {
    refuse_usage("bad-network", "the cnn has too many blocks for its images",
                 "each halves height and width", "Give fewer widths");
  }
}

std::vector<TrainedNetwork> train_each(const TrainingData& data, const TrainingFit& fit,
                                       const NetworkSpec& network, const Optimisation& optimisation,
                                       const Execution& exec) {
  if (network.layers == Layers::own) return detail::train_own(data, fit, *network.own, exec);
  if (detail::is_dense(network, fit.jobs, exec.device)) {
    return detail::train_dense(data, fit, network, optimisation, exec);
  }
  Execution resolved = exec;
  resolved.device = resolved_device(exec.device);
  return detail::training_backend().train(data, fit, network, optimisation, resolved);
}

}  // namespace

namespace detail {

bool is_dense(const NetworkSpec& network, const std::vector<TrainingJob>& jobs,
              const std::string& device) {
  const bool features = std::any_of(jobs.begin(), jobs.end(), [](const TrainingJob& job) {
    return job.loss.lambda > 0.0 && compares_features(job.loss.form);
  });
  const bool dense = network.layers == Layers::linear || network.layers == Layers::mlp;
  return device == "cpu" && dense && network.dropout == 0.0 && !features;
}

}  // namespace detail

namespace {

/// Of so many networks in a row the one with the least validation loss, the first where none has
/// any.
std::vector<TrainedNetwork> best_of_each(std::vector<TrainedNetwork> all, std::size_t in_a_row) {
  const auto loss = [](const TrainedNetwork& n) {
    return n.failure.empty() && n.best ? n.best->validation
                                       : std::numeric_limits<double>::infinity();
  };
  std::vector<TrainedNetwork> out;
  for (std::size_t begin = 0; begin < all.size(); begin += in_a_row) {
    std::size_t least = begin;
    for (std::size_t i = begin; i < begin + in_a_row; ++i) {
      if (loss(all[i]) < loss(all[least])) least = i;
    }
    out.push_back(std::move(all[least]));
  }
  return out;
}

}  // namespace

std::vector<std::vector<std::size_t>> weight_shapes(const NetworkSpec& network, std::size_t inputs,
                                                    const ImageShape& shape, std::size_t outputs) {
  std::vector<std::vector<std::size_t>> out;
  std::size_t in = network.layers == Layers::cnn ? shape.channels : inputs;
  for (const std::size_t width : network.widths) {
    if (network.layers == Layers::cnn) {
      out.push_back({width, in, 3, 3});
    } else {
      out.push_back({width, in});
    }
    out.push_back({width});
    in = width;
  }
  if (network.layers == Layers::cnn) {
    in *= (shape.height >> network.widths.size()) * (shape.width >> network.widths.size());
  }
  out.push_back({outputs, in});
  out.push_back({outputs});
  return out;
}

std::vector<TrainedNetwork> train_networks(const TrainingData& data, const TrainingFit& fit,
                                           const NetworkSpec& network,
                                           const Optimisation& optimisation,
                                           const Execution& exec) {
  check(network);
  check(optimisation);
  check_data(data, network);
  check_rows(data, fit);
  for (const TrainingJob& job : fit.jobs) check_job(data, job, network);
  if (fit.jobs.empty()) return {};
  const std::size_t decays = optimisation.weight_decay.size();
  if (decays > 1 && fit.validation.empty()) {
    refuse("a weight decay is chosen on validation rows, and there are none");
  }
  TrainingFit every = fit;
  Optimisation of_jobs = optimisation;
  every.jobs.clear();
  of_jobs.weight_decay.clear();
  for (const TrainingJob& job : fit.jobs) {
    every.jobs.insert(every.jobs.end(), decays, job);
    of_jobs.weight_decay.insert(of_jobs.weight_decay.end(), optimisation.weight_decay.begin(),
                                optimisation.weight_decay.end());
  }
  std::vector<TrainedNetwork> trained = train_each(data, every, network, of_jobs, exec);
  for (std::size_t m = 0; m < trained.size(); ++m)
    trained[m].weight_decay = of_jobs.weight_decay[m];
  return decays == 1 ? trained : best_of_each(std::move(trained), decays);
}

}  // namespace cch
