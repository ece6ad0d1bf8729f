#include "experiments/torch/stacked_optimiser.hpp"

#include <algorithm>
#include <cmath>

namespace cch::training {
namespace {

constexpr double kFirst = 0.9;
constexpr double kSecond = 0.999;
constexpr double kSmall = 1e-8;
constexpr std::int64_t kCached = 1 << 15;  // four arrays of as many floats fit the second cache

}  // namespace

StackedOptimiser::StackedOptimiser(const Optimisation& optimisation, std::vector<Tensor> weights,
                                   const std::vector<Tensor>& decays)
    : o_(optimisation), weights_(std::move(weights)) {
  const auto& all = o_.weight_decay;
  if (std::all_of(all.begin(), all.end(), [&](double d) { return d == all.front(); })) {
    decay_ = all.front();
  } else {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      std::vector<std::int64_t> shape(static_cast<std::size_t>(weights_[i].dim()), 1);
      shape.front() = -1;
      decays_.push_back(decays[i].view(shape));
    }
  }
  for (const Tensor& w : weights_) {
    first_.push_back(torch::zeros_like(w.detach()));
    second_.push_back(torch::zeros_like(w.detach()));
  }
}

void StackedOptimiser::decay_each(std::size_t i, Tensor& g, double rate) const {
  if (decays_.empty()) return;
  Tensor w = weights_[i];
  if (o_.optimiser == Optimiser::adamw) {
    w.mul_((1.0 - rate * decays_[i]).to(w.scalar_type()));
  } else {
    g = g + w * decays_[i].to(w.scalar_type());
  }
}

void StackedOptimiser::update(Tensor w, Tensor g, Tensor first, Tensor second, double rate) const {
  const bool apart = o_.optimiser == Optimiser::adamw;
  if (decay_ > 0.0) {
    if (apart) {
      w.mul_(1.0 - rate * decay_);
    } else {
      g = g.add(w, decay_);
    }
  }
  if (o_.optimiser == Optimiser::sgd) {
    w.sub_(o_.momentum > 0.0 ? first.mul_(o_.momentum).add_(g) : g, rate);
    return;
  }
  const double size = rate / (1.0 - std::pow(kFirst, steps_));
  const double root = std::sqrt(1.0 - std::pow(kSecond, steps_));
  first.mul_(kFirst).add_(g, 1.0 - kFirst);
  second.mul_(kSecond).addcmul_(g, g, 1.0 - kSecond);
  w.addcdiv_(first, second.sqrt().div_(root).add_(kSmall), -size);
}

void StackedOptimiser::step(const std::vector<Tensor>& gradients, double rate) {
  const torch::NoGradGuard no_grad;
  ++steps_;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const Tensor flat = weights_[i].view({-1});
    Tensor whole = gradients[i];
    decay_each(i, whole, rate);
    const Tensor g = whole.reshape({-1});
    const Tensor first = first_[i].view({-1});
    const Tensor second = second_[i].view({-1});
    const std::int64_t block = flat.is_cuda() ? flat.numel() : kCached;
    for (std::int64_t begin = 0; begin < flat.numel(); begin += block) {
      const std::int64_t n = std::min(block, flat.numel() - begin);
      update(flat.narrow(0, begin, n), g.narrow(0, begin, n), first.narrow(0, begin, n),
             second.narrow(0, begin, n), rate);
    }
  }
}

}  // namespace cch::training
