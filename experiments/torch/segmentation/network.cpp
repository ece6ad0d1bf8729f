#include "experiments/torch/segmentation/network.hpp"

namespace cch::training {
namespace {

Tensor resized(const Tensor& x, const Tensor& like) {
  if (x.size(2) == like.size(2) && x.size(3) == like.size(3)) return x;
  return torch::upsample_bilinear2d(x, {like.size(2), like.size(3)}, false);
}

}  // namespace

FusionNet::FusionNet(const SegmentationNetwork& network, const NetShape& shape, std::uint64_t seed,
                     const TensorOptions& options)
    : network_(network) {
  for (std::size_t m = 0; m < shape.modalities.size(); ++m) {
    adapters_.emplace_back();
    if (shape.channels[m] == 1 || shape.channels[m] == network.input_channels) continue;
    adapters_.back() = Filter(store_, "adapter." + shape.modalities[m], shape.channels[m],
                              network.input_channels, 1, 1, 0);
  }
  encoder_ = std::make_unique<MixTransformer>(store_, "encoder.", network);
  if (network.fusion == Fusion::hub && shape.modalities.size() > 1) {
    others_ = std::make_unique<MixTransformer>(store_, "others.", network);
    for (std::size_t i = 0; i < network.widths.size(); ++i) {
      gates_.emplace_back(store_, "gate" + std::to_string(i + 1), network.widths[i],
                          network.widths[i], 1, 1, 0);
    }
  }
  for (std::size_t i = 0; i < network.widths.size(); ++i) {
    stage_maps_.emplace_back(store_, "head.stage" + std::to_string(i + 1), network.widths[i],
                             network.head_width);
  }
  head_norm_ = Norm(store_, "head.norm", network.head_width);
  classify_ = Linear(store_, "head.classify", network.head_width, shape.classes);
  store_.build(seed, options);
}

Tensor FusionNet::adapted(const Tensor& images, std::size_t modality) const {
  if (adapters_[modality]) return (*adapters_[modality])(images);
  if (images.size(1) == 1) return images.expand({-1, as_int(network_.input_channels), -1, -1});
  return images;
}

Encoded FusionNet::encode(const std::vector<Tensor>& images) const {
  const auto count = as_int(images.size());
  const std::int64_t b = images[0].size(0);
  std::vector<Tensor> inputs;
  for (std::size_t m = 0; m < images.size(); ++m) inputs.push_back(adapted(images[m], m));
  std::vector<Tensor> single;
  const auto by_modality = [&](const std::vector<Tensor>& stacked, std::int64_t n) {
    std::vector<Tensor> out;
    for (const Tensor& x : stacked) out.push_back(x.view({n, b, x.size(1), x.size(2), x.size(3)}));
    return out;
  };
  if (!others_) return {by_modality((*encoder_)(torch::cat(inputs)), count)};
  const auto hub = by_modality((*encoder_)(inputs[0]), 1);
  const auto rest = by_modality(
      (*others_)(torch::cat(std::vector<Tensor>(inputs.begin() + 1, inputs.end()))), count - 1);
  for (std::size_t i = 0; i < hub.size(); ++i) single.push_back(torch::cat({hub[i], rest[i]}));
  return {std::move(single)};
}

std::vector<Tensor> FusionNet::fuse(const std::vector<Tensor>& single,
                                    const Tensor& present) const {
  const Tensor there = present.view({present.size(0), present.size(1), 1, 1, 1});
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < single.size(); ++i) {
    const Tensor& x = single[i];
    if (!others_) {
      out.push_back((x * there).sum(0) / there.sum(0));
      continue;
    }
    const std::int64_t rest = x.size(0) - 1;
    const Tensor others = x.narrow(0, 1, rest);
    const Tensor others_there = there.narrow(0, 1, rest);
    const Tensor gate = gates_[i](others.flatten(0, 1)).view_as(others);
    // A very low score in place of a missing modality; where all are missing the sum below is 0.
    const Tensor share = torch::softmax(gate.masked_fill(others_there == 0, -1e9), 0);
    out.push_back(x[0] * there[0] + (share * others * others_there).sum(0));
  }
  return out;
}

Tensor FusionNet::head_features(const std::vector<Tensor>& fused) const {
  Tensor sum;
  for (std::size_t i = 0; i < fused.size(); ++i) {
    // Resizing and a linear map of channels commute: the map goes first, on fewer pixels.
    const Tensor mapped = stage_maps_[i](fused[i].permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
    sum = i == 0 ? mapped : sum + resized(mapped, sum);
  }
  return torch::relu(head_norm_(sum.permute({0, 2, 3, 1}))).permute({0, 3, 1, 2});
}

Tensor FusionNet::head(const std::vector<Tensor>& fused) const {
  return classify_(head_features(fused).permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

Tensor FusionNet::features(const Encoded& encoded, const Tensor& present, std::size_t stage) const {
  const std::vector<Tensor> fused = fuse(encoded[0], present);
  return stage == 0 ? head_features(fused) : fused.at(stage - 1);
}

Decoded FusionNet::decode(const Encoded& encoded, const Tensor& present) const {
  Decoded out;
  out.fused = fuse(encoded[0], present);
  out.logits = head(out.fused);
  return out;
}

Tensor select(const std::vector<Tensor>& candidates, const std::vector<Tensor>& depthwise,
              const std::vector<Tensor>& pointwise, Selection how, double temperature) {
  std::vector<Tensor> scores;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Tensor& x = candidates[i];
    const Tensor near = torch::conv2d(x, depthwise[i], {}, 1, 1, 1, x.size(1));
    scores.push_back(torch::sigmoid(torch::conv2d(near, pointwise[i])));
  }
  const Tensor all = torch::stack(candidates);
  const Tensor score = torch::stack(scores);
  const Tensor soft = torch::softmax(score / temperature, 0);
  if (how == Selection::softmax) return (soft * all).sum(0);
  const Tensor hard = torch::zeros_like(soft).scatter_(0, score.argmax(0, true), 1.0);
  if (how == Selection::released) return (hard * all).sum(0);
  return ((hard - soft.detach() + soft) * all).sum(0);
}

SelectionNet::SelectionNet(std::vector<std::unique_ptr<FusionNet>> candidates, std::size_t classes,
                           Selection how, double temperature, std::uint64_t seed,
                           const TensorOptions& options)
    : candidates_(std::move(candidates)), how_(how), temperature_(temperature) {
  std::vector<std::size_t> widths = candidates_[0]->widths();
  widths.push_back(classes);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    Scores scores;
    const auto c = as_int(widths[i]);
    for (std::size_t k = 0; k < candidates_.size(); ++k) {
      const std::string name = "score" + std::to_string(i + 1) + "." + std::to_string(k);
      scores.depthwise.push_back(
          store_.add(name + ".depthwise", {c, 1, 3, 3}, WeightStore::Init::filter));
      scores.pointwise.push_back(
          store_.add(name + ".pointwise", {c, c, 1, 1}, WeightStore::Init::filter));
    }
    scores_.push_back(std::move(scores));
  }
  store_.build(seed, options);
  for (const auto& candidate : candidates_) candidate->store().freeze();
}

Tensor SelectionNet::selected(const Scores& scores, const std::vector<Tensor>& candidates) const {
  std::vector<Tensor> depthwise;
  std::vector<Tensor> pointwise;
  for (const auto& slot : scores.depthwise) depthwise.push_back(*slot);
  for (const auto& slot : scores.pointwise) pointwise.push_back(*slot);
  return select(candidates, depthwise, pointwise, how_, temperature_);
}

Encoded SelectionNet::encode(const std::vector<Tensor>& images) const {
  const torch::NoGradGuard no_grad;
  Encoded out;
  for (const auto& candidate : candidates_) out.push_back(candidate->encode(images)[0]);
  return out;
}

Decoded SelectionNet::decode(const Encoded& encoded, const Tensor& present) const {
  std::vector<std::vector<Tensor>> fused;
  for (std::size_t k = 0; k < candidates_.size(); ++k) {
    fused.push_back(candidates_[k]->fuse(encoded[k], present));
  }
  Decoded out;
  for (std::size_t i = 0; i < fused[0].size(); ++i) {
    std::vector<Tensor> stage;
    for (const auto& f : fused) stage.push_back(f[i]);
    out.fused.push_back(selected(scores_[i], stage));
  }
  std::vector<Tensor> logits;
  for (const auto& candidate : candidates_) logits.push_back(candidate->head(out.fused));
  out.logits = selected(scores_.back(), logits);
  return out;
}

Tensor SelectionNet::features(const Encoded& encoded, const Tensor& present,
                              std::size_t stage) const {
  if (stage == 0) {
    refuse_usage("no-head-features", "a selection has no features of its head",
                 "it selects between the logits of two heads", "Take a stage of the encoder");
  }
  return decode(encoded, present).fused.at(stage - 1);
}

std::unique_ptr<SegmentationNet> load_net(const TrainedSegmentation& trained, const NetShape& shape,
                                          const TensorOptions& options) {
  if (trained.candidates.empty()) {
    auto net = std::make_unique<FusionNet>(trained.network, shape, 1, options);
    net->store().load(trained.weights);
    net->store().freeze();
    return net;
  }
  std::vector<std::unique_ptr<FusionNet>> candidates;
  for (const auto& candidate : trained.candidates) {
    candidates.push_back(std::make_unique<FusionNet>(candidate->network, shape, 1, options));
    candidates.back()->store().load(candidate->weights);
  }
  auto net = std::make_unique<SelectionNet>(std::move(candidates), shape.classes, trained.selection,
                                            trained.selection_temperature, 1, options);
  net->store().load(trained.weights);
  net->store().freeze();
  return net;
}

}  // namespace cch::training
