#include "experiments/torch/segmentation/losses.hpp"

namespace cch::training {
namespace {

constexpr double kNowhere = -1e9;  // of pixels that take no part in a softmax

Tensor over_channels(const Tensor& g, const Tensor& f, const Tensor& valid) {
  const Tensor log_f = torch::log_softmax(f, 2);
  const Tensor at_pixel = (log_f.exp() * (log_f - torch::log_softmax(g, 2))).sum(2);
  return weighted_mean(at_pixel, valid.unsqueeze(0).expand_as(at_pixel));
}

Tensor over_pixels(const Tensor& g, const Tensor& f, const Tensor& valid) {
  const Tensor hidden = (valid == 0).flatten(1).unsqueeze(1).unsqueeze(0);
  const Tensor log_g = torch::log_softmax(g.flatten(3).masked_fill(hidden, kNowhere), 3);
  const Tensor log_f = torch::log_softmax(f.flatten(3).masked_fill(hidden, kNowhere), 3);
  const Tensor at_pixel = (log_f.exp() * (log_f - log_g)).masked_fill(hidden, 0.0);
  const Tensor at_channel = at_pixel.sum(3);
  const Tensor seen = (valid.flatten(1).sum(1) > 0).to(g.scalar_type()).view({1, -1, 1});
  return weighted_mean(at_channel, seen.expand_as(at_channel));
}

}  // namespace

Tensor umd_loss(const UmdLoss& loss, const Tensor& student, const Tensor& teacher,
                const Tensor& valid) {
  const Tensor f = teacher.detach();
  return loss.axis == UmdLoss::Axis::channel ? over_channels(student, f, valid)
                                             : over_pixels(student, f, valid);
}

}  // namespace cch::training
