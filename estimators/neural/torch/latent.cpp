#include "estimators/neural/torch/latent.hpp"

#include <algorithm>
#include <cmath>

namespace cch::neural {

using detail::LatentFit;
using detail::NeuralData;
using detail::NeuralFold;

namespace {

constexpr double kSlope = 0.2;
constexpr double kLeastGain = 2e-3;  // of the loss; mean squares are about 1
constexpr std::size_t kCriticHidden = 64;
constexpr std::size_t kCriticEmbedding = 16;

// A stack of layers with leaky ReLU between them, and dropout behind each but the last.
class Stack {
 public:
  Stack() = default;
  Stack(const std::vector<std::size_t>& widths, ParameterMaker& maker) {
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      layers_.push_back(maker.dense(widths[i], widths[i + 1]));
    }
  }
  // `drop` zeroes some entries while training; nothing when it is empty.
  template <class Drop>
  Tensor operator()(Tensor h, const Drop& drop) const {
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      h = drop(torch::leaky_relu(layers_[i](h), kSlope));
    }
    return layers_.back()(h);
  }
  Tensor operator()(const Tensor& h) const {
    return (*this)(h, [](const Tensor& value) { return value; });
  }

 private:
  std::vector<Dense> layers_;
};

std::vector<std::size_t> narrowing(std::size_t in, std::size_t hidden, std::size_t out) {
  return {in, hidden, std::max<std::size_t>(1, hidden / 2), std::max<std::size_t>(1, hidden / 4),
          out};
}

std::vector<std::size_t> widening(std::size_t in, std::size_t hidden, std::size_t out) {
  std::vector<std::size_t> widths = narrowing(out, hidden, in);
  std::reverse(widths.begin(), widths.end());
  return widths;
}

class LatentModel : public Model {
 public:
  LatentModel(const NeuralData& data, const DeviceData& device, std::span<const NeuralFold> folds,
              const detail::LatentSettings& settings)
      : plain_(data),
        data_(device),
        folds_(folds),
        settings_(settings),
        maker_(folds, device.device) {
    const std::size_t hidden = settings.options.training.hidden;
    for (const NeuralFold& fold : folds) pairs_ = std::max(pairs_, fold.rho.size());
    a_ = stacked_maps(folds, &NeuralFold::a, pairs_, device.device);
    const std::size_t m = settings.options.latents + pairs_;
    encode_x_ = Stack(narrowing(data.x.cols, hidden, settings.options.latents), maker_);
    decode_x_ = Stack(widening(m, hidden, data.x.cols), maker_);
    if (data.discrete()) {
      to_labels_ = Stack(widening(m, hidden, data.classes), maker_);
    } else {
      b_ = stacked_maps(folds, &NeuralFold::b, pairs_, device.device);
      encode_y_ = Stack(narrowing(data.y.cols, hidden, settings.options.latents), maker_);
      decode_y_ = Stack(widening(m, hidden, data.y.cols), maker_);
      if (settings.tie == LatentTie::cross) {
        x_to_y_ = Stack(widening(m, hidden, data.y.cols), maker_);
        y_to_x_ = Stack(widening(m, hidden, data.x.cols), maker_);
      } else {
        critic_x_ = Stack({m, kCriticHidden, kCriticEmbedding}, maker_);
        critic_y_ = Stack({m, kCriticHidden, kCriticEmbedding}, maker_);
      }
    }
    for (const NeuralFold& fold : folds) dropout_.emplace_back(derive_seed(fold.seed, "dropout"));
    decaying = maker_.decaying();
    others = maker_.others();
    least_gain = kLeastGain;
  }

  Tensor loss(const Tensor& rows) override {
    const auto drop = [this](const Tensor& h) { return dropped(h); };
    return loss_of(rows, drop, true);
  }

  double validate(std::size_t r) override {
    const NeuralFold& fold = folds_[r];
    const auto rows =
        std::span(fold.validation).first(std::min<std::size_t>(2048, fold.validation.size()));
    // All networks see these rows, and network r's loss is read: a plain way to one network's
    // value.
    const Tensor index = index_tensor(rows, data_.device)
                             .expand({static_cast<std::int64_t>(folds_.size()),
                                      static_cast<std::int64_t>(rows.size())});
    const auto keep_all = [](const Tensor& h) { return h; };
    return -loss_of(index, keep_all, false)[static_cast<std::int64_t>(r)].item<double>();
  }

  [[nodiscard]] LatentFit codes(std::size_t r) const {
    const torch::NoGradGuard no_grad;
    std::vector<std::int64_t> rows = folds_[r].validation;
    rows.insert(rows.end(), folds_[r].test.begin(), folds_[r].test.end());
    const Tensor index = index_tensor(rows, data_.device)
                             .expand({static_cast<std::int64_t>(folds_.size()),
                                      static_cast<std::int64_t>(rows.size())});
    LatentFit fit;
    fit.x = plain(code_x(data_.rows_of_x(index)), r);
    if (!plain_.discrete()) fit.y = plain(code_y(data_.rows_of_y(index)), r);
    return fit;
  }

 private:
  // A code: the canonical variates (for labels the linear discriminants), fixed, and the learned
  // entries.
  [[nodiscard]] Tensor code_x(const Tensor& x) const {
    const Tensor z = encode_x_(x);
    if (pairs_ == 0) return z;
    const Tensor u = torch::bmm(x, a_);
    return torch::cat({plain_.discrete() ? u : u.clamp(-kFarthest, kFarthest), z}, 2);
  }
  [[nodiscard]] Tensor code_y(const Tensor& y) const {
    const Tensor z = encode_y_(y);
    return pairs_ > 0 ? torch::cat({torch::bmm(y, b_).clamp(-kFarthest, kFarthest), z}, 2) : z;
  }

  [[nodiscard]] static Tensor error(const Tensor& restored, const Tensor& value) {
    return (restored - value).square().mean({1, 2});
  }

  // Masks from each network's own stream, drawn on the CPU whatever the device.
  Tensor dropped(const Tensor& h) {
    const double p = settings_.options.dropout;
    Tensor mask = torch::empty(h.sizes());
    float* out = mask.data_ptr<float>();
    const auto each = static_cast<std::size_t>(h.size(1) * h.size(2));
    const auto kept = static_cast<float>(1.0 / (1.0 - p));
    const auto threshold = static_cast<std::uint64_t>(p * 65536.0);
    for (Random& random : dropout_) {
      for (std::size_t i = 0; i < each; i += 4) {  // four masks a word
        std::uint64_t word = random.bits();
        for (std::size_t j = i; j < std::min(i + 4, each); ++j, word >>= 16) {
          *out++ = (word & 0xffffU) >= threshold ? kept : 0.0F;
        }
      }
    }
    return h * mask.to(h.device());
  }

  template <class Drop>
  Tensor loss_of(const Tensor& rows, const Drop& drop, bool training) {
    const Tensor x = data_.rows_of_x(rows);
    const Tensor zx = code_x(x);
    Tensor total = error(decode_x_(zx), x);
    if (plain_.discrete()) return total + label_tie(rows, to_labels_(zx, drop), training);
    const Tensor y = data_.rows_of_y(rows);
    const Tensor zy = code_y(y);
    total = total + error(decode_y_(zy), y);
    if (settings_.tie == LatentTie::cross) {
      return total + error(x_to_y_(zx, drop), y) + error(y_to_x_(zy, drop), x);
    }
    return total - tie_bound(rows, critic_x_(zx), critic_y_(zy), training);
  }

  // Cross-entropy of the label, or minus the Donsker–Varadhan bound (classes weighted alike, as the
  // constant does not matter).
  Tensor label_tie(const Tensor& rows, const Tensor& scores, bool training) {
    const Tensor labels =
        data_.labels.index_select(0, rows.flatten()).view({rows.size(0), rows.size(1), 1});
    const Tensor positive = scores.gather(2, labels).squeeze(2);
    const Tensor by_row = torch::logsumexp(scores, {2});
    if (settings_.tie != LatentTie::mine) return (by_row - positive).mean(1);
    return -donsker_varadhan(
        positive, torch::logsumexp(by_row, {1}) - std::log(static_cast<double>(rows.size(1))),
        training);
  }

  Tensor tie_bound(const Tensor& rows, const Tensor& f, const Tensor& g, bool training) {
    const std::int64_t batch = rows.size(1);
    const Tensor scores = torch::bmm(f, g.transpose(1, 2));
    const Tensor positive = torch::diagonal(scores, 0, 1, 2);
    Tensor excluded = torch::zeros(
        {1, batch, batch}, torch::TensorOptions().dtype(torch::kBool).device(rows.device()));
    const Tensor own = torch::eye(batch, excluded.options()).unsqueeze(0);
    if (data_.groups.defined()) {
      const Tensor group = data_.groups.index_select(0, rows.flatten()).view({rows.size(0), batch});
      excluded = group.unsqueeze(2).eq(group.unsqueeze(1)).logical_and(own.logical_not());
    }
    const double nothing = -std::numeric_limits<double>::infinity();
    if (settings_.tie == LatentTie::infonce) {
      const Tensor allowed = scores.masked_fill(excluded, nothing);
      const Tensor count = excluded.logical_not().sum(2).to(torch::kFloat32);
      const Tensor ends = 0.5 * (torch::logsumexp(allowed, {2}) + torch::logsumexp(allowed, {1}));
      return (positive - ends + torch::log(count)).mean(1);
    }
    excluded = excluded.logical_or(own);
    const Tensor pairs = excluded.logical_not().sum({1, 2}).to(torch::kFloat32);
    const Tensor log_mean =
        torch::logsumexp(scores.masked_fill(excluded, nothing), {1, 2}) - torch::log(pairs);
    return donsker_varadhan(positive, log_mean, training);
  }

  // E_p[T] − ln E_q[e^T]; its gradient with a running mean of E_q[e^T], as in mine().
  Tensor donsker_varadhan(const Tensor& positive, const Tensor& log_mean, bool training) {
    if (!training) return positive.mean(1) - log_mean;
    const Tensor now = log_mean.detach();
    const double share = settings_.moving_average;
    ema_ =
        ema_.defined() ? torch::logaddexp(ema_ + std::log1p(-share), now + std::log(share)) : now;
    const Tensor second = torch::exp(log_mean - torch::maximum(ema_, now - 1.0));
    return positive.mean(1) - second + second.detach() - now;
  }

  static detail::FloatMatrix plain(const Tensor& codes, std::size_t r) {
    const Tensor one = codes[static_cast<std::int64_t>(r)].to(torch::kCPU).contiguous();
    detail::FloatMatrix out{
        static_cast<std::size_t>(one.size(0)), static_cast<std::size_t>(one.size(1)), {}};
    out.values.assign(one.data_ptr<float>(), one.data_ptr<float>() + one.numel());
    return out;
  }

  const NeuralData& plain_;
  const DeviceData& data_;
  std::span<const NeuralFold> folds_;
  detail::LatentSettings settings_;
  ParameterMaker maker_;
  Stack encode_x_, encode_y_, decode_x_, decode_y_, x_to_y_, y_to_x_, to_labels_;
  Stack critic_x_, critic_y_;
  std::size_t pairs_ = 0;
  Tensor a_, b_, ema_;
  std::vector<Random> dropout_;
};

}  // namespace

std::vector<LatentFit> fit_latents(const NeuralData& data, std::span<const NeuralFold> folds,
                                   const detail::LatentSettings& settings, const Execution& exec) {
  use_one_thread();
  const DeviceData device(data, torch::Device(exec.device));
  LatentModel model(data, device, folds, settings);
  auto records = train(model, folds, settings.options.training, device.device, "latent", exec);
  std::vector<LatentFit> fits;
  for (std::size_t r = 0; r < folds.size(); ++r) {
    fits.push_back(records[r].diverged ? LatentFit{} : model.codes(r));
    fits.back().record = std::move(records[r]);
  }
  return fits;
}

}  // namespace cch::neural
