#include "estimators/neural/torch/training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cch::neural {

using detail::CurvePoint;
using detail::NeuralFold;
using detail::TrainingRecord;

namespace {

constexpr std::size_t kMostSteps = 200;  // an epoch, so that validation comes in time for any N
constexpr double kClip = 5.0;            // norm of a network's gradient

Tensor on_device(const detail::FloatMatrix& m, const torch::Device& device) {
  // The data outlive the networks, so the CPU shares their memory.
  return torch::from_blob(const_cast<float*>(m.values.data()),
                          {static_cast<std::int64_t>(m.rows), static_cast<std::int64_t>(m.cols)})
      .to(device);
}

// Batches of one network without replacement, a new order whenever too few rows are left.
class BatchStream {
 public:
  BatchStream(const NeuralFold& fold, std::size_t batch)
      : rows_(fold.fit), batch_(batch), random_(derive_seed(fold.seed, "batches")) {
    next_ = rows_.size();
  }

  void fill(std::int64_t* out) {
    if (next_ + batch_ > rows_.size()) {
      random_.shuffle(std::span(rows_));
      next_ = 0;
    }
    std::copy_n(rows_.begin() + static_cast<std::ptrdiff_t>(next_), batch_, out);
    next_ += batch_;
  }

 private:
  std::vector<std::int64_t> rows_;
  std::size_t batch_;
  std::size_t next_;
  Random random_;
};

// The weights of network r as they are now, or back.
class Snapshots {
 public:
  explicit Snapshots(const std::vector<Tensor>& parameters) : parameters_(parameters) {
    for (const Tensor& p : parameters_) best_.push_back(p.detach().clone());
  }
  void keep(std::size_t r) {
    const auto k = static_cast<std::int64_t>(r);
    for (std::size_t i = 0; i < best_.size(); ++i) best_[i][k].copy_(parameters_[i].detach()[k]);
  }
  void restore() {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < best_.size(); ++i) parameters_[i].copy_(best_[i]);
  }

 private:
  std::vector<Tensor> parameters_;
  std::vector<Tensor> best_;
};

// Each network's gradient scaled down to the norm kClip; networks do not touch each other.
void clip_gradients(const std::vector<Tensor>& parameters) {
  const torch::NoGradGuard no_grad;
  Tensor square;
  for (const Tensor& p : parameters) {
    if (!p.grad().defined()) continue;
    const Tensor part = p.grad().flatten(1).square().sum(1);
    square = square.defined() ? square + part : part;
  }
  if (!square.defined()) return;
  const Tensor scale = (kClip / (square.sqrt() + 1e-12)).clamp_max(1.0).view({-1, 1, 1});
  for (const Tensor& p : parameters) {
    if (p.grad().defined()) p.grad().mul_(scale);
  }
}

struct Progress {
  std::vector<TrainingRecord> records;
  std::vector<double> best;
  std::vector<double> mark;  // the best value when the patience began
  std::vector<std::size_t> since_best;
  std::vector<char> ended;

  explicit Progress(std::size_t networks)
      : records(networks),
        best(networks, -std::numeric_limits<double>::infinity()),
        mark(best),
        since_best(networks, 0),
        ended(networks, 0) {}
  [[nodiscard]] bool all_ended() const {
    return std::all_of(ended.begin(), ended.end(), [](char e) { return e != 0; });
  }
};

void validate_all(Model& model, Progress& progress, const std::vector<double>& train_values,
                  std::size_t epoch, std::size_t patience, Snapshots& snapshots) {
  const torch::NoGradGuard no_grad;
  for (std::size_t r = 0; r < progress.records.size(); ++r) {
    if (progress.ended[r]) continue;
    TrainingRecord& record = progress.records[r];
    const double value = model.validate(r);
    record.curve.push_back({train_values[r], value});
    if (!std::isfinite(value) || !std::isfinite(train_values[r])) {
      record.diverged = true;
      progress.ended[r] = 1;
    } else if (value > progress.best[r]) {
      // A small rise is kept, but does not buy more time.
      if (value > progress.mark[r] + model.least_gain) {
        progress.mark[r] = value;
        progress.since_best[r] = 0;
      } else {
        ++progress.since_best[r];
      }
      progress.best[r] = value;
      record.best_epoch = epoch;
      snapshots.keep(r);
    } else {
      ++progress.since_best[r];
    }
    if (progress.since_best[r] >= patience) progress.ended[r] = 1;
  }
}

}  // namespace

DeviceData::DeviceData(const detail::NeuralData& data, const torch::Device& on) : device(on) {
  x = on_device(data.x, on);
  if (data.discrete()) {
    labels = torch::tensor(torch::ArrayRef<std::int64_t>(data.labels), torch::kInt64).to(on);
  } else {
    y = on_device(data.y, on);
  }
  if (!data.groups.empty()) {
    groups = torch::tensor(torch::ArrayRef<std::int64_t>(data.groups), torch::kInt64).to(on);
  }
}

Tensor DeviceData::pick(const Tensor& values, const Tensor& rows) {
  return values.index_select(0, rows.flatten()).view({rows.size(0), rows.size(1), values.size(1)});
}

Tensor index_tensor(std::span<const std::int64_t> rows, const torch::Device& device) {
  return torch::tensor(torch::ArrayRef<std::int64_t>(rows.data(), rows.size()), torch::kInt64)
      .unsqueeze(0)
      .to(device);
}

ParameterMaker::ParameterMaker(std::span<const NeuralFold> folds, const torch::Device& device)
    : device_(device) {
  for (const NeuralFold& fold : folds) random_.emplace_back(derive_seed(fold.seed, "weights"));
}

Tensor ParameterMaker::keep(const Tensor& values, bool decays) {
  Tensor parameter = values.to(device_).requires_grad_();
  (decays ? decaying_ : others_).push_back(parameter);
  return parameter;
}

Dense ParameterMaker::dense(std::size_t in, std::size_t out, double spread, bool decays) {
  const auto rows = static_cast<std::int64_t>(in);
  const auto cols = static_cast<std::int64_t>(out);
  Tensor w = torch::empty({networks(), rows, cols});
  Tensor b = torch::empty({networks(), 1, cols});
  const double bound = spread / std::sqrt(static_cast<double>(std::max<std::size_t>(1, in)));
  float* weights = w.data_ptr<float>();
  float* offsets = b.data_ptr<float>();
  for (Random& random : random_) {
    weights = std::generate_n(weights, rows * cols,
                              [&] { return static_cast<float>(random.uniform(-bound, bound)); });
    offsets = std::generate_n(offsets, cols,
                              [&] { return static_cast<float>(random.uniform(-bound, bound)); });
  }
  return {keep(w, decays), keep(b, false)};
}

std::size_t most_pairs(std::span<const detail::NeuralFold> folds) {
  std::size_t most = 0;
  for (const detail::NeuralFold& fold : folds) most = std::max(most, fold.rho.size());
  return most;
}

Tensor stacked_maps(std::span<const NeuralFold> folds, const detail::FloatMatrix NeuralFold::*map,
                    std::size_t cols, const torch::Device& device) {
  const std::size_t rows = (folds.front().*map).rows;
  Tensor all = torch::zeros({static_cast<std::int64_t>(folds.size()),
                             static_cast<std::int64_t>(rows), static_cast<std::int64_t>(cols)});
  float* out = all.data_ptr<float>();
  for (const NeuralFold& fold : folds) {
    const detail::FloatMatrix& m = fold.*map;
    for (std::size_t i = 0; i < rows; ++i, out += cols) {
      std::copy_n(m.values.data() + i * m.cols, std::min(m.cols, cols), out);
    }
  }
  return all.to(device);
}

std::vector<TrainingRecord> train(Model& model, std::span<const NeuralFold> folds,
                                  const TrainingOptions& options, const torch::Device& device,
                                  std::string_view phase, const Execution& exec) {
  std::size_t fewest = folds.front().fit.size();
  for (const NeuralFold& fold : folds) fewest = std::min(fewest, fold.fit.size());
  const std::size_t batch = std::min(options.batch, fewest);
  const std::size_t steps = std::clamp<std::size_t>(fewest / batch, 1, kMostSteps);

  std::vector<Tensor> all = model.decaying;
  all.insert(all.end(), model.others.begin(), model.others.end());
  std::vector<torch::optim::OptimizerParamGroup> parts;
  for (const bool decays : {true, false}) {
    auto adam = std::make_unique<torch::optim::AdamWOptions>(options.learning_rate);
    adam->weight_decay(decays ? options.weight_decay : 0.0);
    parts.emplace_back(decays ? model.decaying : model.others, std::move(adam));
  }
  torch::optim::AdamW optimizer(parts, torch::optim::AdamWOptions(options.learning_rate));

  std::vector<BatchStream> streams;
  for (const NeuralFold& fold : folds) streams.emplace_back(fold, batch);
  Progress progress(folds.size());
  for (TrainingRecord& record : progress.records) record.batch = batch;
  Snapshots snapshots(all);
  validate_all(model, progress, std::vector<double>(folds.size(), 0.0), 0, options.patience,
               snapshots);
  Tensor rows = torch::empty(
      {static_cast<std::int64_t>(folds.size()), static_cast<std::int64_t>(batch)}, torch::kInt64);
  for (std::size_t epoch = 1; epoch <= options.epochs && !progress.all_ended(); ++epoch) {
    Tensor sum = torch::zeros({static_cast<std::int64_t>(folds.size())}, floats(device));
    for (std::size_t step = 0; step < steps; ++step) {
      exec.throw_if_stopped();
      for (std::size_t r = 0; r < folds.size(); ++r) {
        streams[r].fill(rows.data_ptr<std::int64_t>() + r * batch);
      }
      const Tensor loss = model.loss(rows.to(device));
      optimizer.zero_grad();
      loss.sum().backward();
      clip_gradients(all);
      optimizer.step();
      sum += loss.detach();
    }
    const Tensor means = (-sum / static_cast<double>(steps)).to(torch::kCPU, torch::kFloat64);
    const double* values = means.data_ptr<double>();
    validate_all(model, progress, {values, values + folds.size()}, epoch, options.patience,
                 snapshots);
    exec.progress(phase, epoch, options.epochs);
  }
  exec.progress(phase, options.epochs, options.epochs);
  snapshots.restore();
  return progress.records;
}

}  // namespace cch::neural
