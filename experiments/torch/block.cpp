#include "experiments/torch/block.hpp"

#include "experiments/torch/block_kernels.hpp"

namespace cch::training {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

BlockShape shape_of(const Tensor& h, const Tensor& w) {
  const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  return {size(w.size(2)), size(w.size(1)), size(h.size(-2)), size(h.size(-1))};
}

/// Where the images of network m begin: all share them where there is one dimension less.
struct Images {
  std::size_t jobs;
  std::size_t rows;
  std::size_t apart;  // from one network's to the next's, in rows

  Images(const Tensor& h, const Tensor& w)
      : jobs(static_cast<std::size_t>(w.size(0))),
        rows(static_cast<std::size_t>(h.size(-4))),
        apart(h.dim() == 5 ? rows : 0) {}
};

template <class Real>
void forward_all(const Tensor& h, const Tensor& w, const Tensor& b, const Tensor& pooled,
                 const Tensor& places) {
  const BlockShape shape = shape_of(h, w);
  const Images images(h, w);
  BlockKernel<Real> kernel(shape);
  auto* to = pooled.data_ptr<Real>();
  auto* place = places.data_ptr<std::uint8_t>();
  for (std::size_t m = 0; m < images.jobs; ++m) {
    kernel.take(w[as_int(m)].data_ptr<Real>(), b[as_int(m)].data_ptr<Real>());
    const Real* from = h.data_ptr<Real>() + m * images.apart * shape.image();
    for (std::size_t i = 0; i < images.rows; ++i) {
      kernel.forward(from + i * shape.image(), to, place);
      to += shape.pooled();
      place += shape.pooled();
    }
  }
}

template <class Real>
void backward_all(const Tensor& h, const Tensor& w, const Tensor& b, const Tensor& slope,
                  const Tensor& places, const variable_list& out) {
  const BlockShape shape = shape_of(h, w);
  const Images images(h, w);
  BlockKernel<Real> kernel(shape);
  const auto* from = slope.data_ptr<Real>();
  const auto* place = places.data_ptr<std::uint8_t>();
  Real* dx = out[0].defined() ? out[0].data_ptr<Real>() : nullptr;
  for (std::size_t m = 0; m < images.jobs; ++m) {
    kernel.take(w[as_int(m)].data_ptr<Real>(), b[as_int(m)].data_ptr<Real>());
    const Real* x = h.data_ptr<Real>() + m * images.apart * shape.image();
    for (std::size_t i = 0; i < images.rows; ++i) {
      kernel.backward(x + i * shape.image(), from, place, dx);
      from += shape.pooled();
      place += shape.pooled();
      if (dx != nullptr) dx += shape.image();
    }
    kernel.gradients(out[1][as_int(m)].data_ptr<Real>(), out[2][as_int(m)].data_ptr<Real>());
  }
}

class BlockOnProcessor : public torch::autograd::Function<BlockOnProcessor> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& h, const Tensor& w,
                        const Tensor& b) {
    const Tensor images = h.contiguous();
    const BlockShape shape = shape_of(h, w);
    const Tensor pooled = torch::empty(
        {w.size(0), h.size(-4), w.size(1), as_int(shape.height / 2), as_int(shape.width / 2)},
        h.options());
    const Tensor places = torch::empty(pooled.sizes(), pooled.options().dtype(torch::kUInt8));
    if (h.scalar_type() == torch::kFloat64) {
      forward_all<double>(images, w, b, pooled, places);
    } else {
      forward_all<float>(images, w, b, pooled, places);
    }
    context->save_for_backward({images, w, b, places});
    context->saved_data["inputs"] = h.requires_grad();
    return pooled;
  }

  static variable_list backward(AutogradContext* context, const variable_list& slopes) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& images = saved[0];
    const Tensor slope = slopes[0].contiguous();
    const bool inputs = context->saved_data["inputs"].toBool();
    const variable_list out{inputs ? torch::empty_like(images) : Tensor{},
                            torch::empty_like(saved[1]), torch::empty_like(saved[2])};
    if (images.scalar_type() == torch::kFloat64) {
      backward_all<double>(images, saved[1], saved[2], slope, saved[3], out);
    } else {
      backward_all<float>(images, saved[1], saved[2], slope, saved[3], out);
    }
    return out;
  }
};

Tensor block_of_operations(const Tensor& h, const Tensor& w, const Tensor& b) {
  const bool shared = h.dim() == 4;
  const std::int64_t jobs = w.size(0);
  const std::int64_t rows = h.size(-4);
  // LibTorch takes the networks as groups of channels.
  const Tensor channels =
      shared ? h : h.transpose(0, 1).reshape({rows, jobs * h.size(2), h.size(3), h.size(4)});
  const Tensor kernels = w.reshape({jobs * w.size(1), w.size(2), 3, 3});
  const Tensor z = torch::conv2d(channels, kernels, b.reshape({-1}), 1, 1, 1, shared ? 1 : jobs);
  const Tensor pooled = torch::max_pool2d(torch::relu(z), 2);
  return pooled.reshape({rows, jobs, w.size(1), pooled.size(2), pooled.size(3)}).transpose(0, 1);
}

}  // namespace

Tensor block(const Tensor& h, const Tensor& w, const Tensor& b) {
  return h.is_cuda() ? block_of_operations(h, w, b) : BlockOnProcessor::apply(h, w, b);
}

}  // namespace cch::training
