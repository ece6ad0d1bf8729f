#include "experiments/torch/networks.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/torch/block.hpp"
#include "experiments/training_backend.hpp"

namespace cch::training {
namespace {

std::vector<std::int64_t> stacked(std::size_t jobs, const std::vector<std::size_t>& shape) {
  std::vector<std::int64_t> out{as_int(jobs)};
  for (const std::size_t n : shape) out.push_back(as_int(n));
  return out;
}

// Columns of the last hidden layer: what the last layer takes in.
std::size_t last_hidden(const NetworkSpec& network,
                        const std::vector<std::vector<std::size_t>>& shapes) {
  return network.widths.empty() ? 0 : shapes[shapes.size() - 2][1];
}

std::size_t widest(const NetworkSpec& network, const ImageShape& shape, std::size_t outputs) {
  std::size_t most = outputs;
  for (std::size_t i = 0; i < network.widths.size(); ++i) {
    const bool image = network.layers == Layers::cnn;
    const std::size_t pixels = image ? (shape.height >> i) * (shape.width >> i) : 1;
    most = std::max(most, network.widths[i] * pixels);
  }
  return most;
}

// The layer of all networks on inputs that they share: B × in to M × B × out.
Tensor on_shared(const Tensor& x, const Tensor& w, const Tensor& b) {
  const std::int64_t jobs = w.size(0);
  const std::int64_t out = w.size(1);
  const Tensor all = torch::addmm(b.view({-1}), x, w.view({jobs * out, w.size(2)}).t());
  return all.view({x.size(0), jobs, out}).transpose(0, 1);
}

// The layer of each network on its own inputs: M × B × in to M × B × out.
Tensor on_own(const Tensor& h, const Tensor& w, const Tensor& b) {
  return torch::baddbmm(b.unsqueeze(1), h, w.transpose(1, 2));
}

}  // namespace

Networks::Networks(const TrainingData& data, const std::vector<TrainingJob>& jobs,
                   const NetworkSpec& network, const TensorOptions& options)
    : network_(network), shape_(data.shape) {
  const auto shapes = weight_shapes(network, data.x.cols(), data.shape, data.outputs());
  std::vector<std::vector<double>> values(shapes.size());
  for (const TrainingJob& job : jobs) {
    const std::vector<double> start = detail::first_weights(shapes, job.start);
    auto next = start.begin();
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      std::size_t size = 1;
      for (const std::size_t n : shapes[i]) size *= n;
      values[i].insert(values[i].end(), next, next + as_int(size));
      next += as_int(size);
    }
    dropout_.emplace_back(derive_seed(job.start, "dropout"));
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    weights_.push_back(
        to_tensor(values[i], stacked(jobs.size(), shapes[i]), options).requires_grad_());
  }
  features_ = last_hidden(network, shapes);
  values_per_row_ = jobs.size() * widest(network, data.shape, data.outputs());
}

// Half a word a unit: 2⁻³² is finer than any share that matters.
Tensor Networks::dropped(const Tensor& h) {
  Tensor mask = torch::empty(h.sizes(), h.options().device(torch::kCPU).requires_grad(false));
  const auto threshold = static_cast<std::uint64_t>(std::ldexp(network_.dropout, 32));
  const double kept = 1.0 / (1.0 - network_.dropout);
  const std::int64_t each = h.size(1) * h.size(2);
  const auto fill = [&](auto* out) {
    using Real = std::remove_pointer_t<decltype(out)>;
    const Real choice[2] = {static_cast<Real>(kept), Real{0}};
    for (Random& random : dropout_) {
      for (std::int64_t i = 0; i < each; i += 2) {
        const std::uint64_t word = random.bits();
        *out++ = choice[(word >> 32) < threshold ? 1 : 0];
        if (i + 1 < each) *out++ = choice[(word & 0xffffffffU) < threshold ? 1 : 0];
      }
    }
  };
  if (mask.scalar_type() == torch::kFloat64) {
    fill(mask.data_ptr<double>());
  } else {
    fill(mask.data_ptr<float>());
  }
  return h * mask.to(h.device());
}

template <class Drop>
Outputs Networks::dense(const Tensor& x, const Drop& drop) const {
  Outputs out;
  Tensor h;
  const std::size_t layers = weights_.size() / 2;
  for (std::size_t i = 0; i < layers; ++i) {
    const Tensor& w = weights_[2 * i];
    const Tensor& b = weights_[2 * i + 1];
    const Tensor z = i == 0 ? on_shared(x, w, b) : on_own(h, w, b);
    if (i + 1 == layers) {
      out.z = z;
    } else {
      out.features = torch::relu(z);
      h = drop(out.features);
    }
  }
  return out;
}

template <class Drop>
Outputs Networks::convolved(const Tensor& x, const Drop& drop) const {
  Tensor h =
      x.view({x.size(0), as_int(shape_.channels), as_int(shape_.height), as_int(shape_.width)});
  const std::size_t blocks = network_.widths.size();
  for (std::size_t i = 0; i < blocks; ++i) h = block(h, weights_[2 * i], weights_[2 * i + 1]);
  Outputs out;
  out.features = h.flatten(2);
  out.z = on_own(drop(out.features), weights_[2 * blocks], weights_[2 * blocks + 1]);
  return out;
}

template <class Drop>
Outputs Networks::run(const Tensor& x, const Drop& drop) const {
  return network_.layers == Layers::cnn ? convolved(x, drop) : dense(x, drop);
}

Outputs Networks::in_training(const Tensor& x) {
  if (network_.dropout == 0.0) return in_use(x);
  return run(x, [this](const Tensor& h) { return dropped(h); });
}

Outputs Networks::in_use(const Tensor& x) const {
  return run(x, [](const Tensor& h) { return h; });
}

std::vector<double> Networks::weights_of(std::size_t job) const {
  std::vector<double> out;
  for (const Tensor& w : weights_) {
    const std::vector<double> part = to_doubles(w[as_int(job)]);
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

void Networks::put_weights(std::size_t job, std::span<const double> values) {
  const torch::NoGradGuard no_grad;
  for (const Tensor& w : weights_) {
    Tensor own = w[as_int(job)];
    const auto size = static_cast<std::size_t>(own.numel());
    own.copy_(to_tensor(values.first(size), own.sizes(), own.options()));
    values = values.subspan(size);
  }
}

}  // namespace cch::training
