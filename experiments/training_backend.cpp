#include "experiments/training_backend.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "cch/core/error.hpp"
#include "core/load_module.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kCurvePoints = 50;
constexpr std::size_t kValidations = 500;

std::size_t ceil_divide(std::size_t a, std::size_t b) {
  return (a + b - 1) / b;
}

}  // namespace

BatchOrder::BatchOrder(const TrainingFit& fit, const Optimisation& optimisation)
    : rows_(fit.labelled), labelled_count_(fit.labelled.size()), seed_(fit.order) {
  rows_.insert(rows_.end(), fit.unlabelled.begin(), fit.unlabelled.end());
  batch_ = optimisation.batch == 0 ? rows_.size() : std::min(optimisation.batch, rows_.size());
  per_pass_ = ceil_divide(rows_.size(), batch_);
  steps_ = optimisation.steps > 0 ? optimisation.steps : optimisation.epochs * per_pass_;
  const std::size_t passes = ceil_divide(steps_, per_pass_);
  record_every_ = ceil_divide(passes, kCurvePoints) * per_pass_;
  validate_every_ = ceil_divide(passes, kValidations) * per_pass_;
  hard_scale_ = static_cast<double>(rows_.size()) / static_cast<double>(labelled_count_);
}

std::span<const std::size_t> BatchOrder::step(std::size_t s) {
  const std::size_t pass = s / per_pass_;
  const std::size_t within = s % per_pass_;
  if (per_pass_ == 1) {
    if (order_.empty()) {
      order_.resize(rows_.size());
      std::iota(order_.begin(), order_.end(), std::size_t{0});
    }
  } else if (within == 0 || order_.empty()) {
    order_ = Random(derive_seed(seed_, "pass", pass)).permutation(rows_.size());
  }
  // Parts of a pass differ by one row at most, so that none is a rest of a few.
  const std::size_t begin = within * rows_.size() / per_pass_;
  const std::size_t end = (within + 1) * rows_.size() / per_pass_;
  batch_rows_.clear();
  batch_labelled_.clear();
  for (std::size_t i = begin; i < end; ++i) {
    batch_rows_.push_back(rows_[order_[i]]);
    batch_labelled_.push_back(order_[i] < labelled_count_ ? 1 : 0);
  }
  return batch_rows_;
}

bool BatchOrder::recorded(std::size_t s) const {
  return (s + 1) % record_every_ == 0 || s + 1 == steps_ || s == 0;
}

bool BatchOrder::validated(std::size_t s) const {
  return recorded(s) || (s + 1) % validate_every_ == 0;
}

double learning_rate(const Optimisation& o, std::size_t s, std::size_t steps) {
  const double at = static_cast<double>(s) / static_cast<double>(steps);
  switch (o.schedule) {
    case Schedule::constant:
      return o.learning_rate;
    case Schedule::cosine:
      return 0.5 * o.learning_rate * (1.0 + std::cos(std::numbers::pi * at));
    case Schedule::step:
      return o.learning_rate * std::pow(0.1, std::floor(3.0 * at));
  }
  return o.learning_rate;
}

std::vector<double> first_weights(const std::vector<std::vector<std::size_t>>& shapes,
                                  std::uint64_t seed) {
  Random random(derive_seed(seed, "first weights"));
  std::vector<double> out;
  double bound = 1.0;
  for (const auto& shape : shapes) {
    const std::size_t size =
        std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    // Offsets have the bound of their layer.
    if (shape.size() > 1) bound = 1.0 / std::sqrt(static_cast<double>(size / shape[0]));
    for (std::size_t i = 0; i < size; ++i) out.push_back(random.uniform(-bound, bound));
  }
  return out;
}

double hard_loss(const TrainingData& data, std::span<const std::size_t> rows, const Matrix& z) {
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto out = z.row(i);
    if (data.classes == 0) {
      for (std::size_t c = 0; c < out.size(); ++c) {
        const double error = out[c] - data.targets(rows[i], c);
        sum += error * error;
      }
      continue;
    }
    const double most = *std::max_element(out.begin(), out.end());
    double total = 0.0;
    for (const double v : out) total += std::exp(v - most);
    sum += most + std::log(total) - out[static_cast<std::size_t>(data.y[rows[i]])];
  }
  return sum / static_cast<double>(rows.size());
}

bool note_validation(TrainedNetwork& out, std::size_t s, double loss) {
  if (!out.failure.empty()) return false;
  if (!out.curve.empty() && out.curve.back().step == s + 1) out.curve.back().validation = loss;
  if (!std::isfinite(loss) || (out.best && loss >= out.best->validation)) return false;
  out.best = BestNetwork{s + 1, loss, {}, {}, {}};
  return true;
}

bool out_of_patience(const TrainedNetwork& out, std::size_t patience) {
  if (patience == 0 || out.curve.empty() || !out.curve.back().validation) return false;
  std::size_t waited = 0;
  for (const TrainingPoint& point : out.curve) {
    waited += !out.best || point.step > out.best->step ? 1 : 0;
  }
  return waited >= patience;
}

const TrainingBackend& training_backend() {
  static const auto module = load_module<TrainingBackend>(
      "libcch_training.so", "cch_training_backend", kTrainingInterface);
  if (module.backend == nullptr) {
    refuse_usage("no-libtorch", "this network is trained with LibTorch", module.why_not,
                 "Build with CCH_WITH_TORCH=ON, or take linear networks on the processor");
  }
  return *module.backend;
}

}  // namespace cch::detail
