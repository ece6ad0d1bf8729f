#include "estimators/neural/torch/density.hpp"

#include <algorithm>
#include <cmath>

namespace cch::neural {

using detail::DensityFit;
using detail::NeuralData;
using detail::NeuralFold;

namespace {

constexpr double kSmallStart = 0.05;  // components start apart, or they would stay alike

std::size_t most_coordinates(std::span<const NeuralFold> folds) {
  std::size_t most = 0;
  for (const NeuralFold& fold : folds) most = std::max(most, fold.b.cols);
  return most;
}

// Which hidden unit may see what (Germain et al. 2015): unit h has the degree 1 + h mod (D − 1),
// and entry i of y is predicted from entries before it alone.
std::int64_t degree(std::int64_t hidden, std::int64_t dim) {
  return dim > 1 ? 1 + hidden % (dim - 1) : 1;
}

template <class Sees>
Tensor mask(std::int64_t rows, std::int64_t cols, const torch::Device& device, const Sees& sees) {
  Tensor out = torch::zeros({1, rows, cols});
  float* values = out.data_ptr<float>();
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < cols; ++j) *values++ = sees(i, j) ? 1.0F : 0.0F;
  }
  return out.to(device);
}

Tensor masked(const Dense& layer, const Tensor& x, const Tensor& allowed) {
  return torch::baddbmm(layer.b, x, layer.w * allowed);
}

// q(y|x), or q(y) without x: entry by entry, each a mixture of Gaussians given the entries before.
// Both are of one family, so neither wins by being the richer one. y is turned to canonical
// coordinates first (`b` of a fold has as many columns), in which a Gaussian y given x has
// independent entries.
class DensityModel : public Model {
 public:
  DensityModel(const NeuralData& data, const DeviceData& device, std::span<const NeuralFold> folds,
               const DoeOptions& options, bool conditional)
      : data_(device),
        folds_(folds),
        components_(static_cast<std::int64_t>(options.components)),
        dim_(static_cast<std::int64_t>(most_coordinates(folds))),
        conditional_(conditional),
        maker_(folds, device.device) {
    const std::size_t hidden = options.training.hidden;
    const auto coordinates = static_cast<std::size_t>(dim_);
    const std::size_t outputs = coordinates * options.components * 3;
    const auto h = static_cast<std::int64_t>(hidden);
    const auto per_entry = 3 * components_;
    from_y_ = maker_.dense(coordinates, hidden);
    middle_ = maker_.dense(hidden, hidden);
    out_ = maker_.dense(hidden, outputs, kSmallStart);
    see_y_ = mask(dim_, h, device.device, [&](std::int64_t j, std::int64_t k) {
      return j + 1 <= degree(k, dim_) && dim_ > 1;
    });
    see_middle_ = mask(h, h, device.device, [&](std::int64_t j, std::int64_t k) {
      return degree(j, dim_) <= degree(k, dim_);
    });
    see_out_ = mask(h, dim_ * per_entry, device.device, [&](std::int64_t j, std::int64_t k) {
      return degree(j, dim_) < k / per_entry + 1;
    });
    turn_ = stacked_maps(folds, &NeuralFold::b, coordinates, device.device);
    const auto start = [&](auto value) {
      return [&folds = folds_, columns = coordinates, value](std::size_t r) {
        std::vector<float> out(columns, 0.0F);
        for (std::size_t i = 0; i < folds[r].rho.size(); ++i) {
          out[i] = static_cast<float>(value(double{folds[r].rho[i]}));
        }
        return out;
      };
    };
    if (conditional_) {
      from_x_ = maker_.dense(data.x.cols, hidden);
      x_middle_ = maker_.dense(data.x.cols, hidden);
      x_out_ = maker_.dense(hidden, outputs, kSmallStart);
      a_ = stacked_maps(folds, &NeuralFold::a, most_pairs(folds), device.device);
      slope_ = maker_.given(coordinates, start([](double rho) { return rho; }));
      scale_ =
          maker_.given(coordinates, start([](double rho) { return 0.5 * std::log1p(-rho * rho); }));
    }
    decaying = maker_.decaying();
    others = maker_.others();
  }

  Tensor loss(const Tensor& rows) override { return -log_density(rows).mean(1); }
  double validate(std::size_t r) override {
    return of_network(r, folds_[r].validation).mean().item<double>();
  }
  // ln q of network r, without the constant D/2 ln 2π.
  [[nodiscard]] std::vector<double> log_densities(std::size_t r,
                                                  const std::vector<std::int64_t>& rows) const {
    const torch::NoGradGuard no_grad;
    const Tensor values = of_network(r, rows).to(torch::kCPU, torch::kFloat64).contiguous();
    return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
  }

 private:
  [[nodiscard]] Tensor of_network(std::size_t r, const std::vector<std::int64_t>& rows) const {
    const Tensor index = index_tensor(rows, data_.device)
                             .expand({static_cast<std::int64_t>(folds_.size()),
                                      static_cast<std::int64_t>(rows.size())});
    return log_density(index)[static_cast<std::int64_t>(r)];
  }

  [[nodiscard]] Tensor log_density(const Tensor& rows) const {
    const Tensor v = torch::bmm(data_.rows_of_y(rows), turn_);
    Tensor first = masked(from_y_, v, see_y_);
    Tensor parameters;
    Tensor centre = torch::zeros({1, 1, dim_}, v.options());
    Tensor log_scale = centre;
    if (conditional_) {
      const Tensor x = data_.rows_of_x(rows);
      first = first + x_middle_(x);
      parameters = x_out_(torch::silu(from_x_(x)));
      const Tensor u = torch::bmm(x, a_).clamp(-kFarthest, kFarthest);
      centre = torch::constant_pad_nd(u, {0, dim_ - u.size(2)}) * slope_;
      log_scale = scale_;
    }
    const Tensor h = torch::silu(masked(middle_, torch::silu(first), see_middle_));
    const Tensor out = masked(out_, h, see_out_);
    return mixtures(v, parameters.defined() ? parameters + out : out, centre, log_scale);
  }

  // Σ over the entries of ln of a mixture of Gaussians each; parameters are R × B × (D · 3 C).
  [[nodiscard]] Tensor mixtures(const Tensor& v, const Tensor& parameters, const Tensor& centre,
                                const Tensor& log_scale) const {
    const Tensor p =
        parameters.view({parameters.size(0), parameters.size(1), dim_, 3, components_});
    const Tensor mean = p.select(3, 0) + centre.unsqueeze(3);
    const Tensor log_sd = (p.select(3, 1) + log_scale.unsqueeze(3)).clamp(-5.0, 5.0);
    const Tensor weight = torch::log_softmax(p.select(3, 2), 3);
    const Tensor z = (v.unsqueeze(3) - mean) * torch::exp(-log_sd);
    return torch::logsumexp(weight - log_sd - 0.5 * z.square(), {3}).sum(2);
  }

  const DeviceData& data_;
  std::span<const NeuralFold> folds_;
  std::int64_t components_;
  std::int64_t dim_;
  bool conditional_;
  ParameterMaker maker_;
  Dense from_y_, middle_, out_, from_x_, x_middle_, x_out_;
  Tensor see_y_, see_middle_, see_out_, turn_, a_, slope_, scale_;
};

}  // namespace

std::vector<DensityFit> fit_densities(const NeuralData& data, std::span<const NeuralFold> folds,
                                      const DoeOptions& options, const Execution& exec) {
  use_one_thread();
  const DeviceData device(data, torch::Device(exec.device));
  DensityModel given(data, device, folds, options, true);
  DensityModel alone(data, device, folds, options, false);
  // Each has its own best epoch: the one that is fitted less well would shift the difference.
  auto records = train(given, folds, options.training, device.device, "doe", exec);
  const auto others = train(alone, folds, options.training, device.device, "doe", exec);
  std::vector<DensityFit> fits;
  for (std::size_t r = 0; r < folds.size(); ++r) {
    DensityFit fit;
    fit.record = std::move(records[r]);
    fit.record.diverged = fit.record.diverged || others[r].diverged;
    if (!fit.record.diverged) {
      fit.terms = given.log_densities(r, folds[r].test);
      const std::vector<double> marginal = alone.log_densities(r, folds[r].test);
      for (std::size_t i = 0; i < marginal.size(); ++i) fit.terms[i] -= marginal[i];
    }
    fits.push_back(std::move(fit));
  }
  return fits;
}

}  // namespace cch::neural
