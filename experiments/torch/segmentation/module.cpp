// What the module exports for segmentation.
#include "experiments/segmentation/backend.hpp"
#include "experiments/torch/segmentation/losses.hpp"
#include "experiments/torch/segmentation/trainer.hpp"
#include "experiments/torch/segmentation/validation.hpp"

namespace cch::training {
namespace {

std::vector<std::int64_t> ints(const std::vector<std::size_t>& values) {
  return {values.begin(), values.end()};
}

class Model : public detail::SegmentationModel {
 public:
  Model(const TrainedSegmentation& trained, const std::vector<std::size_t>& channels,
        std::size_t classes, const Execution& exec)
      : options_(neural::floats(torch::Device(exec.device))),
        net_(load_net(trained, {trained.modalities, channels, classes}, options_)) {}

  void predict(const detail::ImageBatch& batch, std::span<const Subset> subsets,
               detail::Missing missing, std::span<std::uint8_t> out) const override {
    neural::use_one_thread();
    const torch::NoGradGuard no_grad;
    const Encoded seen = net_->encode(images_of(batch, options_));
    const Encoded blank =
        missing == detail::Missing::zeroed ? net_->encode(zeros_like(batch)) : seen;
    const std::size_t size = batch.count * batch.height * batch.width;
    for (std::size_t s = 0; s < subsets.size(); ++s) {
      const Tensor present = present_of(subsets[s], batch);
      const Decoded decoded =
          missing == detail::Missing::zeroed
              ? net_->decode(mixed(seen, blank, present), torch::ones_like(present))
              : net_->decode(seen, present);
      const Tensor codes =
          resized(decoded.logits, batch).argmax(1).to(torch::kUInt8).to(torch::kCPU).contiguous();
      std::copy_n(codes.data_ptr<std::uint8_t>(), size, out.data() + s * size);
    }
  }

  void logits(const detail::ImageBatch& batch, std::span<float> out) const override {
    neural::use_one_thread();
    const torch::NoGradGuard no_grad;
    const Encoded seen = net_->encode(images_of(batch, options_));
    const Tensor all = torch::ones({seen[0][0].size(0), as_int(batch.count)}, options_);
    const Tensor z = resized(net_->decode(seen, all).logits, batch).to(torch::kCPU).contiguous();
    std::copy_n(z.data_ptr<float>(), out.size(), out.data());
  }

  [[nodiscard]] std::vector<float> features(const detail::ImageBatch& batch, std::size_t stage,
                                            std::vector<std::size_t>& shape) const override {
    neural::use_one_thread();
    const torch::NoGradGuard no_grad;
    const Encoded seen = net_->encode(images_of(batch, options_));
    const Tensor all = torch::ones({seen[0][0].size(0), as_int(batch.count)}, options_);
    const Tensor f = net_->features(seen, all, stage).to(torch::kCPU).contiguous();
    shape.assign({static_cast<std::size_t>(f.size(1)), static_cast<std::size_t>(f.size(2)),
                  static_cast<std::size_t>(f.size(3))});
    return {f.data_ptr<float>(), f.data_ptr<float>() + f.numel()};
  }

 private:
  /// Logits at the size of the images.
  static Tensor resized(const Tensor& logits, const detail::ImageBatch& batch) {
    return torch::upsample_bilinear2d(logits, {as_int(batch.height), as_int(batch.width)}, false);
  }
  /// One image of zeros a modality stands for all.
  [[nodiscard]] std::vector<Tensor> zeros_like(const detail::ImageBatch& batch) const {
    std::vector<Tensor> out;
    for (const std::size_t c : batch.channels) {
      out.push_back(
          torch::zeros({1, as_int(c), as_int(batch.height), as_int(batch.width)}, options_));
    }
    return out;
  }
  [[nodiscard]] Tensor present_of(Subset subset, const detail::ImageBatch& batch) const {
    std::vector<double> there;
    for (std::size_t m = 0; m < batch.channels.size(); ++m) {
      there.insert(there.end(), batch.count, (subset >> m & 1U) != 0 ? 1.0 : 0.0);
    }
    return to_tensor(there, {as_int(batch.channels.size()), as_int(batch.count)}, options_);
  }
  static Encoded mixed(const Encoded& seen, const Encoded& blank, const Tensor& present) {
    Encoded out;
    const Tensor there = present.view({present.size(0), present.size(1), 1, 1, 1});
    for (std::size_t k = 0; k < seen.size(); ++k) {
      out.emplace_back();
      for (std::size_t i = 0; i < seen[k].size(); ++i) {
        out[k].push_back(seen[k][i] * there + blank[k][i] * (1.0 - there));
      }
    }
    return out;
  }

  TensorOptions options_;
  std::unique_ptr<SegmentationNet> net_;
};

Tensor doubles(const std::vector<double>& values, const std::vector<std::size_t>& shape) {
  return to_tensor(values, ints(shape), torch::TensorOptions().dtype(torch::kFloat64));
}

Tensor labels_of(const detail::LossCase& c) {
  const Tensor codes =
      torch::from_blob(const_cast<std::uint8_t*>(c.labels.data()),
                       {as_int(c.shape[1]), as_int(c.height), as_int(c.width)}, torch::kUInt8);
  return codes.to(torch::kInt64);
}

detail::LossValue with_gradient(const Tensor& loss, const Tensor& student) {
  const auto g = torch::autograd::grad({loss}, {student}, {}, false, false, true);
  return {loss.item<double>(), to_doubles(g[0].defined() ? g[0] : torch::zeros_like(student))};
}

class Segmentation : public detail::SegmentationBackend {
 public:
  [[nodiscard]] SegmentationFit train(const SegmentationSet& set, const SegmentationJob& job,
                                      const Execution& exec) const override {
    return fit_segmentation(set, job, exec);
  }

  [[nodiscard]] std::unique_ptr<detail::SegmentationModel> load(
      const TrainedSegmentation& network, const std::vector<std::size_t>& channels,
      std::size_t classes, const Execution& exec) const override {
    return std::make_unique<Model>(network, channels, classes, exec);
  }

  [[nodiscard]] detail::LossValue loss(const SegmentationLoss& loss,
                                       const detail::LossCase& c) const override {
    const Tensor s = doubles(c.student, c.shape).requires_grad_(true);
    const Tensor t = doubles(c.teacher, c.shape);
    const Tensor labels = labels_of(c);
    if (const auto* mad = std::get_if<MadLoss>(&loss)) {
      return with_gradient(mad_loss(*mad, s[0], t[0], valid_of(labels, s)), s);
    }
    const Tensor coarse = labels_at(labels, s.size(3), s.size(4));
    const Tensor valid = valid_of(coarse, s);
    if (const auto* cmd = std::get_if<CmdLoss>(&loss)) {
      return with_gradient(cmd_loss(*cmd, s, t, valid), s);
    }
    if (const auto* umd = std::get_if<UmdLoss>(&loss)) {
      return with_gradient(umd_loss(*umd, s, t, valid), s);
    }
    return with_gradient(
        hpdm_loss(std::get<HpdmLoss>(loss), s, t, coarse, as_int(c.classes), ints(c.permutation)),
        s);
  }

  [[nodiscard]] detail::LossValue label_loss(bool ohem, const detail::LossCase& c) const override {
    const Tensor s = doubles(c.student, c.shape).requires_grad_(true);
    return with_gradient(training::label_loss(s[0], labels_of(c), ohem), s);
  }

  [[nodiscard]] detail::SelectionValue select(const detail::SelectionCase& c) const override {
    const Tensor x = doubles(c.candidates, c.shape);
    const std::size_t n = c.shape[0];
    const std::size_t width = c.shape[2];
    const Tensor dw = doubles(c.depthwise, {n, width, 1, 3, 3}).requires_grad_(true);
    const Tensor pw = doubles(c.pointwise, {n, width, width, 1, 1});
    const Tensor out =
        training::select(x.unbind(0), dw.unbind(0), pw.unbind(0), c.selection, c.temperature);
    const Tensor weight = torch::arange(1, out.numel() + 1, torch::kFloat64).view_as(out);
    detail::SelectionValue value{to_doubles(out), {}};
    const bool learns = out.requires_grad();
    value.depthwise_gradient = learns ? with_gradient((out * weight).sum(), dw).gradient
                                      : std::vector<double>(c.depthwise.size(), 0.0);
    return value;
  }

  [[nodiscard]] SegmentationWeights first_weights(const SegmentationNetwork& network,
                                                  const std::vector<std::string>& modalities,
                                                  const std::vector<std::size_t>& channels,
                                                  std::size_t classes,
                                                  std::uint64_t seed) const override {
    FusionNet net(network, {modalities, channels, classes}, seed,
                  neural::floats(torch::Device("cpu")));
    return net.store().named();
  }
};

}  // namespace
}  // namespace cch::training

extern "C" __attribute__((visibility("default"))) const cch::detail::SegmentationBackend*
cch_segmentation_backend(int interface_number) {
  static const cch::training::Segmentation backend;
  return interface_number == cch::detail::kSegmentationInterface ? &backend : nullptr;
}
