#include "experiments/torch/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "experiments/torch/losses.hpp"
#include "experiments/torch/networks.hpp"
#include "experiments/torch/stacked_optimiser.hpp"
#include "experiments/training_backend.hpp"

namespace cch::training {
namespace {

constexpr std::size_t kMostPairedRows = 4096;   // a contrastive step keeps all their pairs
constexpr std::size_t kValuesAtOnce = 1 << 22;  // of a layer, when outputs are computed

TensorOptions options_of(const Optimisation& o, const Execution& exec) {
  return TensorOptions()
      .dtype(o.double_precision ? torch::kFloat64 : torch::kFloat32)
      .device(torch::Device(exec.device));
}

Tensor weights_by_job(const std::vector<TrainingJob>& jobs, bool hard,
                      const TensorOptions& options) {
  std::vector<double> values;
  for (const TrainingJob& job : jobs) {
    values.push_back(hard ? job.loss.hard_weight() : job.loss.lambda);
  }
  return to_tensor(values, {as_int(values.size())}, options);
}

// Euclidean norm over the first `count` gradients, for each job.
std::vector<double> norms(const std::vector<Tensor>& gradients, std::size_t count) {
  Tensor sum;
  for (std::size_t i = 0; i < count; ++i) {
    if (!gradients[i].defined()) continue;
    const Tensor part = gradients[i].flatten(1).square().sum({1}, false, torch::kFloat64);
    sum = sum.defined() ? sum + part : part;
  }
  return to_doubles(sum.sqrt());
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

// Sums of a job's losses over the steps since the last point of its curve.
struct LossSum {
  double hard = 0.0;
  double soft = 0.0;
  double unpaired = 0.0;  // what full labels of unpaired rows add to the weighted loss
  std::size_t steps = 0;
  bool labels = false;  // whether any of the rows had one
};

class Trainer {
 public:
  Trainer(const TrainingData& data, const TrainingFit& fit, const NetworkSpec& network,
          const Optimisation& optimisation, const Execution& exec)
      : data_(data),
        fit_(fit),
        o_(optimisation),
        exec_(exec),
        options_(options_of(optimisation, exec)),
        order_(fit, optimisation),
        x_(to_tensor(data.x, options_)),
        networks_(data, fit.jobs, network, options_),
        losses_(data, fit, networks_.features(), options_),
        learned_(networks_.weights()),
        hard_weight_(weights_by_job(fit.jobs, true, options_)),
        soft_weight_(weights_by_job(fit.jobs, false, options_)),
        sums_(fit.jobs.size()),
        out_(fit.jobs.size()) {
    const std::vector<Tensor> maps = losses_.maps();
    learned_.insert(learned_.end(), maps.begin(), maps.end());
  }

  std::vector<TrainedNetwork> run() {
    StackedOptimiser optimiser(o_, learned_, decays());
    for (std::size_t s = 0; s < order_.steps() && any_left(); ++s) {
      exec_.throw_if_stopped();
      optimiser.step(gradients(s), detail::learning_rate(o_, s, order_.steps()));
      if (!fit_.validation.empty() && order_.validated(s)) validate(s);
    }
    finish();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool runs(std::size_t m) const {
    return out_[m].failure.empty() && !out_[m].stopped;
  }
  [[nodiscard]] bool any_left() const {
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (runs(m)) return true;
    }
    return false;
  }
  // The weight decay of each network, for each of learned_.
  [[nodiscard]] std::vector<Tensor> decays() const {
    const Tensor all = to_tensor(o_.weight_decay, {as_int(o_.weight_decay.size())},
                                 options_.dtype(torch::kFloat64));
    std::vector<Tensor> out(networks_.weights().size(), all);
    for (const Tensor& members : losses_.map_members()) {
      out.push_back(all.index_select(0, members));
    }
    return out;
  }
  [[nodiscard]] bool whole() const { return order_.steps_per_pass() == 1; }

  void take_rows(std::size_t s) {
    const auto rows = order_.step(s);
    const auto labelled = order_.labelled();
    std::vector<double> weight(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      weight[i] = labelled[i] ? order_.hard_scale() / static_cast<double>(rows.size()) : 0.0;
    }
    step_.rows = to_indices({rows.begin(), rows.end()}, options_);
    step_.weight = to_tensor(weight, {as_int(weight.size())}, options_);
    batch_ = x_.index_select(0, step_.rows);
  }

  /// Of all weights, a network's being those of its own loss: no weight enters two losses.
  std::vector<Tensor> gradients(std::size_t s) {
    if (s == 0 || !whole()) take_rows(s);
    const Losses losses = losses_(networks_.in_training(batch_), step_);
    add_losses(losses, s);
    Tensor hard = (losses.hard * hard_weight_).sum();
    if (losses.unpaired.defined()) hard = hard + losses.unpaired.sum();
    const Tensor soft = losses.soft.defined() ? (losses.soft * soft_weight_).sum() : Tensor{};
    if (!order_.recorded(s)) {
      return torch::autograd::grad({soft.defined() ? hard + soft : hard}, learned_, {}, false,
                                   false, true);
    }
    return recorded_gradients(hard, soft, s);
  }

  /// Both parts apart, so that their norms are known.
  std::vector<Tensor> recorded_gradients(const Tensor& hard, const Tensor& soft, std::size_t s) {
    std::vector<Tensor> sum =
        torch::autograd::grad({hard}, learned_, {}, soft.defined(), false, true);
    const std::size_t count = networks_.weights().size();
    const std::vector<double> hard_norms = norms(sum, count);
    std::vector<double> soft_norms(out_.size(), 0.0);
    if (soft.defined()) {
      const auto part = torch::autograd::grad({soft}, learned_, {}, false, false, true);
      soft_norms = norms(part, count);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        if (!part[i].defined()) continue;
        sum[i] = sum[i].defined() ? sum[i] + part[i] : part[i];
      }
    }
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (runs(m)) add_point(m, s, hard_norms[m], soft_norms[m]);
    }
    return sum;
  }

  void add_losses(const Losses& losses, std::size_t s) {
    const auto labelled = order_.labelled();
    const bool labels =
        std::any_of(labelled.begin(), labelled.end(), [](auto l) { return l != 0; });
    const std::vector<double> hard = to_doubles(losses.hard);
    const std::vector<double> none(hard.size(), 0.0);
    const std::vector<double> soft = losses.soft.defined() ? to_doubles(losses.soft) : none;
    const std::vector<double> unpaired =
        losses.unpaired.defined() ? to_doubles(losses.unpaired) : none;
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (!runs(m)) continue;
      if (whole()) sums_[m] = {};
      sums_[m].hard += hard[m];
      sums_[m].soft += soft[m];
      sums_[m].unpaired += unpaired[m];
      ++sums_[m].steps;
      sums_[m].labels = sums_[m].labels || labels;
      if (!std::isfinite(total(m, hard[m], soft[m]))) {
        fail(m, "diverged: the loss is not finite at step ", s);
      }
    }
  }

  [[nodiscard]] double total(std::size_t m, double hard, double soft) const {
    const DistilLoss& loss = fit_.jobs[m].loss;
    return loss.hard_weight() * hard + loss.lambda * soft;
  }

  void add_point(std::size_t m, std::size_t s, double hard_norm, double soft_norm) {
    const auto steps = static_cast<double>(sums_[m].steps);
    TrainingPoint point;
    point.step = s + 1;
    point.hard = sums_[m].hard / steps;
    point.soft = sums_[m].soft / steps;
    point.loss = total(m, point.hard, point.soft) + sums_[m].unpaired / steps;
    point.hard_gradient = hard_norm;
    point.soft_gradient = soft_norm;
    // Without a labelled row and a teacher there was nothing to lose.
    const bool counts = sums_[m].labels || fit_.jobs[m].loss.lambda > 0.0;
    sums_[m] = {};
    if (!std::isfinite(hard_norm + soft_norm)) {
      fail(m, "diverged: the gradient is not finite at step ", s);
    } else if (point.loss == 0.0 && counts) {
      fail(m, "no loss: the loss was exactly 0 at step ", s);
    } else {
      out_[m].curve.push_back(point);
    }
  }

  void fail(std::size_t m, const char* reason, std::size_t s) {
    out_[m].failure = reason + std::to_string(s + 1);
    out_[m].weights = networks_.weights_of(m);
  }

  // The loss on the validation rows; where it is the least so far, its weights are kept.
  void validate(std::size_t s) {
    if (!x_validation_.defined()) {
      x_validation_ = x_.index_select(
          0, to_indices({fit_.validation.begin(), fit_.validation.end()}, options_));
    }
    std::vector<Matrix> z(out_.size(), Matrix(fit_.validation.size(), data_.outputs()));
    in_parts(x_validation_, [&](const Outputs& part, std::size_t begin) {
      for (std::size_t m = 0; m < z.size(); ++m) write_rows(part.z[as_int(m)], begin, z[m]);
    });
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (!runs(m)) continue;
      if (detail::note_validation(out_[m], s, detail::hard_loss(data_, fit_.validation, z[m]))) {
        out_[m].best->weights = networks_.weights_of(m);
      }
      if (!detail::out_of_patience(out_[m], o_.patience)) continue;
      // The others go on, and its own weights with them.
      out_[m].stopped = s + 1;
      out_[m].weights = networks_.weights_of(m);
    }
  }

  void finish() {
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (!runs(m)) {
        networks_.put_weights(m, out_[m].weights);
        continue;
      }
      out_[m].weights = networks_.weights_of(m);
      if (!all_finite(out_[m].weights)) {
        out_[m].failure = "diverged: the weights are not finite after the last step";
      }
    }
    write_outputs();
    if (!fit_.validation.empty()) write_best();
  }

  [[nodiscard]] bool keeps_features() const {
    return fit_.keeps_features && networks_.features() > 0;
  }

  void write_outputs() {
    for (TrainedNetwork& network : out_) {
      network.outputs = Matrix(data_.x.rows(), data_.outputs());
      if (keeps_features()) network.features = Matrix(data_.x.rows(), networks_.features());
    }
    in_parts(x_, [&](const Outputs& part, std::size_t begin) {
      for (std::size_t m = 0; m < out_.size(); ++m) {
        write_rows(part.z[as_int(m)], begin, out_[m].outputs);
        if (keeps_features()) write_rows(part.features[as_int(m)], begin, out_[m].features);
      }
    });
  }

  // The networks then stand at their best weights.
  void write_best() {
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (!out_[m].best) continue;
      networks_.put_weights(m, out_[m].best->weights);
      out_[m].best->outputs = Matrix(data_.x.rows(), data_.outputs());
      if (keeps_features()) out_[m].best->features = Matrix(data_.x.rows(), networks_.features());
    }
    in_parts(x_, [&](const Outputs& part, std::size_t begin) {
      for (std::size_t m = 0; m < out_.size(); ++m) {
        if (!out_[m].best) continue;
        write_rows(part.z[as_int(m)], begin, out_[m].best->outputs);
        if (keeps_features()) {
          write_rows(part.features[as_int(m)], begin, out_[m].best->features);
        }
      }
    });
  }

  // What the networks say to all rows of x, so many of them at once as memory bears.
  template <class Take>
  void in_parts(const Tensor& x, const Take& take) const {
    const torch::NoGradGuard no_grad;
    const auto n = static_cast<std::size_t>(x.size(0));
    const std::size_t most = std::max<std::size_t>(1, kValuesAtOnce / networks_.values_per_row());
    for (std::size_t begin = 0; begin < n; begin += most) {
      exec_.throw_if_stopped();
      const auto rows = as_int(std::min(most, n - begin));
      take(networks_.in_use(x.narrow(0, as_int(begin), rows)), begin);
    }
  }

  const TrainingData& data_;
  const TrainingFit& fit_;
  const Optimisation& o_;
  const Execution& exec_;
  TensorOptions options_;
  detail::BatchOrder order_;
  Tensor x_;
  Tensor x_validation_;
  Networks networks_;
  FitLosses losses_;
  std::vector<Tensor> learned_;
  Tensor hard_weight_;
  Tensor soft_weight_;
  Step step_;
  Tensor batch_;
  std::vector<LossSum> sums_;
  std::vector<TrainedNetwork> out_;
};

void check_pairs(const TrainingFit& fit, const Optimisation& o) {
  const std::size_t rows = fit.labelled.size() + fit.unlabelled.size();
  const std::size_t batch = o.batch == 0 ? rows : std::min(o.batch, rows);
  if (batch <= kMostPairedRows) return;
  for (const TrainingJob& job : fit.jobs) {
    if (job.loss.lambda == 0.0 || job.loss.form != DistilForm::contrastive) continue;
    refuse_usage("bad-training",
                 "a contrastive loss cannot have " + std::to_string(batch) + " rows a step",
                 "it compares each with all others",
                 "Give a batch of at most " + std::to_string(kMostPairedRows) + " rows");
  }
}

}  // namespace

std::vector<TrainedNetwork> train_fit(const TrainingData& data, const TrainingFit& fit,
                                      const NetworkSpec& network, const Optimisation& optimisation,
                                      const Execution& exec) {
  neural::use_one_thread();
  check_pairs(fit, optimisation);
  try {
    return Trainer(data, fit, network, optimisation, exec).run();
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::run, Fault{"training-failed",
                                      "a network could not be trained",
                                      {},
                                      error.what_without_backtrace(),
                                      "Take smaller networks, batches or fewer of them at once"});
  }
}

}  // namespace cch::training
