#include "experiments/torch/segmentation/optimiser.hpp"

#include <cmath>

namespace cch::training {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

}  // namespace

std::vector<float> to_floats(const Tensor& t) {
  const Tensor here = t.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  const auto* begin = here.data_ptr<float>();
  return {begin, begin + here.numel()};
}

void put(const std::vector<float>& values, const Tensor& to) {
  const torch::NoGradGuard no_grad;
  to.copy_(torch::from_blob(const_cast<float*>(values.data()), {as_int(values.size())},
                            torch::kFloat32));
}

FlatAdamW::FlatAdamW(WeightStore& store, const SegmentationOptimisation& optimisation)
    : store_(store),
      o_(optimisation),
      first_(torch::zeros_like(store.flat())),
      second_(torch::zeros_like(store.flat())) {}

double FlatAdamW::step(const std::vector<Tensor>& gradients, double rate) {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> parts;
  const auto tensors = store_.tensors();
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    parts.push_back(gradients[i].defined() ? gradients[i].reshape(-1)
                                           : torch::zeros_like(tensors[i]).reshape(-1));
  }
  Tensor g = torch::cat(parts);
  const double norm = g.norm().item<double>();
  if (o_.clip > 0.0 && norm > o_.clip) g.mul_(o_.clip / norm);
  ++steps_;
  first_.mul_(kBeta1).add_(g, 1.0 - kBeta1);
  second_.mul_(kBeta2).addcmul_(g, g, 1.0 - kBeta2);
  const double c1 = 1.0 - std::pow(kBeta1, static_cast<double>(steps_));
  const double c2 = 1.0 - std::pow(kBeta2, static_cast<double>(steps_));
  const Tensor flat = store_.flat();
  flat.addcmul_(flat, store_.decayed(), -rate * o_.weight_decay);
  flat.addcdiv_(first_, (second_ / c2).sqrt_().add_(kEpsilon), -rate / c1);
  return norm;
}

SegmentationCheckpoint FlatAdamW::checkpoint() const {
  SegmentationCheckpoint out;
  out.weights = to_floats(store_.flat());
  out.first_moment = to_floats(first_);
  out.second_moment = to_floats(second_);
  return out;
}

void FlatAdamW::resume(const SegmentationCheckpoint& checkpoint, std::size_t steps) {
  const torch::NoGradGuard no_grad;
  put(checkpoint.weights, store_.flat());
  put(checkpoint.first_moment, first_);
  put(checkpoint.second_moment, second_);
  steps_ = steps;
}

double poly_rate(const SegmentationOptimisation& o, std::size_t step, std::size_t steps_per_epoch) {
  const std::size_t warm = std::min(o.warm_up, o.epochs / 2) * steps_per_epoch;
  const std::size_t all = o.epochs * steps_per_epoch;
  if (step < warm) {
    const double at = static_cast<double>(step) / static_cast<double>(warm);
    return o.learning_rate * (0.1 + 0.9 * at);
  }
  const double at = static_cast<double>(step - warm) / static_cast<double>(all - warm);
  return o.learning_rate * std::pow(1.0 - at, o.power);
}

}  // namespace cch::training
