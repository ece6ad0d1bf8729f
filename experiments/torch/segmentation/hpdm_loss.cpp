#include "experiments/torch/segmentation/losses.hpp"

namespace cch::training {
namespace {

struct Prototypes {
  Tensor values;   // M × B × K × C
  Tensor present;  // B × K
};

Prototypes prototypes(const Tensor& features, const Tensor& masks, bool released) {
  // masks B × K × P, features M × B × C × P
  const Tensor sums = torch::matmul(masks.unsqueeze(0), features.flatten(3).transpose(2, 3));
  const Tensor count = masks.sum(2);
  const Tensor divisor = count.clamp_min(1.0).unsqueeze(2).unsqueeze(0);
  Tensor values = sums / divisor;
  if (released) values = values / divisor;
  return {values, (count > 0).to(features.scalar_type())};
}

Tensor unit(const Tensor& x) {
  return x / x.square().sum(3, true).clamp_min(kLeastNorm * kLeastNorm).sqrt();
}

/// M × B × K.
Tensor at_class(HpdmLoss::Form form, const Tensor& s, const Tensor& t) {
  if (form == HpdmLoss::Form::cosine) return 1.0 - (unit(s) * unit(t)).sum(3);
  const Tensor log_t = torch::log_softmax(t, 3);
  return (log_t.exp() * (log_t - torch::log_softmax(s, 3))).sum(3);
}

Tensor over_classes_of_all(const Tensor& s, const Tensor& t) {
  const Tensor log_t = torch::log_softmax(t, 2);
  return (log_t.exp() * (log_t - torch::log_softmax(s, 2))).mean();
}

}  // namespace

Tensor hpdm_loss(const HpdmLoss& loss, const Tensor& student, const Tensor& teacher,
                 const Tensor& labels, std::int64_t classes,
                 const std::vector<std::int64_t>& permutation) {
  const bool released = loss.form == HpdmLoss::Form::released;
  const Tensor codes = torch::arange(classes, labels.options()).view({1, -1, 1});
  const Tensor masks = (labels.flatten(1).unsqueeze(1) == codes).to(student.scalar_type());
  const Prototypes s = prototypes(student, masks, released);
  const Prototypes t = prototypes(teacher.detach(), masks, released);
  const auto against = [&](const Tensor& values) {
    if (released) return over_classes_of_all(s.values, values);
    const Tensor terms = at_class(loss.form, s.values, values);
    return weighted_mean(terms, s.present.unsqueeze(0).expand_as(terms));
  };
  const Tensor same = against(t.values);
  if (!loss.hybrid) return same;
  return 0.5 *
         (same + against(t.values.index_select(0, to_indices(permutation, labels.options()))));
}

}  // namespace cch::training
