#include "estimators/neural/torch/critic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace cch::neural {

using detail::CriticReading;
using detail::NeuralData;
using detail::NeuralFold;
using detail::Objective;
using torch::indexing::Slice;

namespace {

constexpr std::size_t kMostRead = 4096;  // rows that are compared with each other
constexpr std::size_t kMostValidated = 2048;
constexpr std::int64_t kReadShifts = 64;  // pairs a row of a joint critic is read with
constexpr std::int64_t kBlock = 512;
const double kNothing = -std::numeric_limits<double>::infinity();

// One number a pair from its correlation, for given().
template <class F>
auto of_rho(std::span<const NeuralFold> folds, std::size_t pairs, const F& f) {
  return [folds, pairs, f](std::size_t r) {
    std::vector<float> out(pairs, 0.0F);
    for (std::size_t i = 0; i < folds[r].rho.size(); ++i) {
      out[i] = static_cast<float>(f(static_cast<double>(folds[r].rho[i])));
    }
    return out;
  };
}

// The rows cut into near-equal parts that are small enough to compare all with all.
std::vector<std::vector<std::int64_t>> parts_of(std::span<const std::int64_t> rows) {
  const std::size_t count = (rows.size() + kMostRead - 1) / kMostRead;
  std::vector<std::vector<std::int64_t>> parts(count);
  for (std::size_t i = 0; i < rows.size(); ++i) parts[i % count].push_back(rows[i]);
  return parts;
}

// T that bends to `cap` from below: with n fitted rows nothing tells a density ratio above n, and
// one wrong pair beyond it would be the whole partition term.
Tensor capped(const Tensor& t, double cap) {
  return cap - torch::softplus(cap - t);
}

// Canonical variates without their far tails, where T_0 would be extreme and a Gaussian has no
// rows.
Tensor variates(const Tensor& x, const Tensor& directions) {
  return torch::bmm(x, directions).clamp(-kFarthest, kFarthest);
}

Tensor hidden_layers(const Dense& first, const Dense& second, const Tensor& x) {
  return torch::silu(second(torch::silu(first(x))));
}

Tensor network(const Tensor& stacked, std::size_t r) {
  return stacked.defined() ? stacked.narrow(0, static_cast<std::int64_t>(r), 1) : stacked;
}

}  // namespace

Critic::Critic(const NeuralData& data, const DeviceData& device, std::span<const NeuralFold> folds,
               const detail::CriticSettings& settings, ParameterMaker& maker)
    : plain_(&data), data_(&device), settings_(settings) {
  const CriticOptions& o = settings.options;
  const std::size_t hidden = o.training.hidden;
  const bool joint = o.form == CriticForm::joint && !data.discrete();
  const std::size_t out = data.discrete() ? data.classes : joint ? 1 : o.embedding;
  const bool one_more = settings.objective == Objective::nwj;  // its best critic is 1 + ln p/q
  cap_ = std::log(static_cast<double>(folds.front().fit.size())) + (one_more ? 1.0 : 0.0);
  // The last layer of x starts at zero, so T starts as T_0 and the other layers as they are drawn.
  x_ = {maker.dense(data.x.cols, hidden),
        maker.dense(hidden, hidden),
        maker.dense(hidden, out, 0.0),
        {}};
  if (data.discrete()) {
    a_ = stacked_maps(folds, &NeuralFold::a, data.classes, device.device);
    offset_ = maker.given(data.classes, [&](std::size_t r) { return folds[r].rho; });
    Tensor shares = torch::zeros({maker.networks(), static_cast<std::int64_t>(data.classes)},
                                 torch::TensorOptions().dtype(torch::kFloat64));
    double* share = shares.data_ptr<double>();
    for (const NeuralFold& fold : folds) {
      for (const std::int64_t row : fold.fit) {
        share[data.labels[static_cast<std::size_t>(row)]] +=
            1.0 / static_cast<double>(fold.fit.size());
      }
      share += data.classes;
    }
    prior_ = shares.to(device.device, torch::kFloat32);
    return;
  }
  if (joint) {
    joint_ = maker.dense(data.y.cols, hidden);
  } else {
    y_ = {maker.dense(data.y.cols, hidden), maker.dense(hidden, hidden), maker.dense(hidden, out),
          maker.dense(hidden, 1, 0.0)};
    x_.add = maker.dense(hidden, 1, 0.0);
  }
  const std::size_t pairs = most_pairs(folds);
  a_ = stacked_maps(folds, &NeuralFold::a, pairs, device.device);
  b_ = stacked_maps(folds, &NeuralFold::b, pairs, device.device);
  product_ = maker.given(pairs, of_rho(folds, pairs, [](double r) { return r / (1.0 - r * r); }));
  const auto square = [](double r) { return -r * r / (2.0 * (1.0 - r * r)); };
  square_x_ = maker.given(pairs, of_rho(folds, pairs, square));
  square_y_ = maker.given(pairs, of_rho(folds, pairs, square));
  offset_ = maker.given(1, [&](std::size_t r) {
    double start = one_more ? 1.0 : 0.0;
    for (const float rho : folds[r].rho) start -= 0.5 * std::log1p(-double{rho} * rho);
    return std::vector<float>{static_cast<float>(start)};
  });
}

Critic::Side Critic::left(const Tensor& x) const {
  const Tensor h = hidden_layers(x_.first, x_.second, x);
  const Tensor u = variates(x, a_);
  const Tensor f = x_.last(h) / std::sqrt(static_cast<double>(settings_.options.embedding));
  return {torch::cat({f, u * product_}, 2), x_.add(h) + (u * u * square_x_).sum(2, true) + offset_};
}

Critic::Side Critic::right(const Tensor& y) const {
  const Tensor h = hidden_layers(y_.first, y_.second, y);
  const Tensor v = variates(y, b_);
  return {torch::cat({y_.last(h), v}, 2), y_.add(h) + (v * v * square_y_).sum(2, true)};
}

// T of all pairs of left and right, R × B × B'.
Tensor Critic::pair_scores(const Side& l, const Side& r) const {
  const Tensor t =
      torch::baddbmm(l.add, l.factor, r.factor.transpose(1, 2)) + r.add.transpose(1, 2);
  return settings_.objective == Objective::infonce ? t : capped(t, cap_);
}

// Normalised, E_q[e^T | x] = 1 (e for nwj): what depends on x alone needs no learning then.
Tensor Critic::class_scores(const Tensor& x) const {
  const Tensor raw =
      x_.last(hidden_layers(x_.first, x_.second, x)) + torch::baddbmm(offset_, x, a_);
  const double own = settings_.objective == Objective::nwj ? 1.0 : 0.0;
  return raw - torch::logsumexp(raw + torch::log(prior_).unsqueeze(1), {2}, true) + own;
}

// Scores of (x_i, y_{i+s}) for each shift s, R × shifts × B.
Tensor Critic::joint_scores(const Tensor& x, const Tensor& y,
                            std::span<const std::int64_t> shifts) const {
  const Tensor hx = x_.first(x);
  const Tensor hy = joint_(y);
  const Tensor u = variates(x, a_);
  const Tensor v = variates(y, b_);
  const Tensor own = (u * u * square_x_).sum(2, true) + offset_;
  const Tensor other = (v * v * square_y_).sum(2, true);
  const Tensor scaled = u * product_;
  std::vector<Tensor> scores;
  for (const std::int64_t s : shifts) {
    const Tensor h = torch::silu(hx + hy.roll(-s, 1));
    const Tensor t = x_.last(torch::silu(x_.second(h))) + own + other.roll(-s, 1) +
                     (scaled * v.roll(-s, 1)).sum(2, true);
    const Tensor bent = settings_.objective == Objective::infonce ? t : capped(t, cap_);
    scores.push_back(bent.transpose(1, 2));
  }
  return torch::cat(scores, 1);
}

// Negative objectives from E_p[T] parts (R × B), ln E_q[e^T] by network or row, and
// E_q[softplus T] (R).
Tensor Critic::bound(const Tensor& positive, const Tensor& log_mean_negative,
                     const Tensor& mean_soft_negative) {
  switch (settings_.objective) {
    case Objective::infonce:
      return -(positive - log_mean_negative).mean(1);
    case Objective::nwj:
      return -(positive.mean(1) - torch::exp(log_mean_negative - 1.0));
    case Objective::smile:
      return torch::softplus(-positive).mean(1) + mean_soft_negative;
    case Objective::mine:
      break;
  }
  const Tensor now = log_mean_negative.detach();
  const double share = settings_.moving_average;
  ema_ = ema_.defined() ? torch::logaddexp(ema_ + std::log1p(-share), now + std::log(share)) : now;
  // The gradient is that of E_q[e^T] / running mean, at most e times that of its logarithm where a
  // batch runs far ahead of the mean; the value is that of the bound.
  const Tensor second = torch::exp(log_mean_negative - torch::maximum(ema_, now - 1.0));
  return -(positive.mean(1) - second + second.detach() - now);
}

Tensor Critic::of_classes(const Tensor& rows) {
  const Tensor scores = class_scores(data_->rows_of_x(rows));
  const Tensor labels =
      data_->labels.index_select(0, rows.flatten()).view({rows.size(0), rows.size(1), 1});
  const Tensor positive = scores.gather(2, labels).squeeze(2);
  const Tensor log_prior = torch::log(prior_).unsqueeze(1);
  const Tensor by_row = torch::logsumexp(scores + log_prior, {2});
  if (settings_.objective == Objective::infonce) return bound(positive, by_row, {});
  const Tensor soft = (torch::softplus(scores) * prior_.unsqueeze(1)).sum(2).mean(1);
  const double log_rows = std::log(static_cast<double>(rows.size(1)));
  return bound(positive, torch::logsumexp(by_row, {1}) - log_rows, soft);
}

Tensor Critic::of_pairs(const Tensor& rows) {
  const Side l = left(data_->rows_of_x(rows));
  const Side r = right(data_->rows_of_y(rows));
  const std::int64_t batch = rows.size(1);
  const Tensor scores = pair_scores(l, r);
  const Tensor positive = torch::diagonal(scores, 0, 1, 2);
  Tensor excluded =
      torch::eye(batch, torch::TensorOptions().dtype(torch::kBool).device(rows.device()))
          .unsqueeze(0);
  if (data_->groups.defined()) {
    const Tensor g = data_->groups.index_select(0, rows.flatten()).view({rows.size(0), batch});
    excluded = excluded.logical_or(g.unsqueeze(2).eq(g.unsqueeze(1)));
  }
  const Tensor allowed = excluded.logical_not();
  const Tensor negative = scores.masked_fill(excluded, kNothing);
  if (settings_.objective == Objective::infonce) {
    const Tensor both =
        torch::where(torch::eye(batch, allowed.options()).unsqueeze(0), scores, negative);
    const Tensor count = allowed.sum(2).to(torch::kFloat32) + 1.0;
    const Tensor ends = 0.5 * (torch::logsumexp(both, {2}) + torch::logsumexp(both, {1}));
    return bound(positive, ends - torch::log(count), {});
  }
  const Tensor pairs = allowed.sum({1, 2}).to(torch::kFloat32);
  const Tensor soft = torch::softplus(scores).masked_fill(excluded, 0.0).sum({1, 2}) / pairs;
  return bound(positive, torch::logsumexp(negative, {1, 2}) - torch::log(pairs), soft);
}

Tensor Critic::of_shifts(const Tensor& rows) {
  const std::int64_t batch = rows.size(1);
  std::vector<std::int64_t> shifts(
      std::min<std::size_t>(settings_.options.negatives, static_cast<std::size_t>(batch - 1)) + 1);
  std::iota(shifts.begin(), shifts.end(), std::int64_t{0});
  const Tensor scores = joint_scores(data_->rows_of_x(rows), data_->rows_of_y(rows), shifts);
  const Tensor positive = scores.select(1, 0);
  Tensor negative = scores.narrow(1, 1, scores.size(1) - 1);
  Tensor excluded = torch::zeros_like(negative, torch::kBool);
  if (data_->groups.defined()) {
    const Tensor g = data_->groups.index_select(0, rows.flatten()).view({rows.size(0), batch});
    std::vector<Tensor> same;
    for (std::size_t s = 1; s < shifts.size(); ++s) same.push_back(g.eq(g.roll(-shifts[s], 1)));
    excluded = torch::stack(same, 1);
  }
  const Tensor soft_all = torch::softplus(negative).masked_fill(excluded, 0.0);
  negative = negative.masked_fill(excluded, kNothing);
  const Tensor count = excluded.logical_not().sum(1).to(torch::kFloat32);
  if (settings_.objective == Objective::infonce) {
    const Tensor with_own = torch::cat({scores.narrow(1, 0, 1), negative}, 1);
    return bound(positive, torch::logsumexp(with_own, {1}) - torch::log(count + 1.0), {});
  }
  const Tensor pairs = count.sum(1);
  return bound(positive, torch::logsumexp(negative, {1, 2}) - torch::log(pairs),
               soft_all.sum({1, 2}) / pairs);
}

Tensor Critic::loss(const Tensor& rows) {
  if (plain_->discrete()) return of_classes(rows);
  return settings_.options.form == CriticForm::joint ? of_shifts(rows) : of_pairs(rows);
}

// A view of network r, which shares its weights.
Critic Critic::only(std::size_t r) const {
  Critic one = *this;
  for (Dense* layer : {&one.x_.first, &one.x_.second, &one.x_.last, &one.x_.add, &one.y_.first,
                       &one.y_.second, &one.y_.last, &one.y_.add, &one.joint_}) {
    layer->w = network(layer->w, r);
    layer->b = network(layer->b, r);
  }
  for (Tensor* t : {&one.a_, &one.b_, &one.product_, &one.square_x_, &one.square_y_, &one.offset_,
                    &one.prior_}) {
    *t = network(*t, r);
  }
  return one;
}

CriticReading Critic::read(std::size_t r, std::span<const std::int64_t> rows) const {
  const torch::NoGradGuard no_grad;
  const Critic one = only(r);
  if (plain_->discrete()) return one.read_labels(rows);
  if (settings_.options.form == CriticForm::joint) return one.read_shifts(rows);
  return one.read_all_pairs(rows);
}

CriticReading Critic::read_labels(std::span<const std::int64_t> rows) const {
  const Tensor scores = class_scores(data_->rows_of_x(index_tensor(rows, data_->device)))
                            .to(torch::kCPU)
                            .contiguous();
  const Tensor prior = prior_.to(torch::kCPU, torch::kFloat64).contiguous();
  std::vector<std::int64_t> labels;
  for (const std::int64_t row : rows)
    labels.push_back(plain_->labels[static_cast<std::size_t>(row)]);
  return detail::read_classes(settings_.objective,
                              {scores.data_ptr<float>(), static_cast<std::size_t>(scores.numel())},
                              labels, {prior.data_ptr<double>(), plain_->classes},
                              settings_.objective == Objective::smile ? settings_.clip : 0.0);
}

CriticReading Critic::read_all_pairs(std::span<const std::int64_t> rows) const {
  const Tensor index = index_tensor(rows, data_->device);
  const Side l = left(data_->rows_of_x(index));
  const Side r = right(data_->rows_of_y(index));
  const auto n = static_cast<std::int64_t>(rows.size());
  const auto group = [&](std::int64_t i) {
    const auto row = static_cast<std::size_t>(rows[static_cast<std::size_t>(i)]);
    return plain_->groups.empty() ? static_cast<std::int64_t>(row) : plain_->groups[row];
  };
  detail::PairSums sums(rows.size());
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t count = std::min(kBlock, n - begin);
    const Side part{l.factor.narrow(1, begin, count), l.add.narrow(1, begin, count)};
    const Tensor block = pair_scores(part, r).to(torch::kCPU).contiguous();
    const float* t = block.data_ptr<float>();
    for (std::int64_t i = begin; i < begin + count; ++i) {
      for (std::int64_t j = 0; j < n; ++j, ++t) {
        const auto a = static_cast<std::size_t>(i);
        const auto b = static_cast<std::size_t>(j);
        if (i == j) {
          sums.set_positive(a, *t);
        } else if (group(i) != group(j)) {
          if (settings_.objective == Objective::smile) {
            sums.add_clipped(a, b, *t, settings_.clip);
          } else {
            sums.add(a, b, *t);
          }
        }
      }
    }
  }
  return detail::read_pairs(settings_.objective, sums);
}

CriticReading Critic::read_shifts(std::span<const std::int64_t> rows) const {
  const Tensor index = index_tensor(rows, data_->device);
  const Tensor x = data_->rows_of_x(index);
  const Tensor y = data_->rows_of_y(index);
  const auto n = static_cast<std::int64_t>(rows.size());
  detail::PairSums sums(rows.size());
  for (std::int64_t s = 0; s <= std::min(kReadShifts, n - 1); ++s) {
    const Tensor scores = joint_scores(x, y, std::span(&s, 1)).to(torch::kCPU).contiguous();
    const float* t = scores.data_ptr<float>();
    for (std::int64_t i = 0; i < n; ++i) {
      const auto a = static_cast<std::size_t>(i);
      const auto b = static_cast<std::size_t>((i + s) % n);
      const auto row_a = static_cast<std::size_t>(rows[a]);
      const auto row_b = static_cast<std::size_t>(rows[b]);
      if (s == 0) {
        sums.set_positive(a, t[i]);
      } else if (plain_->groups.empty() || plain_->groups[row_a] != plain_->groups[row_b]) {
        if (settings_.objective == Objective::smile) {
          sums.add_clipped(a, b, t[i], settings_.clip);
        } else {
          sums.add(a, b, t[i]);
        }
      }
    }
  }
  return detail::read_pairs(settings_.objective, sums);
}

namespace {

class CriticModel : public Model {
 public:
  CriticModel(const NeuralData& data, const DeviceData& device, std::span<const NeuralFold> folds,
              const detail::CriticSettings& settings)
      : folds_(folds),
        maker_(folds, device.device),
        critic_(data, device, folds, settings, maker_) {
    decaying = maker_.decaying();
    others = maker_.others();
  }
  Tensor loss(const Tensor& rows) override { return critic_.loss(rows); }
  double validate(std::size_t r) override {
    const auto& rows = folds_[r].validation;
    return critic_.read(r, std::span(rows).first(std::min(rows.size(), kMostValidated))).value;
  }
  [[nodiscard]] const Critic& critic() const { return critic_; }

 private:
  std::span<const NeuralFold> folds_;
  ParameterMaker maker_;
  Critic critic_;
};

detail::CriticFit read_fold(const Critic& critic, std::size_t r, const NeuralFold& fold) {
  detail::CriticFit fit;
  fit.terms.resize(fold.test.size());
  const auto parts = parts_of(fold.test);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const CriticReading reading = critic.read(r, parts[p]);
    for (std::size_t i = 0; i < parts[p].size(); ++i) {
      fit.terms[i * parts.size() + p] = reading.terms[i];
    }
    fit.ceiling += reading.ceiling / static_cast<double>(parts.size());
    fit.heaviest = std::max(fit.heaviest, reading.heaviest);
  }
  return fit;
}

}  // namespace

std::vector<detail::CriticFit> fit_critics(const NeuralData& data,
                                           std::span<const NeuralFold> folds,
                                           const detail::CriticSettings& settings,
                                           const Execution& exec) {
  use_one_thread();
  const DeviceData device(data, torch::Device(exec.device));
  CriticModel model(data, device, folds, settings);
  auto records = train(model, folds, settings.options.training, device.device, "critic", exec);
  std::vector<detail::CriticFit> fits;
  for (std::size_t r = 0; r < folds.size(); ++r) {
    fits.push_back(records[r].diverged ? detail::CriticFit{}
                                       : read_fold(model.critic(), r, folds[r]));
    fits.back().record = std::move(records[r]);
  }
  return fits;
}

}  // namespace cch::neural
