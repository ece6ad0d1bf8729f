#include "experiments/dense_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "estimators/classifiers/products.hpp"
#include "experiments/dense_batch.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// Softmax over K columns of 16 lanes of z/T; ln Σ exp(z/T) in `lse`.
template <class Real>
void softmax(const Real* z, std::size_t k, Real temperature, Real* q, Real* lse) {
  Real most[kLanes];
  std::copy_n(z, kLanes, most);
  for (std::size_t c = 1; c < k; ++c) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      most[l] = most[l] > z[c * kLanes + l] ? most[l] : z[c * kLanes + l];
    }
  }
  Real sum[kLanes] = {};
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      q[c * kLanes + l] = std::exp((z[c * kLanes + l] - most[l]) / temperature);
      sum[l] += q[c * kLanes + l];
    }
  }
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t l = 0; l < kLanes; ++l) q[c * kLanes + l] /= sum[l];
  }
  if (lse == nullptr) return;
  for (std::size_t l = 0; l < kLanes; ++l) lse[l] = most[l] / temperature + std::log(sum[l]);
}

template <>
void softmax(const float* z, std::size_t k, float temperature, float* q, float* lse) {
  static_assert(kLanes == kRowTile);
  for (std::size_t i = 0; i < k * kLanes; ++i) q[i] = z[i] / temperature;
  float largest[kLanes];
  float total[kLanes];
  product_kernels().softmax_tile(q, k, largest, total);
  if (lse == nullptr) return;
  for (std::size_t l = 0; l < kLanes; ++l) lse[l] = largest[l] + std::log(total[l]);
}

}  // namespace

template <class Real>
struct DenseLoss<Real>::Tile {
  const TrainingJob& job;
  const Target* target;
  std::size_t first;  // row of the batch in lane 0
  std::size_t rows;   // lanes in use
  const Real* z;
  Real* hard;
  Real* soft;  // may be `hard`, to which it is then added
};

template <class Real>
DenseLoss<Real>::DenseLoss(const TrainingData& data, const TrainingFit& fit, double hard_scale)
    : data_(data),
      fit_(fit),
      k_(data.outputs()),
      hard_scale_(static_cast<Real>(hard_scale)),
      q_(k_ * kLanes),
      at_t_(k_ * kLanes) {
  for (const TrainingJob& job : fit.jobs) target_of_job_.push_back(target_of(job));
}

template <class Real>
std::size_t DenseLoss<Real>::target_of(const TrainingJob& job) {
  if (job.loss.lambda == 0.0) return kNone;
  const bool shares = job.loss.form == DistilForm::kl || job.loss.form == DistilForm::reverse_kl;
  const double temperature = shares ? job.loss.temperature : 1.0;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const Target& t = targets_[i];
    if (t.teacher == *job.teacher && t.temperature == temperature && t.shares == shares) return i;
  }
  const Matrix& outputs = data_.teachers[*job.teacher].outputs;
  Target target{*job.teacher, temperature, shares, {}, {}};
  target.values.resize(outputs.rows() * k_);
  target.entropy.assign(outputs.rows(), Real{0});
  std::vector<double> p(k_);
  for (std::size_t i = 0; i < outputs.rows(); ++i) {
    const auto t = outputs.row(i);
    std::copy(t.begin(), t.end(), p.begin());
    if (shares) {
      const double most = *std::max_element(p.begin(), p.end());
      double sum = 0.0;
      for (double& v : p) sum += v = std::exp((v - most) / temperature);
      for (double& v : p) {
        v /= sum;
        target.entropy[i] += static_cast<Real>(v > 0.0 ? v * std::log(v) : 0.0);
      }
    }
    for (std::size_t c = 0; c < k_; ++c) target.values[i * k_ + c] = static_cast<Real>(p[c]);
  }
  targets_.push_back(std::move(target));
  return targets_.size() - 1;
}

template <class Real>
void DenseLoss<Real>::take(std::span<const std::size_t> rows,
                           std::span<const std::uint8_t> labelled) {
  rows_.assign(rows.begin(), rows.end());
  weight_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) weight_[i] = labelled[i] ? hard_scale_ : Real{0};
}

template <class Real>
bool DenseLoss<Real>::pairs(const Tile& tile, std::size_t lane) const {
  return data_.teachers[tile.target->teacher].pairs(rows_[tile.first + lane]);
}

template <class Real>
void DenseLoss<Real>::hard_weights(const Tile& tile, double factor, Real* scale) const {
  const auto rows = static_cast<double>(rows_.size());
  const auto weight = static_cast<Real>(factor * tile.job.loss.hard_weight() / rows);
  const auto full = static_cast<Real>(factor / rows);
  for (std::size_t l = 0; l < tile.rows; ++l) {
    const bool unpaired = tile.target != nullptr && !pairs(tile, l);
    scale[l] = (unpaired ? full : weight) * weight_[tile.first + l];
  }
}

template <class Real>
void DenseLoss<Real>::count_unpaired(const Tile& tile, std::size_t lane, double hard,
                                     LossSums& sums) const {
  if (tile.target == nullptr || pairs(tile, lane)) return;
  sums.unpaired += (1.0 - tile.job.loss.hard_weight()) * hard;
}

template <class Real>
void DenseLoss<Real>::class_tile(const Tile& tile, LossSums* sums) {
  Real lse[kLanes];
  softmax(tile.z, k_, Real{1}, q_.data(), sums ? lse : nullptr);
  Real scale[kLanes] = {};
  hard_weights(tile, 1.0, scale);
  for (std::size_t c = 0; c < k_; ++c) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      tile.hard[c * kLanes + l] = scale[l] * q_[c * kLanes + l];
    }
  }
  for (std::size_t l = 0; l < tile.rows; ++l) {
    if (weight_[tile.first + l] == Real{0}) continue;
    const auto y = static_cast<std::size_t>(data_.y[rows_[tile.first + l]]);
    tile.hard[y * kLanes + l] -= scale[l];
    if (!sums) continue;
    const auto hard =
        static_cast<double>(weight_[tile.first + l] * (lse[l] - tile.z[y * kLanes + l]));
    sums->hard += hard;
    count_unpaired(tile, l, hard, *sums);
  }
}

template <class Real>
void DenseLoss<Real>::real_tile(const Tile& tile, LossSums* sums) {
  std::fill_n(tile.hard, k_ * kLanes, Real{0});
  Real scale[kLanes] = {};
  hard_weights(tile, 2.0, scale);
  for (std::size_t l = 0; l < tile.rows; ++l) {
    const Real own = weight_[tile.first + l];
    if (own == Real{0}) continue;
    const std::size_t row = rows_[tile.first + l];
    for (std::size_t c = 0; c < k_; ++c) {
      const Real error =
          tile.z[c * kLanes + l] - static_cast<Real>(tile.job.label_scale * data_.targets(row, c));
      tile.hard[c * kLanes + l] = scale[l] * error;
      if (!sums) continue;
      const auto hard = static_cast<double>(own * error * error);
      sums->hard += hard;
      count_unpaired(tile, l, hard, *sums);
    }
  }
}

template <class Real>
void DenseLoss<Real>::soft_tile(const Tile& tile, LossSums* sums) {
  const DistilLoss& loss = tile.job.loss;
  const auto temperature = static_cast<Real>(tile.target->temperature);
  const bool reverse = loss.form == DistilForm::reverse_kl;
  const double by_row = loss.lambda / static_cast<double>(rows_.size());
  Real lse[kLanes] = {};
  Real own = Real{1};  // factor of a row's loss
  Real weight;
  if (tile.target->shares) {
    if (loss.scaled) own = temperature * temperature;
    weight = static_cast<Real>(by_row) * own / temperature;
    // At T = 1 the hard loss has them already.
    const bool again = loss.temperature != 1.0;
    if (again || sums || reverse)
      softmax(tile.z, k_, temperature, at_t_.data(), lse);
    else
      std::copy(q_.begin(), q_.end(), at_t_.begin());
  } else {
    own = loss.form == DistilForm::logits ? Real{1} / static_cast<Real>(k_) : Real{1};
    weight = static_cast<Real>(2.0 * by_row) * own;
  }
  for (std::size_t l = 0; l < tile.rows; ++l) {
    if (!pairs(tile, l)) continue;
    const std::size_t row = rows_[tile.first + l];
    const Real* t = tile.target->values.data() + row * k_;
    const Real* z = tile.z + l;
    Real* g = tile.soft + l;
    const Real* q = at_t_.data() + l;
    Real value = 0;
    if (!tile.target->shares) {
      for (std::size_t c = 0; c < k_; ++c) {
        const Real error = z[c * kLanes] - t[c];
        g[c * kLanes] += weight * error;
        value += error * error;
      }
    } else if (!reverse) {
      for (std::size_t c = 0; c < k_; ++c) {
        g[c * kLanes] += weight * (q[c * kLanes] - t[c]);
        value -= t[c] * z[c * kLanes];
      }
      value = value / temperature + lse[l] + tile.target->entropy[row];
    } else {
      constexpr Real kLeast = std::numeric_limits<Real>::min();
      for (std::size_t c = 0; c < k_; ++c) {
        const Real ratio = z[c * kLanes] / temperature - lse[l] - std::log(std::max(t[c], kLeast));
        value += q[c * kLanes] * ratio;
      }
      for (std::size_t c = 0; c < k_; ++c) {
        const Real ratio = z[c * kLanes] / temperature - lse[l] - std::log(std::max(t[c], kLeast));
        g[c * kLanes] += weight * q[c * kLanes] * (ratio - value);
      }
    }
    if (sums) sums->soft += static_cast<double>(own * value);
  }
}

template <class Real>
void DenseLoss<Real>::gradients(const Real* z, Real* hard, Real* soft,
                                std::vector<LossSums>* sums) {
  const std::size_t jobs = fit_.jobs.size();
  const std::size_t tiles = (rows_.size() + kLanes - 1) / kLanes;
  for (std::size_t t = 0; t < tiles; ++t) {
    for (std::size_t m = 0; m < jobs; ++m) {
      const std::size_t at = (t * jobs + m) * k_ * kLanes;
      const std::size_t first = t * kLanes;
      const std::size_t target = target_of_job_[m];
      const Tile tile{fit_.jobs[m],
                      target == kNone ? nullptr : &targets_[target],
                      first,
                      std::min(kLanes, rows_.size() - first),
                      z + at,
                      hard + at,
                      (soft ? soft : hard) + at};
      LossSums* own = sums ? &(*sums)[m] : nullptr;
      if (data_.classes > 0) {
        class_tile(tile, own);
      } else {
        real_tile(tile, own);
      }
      if (soft) std::fill_n(soft + at, k_ * kLanes, Real{0});
      if (tile.target) soft_tile(tile, own);
      if (own == nullptr) continue;
      own->rows += tile.rows;
      for (std::size_t l = 0; l < tile.rows; ++l) {
        const bool taught = tile.target != nullptr && pairs(tile, l);
        own->judged += taught || weight_[first + l] > Real{0} ? 1 : 0;
      }
    }
  }
}

template class DenseLoss<float>;
template class DenseLoss<double>;

}  // namespace cch::detail
