#include "estimators/neural/torch/density.hpp"

#include <algorithm>
#include <cmath>

namespace cch::neural {

using detail::DensityFit;
using detail::NeuralData;
using detail::NeuralFold;

namespace {

constexpr double kSmallStart = 0.05;  // components start apart, or they would stay alike

// y is turned to canonical coordinates first (`b` of a fold is Q × Q here: an orthogonal map, its
// leading columns the canonical directions), in which a Gaussian y given x has independent entries.
class DensityModel : public Model {
 public:
  DensityModel(const NeuralData& data, const DeviceData& device, std::span<const NeuralFold> folds,
               const DoeOptions& options)
      : data_(device),
        folds_(folds),
        components_(static_cast<std::int64_t>(options.components)),
        dim_(static_cast<std::int64_t>(data.y.cols)),
        maker_(folds, device.device) {
    const std::size_t hidden = options.training.hidden;
    const std::size_t per_mixture = options.components * (2 * data.y.cols + 1);
    first_ = maker_.dense(data.x.cols, hidden);
    second_ = maker_.dense(hidden, hidden);
    last_ = maker_.dense(hidden, per_mixture, kSmallStart);
    std::vector<Random> random;
    for (const NeuralFold& fold : folds) random.emplace_back(derive_seed(fold.seed, "marginal"));
    marginal_ = maker_.given(per_mixture, [&](std::size_t r) {
      std::vector<float> start(per_mixture);
      for (float& v : start) v = static_cast<float>(kSmallStart * random[r].normal());
      return start;
    });
    std::size_t pairs = 0;
    for (const NeuralFold& fold : folds) pairs = std::max(pairs, fold.rho.size());
    a_ = stacked_maps(folds, &NeuralFold::a, pairs, device.device);
    turn_ = stacked_maps(folds, &NeuralFold::b, data.y.cols, device.device);
    slope_ = maker_.given(data.y.cols, [&](std::size_t r) {
      std::vector<float> start(data.y.cols, 0.0F);
      std::copy(folds[r].rho.begin(), folds[r].rho.end(), start.begin());
      return start;
    });
    scale_ = maker_.given(data.y.cols, [&](std::size_t r) {
      std::vector<float> start(data.y.cols, 0.0F);
      for (std::size_t i = 0; i < folds[r].rho.size(); ++i) {
        start[i] = static_cast<float>(0.5 * std::log1p(-double{folds[r].rho[i]} * folds[r].rho[i]));
      }
      return start;
    });
    decaying = maker_.decaying();
    others = maker_.others();
  }

  Tensor loss(const Tensor& rows) override {
    const auto [given, alone] = log_densities(rows);
    return -(given + alone).mean(1);
  }
  // Both densities are fitted as well as they can be; the gain of either counts alike.
  double validate(std::size_t r) override {
    return mean_of(r, folds_[r].validation, [](const Tensor& given, const Tensor& alone) {
      return (given + alone).mean().template item<double>();
    });
  }
  [[nodiscard]] std::vector<double> terms(std::size_t r) {
    const torch::NoGradGuard no_grad;
    std::vector<double> out;
    (void)mean_of(r, folds_[r].test, [&](const Tensor& given, const Tensor& alone) {
      const Tensor difference = (given - alone).to(torch::kCPU, torch::kFloat64).contiguous();
      out.assign(difference.data_ptr<double>(), difference.data_ptr<double>() + difference.numel());
      return 0.0;
    });
    return out;
  }

 private:
  template <class F>
  double mean_of(std::size_t r, const std::vector<std::int64_t>& rows, const F& f) {
    const Tensor index = index_tensor(rows, data_.device)
                             .expand({static_cast<std::int64_t>(folds_.size()),
                                      static_cast<std::int64_t>(rows.size())});
    const auto [given, alone] = log_densities(index);
    const auto k = static_cast<std::int64_t>(r);
    return f(given[k], alone[k]);
  }

  // ln of a mixture of diagonal Gaussians: parameters are R × B (or 1) × C (2 D + 1).
  [[nodiscard]] Tensor mixture(const Tensor& v, const Tensor& parameters, const Tensor& centre,
                               const Tensor& log_scale) const {
    const Tensor p =
        parameters.view({parameters.size(0), parameters.size(1), components_, 2 * dim_ + 1});
    const Tensor mean = p.narrow(3, 0, dim_) + centre.unsqueeze(2);
    const Tensor log_sd = (p.narrow(3, dim_, dim_) + log_scale.unsqueeze(2)).clamp(-7.0, 7.0);
    const Tensor weight = torch::log_softmax(p.select(3, 2 * dim_), 2);
    const Tensor z = (v.unsqueeze(2) - mean) * torch::exp(-log_sd);
    const Tensor inside = -0.5 * z.square() - log_sd;
    return torch::logsumexp(weight + inside.sum(3), {2});
  }

  // ln q(y|x) and ln q(y), R × B, both without the constant D/2 ln 2π.
  [[nodiscard]] std::pair<Tensor, Tensor> log_densities(const Tensor& rows) const {
    const Tensor x = data_.rows_of_x(rows);
    const Tensor v = torch::bmm(data_.rows_of_y(rows), turn_);
    Tensor u = torch::bmm(x, a_);
    u = torch::constant_pad_nd(u, {0, dim_ - u.size(2)});
    const Tensor h = torch::silu(second_(torch::silu(first_(x))));
    const Tensor zero = torch::zeros({1, 1, dim_}, v.options());
    return {mixture(v, last_(h), u * slope_, scale_), mixture(v, marginal_, zero, zero)};
  }

  const DeviceData& data_;
  std::span<const NeuralFold> folds_;
  std::int64_t components_;
  std::int64_t dim_;
  ParameterMaker maker_;
  Dense first_, second_, last_;
  Tensor marginal_, a_, turn_, slope_, scale_;
};

}  // namespace

std::vector<DensityFit> fit_densities(const NeuralData& data, std::span<const NeuralFold> folds,
                                      const DoeOptions& options, const Execution& exec) {
  use_one_thread();
  const DeviceData device(data, torch::Device(exec.device));
  DensityModel model(data, device, folds, options);
  auto records = train(model, folds, options.training, device.device, "doe", exec);
  std::vector<DensityFit> fits;
  for (std::size_t r = 0; r < folds.size(); ++r) {
    fits.push_back({records[r].diverged ? std::vector<double>{} : model.terms(r), {}});
    fits.back().record = std::move(records[r]);
  }
  return fits;
}

}  // namespace cch::neural
