#include <cmath>

#include "experiments/torch/segmentation/losses.hpp"

namespace cch::training {
namespace {

/// Σ_k p (ln p − ln q) at every pixel.
Tensor divergence(const Tensor& log_p, const Tensor& log_q) {
  return (log_p.exp() * (log_p - log_q)).sum(1);
}

}  // namespace

Tensor mad_loss(const MadLoss& loss, const Tensor& student, const Tensor& teacher,
                const Tensor& valid) {
  const double t = loss.temperature;
  const Tensor log_s = torch::log_softmax(student / t, 1);
  const Tensor log_t = torch::log_softmax(teacher.detach() / t, 1);
  Tensor at_pixel;
  switch (loss.direction) {
    case MadLoss::Direction::reverse:
      at_pixel = divergence(log_s, log_t);
      break;
    case MadLoss::Direction::forward:
      at_pixel = divergence(log_t, log_s);
      break;
    case MadLoss::Direction::js: {
      const Tensor log_m = torch::logaddexp(log_s, log_t) - std::log(2.0);
      at_pixel = 0.5 * (divergence(log_s, log_m) + divergence(log_t, log_m));
      break;
    }
  }
  return weighted_mean(at_pixel, valid) * (t * t);
}

}  // namespace cch::training
