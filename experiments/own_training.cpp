// Networks that only their owner knows, as jobs of a fit.
#include <algorithm>
#include <cmath>

#include "cch/core/error.hpp"
#include "cch/experiments/own_network.hpp"
#include "experiments/training_backend.hpp"

namespace cch::detail {
namespace {

/// softmax(z / T), added to `to` with a weight.
void add_softmax(std::span<const double> z, double temperature, double weight,
                 std::span<double> to) {
  const double most = *std::max_element(z.begin(), z.end());
  double total = 0.0;
  for (const double v : z) total += std::exp((v - most) / temperature);
  for (std::size_t k = 0; k < z.size(); ++k) {
    to[k] += weight * std::exp((z[k] - most) / temperature) / total;
  }
}

/// The targets of one job, a row a row that it learns from.
class Targets {
 public:
  Targets(const TrainingData& data, const TrainingJob& job) : data_(data), job_(job) {
    const DistilLoss& loss = job.loss;
    if (loss.lambda > 0.0) teacher_ = &data.teachers[*job.teacher];
    const bool mixed = loss.weighting == Weighting::mixed;
    share_ = mixed ? loss.lambda : loss.lambda / (1.0 + loss.lambda);
  }

  [[nodiscard]] bool taught() const { return teacher_ != nullptr; }
  [[nodiscard]] bool teaches(std::size_t row) const {
    return teacher_ != nullptr && teacher_->pairs(row);
  }

  void put(std::size_t row, bool labelled, std::span<double> to) const {
    const double soft = !teaches(row) ? 0.0 : labelled ? share_ : 1.0;
    if (data_.classes > 0) {
      if (labelled) to[static_cast<std::size_t>(data_.y[row])] += 1.0 - soft;
      if (soft > 0.0) add_softmax(teacher_->outputs.row(row), job_.loss.temperature, soft, to);
      return;
    }
    for (std::size_t c = 0; c < to.size(); ++c) {
      if (labelled) to[c] += (1.0 - soft) * job_.label_scale * data_.targets(row, c);
      if (soft > 0.0) to[c] += soft * teacher_->outputs(row, c);
    }
  }

 private:
  const TrainingData& data_;
  const TrainingJob& job_;
  const TeacherOutputs* teacher_ = nullptr;
  double share_ = 0.0;
};

TrainedNetwork train_one(const TrainingData& data, const TrainingFit& fit, const TrainingJob& job,
                         const OwnNetwork& network) {
  const Targets targets(data, job);
  std::vector<std::size_t> rows = fit.labelled;
  for (const std::size_t row : fit.unlabelled) {
    if (targets.teaches(row)) rows.push_back(row);
  }
  const Matrix x = select_rows(data.x.view(), rows);
  Matrix wanted(rows.size(), data.outputs());
  OwnFit own{x.view(), {}, data.classes, {}, targets.taught(), data.x.view()};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool labelled = i < fit.labelled.size();
    targets.put(rows[i], labelled, wanted.row(i));
    if (data.classes > 0) own.y.push_back(labelled ? data.y[rows[i]] : -1);
  }
  own.targets = wanted.view();
  TrainedNetwork out;
  out.outputs = network.outputs(own);
  if (out.outputs.rows() != data.x.rows() || out.outputs.cols() != data.outputs()) {
    refuse_usage("own-network-shape",
                 "'" + network.name() + "' says " + std::to_string(out.outputs.rows()) + " x " +
                     std::to_string(out.outputs.cols()) + " values of " +
                     std::to_string(data.x.rows()) + " rows",
                 "it is asked for " + std::to_string(data.outputs()) + " of each row",
                 "Let it give one value a class, or a column of real labels");
  }
  const double* values = out.outputs.data();
  if (!std::all_of(values, values + out.outputs.rows() * out.outputs.cols(),
                   [](double v) { return std::isfinite(v); })) {
    out.failure = "diverged: it says values that are not finite";
  }
  return out;
}

}  // namespace

std::vector<TrainedNetwork> train_own(const TrainingData& data, const TrainingFit& fit,
                                      const OwnNetwork& network, const Execution& exec) {
  std::vector<TrainedNetwork> out;
  for (const TrainingJob& job : fit.jobs) {
    exec.throw_if_stopped();
    out.push_back(train_one(data, fit, job, network));
  }
  return out;
}

}  // namespace cch::detail
