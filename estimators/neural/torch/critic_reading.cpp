// What trained critics say about rows: all pairs, shifts or labels, block by block.
#include <algorithm>
#include <vector>

#include "estimators/neural/torch/critic.hpp"

namespace cch::neural {

using detail::CriticReading;
using detail::NeuralData;
using detail::NeuralFold;
using detail::Objective;

namespace {

constexpr std::size_t kMostRead = 4096;  // rows that are compared with each other
constexpr std::size_t kMostValidated = 2048;
constexpr std::int64_t kReadShifts = 64;  // pairs a row of a joint critic is read with
constexpr std::int64_t kBlock = 512;

Tensor network(const Tensor& stacked, std::size_t r) {
  return stacked.defined() ? stacked.narrow(0, static_cast<std::int64_t>(r), 1) : stacked;
}

}  // namespace

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

// The rows cut into near-equal parts that are small enough to compare all with all.
std::vector<std::vector<std::int64_t>> parts_of(std::span<const std::int64_t> rows) {
  const std::size_t count = (rows.size() + kMostRead - 1) / kMostRead;
  std::vector<std::vector<std::int64_t>> parts(count);
  for (std::size_t i = 0; i < rows.size(); ++i) parts[i % count].push_back(rows[i]);
  return parts;
}

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
