#include "experiments/torch/segmentation/losses.hpp"

namespace cch::training {
namespace {

/// Unit vectors over pixels of each modality, image and channel: M × B × C × P.
Tensor directions(const Tensor& features, const Tensor& valid) {
  const Tensor x =
      (features * valid.unsqueeze(1))
          .flatten(3)
          .to(features.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32);
  const Tensor norm = x.square().sum(3, true).clamp_min(kLeastNorm * kLeastNorm).sqrt();
  return x / norm;
}

Tensor q_of(const Tensor& cosine, double epsilon) {
  return ((1.0 + cosine) / 2.0).clamp(epsilon, 1.0 - epsilon);
}

Tensor at_pair(const CmdLoss& loss, const Tensor& s, const Tensor& t) {
  switch (loss.form) {
    case CmdLoss::Form::bernoulli_kl: {
      const Tensor qs = q_of(s, loss.epsilon);
      const Tensor qt = q_of(t, loss.epsilon);
      return qt * (qt / qs).log() + (1.0 - qt) * ((1.0 - qt) / (1.0 - qs)).log();
    }
    case CmdLoss::Form::cosine_mse:
      return (s - t).square();
    case CmdLoss::Form::literal: {
      const Tensor both = (s > loss.epsilon) & (t > loss.epsilon);
      const Tensor safe_s = torch::where(both, s, torch::ones_like(s));
      const Tensor safe_t = torch::where(both, t, torch::ones_like(t));
      return safe_s * (safe_s / safe_t).log();
    }
  }
  return {};
}

}  // namespace

Tensor cmd_loss(const CmdLoss& loss, const Tensor& student, const Tensor& teacher,
                const Tensor& valid) {
  const Tensor s = directions(student, valid);
  const Tensor t = directions(teacher.detach(), valid);
  const std::int64_t m = student.size(0);
  Tensor sum;
  std::int64_t pairs = 0;
  for (std::int64_t a = 0; a < m; ++a) {
    for (std::int64_t b = a + 1; b < m; ++b) {
      const Tensor part = at_pair(loss, (s[a] * s[b]).sum(2), (t[a] * t[b]).sum(2)).mean();
      sum = sum.defined() ? sum + part : part;
      ++pairs;
    }
  }
  return sum / static_cast<double>(pairs);
}

}  // namespace cch::training
