#include "estimators/neural/torch/critic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace cch::neural {

using detail::NeuralData;
using detail::NeuralFold;
using detail::Objective;

namespace {

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

}  // namespace cch::neural
