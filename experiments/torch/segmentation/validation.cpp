#include "experiments/torch/segmentation/validation.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "cch/core/random.hpp"
#include "experiments/torch/segmentation/losses.hpp"

namespace cch::training {
namespace {

constexpr std::size_t kDraws = 4;  // decoding is cheap beside encoding

/// B × H × W, int64.
Tensor label_codes(const SegmentationSet& set, std::span<const std::size_t> rows,
                   const TensorOptions& options) {
  std::vector<std::int64_t> codes;
  for (const std::size_t row : rows) {
    const auto label = set.label(row);
    codes.insert(codes.end(), label.begin(), label.end());
  }
  return to_indices(codes, options)
      .view({as_int(rows.size()), as_int(set.height), as_int(set.width)});
}

}  // namespace

std::vector<Tensor> images_of(const detail::ImageBatch& batch, const TensorOptions& options) {
  std::vector<Tensor> out;
  for (std::size_t m = 0; m < batch.modalities.size(); ++m) {
    out.push_back(torch::from_blob(const_cast<float*>(batch.modalities[m].data()),
                                   {as_int(batch.count), as_int(batch.channels[m]),
                                    as_int(batch.height), as_int(batch.width)},
                                   torch::kFloat32)
                      .to(options.device()));
  }
  return out;
}

Tensor Presence::draw(std::size_t images, std::uint64_t seed, const TensorOptions& options) const {
  std::vector<double> there(modalities_ * images, 1.0);
  Random random(derive_seed(seed, "modalities"));
  for (std::size_t i = 0; i < images && drops(); ++i) {
    const std::size_t kept = random.below(modalities_);
    bool any = false;
    for (std::size_t k = 0; k < modalities_; ++k) {
      const bool stays = random.uniform() >= dropout_;
      there[k * images + i] = stays ? 1.0 : 0.0;
      any = any || stays;
    }
    if (!any) there[kept * images + i] = 1.0;
  }
  return to_tensor(there, {as_int(modalities_), as_int(images)}, options);
}

Validation::Validation(const SegmentationSet& set, std::vector<std::size_t> rows,
                       std::vector<std::size_t> modalities, Presence presence, std::uint64_t seed,
                       const TensorOptions& options, const Execution& exec)
    : set_(set),
      rows_(std::move(rows)),
      modalities_(std::move(modalities)),
      presence_(presence),
      seed_(seed),
      options_(options),
      exec_(exec) {}

double Validation::loss(const SegmentationNet& net) const {
  const torch::NoGradGuard no_grad;
  const std::size_t draws = presence_.drops() ? kDraws : 1;
  double sum = 0.0;
  double pixels = 0.0;
  const std::size_t at_once = detail::images_at_once(set_);
  for (std::size_t first = 0; first < rows_.size(); first += at_once) {
    exec_.throw_if_stopped();
    const auto part = std::span(rows_).subspan(first, std::min(at_once, rows_.size() - first));
    const detail::ImageBatch batch = detail::batch_of(set_, modalities_, part);
    const Encoded encoded = net.encode(images_of(batch, options_));
    const Tensor labels = label_codes(set_, part, options_);
    const double valid = valid_of(labels, encoded[0][0]).sum().item<double>();
    for (std::size_t d = 0; d < draws; ++d) {
      const std::uint64_t seed = derive_seed(derive_seed(seed_, "draw", d), "from", first);
      const Tensor there = presence_.draw(part.size(), seed, options_);
      const Tensor logits = full_size(net.decode(encoded, there).logits, labels);
      sum += label_loss(logits, labels, false).item<double>() * valid;
      pixels += valid;
    }
  }
  return static_cast<double>(static_cast<float>(sum / pixels));
}

}  // namespace cch::training
