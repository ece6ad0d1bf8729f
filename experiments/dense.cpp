// Linear networks and multilayer perceptrons of one fit side by side, on own kernels.
#include <Eigen/Core>
#include <cmath>
#include <memory>
#include <numeric>

#include "estimators/classifiers/tall_products.hpp"
#include "experiments/dense_batch.hpp"
#include "experiments/dense_loss.hpp"
#include "experiments/dense_network.hpp"
#include "experiments/dense_weights.hpp"
#include "experiments/training_backend.hpp"

namespace cch::detail {
namespace {

double squared_norm(const double* g, std::size_t n) {
  return Eigen::Map<const Eigen::VectorXd>(g, static_cast<Eigen::Index>(n)).squaredNorm();
}
double squared_norm(const float* g, std::size_t n) {
  return Eigen::Map<const Eigen::VectorXf>(g, static_cast<Eigen::Index>(n))
      .cast<double>()
      .squaredNorm();
}

constexpr std::size_t kRowsAtOnce = 512;  // when outputs are computed

template <class Real>
class DenseTraining {
 public:
  DenseTraining(const TrainingData& data, const TrainingFit& fit, const NetworkSpec& network,
                const Optimisation& o)
      : data_(data),
        fit_(fit),
        o_(o),
        order_(fit, o),
        k_one_(data.outputs()),
        k_(k_one_ * fit.jobs.size()),
        weights_(dense_layers(data.x.cols(), network.widths, k_one_), fit, o),
        network_(weights_),
        loss_(data, fit, order_.hard_scale()),
        sums_(fit.jobs.size()) {
    out_.resize(fit.jobs.size());
  }

  std::vector<TrainedNetwork> run(const Execution& exec) {
    for (std::size_t s = 0; s < order_.steps() && !weights_.all_frozen(); ++s) {
      if (s % 16 == 0) exec.throw_if_stopped();
      step(s);
    }
    finish(exec);
    return std::move(out_);
  }

 private:
  void step(std::size_t s) {
    const bool whole = order_.steps_per_pass() == 1;
    if (s == 0 || !whole) {
      const auto rows = order_.step(s);
      batch_.take(data_.x, rows);
      loss_.take(rows, order_.labelled());
      z_.resize(batch_.tiles() * k_ * kLanes);
      hard_.resize(z_.size());
      soft_.resize(z_.size());
    }
    network_.forward(batch_, z_.data());
    const bool point = order_.recorded(s);
    g_.resize(weights_.size());
    if (point) {
      recorded_step(s, whole);
    } else {
      const bool sum = !whole;
      loss_.gradients(z_.data(), hard_.data(), nullptr, sum ? &sums_ : nullptr);
      network_.backward(batch_, hard_.data(), g_.data());
    }
    weights_.step(g_, learning_rate(o_, s, order_.steps()), s);
    if (!fit_.validation.empty() && order_.validated(s)) validate(s);
  }

  /// The loss on the validation rows; where it is the least so far, its weights are kept.
  void validate(std::size_t s) {
    if (validation_.tiles() == 0) validation_.take(data_.x, fit_.validation);
    z_validation_.resize(validation_.tiles() * k_ * kLanes);
    network_.forward(validation_, z_validation_.data());
    Matrix z(fit_.validation.size(), k_one_);
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (weights_.frozen(m)) continue;
      for (std::size_t i = 0; i < z.rows(); ++i) {
        const Real* tile = z_validation_.data() + (i / kLanes) * k_ * kLanes + i % kLanes;
        for (std::size_t c = 0; c < k_one_; ++c) z(i, c) = tile[(m * k_one_ + c) * kLanes];
      }
      if (note_validation(out_[m], s, hard_loss(data_, fit_.validation, z))) {
        out_[m].best->weights = weights_.flat(m);
      }
      if (out_of_patience(out_[m], o_.patience)) {
        out_[m].stopped = s + 1;
        weights_.freeze(m);
      }
    }
  }

  /// Both gradients apart, so that their norms are known.
  void recorded_step(std::size_t s, bool whole) {
    if (whole) std::fill(sums_.begin(), sums_.end(), LossSums{});
    loss_.gradients(z_.data(), hard_.data(), soft_.data(), &sums_);
    g_soft_.resize(g_.size());
    network_.backward(batch_, hard_.data(), g_.data());
    network_.backward(batch_, soft_.data(), g_soft_.data());
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (out_[m].failure.empty() && !out_[m].stopped)
        add_point(m, s, norm(g_, m), norm(g_soft_, m));
    }
    for (std::size_t i = 0; i < g_.size(); ++i) g_[i] += g_soft_[i];
    std::fill(sums_.begin(), sums_.end(), LossSums{});
  }

  [[nodiscard]] double norm(const std::vector<Real>& g, std::size_t job) const {
    double sum = 0.0;
    for (std::size_t l = 0; l < weights_.layers().size(); ++l) {
      sum += squared_norm(g.data() + weights_.begin(l, job), weights_.layers()[l].one());
    }
    return std::sqrt(sum);
  }

  void add_point(std::size_t m, std::size_t s, double hard_norm, double soft_norm) {
    const LossSums& sum = sums_[m];
    const auto rows = static_cast<double>(sum.rows);
    const DistilLoss& loss = fit_.jobs[m].loss;
    TrainingPoint point;
    point.step = s + 1;
    point.hard = sum.hard / rows;
    point.soft = loss.lambda > 0.0 ? sum.soft / rows : 0.0;
    point.loss = loss.hard_weight() * point.hard + loss.lambda * point.soft + sum.unpaired / rows;
    point.hard_gradient = hard_norm;
    point.soft_gradient = soft_norm;
    const bool finite = std::isfinite(point.loss) && std::isfinite(hard_norm + soft_norm);
    if (!finite || (point.loss == 0.0 && sum.judged > 0)) {
      out_[m].failure = (finite ? "no loss: the loss was exactly 0 at step "
                                : "diverged: the loss is not finite at step ") +
                        std::to_string(s + 1);
      weights_.freeze(m);
      return;
    }
    out_[m].curve.push_back(point);
  }

  /// The networks then stand at their best weights.
  void finish(const Execution& exec) {
    for (std::size_t m = 0; m < out_.size(); ++m) out_[m].weights = weights_.flat(m);
    write_outputs(exec, [](TrainedNetwork& n) { return Said{&n.outputs, &n.features}; });
    if (fit_.validation.empty()) return;
    for (std::size_t m = 0; m < out_.size(); ++m) {
      if (out_[m].best) weights_.put(m, out_[m].best->weights);
    }
    write_outputs(exec, [](TrainedNetwork& n) {
      return n.best ? Said{&n.best->outputs, &n.best->features} : Said{};
    });
  }

  struct Said {
    Matrix* outputs = nullptr;
    Matrix* features = nullptr;
  };

  template <class To>
  void write_outputs(const Execution& exec, const To& to) {
    std::vector<Said> said;
    for (TrainedNetwork& network : out_) said.push_back(to(network));
    if (weights_.layers().size() == 1) {
      write_linear(exec, said);
    } else {
      write_hidden(exec, said);
    }
  }

  void write_hidden(const Execution& exec, const std::vector<Said>& said) {
    const std::size_t n = data_.x.rows();
    const std::size_t width = weights_.layers().back().q - 1;
    // All weights speak, also those of networks that were stopped.
    Weights<Real> all = weights_;
    all.thaw();
    DenseNetwork<Real> network(all);
    for (const Said& one : said) {
      if (one.outputs == nullptr) continue;
      *one.outputs = Matrix(n, k_one_);
      if (fit_.keeps_features) *one.features = Matrix(n, width);
    }
    Batch<Real> batch;
    std::vector<std::size_t> rows;
    std::vector<Real> z;
    for (std::size_t begin = 0; begin < n; begin += kRowsAtOnce) {
      exec.throw_if_stopped();
      rows.resize(std::min(kRowsAtOnce, n - begin));
      std::iota(rows.begin(), rows.end(), begin);
      batch.take(data_.x, rows);
      z.resize(batch.tiles() * k_ * kLanes);
      network.forward(batch, z.data());
      for (std::size_t m = 0; m < said.size(); ++m) {
        if (said[m].outputs == nullptr) continue;
        untile(z.data() + m * k_one_ * kLanes, k_ * kLanes, begin, rows.size(), *said[m].outputs);
        if (!fit_.keeps_features) continue;
        untile(network.last_hidden(m).data(), (width + 1) * kLanes, begin, rows.size(),
               *said[m].features);
      }
    }
  }

  /// Tiles that lie `stride` values apart become rows.
  static void untile(const Real* tiles, std::size_t stride, std::size_t begin, std::size_t rows,
                     Matrix& to) {
    for (std::size_t i = 0; i < rows; ++i) {
      const Real* lane = tiles + (i / kLanes) * stride + i % kLanes;
      for (std::size_t c = 0; c < to.cols(); ++c) {
        to(begin + i, c) = static_cast<double>(lane[c * kLanes]);
      }
    }
  }

  void write_linear(const Execution& exec, const std::vector<Said>& said) {
    const auto columns = static_cast<Eigen::Index>(k_);
    const auto inputs = static_cast<Eigen::Index>(data_.x.cols());
    const auto all = Eigen::Map<const Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>>(
        weights_.of(0, 0), inputs + 1, columns);
    const std::size_t n = data_.x.rows();
    Eigen::MatrixXd z;
    if constexpr (std::is_same_v<Real, float>) {
      const CentredRows x{data_.x.view(), Eigen::RowVectorXd::Zero(inputs)};
      const Eigen::MatrixXf w = all.topRows(inputs);
      z = tall_times(x, w, exec.serial()).template cast<double>();
    } else {
      using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
      z = Eigen::Map<const RowMajor>(data_.x.data(), static_cast<Eigen::Index>(n), inputs) *
          all.topRows(inputs);
    }
    for (std::size_t m = 0; m < said.size(); ++m) {
      if (said[m].outputs == nullptr) continue;
      Matrix& outputs = *said[m].outputs = Matrix(n, k_one_);
      for (std::size_t c = 0; c < k_one_; ++c) {
        const auto column = static_cast<Eigen::Index>(m * k_one_ + c);
        const auto offset = static_cast<double>(all(inputs, column));
        for (std::size_t i = 0; i < n; ++i) {
          outputs(i, c) = z(static_cast<Eigen::Index>(i), column) + offset;
        }
      }
    }
  }

  const TrainingData& data_;
  const TrainingFit& fit_;
  const Optimisation& o_;
  BatchOrder order_;
  std::size_t k_one_;
  std::size_t k_;
  Weights<Real> weights_;
  DenseNetwork<Real> network_;
  DenseLoss<Real> loss_;
  Batch<Real> batch_;
  Batch<Real> validation_;
  std::vector<Real> z_;
  std::vector<Real> z_validation_;
  std::vector<Real> hard_;
  std::vector<Real> soft_;
  std::vector<Real> g_;
  std::vector<Real> g_soft_;
  std::vector<LossSums> sums_;
  std::vector<TrainedNetwork> out_;
};

}  // namespace

std::vector<TrainedNetwork> train_dense(const TrainingData& data, const TrainingFit& fit,
                                        const NetworkSpec& network,
                                        const Optimisation& optimisation, const Execution& exec) {
  if (optimisation.double_precision)
    return DenseTraining<double>(data, fit, network, optimisation).run(exec);
  return DenseTraining<float>(data, fit, network, optimisation).run(exec);
}

}  // namespace cch::detail
