#include "experiments/torch/segmentation/losses.hpp"

namespace cch::training {
namespace {

constexpr double kHard = 0.7;        // OHEM (Shrivastava et al., 2016) as segmentation code uses it
constexpr std::int64_t kLeast = 16;  // one pixel in so many is kept at least

}  // namespace

Tensor label_loss(const Tensor& logits, const Tensor& labels, bool ohem) {
  const Tensor valid = valid_of(labels, logits);
  const Tensor code = labels.masked_fill(labels == as_int(kIgnoreLabel), 0).unsqueeze(1);
  const Tensor log_p = torch::log_softmax(logits, 1).gather(1, code).squeeze(1);
  if (!ohem) return weighted_mean(-log_p, valid);
  const auto count = valid.sum().to(torch::kInt64).item<std::int64_t>();
  if (count == 0) return weighted_mean(-log_p, valid);
  const Tensor p = log_p.detach().exp().masked_fill(valid == 0, 2.0).flatten();
  const std::int64_t least = std::max<std::int64_t>(1, count / kLeast);
  const double bound = std::max(kHard, std::get<0>(p.kthvalue(least)).item<double>());
  // The least-th value itself is kept; below the threshold comparison is strict.
  const Tensor kept = ((p < kHard) | (p <= bound * (bound > kHard ? 1.0 : -1.0))).view_as(valid);
  return weighted_mean(-log_p, kept.to(logits.scalar_type()) * valid);
}

Tensor labels_at(const Tensor& labels, std::int64_t h, std::int64_t w) {
  const auto middles = [&](std::int64_t from, std::int64_t to) {
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < to; ++i) out.push_back((2 * i + 1) * from / (2 * to));
    return to_indices(out, labels.options());
  };
  return labels.index_select(1, middles(labels.size(1), h))
      .index_select(2, middles(labels.size(2), w));
}

Tensor full_size(const Tensor& logits, const Tensor& labels) {
  return torch::upsample_bilinear2d(logits.to(torch::kFloat32), {labels.size(1), labels.size(2)},
                                    false);
}

Tensor valid_of(const Tensor& labels, const Tensor& like) {
  return (labels != as_int(kIgnoreLabel)).to(like.scalar_type());
}

}  // namespace cch::training
